"""Routes and states of messages in words, in both languages of the pages. Tables, no sentence of their own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.notify.domain.contact import MANNED
from services.notify.domain.purposes import PURPOSES, Audience
from services.notify.domain.reasons import REASONS, Reason
from services.notify.domain.rule import CHINESE as STANDINGS_IN_CHINESE
from services.notify.domain.rule import Standing
from services.notify.domain.state import CHINESE as STATES_IN_CHINESE
from services.notify.domain.state import State
from services.notify.domain.text import NEUTRAL
from shared.contracts.values import Route
from shared.web.i18n import Bilingual

ROUTES: Mapping[Route, Bilingual] = MappingProxyType(
    {
        Route.SMS: Bilingual("短信", "text message"),
        Route.EMAIL: Bilingual("邮件", "e-mail"),
        Route.CALL: Bilingual("电话", "call"),
        Route.POST: Bilingual("信函", "letter"),
        Route.TRACKING_PAGE: Bilingual("查询页", "tracking page"),
    }
)

AUDIENCES: Mapping[Audience, Bilingual] = MappingProxyType(
    {
        Audience.COMPLAINANT: Bilingual("投诉人", "complainant"),
        Audience.HOLDER: Bilingual("承办人", "holder"),
        Audience.LEADER: Bilingual("分管领导", "leader"),
        Audience.UNIT: Bilingual("单位", "unit"),
    }
)


def _in_english(value: str) -> str:
    return value.replace("_", " ")


STATES: Mapping[State, Bilingual] = MappingProxyType(
    {state: Bilingual(words, _in_english(state)) for state, words in STATES_IN_CHINESE.items()}
)
STANDINGS: Mapping[Standing, Bilingual] = MappingProxyType(
    {standing: Bilingual(words, _in_english(standing)) for standing, words in STANDINGS_IN_CHINESE.items()}
)
PURPOSE_WORDS: Mapping[str, Bilingual] = MappingProxyType(
    {
        NEUTRAL: Bilingual("保密事项告知", "neutral notice of a confidential matter"),
        **{purpose.value: Bilingual(rule.chinese, _in_english(purpose)) for purpose, rule in PURPOSES.items()},
    }
)
"""What a message is for, by the key of its template."""
WHY_NOT: Mapping[Reason, Bilingual] = MappingProxyType(
    {reason: Bilingual(words, _in_english(reason)) for reason, words in REASONS.items()}
)

_ON_THE_LIST = Bilingual("待人办理", "waits for a person")

RINGS: Mapping[State, str] = MappingProxyType(
    {
        State.PLANNED: "",
        State.CANCELLED: "no",
        State.ATTEMPTING: "half",
        State.UNKNOWN: "wait",
        State.ACCEPTED: "half",
        State.FAILED: "no",
        State.UNDELIVERED: "no",
        State.DELIVERED: "full",
    }
)
"""How a state is drawn beside its words."""


def state_words(route: Route, state: State) -> Bilingual:
    """How far a message is; what a person carries isn't waiting to be sent."""
    return _ON_THE_LIST if route in MANNED and state is State.PLANNED else STATES[state]
