"""Who a mail is from and to: names and addresses apart, and only addresses that can do no harm.

Law of this file: our own strict rule decides what is an address, before any library sees it: no control characters, no
quoted local part, exactly one ``@`` (CVE-2023-27043, CVE-2026-1299). A name is never taken for an address: encoded
words are decoded after the list is cut, so that they can hide neither comma nor angle bracket. It must not know
what the addresses are used for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.intake.readers.charset import decode
from services.intake.readers.header_text import unfolded, words_in
from services.intake.readers.plain_text import one_line

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*+)@(?P<domain>{_LABEL}(?:\.{_LABEL})+)")
_LONGEST_LOCAL, _LONGEST_ADDRESS = 64, 254
"""RFC 5321 §4.5.3.1, and the path of 256 with its angle brackets off."""

_TOKEN = re.compile(r'"[^"]*+"|\([^()]*+\)|<[^<>]*+>|[,;]|[^",;<(]++|["<(]')
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class MailAddress:
    """One mailbox as it was written.

    ``address`` is None where what stands there isn't an address by the strict rule: it is shown, and never written to.
    """

    name: str
    address: str | None
    written: str

    @property
    def domain(self) -> str:
        """The domain in lower case, or nothing."""
        return (self.address or "").rpartition("@")[2].lower()

    @property
    def tag(self) -> str | None:
        """The part after ``+`` in the local part: where a variable return path carries its token."""
        local = (self.address or "").rpartition("@")[0]
        return local.partition("+")[2] or None


def is_address(text: str) -> bool:
    """Whether ``text`` is an address by the strict rule of this file; linear in its length."""
    if len(text) > _LONGEST_ADDRESS:
        return False
    found = _ADDRESS.fullmatch(text)
    return found is not None and len(found["local"]) <= _LONGEST_LOCAL


def read_addresses(raw: bytes) -> tuple[MailAddress, ...]:
    """Every mailbox of a From, To, Cc or Reply-To header. Groups are flattened; an empty group gives nothing."""
    text = decode(unfolded(raw)).text
    mailboxes: list[MailAddress] = []
    tokens: list[str] = []
    for token in _TOKEN.findall(text):
        if token in {",", ";"}:
            mailboxes.extend(_mailbox(tokens))
            tokens = []
        else:
            tokens.append(token)
    mailboxes.extend(_mailbox(tokens))
    return tuple(mailboxes)


def _mailbox(tokens: list[str]) -> list[MailAddress]:
    written = one_line("".join(tokens), longest=1000)
    in_angles = [token[1:-1].strip() for token in tokens if token[0] == "<" and token[-1] == ">"]
    if not written or (not in_angles and written.endswith(":")):
        return []  # nothing between two commas, or the empty group "undisclosed-recipients:;"
    words = [token for token in tokens if token[0] not in "<("]
    if in_angles:
        name = "".join(token.strip('"') for token in words)
        address = in_angles[0] if len(in_angles) == 1 else ""
    else:
        name = "".join(token[1:-1] for token in tokens if token[0] == "(")
        address = "".join(words).rpartition(":")[2].strip()
    return [MailAddress(_name(name), address if is_address(address) else None, words_in(written))]


def _name(written: str) -> str:
    return one_line(words_in(written.strip()), longest=_LONGEST_NAME)
