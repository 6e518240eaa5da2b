"""Files given to a browser: nothing that a stranger called them gets into a header as it is."""

from __future__ import annotations

import pytest

from shared.web.files import BYTES, file_answer


@pytest.mark.parametrize(
    "told", ["image/png", "text/plain; charset=utf-8", "application/vnd.ms-excel", 'text/x; a="b-c"']
)
def test_a_media_type_is_told_as_it_is(told: str) -> None:
    """Whatever has its form."""
    assert file_answer(b"", told, "a").headers["content-type"].startswith(told)


@pytest.mark.parametrize(
    "told", ["", "png", "投诉/信", "text/html\r\nSet-Cookie: a=b", "a/b/c", "text/plain; x", "²/²", "a/b\n"]
)
def test_what_is_no_media_type_is_bytes(told: str) -> None:
    """A type that could break the answer, or say more than a type, is none."""
    answer = file_answer(b"", told, "a", to_look_at=True)
    assert answer.headers["content-type"] == BYTES
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "set-cookie" not in answer.headers


def test_a_name_is_only_a_name() -> None:
    """Whatever letters it has."""
    told = file_answer(b"", BYTES, '扫描"\r\nX: y.png').headers["content-disposition"]
    assert told == "attachment; filename*=UTF-8''%E6%89%AB%E6%8F%8F%22%0D%0AX%3A%20y.png"
