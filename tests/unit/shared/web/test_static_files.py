"""How the look and the scripts are served."""

import gzip
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from shared.web.static_files import BUNDLED, StaticFiles, without_remarks

STATIC = StaticFiles()
CLIENT = TestClient(Starlette(routes=[STATIC.route()]))


def test_the_address_changes_with_the_content(tmp_path: Path) -> None:
    """A new look is seen at once, though browsers keep the old one for ever."""
    (tmp_path / "a.css").write_text("a{}", encoding="utf-8")
    before = StaticFiles(tmp_path).url("a.css")
    assert StaticFiles(tmp_path).url("a.css") == before
    (tmp_path / "a.css").write_text("b{}", encoding="utf-8")
    assert StaticFiles(tmp_path).url("a.css") != before


def test_a_file_is_kept_by_the_browser_for_a_year() -> None:
    """Under its own address it never changes."""
    answer = CLIENT.get(STATIC.url("shouli.css"), headers={"accept-encoding": "identity"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.text == without_remarks((BUNDLED / "shouli.css").read_text(encoding="utf-8"))


def test_a_stylesheet_loses_its_remarks_and_nothing_else() -> None:
    """What has a meaning stays: blanks within a selector and within a value."""
    sheet = "/* a, b */\n.a .b > :first-child, .c {\n  margin: 0 1rem; /* x */\n  width: calc(1rem - 2px);\n}\n"
    assert without_remarks(sheet) == ".a .b > :first-child,.c{margin: 0 1rem;width: calc(1rem - 2px);}"


def test_the_address_of_another_release_gets_what_we_have_and_may_not_keep_it() -> None:
    """While a release is rolled out, no page stands bare."""
    answer = CLIENT.get("/static/000000000000/shouli.css")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_a_compressed_copy_is_sent_to_whoever_takes_it() -> None:
    """Made once, at start."""
    with CLIENT.stream("GET", STATIC.url("shouli.css"), headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(raw).decode() == without_remarks((BUNDLED / "shouli.css").read_text(encoding="utf-8"))
    assert len(raw) < 12_000


def test_an_unchanged_file_is_not_sent_again() -> None:
    """304 for whoever has it."""
    tag = CLIENT.get(STATIC.url("icons.svg")).headers["etag"]
    answer = CLIENT.get(STATIC.url("icons.svg"), headers={"if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.css", "..%2Fpages.py", "%2e%2e%2fpages.py", "..", "shouli.css%00"])
def test_nothing_else_is_served(name: str) -> None:
    """Only the names read at start are answered, so no path leads out of the folder."""
    assert CLIENT.get(f"/static/{STATIC.version}/{name}").status_code == 404


def test_a_wrong_name_in_a_template_fails() -> None:
    """At once, rather than as a missing picture."""
    with pytest.raises(LookupError, match=r"nothing\.css"):
        STATIC.url("nothing.css")


def test_head_is_answered_without_a_body() -> None:
    """As HTTP wants it."""
    answer = CLIENT.head(STATIC.url("shouli.js"))
    assert (answer.status_code, answer.content) == (200, b"")
