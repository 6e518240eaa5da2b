"""What attacks on a house have in common: staff with tokens, a mail through the pipe, a case of it, and what would act in a page."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx

from shared.contracts.values import Role
from tests.parts.house import UNIT
from tests.parts.html import elements, parse
from tests.parts.open_house import OpenHouse, until

PAGE = {"Accept": "text/html"}
VECTORS = (
    "<script>window.__pwned=1</script>",
    "<img src=x onerror=window.__pwned=1>",
    "<svg/onload=window.__pwned=1>",
    '"><script src=//evil.example></script>',
    "'-alert(1)-'",
    "</textarea><script>window.__pwned=1</script>",
    "</title><iframe srcdoc='<script>1</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
)
_ACTIVE = "//script[not(starts-with(@src, '/static/'))] | //iframe | //object | //embed | //base | //math | //meta[@http-equiv]"


async def staffed(house: OpenHouse) -> None:
    """An operator, a handler, an administrator, and a unit with somebody to dispatch to."""
    for name, role, unit in (
        ("operator", Role.OPERATOR, None),
        ("handler", Role.HANDLER, None),
        ("boss", Role.ADMINISTRATOR, None),
        ("unit", Role.UNIT_HANDLER, UNIT),
    ):
        house.tokens[name] = (await house.token(name, role, unit))["Authorization"]


async def mailed(house: OpenHouse, raw: bytes) -> httpx.Response:
    """A mail, as an MTA pipes it in, as if sent anew."""
    raw = raw.replace(b"<1@example.cn>", f"<{uuid4().hex}@example.cn>".encode())
    return await house.ask(
        "POST", "/intake/emails", "operator", content=raw, headers={"Content-Type": "message/rfc822"}
    )


async def case_of(house: OpenHouse, receipt: dict[str, Any]) -> str:
    """The number of a receipt's case, once it is registered."""
    path = f"/intake/submissions/{receipt['complaint_id']}"
    number: str = await until(house, path, "handler", lambda body: body["case_number"])
    return number


async def told(house: OpenHouse, **said: Any) -> str:
    """A complaint by phone; gives its case's number."""
    body = {"facts": "等了一个多小时没有叫到。", "target": {"unit": UNIT}, "call": {}} | said
    answer = await house.ask("POST", "/intake/phone-logs", "operator", json=body)
    assert answer.status_code == 201, answer.text
    return await case_of(house, answer.json())


async def dispatched(house: OpenHouse, number: str) -> None:
    """The case lies with the unit."""
    await until(
        house, "/workflow/directory/staff", "handler", lambda body: "unit" in {row["id"] for row in body["items"]}
    )
    for command, fields in (("accept", {}), ("forward", {"unit": UNIT, "advice": "请核实"})):
        answer = await house.ask("POST", f"/workflow/cases/{number}/actions/{command}", "handler", json=fields)
        assert answer.status_code == 200, answer.text


def active_in(page: str) -> Iterator[str]:
    """What would act in this page beyond our own: elements, handlers, addresses that are programs."""
    tree = parse(page)
    yield from (element.tag for element in elements(tree, _ACTIVE))
    for element in elements(tree, "//*"):
        for name, value in element.attrib.items():
            if name.lower().startswith("on") or value.strip().lower().startswith(("javascript:", "data:text", "//")):
                yield f"{element.tag} {name}"
