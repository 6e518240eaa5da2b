"""Key management services that wrap the key ring: HashiCorp Vault's Transit engine, and OpenBao's, which speaks the same.

Law of this file: the service's key never comes here; what comes is the ring, once a start, into memory only. A service that
doesn't answer stops the start, and is of no concern to a process that runs. What stands in an error names no secret.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Any

import httpx

from shared.sealing import Kms, KmsUnusable

_CALL_SECONDS = 10.0


class TransitKms:
    """Vault's Transit engine (``/v1/transit/encrypt/KEY``, ``…/decrypt/KEY``), with a token that may use this key only."""

    def __init__(self, url: str, key: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._url = f"{url.rstrip('/')}/v1/transit"
        self._key = key
        self._token = token
        self._transport = transport

    def wrap(self, plaintext: bytes) -> str:
        """Encrypt under the newest version of the key. Raises KmsUnusable."""
        return str(self._asked("encrypt", {"plaintext": base64.b64encode(plaintext).decode()}, "ciphertext"))

    def unwrap(self, wrapped: str) -> bytes:
        """Decrypt, by whichever version of the key wrapped it. Raises KmsUnusable."""
        try:
            return base64.b64decode(self._asked("decrypt", {"ciphertext": wrapped}, "plaintext"), validate=True)
        except binascii.Error as fault:
            raise KmsUnusable("the key management service's answer can't be read") from fault

    def _asked(self, what: str, body: dict[str, str], wanted: str) -> Any:
        try:
            with httpx.Client(transport=self._transport, timeout=_CALL_SECONDS) as http:
                headers = {"X-Vault-Token": self._token}
                answer = http.post(f"{self._url}/{what}/{self._key}", json=body, headers=headers)
                return answer.raise_for_status().json()["data"][wanted]
        except httpx.HTTPStatusError as fault:
            raise KmsUnusable(f"the key management service refuses to {what}: {fault.response.status_code}") from None
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
            raise KmsUnusable(f"the key management service doesn't answer ({type(fault).__name__})") from None


class FakeKms:
    """Wraps in memory: the fake beside the port."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def wrap(self, plaintext: bytes) -> str:
        """A ticket for it."""
        ticket = secrets.token_hex(8)
        self._kept[ticket] = plaintext
        return ticket

    def unwrap(self, wrapped: str) -> bytes:
        """What the ticket is for. Raises KmsUnusable."""
        if wrapped not in self._kept:
            raise KmsUnusable("never wrapped here")
        return self._kept[wrapped]


def kms_of(url: str, key: str, token: str) -> Kms | None:
    """The service that these settings name; None where none is named. Raises ValueError where one is named by half."""
    if not url:
        return None
    if not token or not key:
        raise ValueError(
            "SHOULI_KMS_URL needs SHOULI_KMS_KEY and SHOULI_KMS_TOKEN (or SHOULI_KMS_TOKEN_FILE) beside it"
        )
    return TransitKms(url, key, token)
