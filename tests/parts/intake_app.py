"""Intake alone, as its own application in this process: embedded, on a clock that a test sets, spoken to over HTTP."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from starlette.testclient import TestClient

from services.bootstrap import build
from shared.contracts.values import Role
from shared.identity.tokens import StoredTokens
from shared.sealing import KeyRing
from shared.settings import Settings
from shared.web.app import make_app

FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""A working day, ten in the morning in Shanghai."""
FORM = "/intake/web-forms"
FILLED = {
    "facts": "网上预约了上午十点，到窗口被告知要重新取号。",
    "demand": "补办登记并说明原因。",
    "unit": "市医疗保障局",
    "signature": "named",
    "name": "王昇堃",
    "phone": "138 0000 5521",
    "relation": "self",
    "reply_by": "sms",
    "truth": "yes",
}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a4944415478da63f80f0001010100b5e5b1c40000000049454e44ae426082"
)


@dataclass
class IntakeApp:
    """The application, its clock and its people's tokens."""

    client: TestClient
    app: Any
    service: Any
    settings: Settings
    now: datetime = FRIDAY
    tokens: dict[Role, str] = field(default_factory=dict)

    def clock(self) -> datetime:
        """Now."""
        return self.now

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def browser(self) -> TestClient:
        """Somebody else's browser."""
        other = TestClient(self.app, headers={"Accept": "text/html"}, follow_redirects=False)
        other.portal = self.client.portal  # the same event loop: commits are shared there
        return other

    def ask(self, method: str, path: str, role: Role = Role.OPERATOR, **more: Any) -> Any:
        """A request of the staff."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def done(self, method: str, path: str, role: Role = Role.OPERATOR, **more: Any) -> Any:
        """A request of the staff that must succeed; gives its JSON."""
        answer = self.ask(method, path, role, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def submissions(self) -> list[Any]:
        """All that was taken in."""
        return list(self.done("GET", "/intake/submissions?limit=200", Role.HANDLER)["items"])

    @property
    def ring(self) -> KeyRing:
        """What seals its messages."""
        ring: KeyRing = self.service.surroundings["door"].ring
        return ring

    def outbox(self, kind: str) -> list[bytes]:
        """The messages of a type that it has told, as they travel."""
        store = self.service.surroundings["door"].store

        async def read() -> list[bytes]:
            table = store.messages.outbox
            async with store.reading() as connection:
                query = select(table.c.body).where(table.c.type == kind).order_by(table.c.seq)
                return list((await connection.execute(query)).scalars())

        assert self.client.portal is not None
        found: list[bytes] = self.client.portal.call(read)
        return found


@contextmanager
def intake_app(folder: Path, **settings: Any) -> Iterator[IntakeApp]:
    """Start it; everything ends with the block."""
    chosen = Settings(data_dir=folder, **settings)
    held: list[IntakeApp] = []
    services = build(["intake"], chosen, clock=lambda: held[0].now if held else FRIDAY)
    app = make_app(services, chosen)
    with TestClient(app, headers={"Accept": "text/html"}, follow_redirects=False) as client:
        held.append(IntakeApp(client, app, services[-1], chosen))
        tokens = services[0].surroundings["premises"].tokens
        held[0].tokens = asyncio.run(_tokens(tokens))
        yield held[0]


async def _tokens(tokens: StoredTokens) -> dict[Role, str]:
    return {
        role: await tokens.add(
            name=f"示例{role.value}", role=role, unit=None, scopes=frozenset(), by="test", now=FRIDAY
        )
        for role in (Role.OPERATOR, Role.HANDLER, Role.AUDITOR)
    }


@dataclass(frozen=True)
class OpenForm:
    """The form's page as a browser holds it: its hidden fields, and the challenge it was given."""

    csrf: str
    idempotency_key: str
    challenge: str
    salt: str
    signature: str

    @property
    def hidden(self) -> dict[str, str]:
        """What is sent without being seen; no proof of work."""
        return {"csrf": self.csrf, "idempotency_key": self.idempotency_key}

    def proof(self) -> str:
        """The work done, as the page's script does it."""
        number = next(
            n for n in range(600_000) if hashlib.sha256(f"{self.salt}{n}".encode()).hexdigest() == self.challenge
        )
        said = {
            "algorithm": "SHA-256",
            "challenge": self.challenge,
            "number": number,
            "salt": self.salt,
            "signature": self.signature,
        }
        return base64.b64encode(json.dumps(said).encode()).decode()


def form_in(page: str) -> OpenForm:
    """What the page's form holds."""

    def found(pattern: str) -> str:
        match = re.search(pattern, page)
        assert match, pattern
        return html.unescape(match[1])

    return OpenForm(
        found(r'name="csrf" value="([^"]+)"'),
        found(r'name="idempotency_key" value="([^"]+)"'),
        found(r'data-challenge="([^"]+)"'),
        found(r'data-salt="([^"]+)"'),
        found(r'data-signature="([^"]+)"'),
    )


def open_form(browser: Any) -> OpenForm:
    """Go to the form."""
    return form_in(browser.get(FORM).text)
