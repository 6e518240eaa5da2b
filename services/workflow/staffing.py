"""Keeping the directory: people, their deputies and absences, one by one or from a table (CSV, XLSX) (art. 4).

Law of this file: a table is taken whole or not at all, and every faulty cell is named by row and column; who isn't in it
stays as they are. Who may come in, and as what, is identity's word and not the directory's.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select, update

from services.workflow.office import Office
from services.workflow.store.tables import absences, staff
from shared.centre import Centre
from shared.contracts.values import Role, new_id
from shared.identity.seats import Seat
from shared.store.unit_of_work import Store, UnitOfWork
from shared.web.i18n import Bilingual
from shared.web.validation import field_faults

MOST_ROWS = 5000
COLUMNS: Mapping[str, str] = {
    "账号": "id",
    "姓名": "name",
    "角色": "role",
    "单位": "unit",
    "代理人": "deputy",
    "工位号": "desk_number",
    "在岗": "active",
}
"""Heading in Chinese to field; the field's own name is a heading too."""
ROLE_NAMES: Mapping[str, Role] = {
    "接诉人": Role.OPERATOR,
    "话务员": Role.OPERATOR,
    "处置人": Role.HANDLER,
    "分管领导": Role.OFFICE_LEADER,
    "单位处置人": Role.UNIT_HANDLER,
    "首席代表": Role.UNIT_HANDLER,
    "单位领导": Role.UNIT_LEADER,
    "监督": Role.AUDITOR,
    "系统管理员": Role.ADMINISTRATOR,
}
ACTING = frozenset(Role) - {Role.ADMINISTRATOR, Role.AUDITOR}
"""Who acts for the office or a unit; the others look, and are in the directory only where somebody enters them."""
ROW = "row"
"""Named instead of a column where no single cell is at fault."""
WRONG: Mapping[str, Bilingual] = {
    "no_such_unit": Bilingual("中心没有这个单位", "no such unit at the centre"),
    "other_seat": Bilingual(
        "与其账号或令牌不一致，请到账号处更改", "their account or token says otherwise; change it there"
    ),
    "unit_of_a_role": Bilingual("进驻单位的人须填单位，其他人不填", "a unit's person has a unit, and nobody else has"),
    "own_deputy": Bilingual("代理人不能是本人", "nobody is their own deputy"),
    "empty": Bilingual("表里没有人", "the table is empty"),
    "too_long": Bilingual(f"超过 {MOST_ROWS} 行", f"more than {MOST_ROWS} rows"),
    "no_text": Bilingual("既不是 UTF-8 也不是 GB 18030 文字", "neither UTF-8 nor GB 18030"),
    "no_table": Bilingual("读不成表格", "can't be read as a table"),
    "no_workbook": Bilingual("不是能打开的 XLSX 工作簿", "no workbook that can be opened"),
}
"""What may be wrong with the table or with a person in it, by its code."""
_NO = frozenset({"否", "0", "false", "no", "不在岗"})

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]


def _role_named(said: object) -> object:
    """The role by its Chinese name, as tables have it; anything else is the field's own to check."""
    return ROLE_NAMES.get(said, said) if isinstance(said, str) else said


class StaffEntry(BaseModel):
    """One person of the office or of a unit. ``id`` is the account's name, ``deputy`` another's of the same unit."""

    model_config = ConfigDict(extra="forbid")

    id: Name
    name: Name
    role: Annotated[Role, BeforeValidator(_role_named)]
    unit: Annotated[str, StringConstraints(max_length=120)] | None = None
    deputy: Name | None = None
    desk_number: Annotated[str, StringConstraints(max_length=40)] | None = None
    active: bool = True

    @model_validator(mode="after")
    def _a_unit_where_due(self) -> StaffEntry:
        if (self.role in (Role.UNIT_HANDLER, Role.UNIT_LEADER)) != (self.unit is not None):
            raise _error("unit_of_a_role")
        if self.deputy == self.id:
            raise _error("own_deputy")
        return self


class Absence(BaseModel):
    """Days on which somebody is away, both ends included (Asia/Shanghai)."""

    model_config = ConfigDict(extra="forbid")

    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _in_order(self) -> Absence:
        if self.last_day < self.first_day:
            raise ValueError("the last day is before the first")
        return self


class SheetFault(ValueError):
    """A table that can't be taken: each fault as (row, column, what)."""

    def __init__(self, faults: Iterable[tuple[int, str, Bilingual]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"row {row}, {column}: {what.en}" for row, column, what in self.faults))


async def put(unit: UnitOfWork, centre: Centre, entries: Iterable[StaffEntry]) -> int:
    """Add people, or change who they are; gives how many. Raises SheetFault.

    A unit must be the centre's; who has an account or a token is in the role and the unit that it says, since they couldn't act
    in another.
    """
    known = {one.name for one in centre.units}
    entries = list(entries)
    seated = await _seated(unit, [each.id for each in entries])
    faults = [(place, *fault) for place, each in enumerate(entries, 2) for fault in _faults(each, known, seated)]
    if faults:
        raise SheetFault(faults)
    # Whoever writes the same people goes the same way: no deadlock.
    for entry in sorted(entries, key=lambda one: one.id):
        row = entry.model_dump(mode="json")
        if not await unit.claim(staff, [row | {"since": unit.now}], key="id"):
            await unit.connection.execute(update(staff).where(staff.c.id == entry.id).values(**row))
    return len(entries)


def _faults(
    entry: StaffEntry, known: set[str], seated: Mapping[str, tuple[str, str | None]]
) -> Iterator[tuple[str, Bilingual]]:
    if entry.unit is not None and entry.unit not in known:
        yield "unit", WRONG["no_such_unit"]
    role, unit = seated.get(entry.id, (entry.role.value, entry.unit))
    if role != entry.role.value:
        yield "role", WRONG["other_seat"]
    elif unit != entry.unit:
        yield "unit", WRONG["other_seat"]


async def _seated(unit: UnitOfWork, ids: Collection[str]) -> dict[str, tuple[str, str | None]]:
    """Role and unit of those of them who may come in."""
    query = select(staff.c.id, staff.c.role, staff.c.unit).where(staff.c.seated, staff.c.id.in_(ids))
    return {row.id: (row.role, row.unit) for row in await unit.connection.execute(query)}


async def standing_otherwise(store: Store, seats: Iterable[Seat]) -> list[Seat]:
    """Those seats that the directory doesn't show as they are: people to be entered, and roles, units, leaves that changed."""
    query = select(staff.c.id, staff.c.role, staff.c.unit, staff.c.seated)
    async with store.reading() as connection:
        rows = {row.id: (row.role, row.unit, row.seated) for row in await connection.execute(query)}
    return [seat for seat in seats if _stands_otherwise(seat, rows.get(seat.id))]


def _stands_otherwise(seat: Seat, row: tuple[str, str | None, bool | None] | None) -> bool:
    if row is None:
        return seat.may_come_in and seat.role in ACTING
    return row != (seat.role.value, seat.unit, seat.may_come_in)


async def seat(unit: UnitOfWork, seats: Iterable[Seat]) -> None:
    """Enter these people, or note their role, their unit and whether they may come in.

    Nobody is taken out: who may no longer come in stays readable, and is dispatched to no more.
    """
    for each in sorted(seats, key=lambda one: one.id):  # two replicas never wait for each other
        row = {"role": each.role.value, "unit": each.unit, "seated": each.may_come_in}
        if not await unit.claim(
            staff, [row | {"id": each.id, "name": each.name, "active": True, "since": unit.now}], key="id"
        ):
            await unit.connection.execute(update(staff).where(staff.c.id == each.id).values(**row))


async def add_absence(unit: UnitOfWork, who: str, absence: Absence) -> bool:
    """Somebody will be away; False where there is no such person."""
    if (await unit.connection.execute(select(staff.c.id).where(staff.c.id == who))).first() is None:
        return False
    unit.add(absences, {"id": new_id(), "staff_id": who, **absence.model_dump(mode="json")})
    return True


async def import_sheet(office: Office, content: bytes) -> int:
    """Take a whole table; gives how many people stood in it. Raises SheetFault, and then nothing was taken."""
    entries = read_sheet(content)
    async with office.store.transaction(office.clock()) as unit:
        return await put(unit, office.centre, entries)


def read_sheet(content: bytes) -> list[StaffEntry]:
    """A CSV (UTF-8 or GB 18030) or XLSX with a heading row. Raises SheetFault."""
    entries: list[StaffEntry] = []
    faults: list[tuple[int, str, Bilingual]] = []
    for number, cells in enumerate(_rows(content), 2):
        try:
            entries.append(StaffEntry.model_validate(_fields(cells)))
        except ValidationError as fault:
            faults += [(number, *_told(one)) for one in fault.errors()]
    if not entries and not faults:
        faults.append((1, ROW, WRONG["empty"]))
    if faults:
        raise SheetFault(faults)
    return entries


def _told(error: Any) -> tuple[str, Bilingual]:
    """What pydantic found wrong with a person: the column, and our words for it."""
    [fault] = field_faults([error])
    column = str(error["loc"][0]) if error["loc"] else ROW
    return column, WRONG.get(error["type"]) or Bilingual(fault.message_zh, fault.message_en)


def _error(code: str) -> PydanticCustomError:
    return PydanticCustomError(code, WRONG[code].en)


def _fields(cells: Mapping[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {COLUMNS.get(heading, heading): text for heading, text in cells.items() if text}
    if "active" in fields:
        fields["active"] = fields["active"].lower() not in _NO
    return fields


def _rows(content: bytes) -> Iterator[dict[str, str]]:
    table = _xlsx(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    headings: list[str] | None = None
    for count, row in enumerate(table):
        cells = ["" if cell is None else str(cell).strip() for cell in row]
        if not any(cells):
            continue
        if count > MOST_ROWS:
            raise SheetFault([(count, ROW, WRONG["too_long"])])
        if headings is None:
            headings = cells
        else:
            yield dict(zip(headings, cells, strict=False))


def _csv(content: bytes) -> Iterable[Iterable[object]]:
    encodings = (
        () if b"\0" in content else ("utf-8-sig", "gb18030")
    )  # UTF-16, or a character that PostgreSQL keeps in no text
    for encoding in encodings:
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), strict=True))
        except UnicodeDecodeError:
            continue
        except csv.Error as fault:
            raise SheetFault([(1, ROW, WRONG["no_table"])]) from fault
    raise SheetFault([(1, ROW, WRONG["no_text"])])


def _xlsx(content: bytes) -> Iterable[Iterable[object]]:
    import zipfile  # noqa: PLC0415 - only an import of a workbook needs these
    from xml.etree.ElementTree import ParseError  # noqa: PLC0415 - the name of an error, no parser

    import openpyxl  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return list(book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 2))
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, ParseError, OSError) as fault:
        raise SheetFault([(1, ROW, WRONG["no_workbook"])]) from fault
