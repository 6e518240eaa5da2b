"""pyHanko's signer with its key and its form in hand. Imported when the first document is signed, not before.

pyHanko's own reads the key anew for every signature, and reading an RSA key proves its primes; it also builds the whole
CMS structure (RFC 5652) anew, of which two places change: 300 ms for a document that is drawn in eight. So the first
signature is pyHanko's, and the next are that one with another digest and another value, both of the same length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asn1crypto import cms  # type: ignore[import-untyped]  # it has no types
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pyhanko.sign.signers import SimpleSigner

DIGEST = "sha256"


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A signature to be made again: its bytes (DER), what was signed, and the two values that change."""

    whole: bytes
    attributes: bytes
    digest: bytes
    value: bytes

    @classmethod
    def of(cls, made: cms.ContentInfo, digest: bytes) -> _Pattern | None:
        """The pattern of a signature; None where its two places can't be told from the rest, or time stands in it."""
        (signer,) = made["content"]["signer_infos"]
        attributes, value = signer["signed_attrs"].untag().dump(), signer["signature"].native
        whole = made.dump()
        timed = {"signing_time"} & {each["type"].native for each in signer["signed_attrs"]}
        plain = whole.count(digest) == whole.count(value) == attributes.count(digest) == 1
        return cls(whole, attributes, digest, value) if plain and not timed else None


class KeyInHand(SimpleSigner):
    """Signs SHA-256 digests with RSA (PKCS#1 v1.5) or ECDSA; other kinds of keys are left to pyHanko."""

    def __init__(self, other: SimpleSigner) -> None:
        super().__init__(other.signing_cert, other.signing_key, other.cert_registry)
        self._key = serialization.load_der_private_key(other.signing_key.dump(), password=None)
        self._pattern: _Pattern | None = None

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, *more: Any, **named: Any) -> cms.ContentInfo:
        """The CMS structure over a document's digest; the rest is pyHanko's, the same for every PDF of ours."""
        pattern = self._pattern
        if pattern is None:
            made = await super().async_sign(data_digest, digest_algorithm, *more, **named)
            if isinstance(self._key, RSAPrivateKey) and digest_algorithm == DIGEST:
                self._pattern = _Pattern.of(made, data_digest)
            return made
        value = self.sign_raw(pattern.attributes.replace(pattern.digest, data_digest), digest_algorithm)
        whole = pattern.whole.replace(pattern.digest, data_digest).replace(pattern.value, value)
        return cms.ContentInfo.load(whole)

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """The signature over ``data``, as the key's kind has it."""
        match self._key:
            case RSAPrivateKey() as key if digest_algorithm == DIGEST:
                return key.sign(data, PKCS1v15(), hashes.SHA256())
            case EllipticCurvePrivateKey() as key if digest_algorithm == DIGEST:
                return key.sign(data, ECDSA(hashes.SHA256()))
            case _:
                return super().sign_raw(data, digest_algorithm)
