"""A form's definition as it is kept for ever, so that what was issued by it can be drawn again after the form has changed.

Law of this file: what was written is read back as the same definition. A definition is JSON of the parts of
``domain.definition``, each with its name; a part that gains a field gives it a default, and none is ever renamed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from services.forms.domain import definition
from services.forms.domain.definition import Form

_PART = "part"
_PARTS: Mapping[str, type[Any]] = {
    each.__name__: each
    for each in (
        Form,
        definition.Page,
        definition.Field,
        definition.Grid,
        definition.Row,
        definition.Label,
        definition.Value,
        definition.Signature,
        definition.SealLine,
        definition.Heading,
        definition.Paragraph,
        definition.Ruled,
        definition.Closing,
        definition.Listing,
    )
}
_WORDS: Mapping[tuple[str, str], type[Any]] = {
    ("Form", "id"): definition.FormId,
    ("Field", "kind"): definition.FieldKind,
    ("Field", "identity"): definition.Identity,
    ("Field", "columns"): definition.Identity,
}
"""Fields whose words are of a closed vocabulary."""


def written(form: Form) -> str:
    """The definition as text."""
    return json.dumps(_plain(form), ensure_ascii=False, sort_keys=True)


def read(text: str) -> Form:
    """The definition that was written. Raises TypeError, ValueError or KeyError where it was not written by ``written``."""
    form = json.loads(text, object_hook=_part)
    if not isinstance(form, Form):
        raise TypeError("not the definition of a form")
    return form


def _plain(node: Any) -> Any:
    if is_dataclass(node):
        return {_PART: type(node).__name__, **{each.name: _plain(getattr(node, each.name)) for each in fields(node)}}
    return [_plain(each) for each in node] if isinstance(node, tuple) else node


def _part(told: dict[str, Any]) -> Any:
    name = told.pop(_PART)
    return _PARTS[name](**{field: _value(name, field, value) for field, value in told.items()})


def _value(part: str, field: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_value(part, field, each) for each in value)
    vocabulary = _WORDS.get((part, field))
    return vocabulary(value) if vocabulary and value is not None else value
