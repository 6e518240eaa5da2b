"""Two languages, Chinese first.

Law of this file: a text that people read stands once in each language, under one key, with the same placeholders; a
catalogue in which they differ doesn't load. It must not know any page. Texts hold no markup: what is put into a page
is escaped there.
"""

from __future__ import annotations

import json
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from starlette.requests import HTTPConnection

LANGUAGE_COOKIE = "lang"
LANGUAGE_QUERY = "lang"


class Language(StrEnum):
    """The languages of the pages. The first is spoken where nothing else is asked for."""

    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """The BCP 47 tag, as ``lang`` and ``Content-Language`` want it."""
        return {"zh": "zh-CN", "en": "en"}[self.value]

    @property
    def other(self) -> Language:
        """The language that a page offers to switch to."""
        return Language.EN if self is Language.ZH else Language.ZH


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text that comes from configuration or code rather than from the catalogue."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The text in ``language``."""
        return self.zh if language is Language.ZH else self.en


class Sayable(Protocol):
    """Anything that has words in both languages."""

    def in_language(self, language: Language) -> str:
        """The words in ``language``."""
        ...


class BadCatalogue(ValueError):
    """The catalogue's files contradict each other: the fault of whoever edited them, found at start."""


Text = str | dict[str, str]
"""A text, or a text for one (``one``) and for several (``other``), chosen by the value of ``count``."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every text of the pages, by language and key."""

    texts: Mapping[Language, Mapping[str, Text]]

    def __post_init__(self) -> None:
        faults = list(_differences(self.texts[Language.ZH], self.texts[Language.EN]))
        if faults:
            raise BadCatalogue("; ".join(faults))

    def __contains__(self, key: object) -> bool:
        return key in self.texts[Language.ZH]

    def say(self, key: str, language: Language, **values: object) -> str:
        """The text of ``key`` with ``values`` put in. Raises KeyError for a key that no catalogue holds."""
        text = self.texts[language][key]
        if isinstance(text, dict):
            text = text["one" if values.get("count") == 1 else "other"]
        return text.format(**values) if values else text


def read_catalogue(*folders: Path) -> Catalogue:
    """Read ``zh.json`` and ``en.json`` of each folder into one catalogue.

    Raises BadCatalogue where a key is given twice, or is missing in one of the languages.
    """
    return Catalogue({language: _read(language, folders) for language in Language})


def _read(language: Language, folders: Iterable[Path]) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    for folder in folders:
        more: dict[str, Text] = json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
        twice = texts.keys() & more.keys()
        if twice:
            raise BadCatalogue(f"{folder.parent.parent.name}: given before: {', '.join(sorted(twice))}")
        texts |= more
    return texts


def _differences(zh: Mapping[str, Text], en: Mapping[str, Text]) -> Iterable[str]:
    for key in sorted(zh.keys() ^ en.keys()):
        yield f"{key}: only in one language"
    for key in sorted(zh.keys() & en.keys()):
        if _placeholders(zh[key]) != _placeholders(en[key]):
            yield f"{key}: other placeholders"


def _placeholders(text: Text) -> set[str]:
    forms = text.values() if isinstance(text, dict) else [text]
    names = {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}
    # English may say "one file" without the figure, so the count itself is no difference.
    return names - {"count"}


def language_of(connection: HTTPConnection) -> Language:
    """The language to answer in: ``?lang=``, then the cookie, then Accept-Language (RFC 9110 12.5.4), then Chinese."""
    for wish in (connection.query_params.get(LANGUAGE_QUERY), connection.cookies.get(LANGUAGE_COOKIE)):
        if wish in set(Language):
            return Language(wish)
    return preferred(connection.headers.get("accept-language", ""))


def preferred(accept_language: str) -> Language:
    """The best of our languages for an Accept-Language header; junk in it is passed over."""
    wishes = sorted((_weighed(part) for part in accept_language.split(",")), key=lambda wish: -wish[0])
    for weight, primary in wishes:
        if weight > 0 and primary in set(Language):
            return Language(primary)
    return Language.ZH


def _weighed(part: str) -> tuple[float, str]:
    tag, _, parameter = part.strip().lower().partition(";")
    primary = tag.strip().partition("-")[0]
    _, _, weight = parameter.partition("q=")
    try:
        return (float(weight) if parameter else 1.0), primary
    except ValueError:
        return 0.0, primary
