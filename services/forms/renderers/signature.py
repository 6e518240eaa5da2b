"""The centre's digital signature on its PDFs (PAdES baseline B-B, ETSI EN 319 142-1), by pyHanko.

Law of this file: a signature is appended to the issued bytes and changes none of them. The key is configured (PKCS#12,
or PEM with its certificate) or, in the embedded default, made by the house itself: such a signature proves that nothing
was changed since, and not yet to a stranger who the signer was. The time in it is this machine's; nobody vouches for it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from shared.durable_files import make_folders, sync_folder, write_durably

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

FIELD = "ShouliSignature"
_VALID = timedelta(days=10 * 365)
_KEY_BITS = 3072
_PKCS12 = {".p12", ".pfx"}
_ROOM = 4096
"""Bytes for a signature beside its certificates: attributes and value of an RSA key of up to 8192 bits take less than half."""


class PdfSigner:
    """Signs with one key, loaded when the first document is signed."""

    def __init__(self, key: Path, *, certificate: Path | None = None, password: str | None = None) -> None:
        self._key = key
        self._certificate = certificate
        self._password = password.encode() if password else None
        self._lock = Lock()
        self._loaded: SimpleSigner | None = None

    def sign(self, content: bytes) -> bytes:
        """See ``Signer``. Raises ValueError where the key can't be used."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 - 30 MB, on first use
        from pyhanko.sign import signers  # noqa: PLC0415 - see above
        from pyhanko.sign.fields import SigSeedSubFilter  # noqa: PLC0415 - see above

        meta = signers.PdfSignatureMetadata(field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
        signer = self.load()
        # Without a size, pyHanko signs twice: the first time to see how long the signature is.
        room = _ROOM + sum(len(each.dump()) for each in (signer.signing_cert, *signer.cert_registry))
        writer = IncrementalPdfFileWriter(BytesIO(content))
        signed = signers.sign_pdf(writer, meta, signer, bytes_reserved=2 * room)
        return bytes(signed.getbuffer())

    def load(self) -> SimpleSigner:
        """The key with its certificate. Raises ValueError naming the file that can't be used."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._read()
            return self._loaded

    def _read(self) -> SimpleSigner:
        try:
            found = self._pkcs12() if self._key.suffix.lower() in _PKCS12 else self._pem()
        except (OSError, ValueError, TypeError) as fault:
            raise ValueError(f"the signing key {self._key} can't be used: {type(fault).__name__}") from fault
        if found is None:
            raise ValueError(f"the signing key {self._key} can't be used: wrong password, or not PKCS#12")
        from services.forms.renderers.key_in_hand import KeyInHand  # noqa: PLC0415 - 30 MB, on first use

        return KeyInHand(found)

    def _pkcs12(self) -> SimpleSigner | None:
        from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415 - see above

        load: Callable[..., SimpleSigner | None] = SimpleSigner.load_pkcs12
        return load(str(self._key), passphrase=self._password)

    def _pem(self) -> SimpleSigner:
        """The key, the first certificate as the signer's, the others as its chain."""
        from asn1crypto import keys, x509  # type: ignore[import-untyped]  # noqa: PLC0415 - untyped; see above
        from cryptography.hazmat.primitives import serialization as pem  # noqa: PLC0415 - see above
        from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - see above
        from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415 - see above
        from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415 - see above

        key = pem.load_pem_private_key(self._key.read_bytes(), self._password)
        der = key.private_bytes(pem.Encoding.DER, pem.PrivateFormat.PKCS8, pem.NoEncryption())
        own, *chain = (
            x509.Certificate.load(certificate.public_bytes(pem.Encoding.DER))
            for certificate in load_pem_x509_certificates((self._certificate or self._key).read_bytes())
        )
        new_store: Callable[[], Any] = SimpleCertificateStore
        store = new_store()
        store.register_multiple(chain)
        return SimpleSigner(own, keys.PrivateKeyInfo.load(der), store)


def make_signing_key(path: Path, *, holder: str, now: datetime) -> None:
    """A key and a certificate signed by itself, in one PEM file; what stands there already is kept. ``now`` is aware."""
    if path.exists():
        return
    from cryptography import x509  # noqa: PLC0415 - only the first start of an embedded default makes a key
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - see above
    from cryptography.x509.oid import NameOID  # noqa: PLC0415 - see above

    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, holder), x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    make_folders(path.parent)
    write_durably(path, secret + certificate.public_bytes(pem))
    sync_folder(path.parent)
