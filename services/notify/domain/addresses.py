"""Which e-mail addresses may be put on the wire: stricter than RFC 5321, so that none can carry a command.

Law of this file: an address is two dot-atoms (RFC 5322 §3.2.3) in ASCII around exactly one ``@``. Quoted local parts,
address literals, comments and control characters are legal in the RFC and refused here: SMTP libraries, smtplib and
aiosmtplib 5.1.3 among them, pass a local part on that holds a line break and a second ``RCPT TO`` (PYSEC-2026-2338). It
must not know who the address belongs to, and never repeats it in an error.
"""

from __future__ import annotations

import re

LARGEST_LOCAL_PART = 64
"""Octets (RFC 5321 §4.5.3.1.1)."""
LARGEST_ADDRESS = 254
"""Octets (RFC 5321 §4.5.3.1.3, less the angle brackets)."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})+)", re.ASCII)
_LAST_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]", re.ASCII)


def is_deliverable_address(address: str) -> bool:
    """Whether this address may be handed to an SMTP server as it stands."""
    found = _ADDRESS.fullmatch(address)
    if found is None or len(address) > LARGEST_ADDRESS:
        return False
    # A last label of digits alone is an IPv4 address in disguise, not a domain (RFC 3696 §2).
    return len(found["local"]) <= LARGEST_LOCAL_PART and bool(_LAST_LABEL.fullmatch(found["domain"].rsplit(".", 1)[-1]))
