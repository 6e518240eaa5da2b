"""What the key ring asks of a key management service: of Vault's Transit engine, spoken to over HTTP, and of the fake beside it."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from shared.kms import FakeKms, TransitKms, kms_of
from shared.sealing import (
    Kms,
    KmsUnusable,
    extend_key_ring,
    load_key_ring,
    new_key_ring,
    rotated,
    save_key_ring,
    wrap_key_ring,
)

TOKEN = "hvs.of-this-key-only"


class FakeVault:
    """The Transit engine as its manual has it: versions, base64, and 400 or 403 for what it doesn't do."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        if request.headers.get("X-Vault-Token") != TOKEN:
            return httpx.Response(403, json={"errors": ["permission denied"]})
        said = json.loads(request.content)
        if request.url.path == "/v1/transit/encrypt/shouli":
            base64.b64decode(said["plaintext"], validate=True)
            self.kept.append(said["plaintext"])
            return httpx.Response(200, json={"data": {"ciphertext": f"vault:v1:{len(self.kept) - 1}"}})
        if request.url.path == "/v1/transit/decrypt/shouli" and said["ciphertext"].startswith("vault:v1:"):
            place = int(said["ciphertext"].rpartition(":")[2])
            return httpx.Response(200, json={"data": {"plaintext": self.kept[place]}})
        return httpx.Response(400, json={"errors": ["invalid ciphertext"]})


def _transit(token: str = TOKEN, answer: Callable[[httpx.Request], httpx.Response] | None = None) -> TransitKms:
    return TransitKms(
        "https://vault.example/", "shouli", token, transport=httpx.MockTransport(answer or FakeVault().answer)
    )


@pytest.fixture(params=["transit", "fake"])
def kms(request: pytest.FixtureRequest) -> Kms:
    """Each in turn."""
    return _transit() if request.param == "transit" else FakeKms()


def test_what_is_wrapped_is_unwrapped(kms: Kms):
    """Bytes for bytes, and nothing of it stands in what is kept."""
    wrapped = kms.wrap(b"\x00 thirty-two bytes of a key \xff")
    assert kms.unwrap(wrapped) == b"\x00 thirty-two bytes of a key \xff"
    assert "thirty" not in wrapped


def test_what_it_never_wrapped_it_does_not_open(kms: Kms):
    """A ring of another house, say."""
    with pytest.raises(KmsUnusable):
        kms.unwrap("somebody else's")


def test_a_ring_is_made_read_and_rotated_in_its_wrapping(kms: Kms, tmp_path: Path):
    """No key lies in the file at any time, and without the service it can't be read."""
    ring, path = new_key_ring(), tmp_path / "keys.json"
    save_key_ring(ring, path, kms)
    extend_key_ring(rotated(load_key_ring(path, kms)), path, kms)
    found = load_key_ring(path, kms)
    assert (found.current, found.open(ring.seal(b"x"))) == ("k2", b"x")
    for key in (*found.keys.values(), found.index_key, found.session_key):
        assert base64.b64encode(key).decode() not in path.read_text()
    with pytest.raises(ValueError, match="is wrapped, and no key management service"):
        load_key_ring(path)


def test_a_ring_that_lay_open_is_wrapped_once_and_refused_until_then(kms: Kms, tmp_path: Path):
    """Nobody goes on with a ring that anybody may have read in the belief that it is wrapped."""
    ring, path = new_key_ring(), tmp_path / "keys.json"
    save_key_ring(ring, path)
    with pytest.raises(ValueError, match="shouli keys wrap"):
        load_key_ring(path, kms)
    wrap_key_ring(path, kms)
    assert load_key_ring(path, kms) == ring
    with pytest.raises(ValueError, match="is wrapped"):
        wrap_key_ring(path, kms)


class _Forgetful(FakeKms):
    def unwrap(self, wrapped: str) -> bytes:
        return b"x" + super().unwrap(wrapped)


def test_a_service_that_gives_back_something_else_changes_nothing(tmp_path: Path):
    """What it wraps is opened again before the file is replaced."""
    path = tmp_path / "keys.json"
    save_key_ring(new_key_ring(), path)
    before = path.read_bytes()
    with pytest.raises(KmsUnusable, match="nothing was changed"):
        wrap_key_ring(path, _Forgetful())
    assert path.read_bytes() == before


def _away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)


@pytest.mark.parametrize(
    ("kms", "said"),
    [
        (_transit("another token"), "refuses to encrypt: 403"),
        (_transit(answer=_away), "ConnectError"),
        (_transit(answer=lambda _: httpx.Response(200, json={"data": {}})), "KeyError"),
        (_transit(answer=lambda _: httpx.Response(200, text="<html>")), "JSONDecodeError"),
    ],
)
def test_a_service_that_is_of_no_use_says_why_and_no_secret(kms: Kms, said: str):
    """What is sent and the token stand in no error."""
    with pytest.raises(KmsUnusable, match=said) as fault:
        kms.wrap(b"secret")
    told = f"{fault.value!r} {fault.value.__cause__!r}"
    assert not any(
        secret in told for secret in (TOKEN, "another token", "secret", base64.b64encode(b"secret").decode())
    )


def test_settings_that_name_a_service_by_half_stop_the_start():
    """None where none is named."""
    assert kms_of("", "shouli", "") is None
    for key, token in (("shouli", ""), ("", TOKEN)):
        with pytest.raises(ValueError, match="SHOULI_KMS_TOKEN"):
            kms_of("https://vault.example", key, token)
