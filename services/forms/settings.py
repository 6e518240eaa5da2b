"""Forms' settings, beyond the shared ones."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from shared.settings import Settings


class FormsSettings(Settings):
    """Environment prefix ``SHOULI_`` like all others."""

    font_dir: Path | None = Field(default=None, description="a folder of licensed official fonts, looked into first")
    seals_dir: Path | None = Field(
        default=None,
        description="pictures of seals, one PNG each, named like the unit or the office; default: none are placed",
    )
    signing_key_path: Path | None = Field(
        default=None,
        description="the key that signs PDFs: PKCS#12 (.p12, .pfx) or PEM; default: one made in data_dir on first use, "
        "with a broker configured: no signature",
    )
    signing_certificate_path: Path | None = Field(
        default=None, description="the certificate of a PEM key; default: it stands in the key's file"
    )
    signing_key_password: SecretStr | None = Field(default=None, description="of the signing key, if it has one")
