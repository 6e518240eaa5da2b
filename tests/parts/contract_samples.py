"""Values of the published language for property tests: a strategy for any of its models, built from the model itself.

A model that uses a kind of field unknown here raises TypeError, so that no new field goes untested.
"""

import types
import typing
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from annotated_types import Ge, Le
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from shared.contracts.tracking import ALPHABET, LENGTH, TrackingCode, check_character

MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is beside it
CODES = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1).map(lambda body: body + check_character(body))
_IS_CODE = typing.get_args(TrackingCode)[1]

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    UUID: st.uuids(),
    bool: st.booleans(),
    date: st.dates(),
    datetime: MOMENTS,
    AwareDatetime: MOMENTS,
}


def models(model: type[BaseModel], text: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Any]:
    """Any value of a model; free texts are drawn from ``text`` where it's given."""
    texts = st.text(max_size=40) if text is None else text
    return st.builds(model, **{name: _field(info, texts) for name, info in model.model_fields.items()})


def _field(info: FieldInfo, text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return _values(info.annotation, info.metadata, text)


def _values(kind: Any, limits: list[Any], text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _values(arguments[0], [*arguments[1:], *limits], text)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(_values(each, limits, text) for each in arguments))
    if origin is list:
        return st.lists(_values(arguments[0], [], text), max_size=3)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    return _single(kind, limits, text)


def _single(kind: Any, limits: list[Any], text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    if kind is type(None):
        return st.none()
    if kind is str:
        return _texts(limits, text)
    if kind in (int, float):
        return _numbers(kind, limits)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return models(kind, text)
    if kind in PLAIN:
        return PLAIN[kind]
    raise TypeError(f"no strategy for {kind}; add one")


def _texts(limits: list[Any], text: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    if _IS_CODE in limits:
        return CODES
    pattern = next((limit.pattern for limit in limits if getattr(limit, "pattern", None)), None)
    if pattern:
        return st.from_regex(pattern, fullmatch=True)
    return text.filter(bool) if limits else text


def _numbers(kind: type, limits: list[Any]) -> st.SearchStrategy[Any]:
    low: Any = next((limit.ge for limit in limits if isinstance(limit, Ge)), None)
    high: Any = next((limit.le for limit in limits if isinstance(limit, Le)), None)
    if kind is int:
        return st.integers(low, high)
    return st.floats(low, high, allow_nan=False)
