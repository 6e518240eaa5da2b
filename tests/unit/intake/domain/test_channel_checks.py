"""The daily checks: every channel has one, and each standing follows from the window and the moment."""

from datetime import date, datetime, time, timedelta

import pytest

from services.intake.domain.channel_checks import CHECKS, By, Check, Standing, checks_at, stands
from shared.contracts.values import Channel
from shared.working_time import SHANGHAI

DAY = date(2026, 11, 20)


def at(moment: time) -> datetime:
    """A moment of the day, at the centre."""
    return datetime.combine(DAY, moment, SHANGHAI)


@pytest.mark.article("6")
@pytest.mark.article("14")
def test_every_channel_has_a_daily_check() -> None:
    """None of the seven channels is left out, and each check has an article and a window."""
    assert {check.channel for check in CHECKS} == set(Channel)
    assert {check.article for check in CHECKS} == {"6", "14"}
    assert all(check.opens < check.due for check in CHECKS)


MINUTE = timedelta(minutes=1)


@pytest.mark.article("6")
@pytest.mark.article("14")
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_stands_by_its_window(check: Check) -> None:
    """Before it nothing is due, in it it is open, after it it is missed; made in it it is done, after it late."""
    opens, due = at(check.opens), at(check.due)

    def standing(now: datetime, done: datetime | None = None, *, worked: bool = True) -> Standing:
        return stands(check, DAY, done, now, worked=worked).standing

    assert standing(opens - MINUTE) is Standing.NOT_DUE
    assert standing(opens) is Standing.OPEN
    assert standing(due) is Standing.OPEN
    assert standing(due + MINUTE) is Standing.MISSED
    assert standing(due + MINUTE, due) is Standing.DONE
    assert standing(due + 2 * MINUTE, due + MINUTE) is Standing.LATE
    assert standing(due + MINUTE, worked=False) is Standing.NOT_WORKED


def test_windows_are_configured_and_rows_are_not() -> None:
    """A centre sets its own times; what is polled by nobody is checked by a person."""
    table = {check.name: check for check in checks_at("boxes=13:00-14:30", frozenset({"mailbox"}))}
    assert (table["boxes"].opens, table["boxes"].due) == (time(13), time(14, 30))
    assert table["mailbox"].by is By.PERSON
    assert len(table) == len(CHECKS)


@pytest.mark.parametrize("wrong", ["bins=09:00-10:00", "boxes=10:00-09:00", "boxes=9", "boxes"])
def test_a_wrong_window_is_named(wrong: str) -> None:
    """The start stops and says which word is wrong."""
    with pytest.raises(ValueError, match=wrong.partition("=")[0]):
        checks_at(wrong)
