"""Tables of the public counter and of paper: spent proofs of work, citizens' drafts, opened boxes, the paper register.

Law of this file: a draft is sealed and found only by a keyed hash of its browser's cookie; a register number is drawn from
``register_series`` in the transaction that uses it, so that a year's series has no gap and no number twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, Uuid

from shared.store.columns import UtcDateTime


@dataclass(frozen=True, slots=True)
class CounterTables:
    """The tables, bound to intake's metadata."""

    spent_challenges: Table
    form_drafts: Table
    box_openings: Table
    register_series: Table
    paper_register: Table


def counter_tables(metadata: MetaData) -> CounterTables:
    """Declare them in intake's metadata."""
    spent = Table(
        "spent_challenges",
        metadata,
        Column("challenge", String(64), primary_key=True),
        Column("used_with", String(64), nullable=False),
        Column("expires_at", UtcDateTime, nullable=False, index=True),
    )
    drafts = Table(
        "form_drafts",
        metadata,
        Column("visitor_index", String(64), primary_key=True),
        Column("sealed", Text, nullable=False),
        Column("saved_at", UtcDateTime, nullable=False),
        Column("expires_at", UtcDateTime, nullable=False, index=True),
    )
    return CounterTables(spent, drafts, *_paper_tables(metadata))


def _paper_tables(metadata: MetaData) -> tuple[Table, Table, Table]:
    openings = Table(
        "box_openings",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("box", String(120), nullable=False),
        Column("opened_at", UtcDateTime, nullable=False),
        Column("opened_by", String(120), nullable=False),
        Column("witnessed_by", String(120), nullable=False),
        Column("slips", Integer, nullable=False),
        Column("recorded_by", String(80), nullable=False),
        Column("state", String(10), nullable=False),
        Column("closed_at", UtcDateTime),
        Column("closed_by", String(80)),
        Column("difference", String(400)),
        Column("difference_witness", String(120)),
    )
    Index("box_openings_opened", openings.c.opened_at)
    series = Table(
        "register_series",
        metadata,
        Column("series", String(10), primary_key=True),
        Column("year", Integer, primary_key=True),
        Column("last", Integer, nullable=False),
    )
    register = Table(
        "paper_register",
        metadata,
        Column("series", String(10), primary_key=True),
        Column("year", Integer, primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("complaint_id", Uuid, nullable=False),
        Column("opening_id", Uuid, index=True),
        Column("illegible", Integer, nullable=False),
        Column("registered_at", UtcDateTime, nullable=False),
        UniqueConstraint("complaint_id", name="paper_register_complaint"),
    )
    return openings, series, register
