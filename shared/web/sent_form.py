"""A form as it was sent (RFC 7578, or percent-encoded as browsers do without files): its words are UTF-8, or it isn't taken.

Law of this file: nothing is decoded by guessing, and nothing is taken that two readers could read in two ways. Starlette's own
reader takes bytes that aren't UTF-8 for Latin-1, or for U+FFFD, and a complaint in GBK would be stored as letters that nobody
wrote; of a file with two names it takes one. Here that is 400, and the sender is told. Every route reads forms by this file
and not by ``request.form()``. It must not know what a field means.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, ItemsView, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from shared.web.problems import FieldFault, Problem

FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_MOST_WITHOUT_FILES = 2 * 1024 * 1024
"""Bytes of a percent-encoded form, which is read into memory: a character of Chinese is nine of them."""
_BYTES_AS_THEY_ARE = "latin-1"
"""The charset in which every byte is a character: the words are made of the bytes afterwards."""
_TOO_MUCH = ("Too many", "Part exceeded")
"""How Starlette begins when it has had enough."""
_MOST_BEHIND = 64 * 1024
"""Bytes behind the form's end that are read over (RFC 2046 5.1.1); browsers send none."""
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
_PARAMETER = re.compile(rb";\s*([^=;\s]*)\s*=")
_AS_THEY_ARE = frozenset({b"", b"7bit", b"8bit", b"binary"})
"""Transfer encodings that leave the bytes alone; a form has no others (RFC 7578 4.7)."""


@dataclass(frozen=True, slots=True)
class FormLimits:
    """How much one form may hold; ``field_bytes`` of each field that isn't a file."""

    files: int = 50
    fields: int = 1000
    field_bytes: int = 1024 * 1024


ANY_FORM = FormLimits()


class SentForm(FormData):
    """A form in which a name that is asked for once stands once: which of two is meant nobody can tell.

    ``getlist`` gives all of a name where several are due. Everything else raises Problem 400 where there are several.
    """

    def __getitem__(self, name: str) -> UploadFile | str:
        """The one value. Raises KeyError, Problem."""
        if self._times[name] > 1:
            raise _said_twice(name)
        return super().__getitem__(name)

    def items(self) -> ItemsView[str, UploadFile | str]:
        """Each name with its one value."""
        return {name: self[name] for name in self}.items()

    @cached_property
    def _times(self) -> Counter[str]:
        return Counter(name for name, _ in self.multi_items())


async def read_form(request: Request, most: FormLimits = ANY_FORM) -> FormData:
    """The form; empty where none was sent. For a form with files take ``sent_form``, which closes them.

    Read once a request, by whoever asks first: for a page of the desk that is the gate, which looks for the form's token.
    Raises Problem 400 where it can't be read or isn't UTF-8, 413 where it is more than ``most``.
    """
    form: FormData | None = getattr(request.state, "sent_form", None)
    if form is None:
        form = request.state.sent_form = await _read(request, most)
    return form


@asynccontextmanager
async def sent_form(request: Request, most: FormLimits = ANY_FORM) -> AsyncIterator[FormData]:
    """``read_form`` for as long as its files are needed."""
    form = await read_form(request, most)
    try:
        yield form
    finally:
        await form.close()


def takes_form(model: type[BaseModel] | None = None, *, file: str) -> dict[str, Any]:
    """The form as OpenAPI shows it, for ``openapi_extra`` of a route that reads it here: the model's fields and a file."""
    told: dict[str, Any] = {"required": [file]}
    if model is not None:
        told = model.model_json_schema(ref_template="#/components/schemas/{model}")
    fields = told.get("properties", {}) | {file: {"type": "string", "format": "binary"}}
    schema = told | {"type": "object", "properties": fields}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def form_type(request: Request) -> str:
    """Which kind of form was sent; empty where it is none."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    return media_type if media_type in FORM_TYPES else ""


async def _read(request: Request, most: FormLimits) -> FormData:
    kind = form_type(request)
    if kind == "multipart/form-data":
        return await _multipart(request, most)
    return await _percent_encoded(request, most) if kind else SentForm()


async def _multipart(request: Request, most: FormLimits) -> FormData:
    headers = Headers({"content-type": f"{request.headers['content-type']}; charset={_BYTES_AS_THEY_ARE}"})
    parser = _Parts(
        headers, request.stream(), max_files=most.files, max_fields=most.fields, max_part_size=most.field_bytes
    )
    try:
        form = await parser.parse()
    except MultiPartException as fault:
        raise (too_large() if fault.message.startswith(_TOO_MUCH) else _malformed()) from fault
    try:
        return SentForm([(_words(name), _in_words(value)) for name, value in form.multi_items()])
    except UnicodeError as fault:
        await form.close()
        raise _not_utf8() from fault


class _Parts(MultiPartParser):
    """Starlette's reader, for parts of which each means one thing (RFC 7578 4.2, 4.3, 4.7, 4.8)."""

    def __init__(self, headers: Headers, stream: AsyncGenerator[bytes, None], **most: int) -> None:
        super().__init__(headers, self._not_for_ever(stream), **most)
        self._has_ended = False

    def on_headers_finished(self) -> None:
        """Refuse what could be read in two ways."""
        if not _means_one_thing(self._current_part.item_headers):
            raise MultiPartException("A part that could be read in two ways.")
        super().on_headers_finished()

    def on_end(self) -> None:
        """What comes now belongs to no part."""
        self._has_ended = True

    async def _not_for_ever(self, stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        behind = 0
        async for chunk in stream:
            behind += len(chunk) if self._has_ended else 0
            if behind > _MOST_BEHIND:
                raise MultiPartException("Too many bytes behind the end.")
            yield chunk


def _means_one_thing(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """One header of a kind; one parameter of a kind, none in the other spelling (``filename*``); no form within; no
    encoding that nobody would undo.
    """
    told = Counter(name for name, _ in headers)
    said = dict(headers)
    disposition = _QUOTED.sub(b"", said.get(b"content-disposition", b""))
    parameters = Counter(name.lower() for name in _PARAMETER.findall(disposition))
    return (
        max(told.values(), default=0) <= 1
        and disposition.partition(b";")[0].strip().lower() == b"form-data"
        and max(parameters.values(), default=0) <= 1
        and not any(b"*" in name for name in parameters)
        and not said.get(b"content-type", b"").strip().lower().startswith(b"multipart/")
        and said.get(b"content-transfer-encoding", b"").strip().lower() in _AS_THEY_ARE
    )


def _in_words(value: str | UploadFile) -> str | UploadFile:
    if isinstance(value, str):
        return _words(value)
    value.filename = _words(value.filename or "")
    return value


def _words(text: str) -> str:
    """The bytes as what they must be. Raises UnicodeError."""
    return _storable(text.encode(_BYTES_AS_THEY_ARE).decode("utf-8"))


def _storable(text: str) -> str:
    """With the picture of a NUL for the NUL, which PostgreSQL keeps in no text: nobody's words are lost for it."""
    return text.replace("\0", "\u2400")


async def _percent_encoded(request: Request, most: FormLimits) -> FormData:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_WITHOUT_FILES:
            raise too_large()
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=most.fields)
    except UnicodeError as fault:
        raise _not_utf8() from fault
    except ValueError as fault:  # the only other one that it raises: too many fields
        raise too_large() from fault
    if any(len(value.encode()) > most.field_bytes for _, value in pairs):
        raise too_large()
    return SentForm([(_storable(name), _storable(value)) for name, value in pairs])


def _malformed() -> Problem:
    return Problem(400, "malformed", "这份表单读不出来", "The form could not be read")


def _said_twice(name: str) -> Problem:
    fault = FieldFault(
        name, "twice", "出现了两次，无法判断以哪一个为准", "stands twice: which is meant nobody can tell"
    )
    return Problem(400, "malformed", "同一项填了两次", "A field was sent twice", fields=[fault])


def _not_utf8() -> Problem:
    return Problem(
        400,
        "not_utf8",
        "表单里的文字或文件名不是 UTF-8 编码，没有收下",
        "The form's words or a file's name are not UTF-8; nothing was taken",
        detail_zh="请用浏览器打开本页重新填写；由程序提交的，请改用 UTF-8。",
        detail_en="Open this page in a browser and fill it in again; a program must send UTF-8.",
    )


def too_large() -> Problem:
    """413: more than a form may hold."""
    return Problem(
        413,
        "too_large",
        "内容太大，没有收下",
        "Too large; nothing was taken",
        detail_zh="请少附几个文件，或把文件另行寄来。",
        detail_en="Attach fewer files, or send the files in another way.",
    )
