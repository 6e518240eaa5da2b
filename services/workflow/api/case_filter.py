"""The filters of the worklist: where every number of the statistics opens its cases. An empty value means: not stated."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.workflow.domain.clocks import ClockName
from services.workflow.store.statistics import By, Figure, Filter
from shared.web.days import Day


def case_filter(
    *,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
    channel: str | None = None,
    unit: str | None = None,
    window: str | None = None,
    matter: str | None = None,
    ground: str | None = None,
    month: str | None = None,
    figure: Figure | None = None,
    clock: ClockName | None = None,
    outcome: str | None = None,
) -> Filter | None:
    """The filter that a query speaks of; None for the worklist, which asks for nothing but state and unit."""
    said = {By.CHANNEL: channel, By.WINDOW: window, By.MATTER: matter, By.GROUND: ground, By.MONTH: month}
    if not (first or last or figure or clock or any(value is not None for value in said.values())):
        return None
    said[By.UNIT] = unit
    return Filter(
        first_day=first,
        last_day=last,
        alike={by: value or None for by, value in said.items() if value is not None},
        figure=figure,
        clock=clock.value if clock else None,
        outcome=outcome,
    )
