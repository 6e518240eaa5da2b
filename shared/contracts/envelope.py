"""The envelope: CloudEvents 1.0 in structured JSON (``application/cloudevents+json``).

Law of this file: envelope attributes hold nothing personal, ever; ``data`` of a sealed type is a compact JWE. The bytes
made here are the bytes stored in the outbox and published, unchanged. It must not know keys: a ``Sealer`` is passed in.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal, Protocol
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from shared.contracts.catalogue import BY_MODEL, BY_NAME
from shared.contracts.complaint import Published
from shared.contracts.values import new_id

CONTENT_TYPE = "application/cloudevents+json"
LARGEST_BODY = 256 * 1024
"""Bytes. Nothing larger is ever built: attachments travel as hashes."""

_TYPE = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}\.v[0-9]{1,4}")

JSON_TYPE: Literal["application/json"] = "application/json"
SEALED_TYPE: Literal["application/jose"] = "application/jose"


class Sealer(Protocol):
    """What the envelope needs of a key ring: seal bytes into a compact JWE and open one."""

    def seal(self, plaintext: bytes) -> str:
        """Encrypt (RFC 7516: dir, A256GCM, with ``kid``)."""
        ...

    def open(self, token: str) -> bytes:
        """Decrypt; raises ``shared.sealing.CannotOpen`` where the key is unknown or the token was changed."""
        ...


class Malformed(ValueError):
    """The writer is at fault: these bytes are not an envelope of the catalogue. A retry can't help."""


class Envelope(BaseModel):
    """One message as it travels (CloudEvents 1.0 §3, plus the extensions ``traceparent`` and ``sequence``)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID = Field(default_factory=new_id)
    source: str
    type: str
    subject: str = Field(description="the complaint's id; of a list, its document's")
    time: AwareDatetime
    datacontenttype: Literal["application/json", "application/jose"] = JSON_TYPE
    traceparent: str | None = None
    sequence: int = Field(default=0, ge=0, description="the case's version, so that a stale message is seen")
    data: JsonValue = None


def wrap(
    data: Published,
    *,
    subject: UUID,
    now: datetime,
    sealer: Sealer,
    sequence: int = 0,
    traceparent: str | None = None,
) -> tuple[Envelope, bytes]:
    """Put a message of the catalogue into its envelope; give the envelope and its bytes.

    Raises Malformed where the body would pass ``LARGEST_BODY``: the caller must keep the text as an original instead.
    """
    row = BY_MODEL[type(data)]
    payload: JsonValue = sealer.seal(data.model_dump_json().encode()) if row.sealed else data.model_dump(mode="json")
    envelope = Envelope(
        source=f"/{row.owner}",
        type=row.name,
        subject=str(subject),
        time=now.astimezone(UTC),
        datacontenttype=SEALED_TYPE if row.sealed else JSON_TYPE,
        traceparent=traceparent,
        sequence=sequence,
        data=payload,
    )
    body = envelope.model_dump_json(exclude_none=True).encode()
    if len(body) > LARGEST_BODY:
        raise Malformed(f"{row.name}: {len(body)} bytes; the limit is {LARGEST_BODY}")
    return envelope, body


def read_envelope(body: bytes) -> Envelope:
    """Parse an envelope; raises Malformed and says why, without repeating the content."""
    try:
        envelope = Envelope.model_validate_json(body)
    except ValueError as fault:
        raise Malformed(f"not a CloudEvents envelope ({type(fault).__name__})") from fault
    if envelope.type not in BY_NAME:
        raise Malformed(f"unknown type {_speakable(envelope.type)}")
    return envelope


def _speakable(message_type: str) -> str:
    """A type as a log may hold it: shaped like one of ours, or nothing of it, since a stranger may write anything."""
    return message_type if _TYPE.fullmatch(message_type) else "(not shaped like a type)"


def unwrap(envelope: Envelope, sealer: Sealer) -> Published:
    """The message inside. Raises Malformed where the data doesn't fit its type."""
    row = BY_NAME[envelope.type]
    try:
        if row.sealed:
            return row.model.model_validate_json(sealer.open(str(envelope.data)))
        return row.model.model_validate(envelope.data)
    except ValueError as fault:
        raise Malformed(f"{envelope.type}: the data does not fit ({type(fault).__name__})") from fault
