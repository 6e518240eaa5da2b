"""Every door of intake that takes a form refuses words that aren't UTF-8, before anything is kept or registered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.intake_app import FORM, PNG, IntakeApp, intake_app

DOORS = (
    ("POST", FORM),
    ("PUT", f"{FORM}/draft"),
    ("POST", f"{FORM}/draft/discard"),
    ("POST", "/desk/phone"),
    ("POST", "/desk/phone/known"),
    ("POST", "/desk/visit"),
    ("POST", "/desk/letter"),
    ("POST", "/desk/box"),
    ("POST", "/desk/box/openings"),
    ("POST", "/desk/scan"),
    ("POST", "/desk/imports"),
    ("POST", "/desk/checks"),
    ("POST", "/intake/faxes"),
    ("POST", "/intake/phone-logs/import"),
)
GBK = "投诉".encode("gbk")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IntakeApp]:
    """Intake."""
    with intake_app(tmp_path_factory.mktemp("forms"), public_posts_a_minute=0) as started:
        yield started


def a_form(*, name: bytes = b"facts", value: bytes = b"x", file: bytes = b"scan.png") -> bytes:
    """A form of one field and one file."""
    return (
        b'--b\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value + b"\r\n"
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + file + b'"\r\n'
        b"Content-Type: image/png\r\n\r\n" + PNG + b"\r\n--b--\r\n"
    )


@pytest.mark.parametrize(("method", "path"), DOORS, ids=[f"{method} {path}" for method, path in DOORS])
def test_a_form_that_is_not_utf8_is_refused_and_nothing_is_kept(house: IntakeApp, method: str, path: str) -> None:
    """Name, value, file's name, and the same without files: 400, in words that say what to do."""
    multipart, encoded = "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"
    bodies = [(multipart, a_form(name=GBK)), (multipart, a_form(value=GBK)), (multipart, a_form(file=GBK))]
    if not path.startswith("/intake/faxes") and not path.endswith("/import"):  # these two take files only
        bodies.append((encoded, b"facts=%CD%B6%CB%DF"))
    for content_type, body in bodies:
        answer = house.ask(method, path, content=body, headers={"Content-Type": content_type, "Accept": "*/*"})
        assert (answer.status_code, answer.json()["code"]) == (400, "not_utf8"), content_type
    assert house.submissions() == []
    assert not [each for each in Path(house.settings.originals_folder).rglob("*") if each.is_file()]
