"""Tokens for programs, as the administrator makes and revokes them: each limited to what such a program does.

Law of this file: a token made here names what it may do, one row of ``FOR_PROGRAMS`` or more; it acts on no case and shows
no identity, so that whoever hands tokens out reads no complainant by one (art. 17). A token as wide as a person's is made
at the terminal of the machine that holds the keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from shared.contracts.values import Role
from shared.identity.accounts import UNIT_ROLES, AccountFault, AccountRefused
from shared.identity.doors.accounts_api import Line, Place, known_unit, refused
from shared.identity.reception import Reception
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault, Problem

FOR_PROGRAMS: Mapping[str, Bilingual] = {
    "intake:calls": Bilingual("来电弹屏（电话系统）", "calls announced by the exchange"),
    "intake:phone": Bilingual("登记电话记录", "phone logs"),
    "intake:import": Bilingual("导入热线话务", "a hotline's export"),
    "intake:email": Bilingual("投递邮件（邮件系统）", "e-mail from the mail server"),
    "intake:fax": Bilingual("投递传真", "faxes"),
    "intake:letter": Bilingual("登记来信", "letters"),
    "intake:visit": Bilingual("登记来访", "visits"),
    "intake:suggestion_box": Bilingual("登记意见单", "suggestion slips"),
    "intake:read": Bilingual("查询已登记的投诉", "what was taken in, read"),
    "workflow:read": Bilingual("查询案件，身份隐去", "cases, read; identities masked"),
    "workflow:statistics": Bilingual("统计数据", "statistics"),
    "notify:read": Bilingual("查询消息发送", "messages, read"),
    "forms:read": Bilingual("取文书", "documents, read"),
}
"""What a program's token can be limited to, in words."""
LONGEST = 3650
"""Days that a token can be valid, where an end is set."""

ScopesByRole = Mapping[Role, frozenset[str]]
"""Which scopes the routes of all services ask of each role."""


def _parted(value: object) -> object:
    return value.split() if isinstance(value, str) else value


class NewToken(Place):
    """A token to be made. ``scopes``: a list, or names parted by blanks (RFC 6749, 3.3); ``days``: None until revoked."""

    name: Line
    scopes: Annotated[frozenset[str], BeforeValidator(_parted), Field(min_length=1)]
    days: Annotated[int, Field(ge=1, le=LONGEST)] | None = None


def offered(scopes: ScopesByRole) -> Mapping[str, tuple[Bilingual, frozenset[Role]]]:
    """What can be ticked: each scope in words, and which roles can have it."""
    return {
        scope: (words, frozenset(role for role, theirs in scopes.items() if scope in theirs))
        for scope, words in FOR_PROGRAMS.items()
    }


async def made(reception: Reception, new: NewToken, scopes: ScopesByRole, *, by: str) -> str:
    """The token, which can't be read again. Raises Problem."""
    known_unit(reception, new)
    _check_scopes(new, scopes)
    now = reception.clock()
    try:
        _check_unit(new)
        return await reception.tokens.add(
            name=new.name,
            role=new.role,
            unit=new.unit,
            scopes=new.scopes,
            by=by,
            now=now,
            expires_at=None if new.days is None else now + timedelta(days=new.days),
        )
    except AccountRefused as fault:
        raise refused(fault) from fault


async def revoked(reception: Reception, token: UUID, *, by: str) -> None:
    """Revoke one token. Raises Problem where it isn't valid any more, or never was."""
    if not await reception.tokens.revoke_one(token, reception.clock(), by=by):
        raise no_valid_token()


async def revoked_by_name(reception: Reception, name: str, *, by: str) -> None:
    """Revoke all tokens of a name. Raises Problem where there is none."""
    if not await reception.tokens.revoke(name, reception.clock(), by=by):
        raise no_valid_token()


def no_valid_token() -> Problem:
    """404."""
    return Problem(404, "not_found", "没有这个有效的令牌", "There is no such valid token")


def _check_unit(new: NewToken) -> None:
    if (new.role in UNIT_ROLES) != bool(new.unit):
        raise AccountRefused(AccountFault.UNIT_AND_ROLE)


def _check_scopes(new: NewToken, scopes: ScopesByRole) -> None:
    possible = FOR_PROGRAMS.keys() & scopes[new.role]
    if new.scopes <= possible:
        return
    named = "、".join(sorted(possible)) or "无"
    fault = FieldFault(
        "scopes",
        "unknown_scope",
        f"这个角色的令牌可选：{named}",
        f"for a token of this role there are: {', '.join(sorted(possible)) or 'none'}",
    )
    raise Problem(422, "validation", "有内容需要改正", "Something needs correcting", fields=[fault])
