"""``/docs``: every operation of the process is listed on a page that needs nobody else's assets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.web.docs_page import operations
from tests.parts import html
from tests.parts.intake_app import intake_app


def test_docs_list_every_operation_without_script_or_third_party(tmp_path: Path) -> None:
    """As many as the OpenAPI document has, under our own content policy."""
    with intake_app(tmp_path) as house:
        document = house.client.get("/openapi.json").json()
        answer = house.client.get("/docs")
    listed = operations(document)
    assert answer.status_code == 200
    page = html.parse(answer.text)
    assert len(html.elements(page, "//details")) == len(listed) == sum(len(item) for item in document["paths"].values())
    assert "POST /intake/phone-logs" in html.text_of(page)
    assert not re.search(r'(src|href)="(https?:)?//', answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("document", [{}, {"paths": {}}, {"paths": {"/x": {"get": {}}}}])
def test_a_bare_document_is_listed_as_well(document: dict[str, object]) -> None:
    """Whatever is left out stays empty."""
    assert [each.path for each in operations(document)] == list(document.get("paths", {}))  # type: ignore[call-overload]  # a dict or nothing
