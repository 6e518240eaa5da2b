"""Intake's tables.

Law of this file: what identifies a person is in ``submissions.sealed`` (a JWE) and, for look-up by phone or address, in a
keyed hash; no column holds it in clear. ``idempotency`` is what makes a repeated request, mail or fax one complaint.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
)

from services.intake.store.counter_tables import counter_tables
from shared.store.columns import UtcDateTime
from shared.store.message_tables import message_tables

metadata = MetaData()
messages = message_tables(metadata)
counter = counter_tables(metadata)

submissions = Table(
    "submissions",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("tracking_code", String(10), nullable=False, unique=True),
    Column("channel", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("received_by", String(80), nullable=False),
    Column("respond_by", UtcDateTime, nullable=False),
    Column("unit", String(120)),
    Column("window_name", String(120)),
    Column("source_kind", String(40), nullable=False),
    Column("external_id", String(400)),
    Column("confidence", Float),
    Column("missing", JSON, nullable=False),
    Column("major", Boolean, nullable=False, default=False),
    Column("sealed", Text, nullable=False),
    Column("phone_index", String(64)),
    Column("email_index", String(64)),
    Column("digest", String(64), nullable=False),
    Column("case_number", String(20)),
)
Index("submissions_received", submissions.c.received_at)
Index("submissions_phone", submissions.c.phone_index)
Index("submissions_email", submissions.c.email_index)
Index("submissions_state", submissions.c.state, submissions.c.received_at)

originals = Table(
    "originals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, index=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("name_sealed", Text, nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)

supplements = Table(
    "supplements",
    metadata,
    Column("supplement_id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("submissions.complaint_id"), nullable=False, index=True),
    Column("channel", String(20), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("sealed", Text, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("location", String(200)),
    Column("answer", LargeBinary, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("reason", String(400), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    Column("external_id", String(400)),
    Column("received_at", UtcDateTime, nullable=False),
    Column("respond_by", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("complaint_id", Uuid),
    Column("settled_at", UtcDateTime),
    Column("settled_by", String(80)),
    Column("settled_how", String(400)),
)
Index("quarantine_state", quarantine.c.state, quarantine.c.respond_by)

scans = Table(
    "scans",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_until", UtcDateTime),
    Column("lease_token", Uuid),
    Column("confidence", Float),
    Column("sealed_reading", Text),
    Column("sealed_offers", Text),
    Column("sealed_submission", Text, nullable=False),
    Column("tracking_code", String(10), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("respond_by", UtcDateTime, nullable=False),
    Column("reason", String(400)),
)
Index("scans_state", scans.c.state, scans.c.received_at)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("author", String(80), nullable=False),
    Column("call_id", String(120)),
    Column("sealed", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
Index("drafts_author", drafts.c.author, drafts.c.changed_at)

calls = Table(
    "calls",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("reference", String(120), nullable=False, unique=True),
    Column("operator", String(80), nullable=False),
    Column("desk", String(120)),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("state", String(20), nullable=False),
    Column("ending", String(20)),
    Column("sealed", Text, nullable=False),
    Column("note_sealed", Text),
    Column("complaint_id", Uuid),
    Column("recorded_at", UtcDateTime),
    Column("recorded_by", String(80)),
    Column("taken_up_at", UtcDateTime),
    Column("taken_up_by", String(80)),
)
Index("calls_began", calls.c.began_at)
Index("calls_state", calls.c.state, calls.c.began_at)

channel_checks = Table(
    "channel_checks",
    metadata,
    Column("day", Date, primary_key=True),
    Column("check", String(40), primary_key=True),
    Column("done_at", UtcDateTime),
    Column("done_by", String(80)),
    Column("remark", String(400)),
    Column("alerted_at", UtcDateTime),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("encoding", String(20), nullable=False),
    Column("delimiter", String(1), nullable=False),
    Column("header_fingerprint", String(64), nullable=False),
    Column("mapping", JSON, nullable=False),
    Column("state", String(20), nullable=False),
    Column("rows_read", Integer, nullable=False, default=0),
    Column("rows_taken", Integer, nullable=False, default=0),
    Column("rows_other", Integer, nullable=False, default=0, server_default="0"),
    Column("rows_repeated", Integer, nullable=False, default=0),
    Column("rows_bad", Integer, nullable=False, default=0),
    Column("reason", String(400)),
    Column("made_by", String(80), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("lease_token", Uuid),
    Column("lease_until", UtcDateTime),
)
Index("imports_state", imports.c.state, imports.c.made_at)

import_faults = Table(
    "import_faults",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("sealed", Text, nullable=False),
)

import_mappings = Table(
    "import_mappings",
    metadata,
    Column("header_fingerprint", String(64), primary_key=True),
    Column("mapping", JSON, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

mail_arrivals = Table(
    "mail_arrivals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("door", String(200), nullable=False),
    Column("sent_to", JSON, nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False, index=True),
    Column("repeated", Boolean, nullable=False),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("mailbox", String(200), primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("last_uid", Integer, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("seen_at", UtcDateTime, nullable=False),
)

mails = Table(
    "mails",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("message_id", String(400), index=True),
    Column("class", String(30), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("complaint_id", Uuid),
    Column("received_at", UtcDateTime, nullable=False),
    Column("sender_index", String(64)),
    Column("unanswerable", String(200)),
    Column("same_id_as", String(64)),
)
Index("mails_sender", mails.c.sender_index, mails.c.received_at)
