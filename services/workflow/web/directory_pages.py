"""The directory for people (art. 4): the office and every unit with who acts for them; the administrator keeps it by forms.

Law of this file: the same keeping as the API's and the command's: a table is taken whole or not at all, and each fault is
named by its row.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from sqlalchemy import delete
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.workflow import staffing
from services.workflow.directory import everybody, facts_about
from services.workflow.domain.roles import ROLES
from services.workflow.staffing import Absence, SheetFault
from services.workflow.store.tables import absences
from services.workflow.web.staff_routes import StaffDesk, form_values
from services.workflow.web.worklist import Notice
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.web.i18n import Bilingual
from shared.web.negotiation import PageRoute
from shared.web.problems import Problem
from shared.web.sent_form import read_form

_MOST_FAULTS = 20
_DONE = {
    "imported": Bilingual("名录已更新", "The directory was updated"),
    "away": Bilingual("已登记不在岗", "The absence was recorded"),
    "back": Bilingual("已登记返岗", "The return was recorded"),
}


def directory_pages(desk: StaffDesk) -> APIRouter:
    """The page and its forms; to be included before the API, which answers programs at the same addresses."""
    router = APIRouter(include_in_schema=False)

    @router.get("/workflow/directory")
    async def directory_page(request: Request, done: str = "", who: Principal = Depends(desk.gate.admit)) -> Response:
        """The office and every unit, with who acts for them."""
        notice = Notice("good", _DONE[done]) if done in _DONE else None
        return await _page(desk, request, who, notice=notice)

    async def take(request: Request, who: Principal = Depends(desk.gate.admit)) -> Response:
        """A whole table, CSV or XLSX, as a file; all of it or nothing."""
        sent = (await read_form(request)).get("table")
        content = await sent.read() if isinstance(sent, UploadFile) else b""
        try:
            await staffing.import_sheet(desk.office, content)
        except SheetFault as fault:
            return await _page(desk, request, who, faults=fault.faults[:_MOST_FAULTS], status=422)
        return RedirectResponse("/workflow/directory?done=imported", status_code=303)

    async def leave(request: Request, who: str, _keeper: Principal = Depends(desk.gate.admit)) -> Response:
        """Somebody will be away, or is back: then all absences are struck out."""
        return await _left(desk, request, who)

    router.add_api_route("/workflow/directory/import", take, methods=["POST"], route_class_override=PageRoute)
    router.add_api_route(
        "/workflow/directory/staff/{who}/absences", leave, methods=["POST"], route_class_override=PageRoute
    )
    return router


async def _left(desk: StaffDesk, request: Request, who: str) -> Response:
    values = await form_values(request)
    if values.get("do") == "back":
        async with desk.office.store.transaction(desk.office.clock()) as unit:
            await unit.connection.execute(delete(absences).where(absences.c.staff_id == who))
        return RedirectResponse("/workflow/directory?done=back", status_code=303)
    try:
        absence = Absence.model_validate({name: values.get(name, "") for name in ("first_day", "last_day")})
    except ValidationError as fault:
        raise Problem(
            422, "bad_days", "请填首日和末日，末日不早于首日", "Give the first and the last day, in that order"
        ) from fault
    async with desk.office.store.transaction(desk.office.clock()) as unit:
        if not await staffing.add_absence(unit, who, absence):
            raise Problem(404, "not_found", "名录中没有此人", "There is no such person")
    return RedirectResponse("/workflow/directory?done=away", status_code=303)


async def _page(
    desk: StaffDesk,
    request: Request,
    who: Principal,
    *,
    notice: Notice | None = None,
    faults: Sequence[tuple[int, str, str]] = (),
    status: int = 200,
) -> Response:
    office, units = desk.office, desk.office.centre.units
    people = await everybody(office.store, office.clock())
    async with office.store.reading() as connection:
        facts = await facts_about(connection, office.clock(), [unit.name for unit in units])
    return await desk.render(
        request, who, "directory", "directory.html", status=status, notice=notice, faults=faults, units=units,
        people=people, may_keep=who.role is Role.ADMINISTRATOR, columns=list(staffing.COLUMNS),
        roles={role.value: Bilingual(ROLES[role].chinese, ROLES[role].english) for role in Role},
        acting={name for name in facts.units if facts.people(name).handler is not None},
        names={each["id"]: each["name"] for each in people if each["active"] and not each["is_away"]},
        today=office.hours.date_of(office.clock()).isoformat(),
    )  # fmt: skip
