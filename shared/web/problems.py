"""Problems: what went wrong, told after RFC 9457, in the reader's language.

Law of this file: a problem says who is at fault, what to do, and every faulty field by name; it never repeats what was
sent, since that may name a person. Pure values: how they travel over HTTP is in ``problem_answers``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.web.i18n import Bilingual, Language

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:shouli:problem:"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One fault of one field. ``name`` is the field as it was sent, dots between levels: ``complainant.phone``."""

    name: str
    code: str
    message_zh: str
    message_en: str

    def in_language(self, language: Language) -> str:
        """The message in ``language``."""
        return self.message_zh if language is Language.ZH else self.message_en

    @property
    def label_key(self) -> str:
        """Where the catalogue may hold the field's name as people know it."""
        return f"field.{self.name.rpartition('.')[2]}"


class Problem(Exception):
    """Raised by a route or a handler to end the request with an answer.

    ``status`` is the HTTP status, ``code`` a short stable name for programs, the titles one sentence for people, the
    details what to do about it. ``headers`` go out with the answer (Retry-After, WWW-Authenticate).
    """

    def __init__(
        self,
        status: int,
        code: str,
        title_zh: str,
        title_en: str,
        *,
        detail_zh: str = "",
        detail_en: str = "",
        fields: Sequence[FieldFault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = Bilingual(title_zh, title_en)
        self.detail = Bilingual(detail_zh, detail_en)
        self.fields = tuple(fields)
        self.headers = dict(headers or {})


def problem_body(problem: Problem, language: Language, *, request_id: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """The members of RFC 9457, with ``code``, ``request_id`` and, where fields are at fault, ``errors``.

    ``labels`` gives the fields' names as people know them, by field name; a field without one is told by its own name.
    """
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.code,
        "title": problem.title.in_language(language),
        "status": problem.status,
        "code": problem.code,
        "request_id": request_id,
        "instance": f"urn:request:{request_id}",
    }
    detail = problem.detail.in_language(language) or in_one_line(problem.fields, language, labels)
    if detail:
        body["detail"] = detail
    if problem.fields:
        body["errors"] = [_error(fault, language, labels) for fault in problem.fields]
    return body


def in_one_line(faults: Sequence[FieldFault], language: Language, labels: Mapping[str, str]) -> str:
    """All faults in one sentence, for a reader who sees only ``detail``."""
    colon, stop, end = ("：", "；", "。") if language is Language.ZH else (": ", "; ", ".")
    said = [f"{labels.get(fault.name, fault.name)}{colon}{fault.in_language(language)}" for fault in faults]
    return stop.join(said) + end if said else ""


def _error(fault: FieldFault, language: Language, labels: Mapping[str, str]) -> dict[str, str]:
    return {
        "field": fault.name,
        "label": labels.get(fault.name, fault.name),
        "code": fault.code,
        "message": fault.in_language(language),
    }
