"""The texts of all pages: none missing, none left over, none with markup."""

import re
from pathlib import Path

import pytest

from services.forms.domain.masking import Reader
from services.forms.domain.sealing import How, Kind
from services.forms.web.views import Paper, Verdict
from services.intake.domain.channel_checks import CHECKS
from services.intake.domain.channel_checks import Standing as HowChecked
from services.intake.store.states import ImportState
from services.intake.web.views import FormNotice, Signature
from services.workflow.domain import urgency
from services.workflow.domain.clocks import Because
from services.workflow.web.audit_page import ALL, LOOKS
from services.workflow.web.taken_page import TODAY, WEEK
from services.workflow.web.views import Standing, Step
from shared.contracts.values import Channel, Element, Ground, Relation, ReplyBy, Role
from shared.web.i18n import Language
from shared.web.pages import HERE
from shared.web.theme import Theme
from tests.parts.page_gallery import SERVICES, pages

CATALOGUE = pages().catalogue
FOLDERS = [HERE, *SERVICES.glob("*/web")]
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in FOLDERS
    for path in [*folder.glob("templates/*.html"), *folder.glob("*.py")]
)
BY_VALUE = {
    "channel": [*Channel],
    "way": [*Channel],
    "relation": [*Relation],
    "reply_by": [*ReplyBy],
    "ground": [*Ground],
    "role": [*Role],
    "field": [*Element],
    "standing": [*Standing],
    "step": [*Step],
    "verify": [*Verdict],
    "paper": [*Paper],
    "check": [check.name for check in CHECKS],
    "checked": [*HowChecked],
    "reader": [*Reader],
    "sign.kind": [*Kind],
    "sign.how": [*How],
    "signature": [*Signature],
    "receipt.signature": [*Signature],
    "form.notice": [*FormNotice],
    "desk.imports.state": [*ImportState],
    "desk.script": [*"123456"],
    "site.theme": [*Theme],
    "site.urgent": [*urgency.Standing],
    "file.moved": [each for each in Because if each is not Because.STARTED],
    "taken.since": [TODAY, WEEK],
    "audit.view": [LOOKS, ALL],
    "audit.none": [LOOKS, ALL],
    "calendar.month": [*range(1, 13)],
    "calendar.weekday": [*range(1, 8)],
    "calendar.mark": ["on", "off"],
    "search.by": ["text", "name", "phone", "number"],
}
"""Keys that a template puts together from a value."""
BY_COMMAND = ("do.", "event.", "pick.", "element.", "view.", "group.", "track_word.")
"""What the case page puts together from commands, fields and entries; tests/integration/workflow/pages/test_case_page.py holds them."""


@pytest.mark.parametrize(("head", "value"), [(head, value) for head, values in BY_VALUE.items() for value in values])
def test_every_value_has_its_words(head: str, value: str) -> None:
    """No channel, ground, step or standing can turn up that the pages can't name."""
    assert f"{head}.{value}" in CATALOGUE


def test_every_key_a_template_names_is_written() -> None:
    """A forgotten text fails here and not on the page."""
    named = set(re.findall(r"""\bt\(\s*["']([a-z_0-9.]+)["'](?!\s*~)""", SOURCES))
    assert len(named) > 100
    assert [key for key in sorted(named) if key not in CATALOGUE] == []


def test_no_text_is_left_over() -> None:
    """What no page says any more is thrown out of the catalogue."""
    heads = (*(f"{head}." for head in BY_VALUE), *BY_COMMAND, "problem.", "field.")
    left_over = [
        key
        for key in CATALOGUE.texts[Language.ZH]
        if not key.startswith(heads) and f'"{key}"' not in SOURCES.replace("'", '"')
    ]
    assert left_over == []


@pytest.mark.parametrize("language", Language)
def test_texts_hold_no_markup(language: Language) -> None:
    """They are escaped like anything else, so markup would show."""
    for text in CATALOGUE.texts[language].values():
        forms = text.values() if isinstance(text, dict) else [text]
        assert not any(re.search(r"[<>]|&[a-z]+;", form) for form in forms)


def test_each_language_is_written_in_its_own_script() -> None:
    """No Chinese in the English texts but the name of the language itself and of the Chinese form; none missing."""
    chinese = re.compile(r"[\u4e00-\u9fff]")
    allowed = {"site.other_language", "written.heading"}
    english = {key for key, text in CATALOGUE.texts[Language.EN].items() if chinese.search(str(text))}
    assert english == allowed


def test_catalogues_lie_beside_their_templates() -> None:
    """Each room brings both languages."""
    for folder in FOLDERS:
        assert {path.name for path in Path(folder / "locale").iterdir()} == {"zh.json", "en.json"}
