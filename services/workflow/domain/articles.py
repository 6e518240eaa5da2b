"""The rows of the regulation (枣政管办〔2020〕2号) that the software carries, each to be proven by a test.

Law of this file: the list is complete, whichever service carries a row. A test says which row it proves by
``@pytest.mark.article("18.2")``; ``make articles`` prints them side by side and fails where a row has no test.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Article:
    """One row: the number as tests name it, and what it is about."""

    number: str
    title: str


ARTICLES: tuple[Article, ...] = (
    Article("2", "Principles: lawful, fair, factual, fast, feedback, secret"),
    Article("3", "One door, first receiver answers, sorting, limits, accountability"),
    Article("4", "Named handlers at the office and in every unit"),
    Article("5", "Channels made public"),
    Article("6", "Staffed on site, answered by phone, boxes and network checked daily"),
    Article("7", "Ways to complain; major matters in writing; answering for the truth"),
    Article("8", "Reception points on site"),
    Article("9", "What a complainant states"),
    Article("10", "Acceptance, and the five grounds against it"),
    Article("10.4", "No contact details, or evidence not supplied in time"),
    Article("10.5", "Discipline matters: refused, handed over, restricted"),
    Article("11-13", "How complaints are received on site and by phone"),
    Article("14", "Daily checks, and an answer within one working day"),
    Article("15", "Elements of the record"),
    Article("16", "Reasons for a refusal, and who is competent"),
    Article("17", "Confidential matters stay secret"),
    Article("18.1", "Settled on the spot"),
    Article("18.2", "Forwarded: one working day"),
    Article("18.3", "Approved by the leader: three working days, two more at most"),
    Article("18.4", "Feedback signed and sealed in triplicate; extension by application"),
    Article("18.5", "Follow-up within three working days; dissatisfied goes back"),
    Article("18.6", "Filing"),
    Article("19", "Consequences of proven fault or lateness"),
    Article("20", "Results told to the units"),
    Article("21", "Statistics and analysis"),
    Article("22", "False accusations"),
    Article("23", "Nothing tampered with, hidden or destroyed"),
    Article("25", "In force from 2020-02-20"),
    Article("annex 1", "The flow"),
    Article("annex 2", "Disposition form"),
    Article("annex 3", "Feedback form"),
    Article("annex 4", "Extension form"),
    Article("annex 5", "The unit's notice of non-acceptance"),
)
