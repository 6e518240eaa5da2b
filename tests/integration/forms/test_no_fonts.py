"""A machine without a Chinese font: nothing is lost, everybody is told what to do, and what waits is drawn once there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from services.forms.api.answers import pictures, settled
from services.forms.bootstrap import LazyPress
from services.forms.domain.definition import FormId
from services.forms.renderers.fonts import FontSet, NoFonts, find_fonts, font_folders
from services.forms.rendering import MOST_ATTEMPTS, WAIT_FOR_PRESS, Printer
from services.forms.store.states import READY, WAITING
from services.forms.store.tables import documents
from services.forms.templates import FORMS
from shared.web.problems import Problem
from tests.parts.forms import CALLS, ISSUE, values_for
from tests.parts.forms_house import FormsHouse


def fonts_after(tries: int) -> Callable[[], FontSet]:
    """A machine on which somebody installs a font after so many tries."""
    left = iter(range(tries))

    def find() -> FontSet:
        if next(left, None) is not None:
            raise NoFonts("no Chinese font found; install fonts-noto-cjk")
        return find_fonts(font_folders())

    return find


async def _state(house: FormsHouse) -> tuple[str, int]:
    async with house.room.store.reading() as connection:
        row = (await connection.execute(select(documents.c.state, documents.c.attempts))).one()
    return row.state, row.attempts


async def test_a_document_waits_for_a_font_and_is_drawn_when_there_is_one(house: FormsHouse) -> None:
    """However often it was tried, none of the tries is the document's fault; nobody has to issue it again."""
    printer = Printer(replace(house.room, pdf=LazyPress(fonts_after(MOST_ATTEMPTS + 1))))
    await house.hear(CALLS)
    for _ in range(MOST_ATTEMPTS + 1):
        assert await printer.draw_waiting() == 1
        assert (await _state(house), printer.is_ready) == ((WAITING, 0), False)
        assert await printer.draw_waiting() == 0
        house.clock.goes_on(seconds=WAIT_FOR_PRESS.total_seconds() + 1)
    await printer.draw_waiting()
    assert ((await _state(house))[0], printer.is_ready) == (READY, True)


async def test_whoever_asks_is_told_what_is_missing_and_what_to_do(house: FormsHouse) -> None:
    """At once, for an issued document and for a preview alike."""
    room = replace(house.room, pdf=LazyPress(fonts_after(2)))
    await house.hear(CALLS)
    values = values_for(FormId.RECEIPT)
    for asked in (settled(Printer(room), CALLS.document_id), pictures(room, FORMS[FormId.RECEIPT], values, ISSUE)):
        with pytest.raises(Problem) as told:
            await asked
        assert (told.value.status, told.value.code) == (503, "press_not_ready")
        assert "fonts-noto-cjk" in str(told.value.detail)
