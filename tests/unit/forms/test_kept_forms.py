"""Definitions of forms, kept for ever: what was written is what is read back."""

from __future__ import annotations

import pytest

from services.forms.domain import definition
from services.forms.domain.kept_forms import read, written
from services.forms.templates import FORMS


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_kept_definition_is_the_definition(form):
    """Every form, with every block, cell and word of it, of the very same types."""
    again = read(written(form))
    assert again == form
    assert repr(again) == repr(form)


def test_a_definition_of_before_a_field_was_added_has_its_default():
    """A part that has gained a field since is read as it was meant."""
    text = written(FORMS[definition.FormId.FEEDBACK])
    assert '"copies": 3, ' in text
    assert read(text.replace('"copies": 3, ', "")).copies == 1


@pytest.mark.parametrize("text", ['{"part": "Label", "text": "x", "span": 1}', '{"part": "Nothing"}', "[]", "{}"])
def test_what_is_no_definition_is_refused(text):
    """Nothing is drawn by something that only looks like a form."""
    with pytest.raises((TypeError, ValueError, KeyError)):
        read(text)
