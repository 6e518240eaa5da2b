"""Which language a reader gets, and what a catalogue must be."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from shared.web.i18n import BadCatalogue, Catalogue, Language, language_of, preferred, read_catalogue

ZH, EN = Language.ZH, Language.EN


def request(*, query: str = "", cookie: str = "", accept: str = "") -> Request:
    """A request with these wishes."""
    headers = [(b"accept-language", accept.encode()), (b"cookie", cookie.encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": headers})


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", ZH),
        ("*", ZH),
        ("en", EN),
        ("en-GB,en;q=0.9", EN),
        ("zh-CN,zh;q=0.9,en;q=0.8", ZH),
        ("en;q=0.8, zh;q=0.9", ZH),
        ("de,fr;q=0.9,en;q=0.1", EN),
        ("de, fr", ZH),
        ("en;q=0", ZH),
        ("EN-us", EN),
        ("en;q=much", ZH),
        (";;;,,,q=,=", ZH),
    ],
)
def test_the_best_of_our_languages_is_taken_from_accept_language(accept: str, language: Language) -> None:
    """Weights order the wishes, a language we lack is passed over, and Chinese stands where nothing fits."""
    assert preferred(accept) is language


@given(st.text())
def test_junk_in_accept_language_is_ignored(accept: str) -> None:
    """Whatever the header holds, one of the two languages comes out."""
    assert preferred(accept) in set(Language)


def test_the_query_goes_before_the_cookie_and_the_cookie_before_the_header() -> None:
    """The nearest wish wins."""
    assert language_of(request(query="lang=en", cookie="lang=zh", accept="zh")) is EN
    assert language_of(request(cookie="lang=en", accept="zh")) is EN
    assert language_of(request(accept="en")) is EN


def test_a_language_we_lack_is_no_wish() -> None:
    """``?lang=xx`` and a forged cookie change nothing."""
    assert language_of(request(query="lang=xx", cookie="lang=<b>", accept="en")) is EN


def test_one_and_several_have_their_own_words() -> None:
    """A text may have a form for one, chosen by ``count``."""
    catalogue = Catalogue({ZH: {"n": "{count} 个"}, EN: {"n": {"one": "one file", "other": "{count} files"}}})
    assert catalogue.say("n", EN, count=1) == "one file"
    assert catalogue.say("n", EN, count=3) == "3 files"
    assert catalogue.say("n", ZH, count=1) == "1 个"


def test_a_text_in_one_language_only_does_not_load() -> None:
    """A catalogue that would fail some reader fails at start."""
    with pytest.raises(BadCatalogue, match="a: only in one language"):
        Catalogue({ZH: {"a": "甲"}, EN: {}})


def test_other_placeholders_do_not_load() -> None:
    """A translation that drops a value is a fault."""
    with pytest.raises(BadCatalogue, match="a: other placeholders"):
        Catalogue({ZH: {"a": "{name} 甲"}, EN: {"a": "A"}})


def test_a_key_given_by_two_rooms_does_not_load(tmp_path: Path) -> None:
    """Two services can't give one key two meanings."""
    rooms = [tmp_path / name / "web" / "locale" for name in ("one", "two")]
    for room in rooms:
        room.mkdir(parents=True)
        for language in Language:
            (room / f"{language}.json").write_text(json.dumps({"a": "甲"}), encoding="utf-8")
    with pytest.raises(BadCatalogue, match="two: given before: a"):
        read_catalogue(*rooms)


def test_a_key_nobody_wrote_is_a_fault() -> None:
    """No page shows a key in place of a text."""
    with pytest.raises(KeyError):
        Catalogue({ZH: {}, EN: {}}).say("a", ZH)
