"""``make fuzz [ARGS="-n 50"]``: every operation of the OpenAPI document, asked by each role that may, with what schemathesis
thinks up: examples, the edges of every schema, random values, and chains of requests.

A house of its own is opened and filled, so that there is something to break. What must not happen: an answer of 5xx, a
status, a type or a shape that the document doesn't name. Schemathesis is fetched into a place of its own by ``uv``: it is no
part of the project. What it found is kept in ``build/fuzz``; what is asked is the same each time (``--seed``).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from shared.contracts.values import Role
from tests.parts.access_matrix import TABLE
from tests.parts.staffed_house import PATIENCE, PEOPLE, StaffedHouse, fill, staffed_house

SCHEMATHESIS = "schemathesis==4.32.5"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
USUALLY = ("--seed", "20261123", "--max-examples", "25", "--continue-on-failure", "--request-timeout", "60")
FOUND = Path("build/fuzz").absolute()
NOT_ASKED = frozenset({"message/rfc822"})
"""Kinds of content that schemathesis can't write; mails have a corpus of their own."""
LISTS: Mapping[str, tuple[Role, str, str]] = {
    "complaint_id": (Role.HANDLER, "/intake/submissions", "complaint_id"),
    "item_id": (Role.HANDLER, "/intake/quarantine", "id"),
    "delivery_id": (Role.HANDLER, "/notify/call-list", "id"),
    "opening_id": (Role.HANDLER, "/intake/box-openings", "id"),
    "who": (Role.HANDLER, "/workflow/directory/staff", "id"),
}
"""Names in addresses, and where what they may stand for is listed."""
_ASKED = re.compile(r"(\d+) generated")


def main(more: Sequence[str]) -> int:
    """Ask as each role in turn; 0 where nothing was found."""
    FOUND.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        (FOUND / "house.log").open("w") as log,
        redirect_stdout(log),
        staffed_house(Path(folder)) as house,
    ):
        document = _document(house)
        asked = [_asked(house, role, document, more) for role in PEOPLE]
    sys.stdout.write(f"{sum(count for count, _ in asked)} requests; what was found is in {FOUND}\n")
    return int(any(failed for _, failed in asked))


def _document(house: StaffedHouse) -> dict[str, Any]:
    """The OpenAPI document, each name in an address with what is there beside what may not be."""
    known = {"number": list(fill(house).values())} | {
        name: [item[key] for item in house.done(role, "GET", path)["items"]]
        for name, (role, path, key) in LISTS.items()
    }
    known["identifier"] = [
        item["id"]
        for number in known["number"]
        for item in house.done(Role.HANDLER, "GET", f"/forms/documents?case={number}")["items"]
    ]
    document: dict[str, Any] = httpx.get(house.url + "/openapi.json", timeout=PATIENCE).json()
    for operation in (each for methods in document["paths"].values() for each in methods.values()):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path" and parameter["name"] in known:
                parameter["schema"] = {"anyOf": [{"enum": known[parameter["name"]]}, parameter["schema"]]}
    return document


def _asked(house: StaffedHouse, role: Role, document: dict[str, Any], more: Sequence[str]) -> tuple[int, bool]:
    """How many requests were made as this role, and whether something was found."""
    paths = {path: _open_to(role, path, methods) for path, methods in document["paths"].items()}
    told = FOUND / f"{role.value}.json"
    told.write_text(json.dumps(document | {"paths": {path: methods for path, methods in paths.items() if methods}}))
    ran = subprocess.run(_command(house, role, told, more), cwd=FOUND, capture_output=True, text=True, check=False)
    (FOUND / f"{role.value}.txt").write_text(ran.stdout + ran.stderr)
    count = sum(map(int, _ASKED.findall(ran.stdout)))
    sys.stderr.write(
        f"{role.value}: {count} requests, {'something was found' if ran.returncode else 'nothing found'}\n"
    )
    return count, bool(ran.returncode)


def _open_to(role: Role, path: str, methods: Mapping[str, Any]) -> dict[str, Any]:
    """The operations that the role may use; what everybody may, the operator asks for."""
    rows = {method: TABLE.of(method.upper(), path) for method in methods}
    return {
        method: said
        for method, said in methods.items()
        if (row := rows[method]) is not None
        and role in (row.roles or {Role.OPERATOR})
        and not NOT_ASKED & said.get("requestBody", {}).get("content", {}).keys()
    }


def _command(house: StaffedHouse, role: Role, told: Path, more: Sequence[str]) -> list[str]:
    premises = house.services[0].surroundings["premises"]
    _, name, unit = PEOPLE[role]
    now = house.services[0].surroundings["reception"].clock()
    token = house.run(premises.tokens.add(name=name, role=role, unit=unit, scopes=frozenset(), now=now))
    uv = Path(sys.executable).with_name("uv")
    run = [str(uv), "tool", "run", "--from", SCHEMATHESIS, "schemathesis", "run", str(told), "--url", house.url]
    return [*run, "--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS), *USUALLY, *more]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
