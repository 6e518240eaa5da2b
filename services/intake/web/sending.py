"""The page's form, sent: checked in the order in which it is cheap, taken once, or given back with all that was typed.

Law of this file: whatever is wrong, the answer is the form with every field as typed and every file that was allowed;
only what could not be read at all is answered by a problem. A form without proof of work is taken as well, marked
(``UNPROVEN``) and under a limit four times as strict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.adapters.web_form import WebForm
from services.intake.api.answers import unavailable
from services.intake.api.told_doors import CITIZEN, UNPROVEN, WEB_FORM, submission_of, take_web_form
from services.intake.domain.submission import Submission
from services.intake.form_desk import draft_of, drop_draft, save_draft, spend
from services.intake.handlers import receive
from services.intake.web.counter import FORM, Back, Counter, draft_in, form_page
from services.intake.web.form_drafts import draft_bytes
from services.intake.web.form_reading import values_of, web_form_of
from services.intake.web.proof_of_work import Solved
from services.intake.web.uploads import Received, known_files, receive_files
from services.intake.web.views import FormNotice, FormValues
from shared.clock import SHANGHAI
from shared.contracts.complaint import Evidence, Source
from shared.contracts.values import Channel
from shared.once import KeyReused, once
from shared.store.engine import is_unreachable
from shared.web.csrf import FIELD, CsrfFault, form_fault, new_visitor, visitor_of
from shared.web.i18n import Language, language_of
from shared.web.problems import FieldFault, Problem
from shared.web.rate_limits import address_of, retry_after
from shared.web.repetition import key_reused
from shared.web.sent_form import FormLimits, sent_form, too_large

LARGEST_JSON = 25 * 1024 * 1024
"""Bytes of the form as JSON, which is read into memory: its files are base64 within it."""
COST_UNPROVEN, COST_PROVEN = 1.0, 0.25
_ONE_FORM = FormLimits(files=50, fields=60, field_bytes=256 * 1024)


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: the values as typed, whose browser it was, the key against doubles, the proof if there is one."""

    values: FormValues
    visitor: str
    key: str
    proof: str
    solved: Solved | None


async def take_json(counter: Counter, request: Request) -> Response:
    """The form as JSON, from a program. Raises Problem 413 and 429."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LARGEST_JSON:
        raise too_large()
    wait = counter.limit.take(address_of(request), COST_UNPROVEN)
    if wait:
        raise _too_often(counter, wait)
    return await take_web_form(counter.door, request, counter.public_url)


async def take_form(counter: Counter, request: Request) -> Response:
    """The page's form. Raises what ``sent_form`` raises."""
    async with sent_form(request, _ONE_FORM) as fields:
        return await _take_fields(counter, request, fields)


async def _take_fields(counter: Counter, request: Request, fields: FormData) -> Response:
    sent = _sent(counter, request, fields)
    known = known_files(counter.kept, fields, sent.visitor)
    fault = form_fault(
        request,
        counter.tokens,
        str(fields.get(FIELD, "")),
        bound_to=visitor_of(request),
        purpose=FORM,
        now=counter.door.clock(),
    )
    if fault is CsrfFault.OTHER_ORIGIN:
        return _back(counter, request, sent, Back(403, notice=FormNotice.EXPIRED, kept=known))
    wait = counter.limit.take(address_of(request), COST_PROVEN if sent.solved else COST_UNPROVEN)
    if wait:
        return _back(counter, request, sent, Back(429, notice=FormNotice.BUSY, kept=known, wait=wait))
    try:
        received = await receive_files(counter.door, known, fields)
        if fault:
            return _back(counter, request, sent, Back(403, notice=FormNotice.EXPIRED, kept=received.evidence))
        return await _settle(counter, request, sent, received)
    except KeyReused as reused:
        raise key_reused() from reused
    except Exception as trouble:
        if is_unreachable(trouble):
            raise unavailable() from trouble
        raise


async def _settle(counter: Counter, request: Request, sent: Sent, received: Received) -> Response:
    """Judge the content, spend the proof, take the complaint, forget the draft."""
    door = counter.door
    kept = received.evidence
    form = web_form_of(sent.values, door.centre, door.clock().astimezone(SHANGHAI).date())
    if not isinstance(form, WebForm) or received.faults:
        faults: list[FieldFault] = [*(form if not isinstance(form, WebForm) else ()), *received.faults]
        return _back(counter, request, sent, Back(413 if received.too_large else 422, faults, kept))
    if not await _is_worth_it(counter, sent):
        return _back(counter, request, sent, Back(403, notice=FormNotice.CHALLENGE, kept=kept))
    counter.proofs.pace.note(door.clock())
    code = await _receive(counter, form, kept, sent, language_of(request))
    if await draft_of(door, sent.visitor) is not None:
        await drop_draft(door, sent.visitor)
    return RedirectResponse(f"{FORM}/receipts/{code}", status_code=303)


async def _is_worth_it(counter: Counter, sent: Sent) -> bool:
    """No proof is taken as it is; a proof must be right, and not spent on another complaint."""
    if not sent.proof:
        return True
    if sent.solved is None:
        return False
    used_with = f"{sent.visitor}:{sent.key}"
    return await spend(counter.door, sent.solved.challenge, until=sent.solved.expires_at, used_with=used_with)


async def _receive(
    counter: Counter, form: WebForm, evidence: Sequence[Evidence], sent: Sent, language: Language
) -> str:
    door = counter.door
    kind = WEB_FORM if sent.solved else UNPROVEN
    more: dict[str, Any] = {
        "received_at": door.clock(),
        "received_by": CITIZEN,
        "source": Source(kind=kind, originals=[item.sha256 for item in evidence]),
        "evidence": list(evidence),
        "language": language.value,
    }
    submission: Submission = submission_of(form, Channel.WEB, more)
    hashed = form.model_dump_json().encode() + b"".join(item.sha256.encode() for item in evidence)
    same = once("web_page", f"{sent.visitor}:{sent.key}", hashed)
    return (await receive(door, submission, same=same)).tracking_code


async def keep_draft(counter: Counter, request: Request) -> Response:
    """What stands in the form so far, from the page's script. Raises Problem 403, 413, 429."""
    async with sent_form(request, _ONE_FORM) as fields:
        sent = _sent(counter, request, fields)
        _require_own(counter, request, fields)
        wait = counter.limit.take(address_of(request), COST_PROVEN)
        if wait:
            raise _too_often(counter, wait)
        kept = [str(token) for token in fields.getlist("kept")]
        await save_draft(counter.door, sent.visitor, draft_bytes(draft_in(sent.values, sent.key, kept)))
    return Response(status_code=204)


async def discard_draft(counter: Counter, request: Request) -> Response:
    """Begin anew: the draft is forgotten, and so is the key of its sending. Raises Problem 403."""
    async with sent_form(request, _ONE_FORM) as fields:
        _require_own(counter, request, fields)
    await drop_draft(counter.door, visitor_of(request) or "")
    return RedirectResponse(FORM, status_code=303)


def _require_own(counter: Counter, request: Request, fields: FormData) -> None:
    token, visitor = str(fields.get(FIELD, "")), visitor_of(request)
    if form_fault(request, counter.tokens, token, bound_to=visitor, purpose=FORM, now=counter.door.clock()):
        raise Problem(403, "form_expired", "页面打开得太久，请刷新", "The page was open too long; please reload")


def _sent(counter: Counter, request: Request, fields: FormData) -> Sent:
    visitor = visitor_of(request) or new_visitor()
    proof = str(fields.get("altcha", ""))
    now = counter.door.clock()
    solved = counter.proofs.solved(proof, visitor=visitor, purpose=FORM, now=now) if proof else None
    return Sent(values_of(fields), visitor, str(fields.get("idempotency_key", ""))[:100], proof, solved)


def _back(counter: Counter, request: Request, sent: Sent, back: Back) -> Response:
    """The form again, with all that was typed, under the same key."""
    again = Back(back.status, back.errors, back.kept, back.notice, sent.key, back.wait)
    return form_page(counter, request, sent.values, again, visitor=sent.visitor)


def _too_often(counter: Counter, wait: float) -> Problem:
    hotline = counter.door.centre.channels.phone
    return Problem(
        429,
        "too_many_requests",
        "提交得太频繁，请稍后再试",
        "Too many requests, please try later",
        detail_zh=f"不想等的话，请打 {hotline}，我们替您登记。",
        detail_en=f"Or call {hotline} and we will register it for you.",
        headers=retry_after(wait),
    )
