"""A form as it was sent (RFC 7578, or percent-encoded as browsers do without files): its words are UTF-8, or it isn't taken.

Law of this file: nothing is decoded by guessing. Starlette's own reader takes bytes that aren't UTF-8 for Latin-1, or for
U+FFFD, and a complaint in GBK would be stored as letters that nobody wrote; here it is 400, and the sender is told. Every
route reads forms by this file and not by ``request.form()``. It must not know what a field means.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from shared.web.problems import Problem

FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_MOST_WITHOUT_FILES = 2 * 1024 * 1024
"""Bytes of a percent-encoded form, which is read into memory: a character of Chinese is nine of them."""
_BYTES_AS_THEY_ARE = "latin-1"
"""The charset in which every byte is a character: the words are made of the bytes afterwards."""
_TOO_MUCH = ("Too many", "Part exceeded")
"""How Starlette begins when it has had enough."""


@dataclass(frozen=True, slots=True)
class FormLimits:
    """How much one form may hold; ``field_bytes`` of each field that isn't a file."""

    files: int = 50
    fields: int = 1000
    field_bytes: int = 1024 * 1024


ANY_FORM = FormLimits()


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


def form_type(request: Request) -> str:
    """Which kind of form was sent; empty where it is none."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    return media_type if media_type in FORM_TYPES else ""


async def _read(request: Request, most: FormLimits) -> FormData:
    kind = form_type(request)
    if kind == "multipart/form-data":
        return await _multipart(request, most)
    return await _percent_encoded(request, most) if kind else FormData()


async def _multipart(request: Request, most: FormLimits) -> FormData:
    headers = Headers({"content-type": f"{request.headers['content-type']}; charset={_BYTES_AS_THEY_ARE}"})
    parser = MultiPartParser(
        headers, request.stream(), max_files=most.files, max_fields=most.fields, max_part_size=most.field_bytes
    )
    try:
        form = await parser.parse()
    except MultiPartException as fault:
        raise (too_large() if fault.message.startswith(_TOO_MUCH) else _malformed()) from fault
    try:
        return FormData([(_words(name), _in_words(value)) for name, value in form.multi_items()])
    except UnicodeError as fault:
        await form.close()
        raise _not_utf8() from fault


def _in_words(value: str | UploadFile) -> str | UploadFile:
    if isinstance(value, str):
        return _words(value)
    value.filename = _words(value.filename or "")
    return value


def _words(text: str) -> str:
    """The bytes as what they must be. Raises UnicodeError."""
    return text.encode(_BYTES_AS_THEY_ARE).decode("utf-8")


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
    return FormData(list[tuple[str, str | UploadFile]](pairs))


def _malformed() -> Problem:
    return Problem(400, "malformed", "这份表单读不出来", "The form could not be read")


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
