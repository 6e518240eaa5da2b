"""Text as it is stored: NFC, folded only where width means nothing, never altered otherwise.

Law of this file: a person's words stay their words. Only phones, codes and addresses are folded to half width (NFKC);
NUL is shown as ␀ because a database can't hold it; lone surrogates are replaced, since no UTF-8 can carry them.
"""

from __future__ import annotations

import re
import unicodedata

_UNSTORABLE = re.compile("[\ud800-\udfff]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def words(text: str | None) -> str | None:
    """Free text for storage: NFC, no NUL, trimmed; None where nothing is left to read."""
    if text is None:
        return None
    kept = unicodedata.normalize("NFC", _UNSTORABLE.sub("\ufffd", text).replace("\0", "\u2400")).strip()
    return kept if _INVISIBLE.sub("", kept).strip() else None


def folded(text: str | None) -> str | None:
    """A code, number or address: full-width digits and letters folded (NFKC), invisible characters gone."""
    kept = words(text)
    return words(_INVISIBLE.sub("", unicodedata.normalize("NFKC", kept))) if kept else None
