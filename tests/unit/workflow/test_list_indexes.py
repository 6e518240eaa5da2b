"""A view is counted in an index alone: whatever decides who may know of a case is carried by the index that lists it."""

import pytest
from sqlalchemy import Column, Index
from sqlalchemy.sql import visitors

from services.workflow.domain.roles import Person
from services.workflow.store.queries import visible_to
from services.workflow.store.tables import cases
from shared.sealing import new_key_ring
from tests.unit.workflow.building import HANDLER, LEADER, OPERATOR, UNIT_HANDLER, UNIT_LEADER

OFFICE, UNITS = (HANDLER, LEADER), (UNIT_HANDLER, UNIT_LEADER)
READ_BY = {
    "cases_worklist": OFFICE,
    "cases_limit": OFFICE,
    "cases_unit": UNITS,
    "cases_holder": (*OFFICE, *UNITS, OPERATOR),
}
"""Whose lists an index is for."""


@pytest.mark.parametrize(("index", "person"), [(index, who) for index, people in READ_BY.items() for who in people])
def test_the_index_carries_what_decides_who_may_know(index: str, person: Person) -> None:
    """So PostgreSQL counts to a thousand without reading a thousand rows of sealed text."""
    asked = {each.name for each in visitors.iterate(visible_to(person, new_key_ring())) if isinstance(each, Column)}
    (found,) = (each for each in cases.indexes if each.name == index)
    assert asked <= _carried(found)


def _carried(index: Index) -> set[str]:
    return {column.name for column in index.columns} | set(index.dialect_options["postgresql"]["include"])
