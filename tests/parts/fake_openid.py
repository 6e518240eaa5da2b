"""An OpenID Connect provider for tests: answers at its own address, signs with its own key, and lies when told to."""

import base64
import hashlib
import itertools
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from tests.parts.ports import LOOPBACK

SECRET = "what-the-two-of-us-have-agreed-upon"
"""Of the client, unless it is told otherwise."""


class FakeOpenId:
    """A provider. ``claims`` are what it will say of whoever comes; ``now`` is the time by its clock."""

    def __init__(self, now: datetime | None = None) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "op1", "use": "sig"})
        self.signs_with: RSAKey | OctKey = self.key
        self.claims: dict[str, Any] = {}
        self.now = now or datetime.now(UTC)
        self.codes: dict[str, dict[str, str]] = {}
        self.secret = SECRET
        self._numbers = itertools.count()
        self.algorithm = "RS256"
        self.published: dict[str, Any] = {}
        """What its published description says otherwise."""
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self))

    @property
    def issuer(self) -> str:
        """Its name and address."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def authorize(self, url: str) -> dict[str, str]:
        """A person agrees at the provider: the query that the browser is sent back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["code_challenge_method"] == "S256"
        code = f"code{next(self._numbers)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def token(self, fields: dict[str, str], basic: str) -> dict[str, Any] | None:
        """The ID token for a code, once, to the client that has the secret, for the verifier and the address it began with."""
        asked = self.codes.pop(fields.get("code", ""), None)
        verifier = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        if asked is None or base64.urlsafe_b64encode(verifier).decode().rstrip("=") != asked["code_challenge"]:
            return None
        client = base64.b64encode(f"{asked['client_id']}:{self.secret}".encode()).decode()
        if basic != f"Basic {client}" or fields.get("redirect_uri") != asked["redirect_uri"]:
            return None
        at = int(self.now.timestamp())
        claims = {"iss": self.issuer, "aud": asked["client_id"], "nonce": asked["nonce"], "iat": at, "exp": at + 300}
        header = {"alg": self.algorithm, "kid": "op1"}
        signed = jwt.encode(header, claims | self.claims, self.signs_with, algorithms=[self.algorithm])
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed}

    def document(self, path: str) -> dict[str, Any] | None:
        """What it publishes."""
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
            told = {"issuer": self.issuer} | {name: f"{self.issuer}/{end}" for name, end in ends.items()}
            return told | self.published
        return dict(KeySet([self.key]).as_dict(private=False)) if path == "/jwks" else None

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(provider: FakeOpenId) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(provider.document(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(provider.token(fields, self.headers.get("Authorization", "")))

        def _answer(self, found: dict[str, Any] | None) -> None:
            body = json.dumps(found or {"error": "invalid_grant"}).encode()
            self.send_response(200 if found else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
