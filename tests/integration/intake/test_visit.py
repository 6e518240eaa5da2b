"""A visit: told at a reception point, settled there and then where that can be done, in one entry (arts. 8, 12, 18.1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.intake.store import queries
from shared.centre import load_centre
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.values import Channel, Role
from tests.parts.intake_app import IntakeApp, intake_app

POINT = "一楼总咨询服务台"
VISIT = {"facts": "取号机缺纸，排了两次队。", "reception_point": POINT}
SETTLED = {"result": "当场补纸并优先办理。", "complainant_agrees": True}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[IntakeApp]:
    """Intake."""
    with intake_app(tmp_path) as started:
        yield started


def visited(house: IntakeApp, **changes: Any) -> ComplaintReceived:
    """A visit, told; the complaint message that came of it."""
    receipt = house.done("POST", "/intake/visits", json=VISIT | changes)
    door = house.service.surroundings["door"]
    portal = house.client.portal
    assert portal is not None
    sealed = portal.call(queries.sealed_submission, door.store, UUID(receipt["complaint_id"]))
    return ComplaintReceived.model_validate_json(door.ring.open(sealed))


@pytest.mark.article("8")
@pytest.mark.parametrize("point", load_centre().reception_points)
def test_every_published_reception_point_takes_complaints(house: IntakeApp, point: str) -> None:
    """Where it was told stands in the complaint."""
    told = visited(house, reception_point=point)
    assert (told.channel, told.reception_point) == (Channel.VISIT, point)


@pytest.mark.article("11-13")
def test_who_received_the_visitor_answers_for_it(house: IntakeApp) -> None:
    """The first receiver is named, and a visit without its reception point isn't taken."""
    assert visited(house).received_by == f"示例{Role.OPERATOR.value}"
    assert house.ask("POST", "/intake/visits", json={"facts": "x"}).status_code == 422


@pytest.mark.article("11-13")
@pytest.mark.article("18.1")
def test_what_is_settled_on_the_spot_is_told_in_the_same_entry(house: IntakeApp) -> None:
    """Result, by whom and when travel with the complaint: one entry, no second step."""
    settled = visited(house, settlement=SETTLED).settled_on_the_spot
    assert settled is not None
    assert (settled.result, settled.settled_by, settled.settled_at) == (
        SETTLED["result"],
        f"示例{Role.OPERATOR.value}",
        house.now,
    )


@pytest.mark.article("18.1")
@pytest.mark.parametrize(
    "settlement", [{"result": "好了"}, {"result": "好了", "complainant_agrees": False}, {"complainant_agrees": True}]
)
def test_nothing_counts_as_settled_unless_the_visitor_agrees(house: IntakeApp, settlement: dict[str, Any]) -> None:
    """422, and nothing is taken in: a settlement that the complainant doesn't accept is an ordinary complaint."""
    assert house.ask("POST", "/intake/visits", json=VISIT | {"settlement": settlement}).status_code == 422
    assert house.submissions() == []


@pytest.mark.article("11-13")
def test_what_is_not_settled_goes_the_ordinary_way(house: IntakeApp) -> None:
    """With its limit of one working day."""
    told = visited(house)
    assert told.settled_on_the_spot is None
    assert told.respond_by > told.received_at
