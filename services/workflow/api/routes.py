"""``/workflow/…``: worklist, case, timeline, what I may do now, and doing it. All by bearer token or session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from fastapi import APIRouter, Depends, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from services.workflow import evidence, problems, reading
from services.workflow.api import answers
from services.workflow.api.case_filter import case_filter
from services.workflow.api.people import person_of
from services.workflow.domain.commands import COMMANDS, Command
from services.workflow.domain.decide import ActionOffer, NotYet
from services.workflow.handlers import NoSuchCaseError, RefusedError, carry_out
from services.workflow.office import Office
from services.workflow.store import files, queries
from services.workflow.store.statistics import Filter
from shared.identity.principal import Principal
from shared.once import KeyReused
from shared.web.access import Gate
from shared.web.days import Moment
from shared.web.files import file_answer, gives
from shared.web.numbers import whole_number
from shared.web.problems import Problem
from shared.web.repetition import REPLAYED, IdempotencyKey, key_reused, repetition
from shared.web.sent_json import json_body, takes

_BY_NAME: dict[str, type[Command]] = {act.value: model for act, model in COMMANDS.items()}


def case_routes(office: Office, gate: Gate) -> APIRouter:
    """The endpoints, over the office."""
    router = APIRouter(tags=["workflow"])
    _add_reading(router, office, gate)
    _add_acting(router, office, gate)
    return router


def _add_reading(router: APIRouter, office: Office, gate: Gate) -> None:
    @router.get("/workflow/cases")
    async def worklist(
        state: list[str] = Query(default=[]),
        unit: str | None = None,
        after_limit: Moment | None = None,
        after_number: str | None = None,
        limit: int = Query(default=queries.PAGE, ge=1, le=200),
        urgent: bool = False,
        which: Filter | None = Depends(case_filter),
        who: Principal = Depends(gate.admit),
    ) -> dict[str, Any]:
        """Open cases, the nearest limit first; with a filter of the statistics, all cases it speaks of, by number; with ``urgent``
        those in which danger was told and nobody has looked, who has waited longest first.

        Only those the asker may know of. The next page: ``after_limit`` and ``after_number`` of the last row.
        """
        seen_by = office.seen_by(person_of(who))
        if urgent:
            return {"items": [dict(row) for row in await queries.urgent(office.store, seen_by, limit=limit)]}
        if which is not None:
            found = await queries.listed(office.store, seen_by, which, after=after_number, limit=limit)
            return {"items": [dict(row) for row in found]}
        after = (after_limit, after_number) if after_limit and after_number else None
        rows = await queries.worklist(office.store, seen_by, states=state, unit=unit, after=after, limit=limit)
        return {"items": [dict(row) for row in rows]}

    @router.get("/workflow/cases/{number}")
    async def case(number: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """One case."""
        found = await reading.known(office, number, person_of(who))
        more = await reading.supplements_of(office, found, person_of(who))
        return answers.case_answer(found, office.centre, person_of(who), more)

    @router.get("/workflow/cases/{number}/timeline")
    async def timeline(number: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """What happened, oldest first, with the chain of hashes; each is that of ``vouched`` (see ``domain.timeline``)."""
        found = await reading.known(office, number, person_of(who))
        return {"items": [_entry(each) for each in await reading.events_of(office, found, person_of(who))]}

    @router.get("/workflow/cases/{number}/files/{sha256}", response_class=Response, responses=gives("*/*"))
    async def file(number: str, sha256: str, who: Principal = Depends(gate.admit)) -> Response:
        """A piece of evidence, or an original as it came: a picture to be looked at, anything else to be saved."""
        piece, content = await evidence.opened(office, number, person_of(who), sha256)
        return file_answer(content, piece.media_type, piece.name, to_look_at=True)


def _add_acting(router: APIRouter, office: Office, gate: Gate) -> None:
    @router.get("/workflow/cases/{number}/actions")
    async def actions(number: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """What I may do now; what not yet, and why."""
        found = await reading.seen(office, number, person_of(who))
        return {
            "version": found.case.version,
            "may": [_offer(offer) for offer in found.offers.offers],
            "cannot": [_not_yet(each) for each in found.offers.cannot],
        }

    @router.post("/workflow/cases/{number}/actions/{name}", openapi_extra=takes(*_BY_NAME.values(), required=False))
    async def do(
        number: str,
        name: str,
        request: Request,
        response: Response,
        if_match: str | None = Header(default=None),
        key: IdempotencyKey = None,
        who: Principal = Depends(gate.admit),
    ) -> dict[str, Any]:
        """Do it. ``If-Match`` carries the version that was looked at; an older one is answered 412.

        With an ``Idempotency-Key`` the same request sent again gets the same answer and is done once.
        ``reveal_identity`` records who looked and why, and is the only answer that holds the complainant's identity.
        """
        command = await json_body(request, _command(name), empty=b"{}")
        same = repetition(key, f"{who.name} {number}/{name}", await request.body())
        with _told():
            async with office.store.transaction(office.clock()) as unit:

                async def work() -> dict[str, Any]:
                    after = await carry_out(office, unit, number, command, person_of(who), _version(if_match))
                    return await answers.done(office, unit, after, command)

                given = await office.answers.once(unit, same, work)
        if given.repeated:
            response.headers.update(REPLAYED)
        return given.answer


@contextmanager
def _told() -> Iterator[None]:
    """Whatever the person can mend is told as a problem."""
    try:
        yield
    except KeyReused as fault:
        raise key_reused() from fault
    except RefusedError as fault:
        raise problems.refused(fault.refusal) from fault
    except NoSuchCaseError as fault:
        raise problems.no_such_case() from fault
    except files.StaleError as fault:
        raise problems.stale(fault.deeds) from fault


def _command(name: str) -> type[Command]:
    model = _BY_NAME.get(name)
    if model is None:
        raise Problem(404, "unknown_command", "没有这项办理", "There is no such command")
    return model


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    version = whole_number(if_match.strip().strip('"'))
    if version is None:
        raise Problem(400, "bad_if_match", "If-Match 应为版本号", "If-Match must be a version number")
    return version


def _offer(offer: ActionOffer) -> dict[str, Any]:
    return {
        "command": offer.command.value,
        "label": offer.label,
        "article": offer.article,
        "variants": list(offer.variants),
        "most_days": offer.most_days,
    }


def _not_yet(each: NotYet) -> dict[str, Any]:
    return {
        "command": each.command.value,
        "label": each.label,
        "article": each.refusal.article,
        "reason": each.refusal.message_zh,
        "reason_en": each.refusal.message_en,
    }


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "place": row["version"],
        "at": row["at"],
        "kind": row["kind"],
        "actor": row["actor_name"],
        "role": row["actor_role"],
        "article": row["article"],
        "round": row["round"],
        "what": row["event"]["what"],
        "state": row["event"]["state"],
        "vouched": files.vouched_for(SimpleNamespace(**row)),
        "previous": row["previous"],
        "hash": row["hash"],
    }
