"""The words themselves: one TOML file a language, read once at the start.

A sentence that changes gets a new version; ``versions.json`` pins each version's fingerprint, because carriers register
the words and the ledger names the version, so neither may drift. ``python -m services.notify.templates`` pins anew.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from importlib import resources
from typing import Any

from services.notify.domain.text import Catalogue, Wording
from shared.contracts.values import Ground

LOCALES = ("zh", "en")
_NOT_WORDINGS = {"moment", "grounds"}


def load_catalogue(locale: str) -> Catalogue:
    """Read one language. Raises FileNotFoundError, TOMLDecodeError or KeyError: the package itself is broken."""
    content: dict[str, Any] = tomllib.loads(_file(f"{locale}.toml").read_text(encoding="utf-8"))
    wordings = {
        key: Wording(
            key=key,
            version=entry["version"],
            sms=entry["sms"],
            subject=entry["subject"],
            body=entry["body"].strip() + "\n",
            call=entry.get("call", ""),
        )
        for key, entry in content.items()
        if key not in _NOT_WORDINGS
    }
    grounds = {Ground(number): words for number, words in content["grounds"].items()}
    return Catalogue(locale=locale, wordings=wordings, grounds=grounds, moment=content["moment"])


def pinned() -> dict[str, str]:
    """The fingerprints of all versions that ever were: ``zh/receipt/1`` and its SHA-256."""
    fingerprints: dict[str, str] = json.loads(_file("versions.json").read_text(encoding="utf-8"))
    return fingerprints


def fingerprints_of(catalogue: Catalogue) -> dict[str, str]:
    """The fingerprints of the words as they are now."""
    return {
        f"{catalogue.locale}/{key}/{wording.version}": hashlib.sha256(
            json.dumps(wording.parts(), ensure_ascii=False, sort_keys=True).encode()
        ).hexdigest()
        for key, wording in catalogue.wordings.items()
    }


def _file(name: str) -> Any:
    return resources.files(__name__) / name
