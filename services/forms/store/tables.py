"""Forms' tables.

Law of this file: a document's words are frozen (sealed) when it is due, so that later data never changes an issued one;
its bytes are an original, named by hash: ``sha256`` as it was drawn, ``signed_sha256`` with the centre's signature
appended. A list belongs to no complaint; ``series`` is what lists about the same thing have in common. Who took a
complaint in stands beside the sealed rest of it: an operator sees the papers of what they took in, and a list of them
must not cost an unsealing each; so does for whom a case is kept close. Complaints, supplements and events are sealed; what was signed, printed or asked for is
only ever added.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, Uuid

from shared.store.columns import Sequence64, UtcDateTime
from shared.store.message_tables import message_tables

metadata = MetaData()
messages = message_tables(metadata)

complaints = Table(
    "complaints",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("tracking_code", String(10), nullable=False, unique=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("received_by", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("case_number", String(11), index=True),
    Column("kept_for", String(80)),
    Column("sealed", Text, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("seq", Sequence64, primary_key=True, autoincrement=True),
    Column("complaint_id", Uuid, nullable=False),
    Column("type", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed", Text, nullable=False),
)
Index("events_of", events.c.complaint_id, events.c.version, events.c.seq)

documents = Table(
    "documents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, index=True),
    Column("case_number", String(11), index=True),
    Column("form", String(40), nullable=False),
    Column("reader", String(20), nullable=False),
    Column("series", Uuid),
    Column("unit", String(120)),
    Column("article", String(10), nullable=False),
    Column("number", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("verify_code", String(10), nullable=False, unique=True),
    Column("template_version", String(20), nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("issued_by", String(80), nullable=False),
    Column("asked_by", String(80)),
    Column("superseded_at", UtcDateTime),
    Column("sealed_values", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_token", Uuid),
    Column("lease_until", UtcDateTime),
    Column("sha256", String(64)),
    Column("signed_sha256", String(64)),
    Column("seal_sha256", String(64)),
    Column("size", Integer),
    Column("pages", Integer),
    Column("missing_glyphs", JSON),
    Column("reason", String(400)),
    UniqueConstraint("complaint_id", "form", "reader", "version", name="documents_versions"),
)
Index("documents_state", documents.c.state, documents.c.issued_at)
Index("documents_series", documents.c.series, documents.c.version, unique=True)

definitions = Table(
    "definitions",
    metadata,
    Column("form", String(40), primary_key=True),
    Column("version", String(20), primary_key=True),
    Column("definition", Text, nullable=False),
)
"""Every version of every form that ever stood in this installation: what was issued by one is drawn by it."""

supplements = Table(
    "supplements",
    metadata,
    Column("supplement_id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, nullable=False, index=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("sealed", Text, nullable=False),
)

signatures = Table(
    "signatures",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("document_id", Uuid, nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("signer", String(120), nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    Column("how", String(20), nullable=False),
    Column("recorded_by", String(80), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("scan_sha256", String(64)),
    Column("scan_name", String(200)),
    Column("scan_media_type", String(120)),
    Column("scan_size", Integer),
)

reprints = Table(
    "reprints",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("document_id", Uuid, nullable=False, index=True),
    Column("printed_by", String(80), nullable=False),
    Column("printed_at", UtcDateTime, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("document_id", Uuid, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
)
