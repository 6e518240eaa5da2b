"""Who may read what of the complainant on which form (art. 17).

Law of this file: ``MASKS`` says for every form and reader how much of an identity is shown, ordinarily and where the
complainant asked for confidence. Where it is hidden, no name, number or address of the complainant is left anywhere on
the paper, in running text included; and in free text nobody's telephone, identity card, bank card, e-mail or chat
account is left either, because people write down whatever they have at hand. It hides too much rather than too little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from services.forms.domain.definition import Field, FieldKind, Form, FormId, Identity
from services.forms.domain.values import FormValues
from services.forms.domain.wording import ANONYMOUS, NOT_GIVEN, shown_phone
from shared.contracts.complaint import Complainant


class Reader(StrEnum):
    """Who gets a copy."""

    OFFICE = "office"  # 市政管办
    UNIT = "unit"  # 进驻单位
    COMPLAINANT = "complainant"  # 投诉人
    FILE = "file"  # 归档卷


class Showing(StrEnum):
    """How much of an identity a copy shows."""

    OPEN = "open"
    """As it is."""
    PARTLY = "partly"
    """王**, 138****8000: enough to recognise a case, not enough to find a person."""
    HIDDEN = "hidden"
    """Nothing."""


@dataclass(frozen=True, slots=True)
class Mask:
    """One row: how the form is shown to the reader, ordinarily and in a confidential case, and why."""

    form: FormId
    reader: Reader
    ordinarily: Showing
    confidential: Showing
    article: str


OPEN, PARTLY, HIDDEN = Showing.OPEN, Showing.PARTLY, Showing.HIDDEN

_OFFICE = tuple(Mask(form, Reader.OFFICE, OPEN, OPEN, "15") for form in FormId)
"""The office takes the identity down (art. 15); each look at it is logged by whoever shows it."""

_UNIT = (
    # Annex 2 names the complainant so that the unit can answer; a confidential complainant is never named to it.
    Mask(FormId.DISPOSITION, Reader.UNIT, OPEN, HIDDEN, "17"),
    Mask(FormId.FEEDBACK, Reader.UNIT, OPEN, HIDDEN, "17"),
    Mask(FormId.EXTENSION, Reader.UNIT, OPEN, HIDDEN, "17"),
    Mask(FormId.UNIT_REFUSAL, Reader.UNIT, OPEN, HIDDEN, "17"),
    Mask(FormId.RESULT_NOTICE, Reader.UNIT, PARTLY, HIDDEN, "17"),
    Mask(FormId.FOLLOW_UP_RECORD, Reader.UNIT, PARTLY, HIDDEN, "17"),
    # None of these is the unit's: should a copy reach it, it names nobody.
    Mask(FormId.RECEIPT, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.WRITTEN_STATEMENT, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.ACCEPTANCE_NOTICE, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.REFUSAL_NOTICE, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.REDIRECT_NOTICE, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.BOX_RECORD, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.CALL_LIST, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.MONTHLY_REPORT, Reader.UNIT, HIDDEN, HIDDEN, "17"),
)

_ADDRESSED = {
    FormId.WRITTEN_STATEMENT,
    FormId.ACCEPTANCE_NOTICE,
    FormId.REFUSAL_NOTICE,
    FormId.REDIRECT_NOTICE,
}
"""Letters bear the name of whom they are sent to. A receipt is a slip of paper that gets lost: it shows a part."""

_COMPLAINANT = tuple(
    Mask(form, Reader.COMPLAINANT, OPEN if form in _ADDRESSED else PARTLY, OPEN if form in _ADDRESSED else PARTLY, "17")
    for form in FormId
)
_FILE = tuple(Mask(form, Reader.FILE, OPEN, PARTLY, "18.6") for form in FormId)
"""The binder is lent out; the sealed original of a confidential identity stays with the office."""

MASKS: dict[tuple[FormId, Reader], Mask] = {
    (mask.form, mask.reader): mask for mask in (*_OFFICE, *_UNIT, *_COMPLAINANT, *_FILE)
}

HIDDEN_FIELD = "（要求保密）"
_STARS = "**"


def mask(form: Form, values: FormValues, *, reader: Reader, complainant: Complainant) -> FormValues:
    """The values as this reader's copy shows them."""
    rule = MASKS[form.id, reader]
    showing = rule.confidential if complainant.confidential else rule.ordinarily
    if showing is Showing.OPEN:
        return values
    scrub = _Scrub(complainant, showing)
    return values.model_copy(
        update={
            "texts": {name: scrub.field(form.field(name), text) for name, text in values.texts.items()},
            "tables": {
                name: [scrub.row(form.field(name), row) for row in rows] for name, rows in values.tables.items()
            },
        }
    )


def mask_name(name: str) -> str:
    """王**: the first character, and two stars however long the name is."""
    return f"{name[0]}{_STARS}" if name else ""


def mask_phone(phone: str) -> str:
    """138****8000, 0632-****012: as much as tells two numbers apart."""
    shown = shown_phone(phone)
    digits = re.sub(r"\D", "", shown)
    if shown.startswith("+"):
        return f"****{digits[-3:]}"
    if len(digits) == _MOBILE_LENGTH and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    area = re.match(r"0(?:10|2\d|[3-9]\d{2})", digits)
    return f"{area[0]}-****{digits[-3:]}" if area else f"****{digits[-3:]}"


def mask_email(email: str) -> str:
    """z***@qq.com."""
    name, at, host = email.rpartition("@")
    return f"{name[:1]}***{at}{host}"


def mask_text(text: str, complainant: Complainant, showing: Showing) -> str:
    """Free text without anything that leads to a person; see the law of this file."""
    return text if showing is Showing.OPEN else _Scrub(complainant, showing).text(text)


_MOBILE_LENGTH = 11
_SHORTEST_NAME = 2

_FOLDED = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},  # full-width forms of ASCII
    **str.maketrans(
        "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖—–‐‑　\u00a0",
        "0012345678911234567" + "89----  ",
    ),
}
"""Character for character, so that places in the folded text are places in the text."""

_GAP = r"[ \-.·_/]{0,3}"
"""What people put between the digits of a number."""


def _digits(count: str) -> str:
    """A pattern for one digit and ``count`` more."""
    return rf"\d(?:{_GAP}\d){count}"


_START, _END = r"(?<!\d)", r"(?!\d)"
_NO_DATE = r"(?!(?:19|20)\d\d[ \-./]{1,2}\d{1,2}[ \-./]{1,2}\d)"
"""2026.11.16-2026.11.23 has sixteen digits, and is nobody's card."""
_COUNTRY = r"(?:\(?(?:\+|00) ?86\)?|86)"
_AREA = r"(?:10|2\d|[3-9]\d\d)"
_EXTENSION = r"(?: {0,2}(?:转|分机|ext\.?) ?\d{1,5})?"

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("邮箱", r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]+@[a-z0-9.\-]{1,253}"),
        ("账号", r"(?:微信|qq|wechat|vx|抖音)账?号?[ :：是为]{0,3}[a-z0-9_\-]{5,40}"),
        ("证件号", rf"{_START}{_NO_DATE}{_digits('{16}')}{_GAP}[\dx]{_END}"),
        ("卡号", rf"{_START}{_NO_DATE}{_digits('{15,18}')}{_END}"),
        ("证件号", rf"{_START}{_NO_DATE}{_digits('{14}')}{_END}"),
        ("电话", rf"{_START}(?:{_COUNTRY}{_GAP})?1{_GAP}[3-9]{_GAP}{_digits('{8}')}{_END}"),
        ("电话", rf"{_START}\(?0{_AREA}\)?{_GAP}[2-9](?:{_GAP}\d){{6,7}}{_EXTENSION}{_END}"),
        ("电话", rf"{_START}{_COUNTRY}{_GAP}0?{_AREA}{_GAP}[2-9](?:{_GAP}\d){{6,7}}{_EXTENSION}{_END}"),
        ("电话", rf"(?:(?<=电话)|(?<=座机)|(?<=手机))[ :：是为号码]{{0,4}}{_digits('{5,11}')}{_END}"),
        ("电话", r"(?<![\da-z.\-])(?!(?:19|20)\d\d[01]\d[0-3]\d)[2-9]\d{6,7}(?![\d元.])"),
        ("号码", r"\d{11,}"),
    )
)
"""What is looked for in free text, in this order: the longer number first, and whatever is left that long last."""

_TITLES = "(?:先生|女士|小姐|师傅|同志|老师|大爷|大妈|阿姨|某某|某)"


class _Scrub:
    """One complainant's identity, being taken out of texts."""

    def __init__(self, complainant: Complainant, showing: Showing) -> None:
        self._person = complainant
        self._showing = showing
        self._own = [pattern for pattern in (self._name_pattern(), *self._literal_patterns()) if pattern]

    def field(self, field: Field, text: str) -> str:
        """A field of a form: identity as a whole, free text piece by piece, official lines only for the own identity."""
        if field.identity is not None:
            return self._identity(field.identity, text)
        return self.text(text) if field.kind is FieldKind.TEXT else self._without_own(text)

    def row(self, field: Field, row: tuple[str, ...]) -> tuple[str, ...]:
        """A row of a listing: its columns of identity as a whole, the others as free text."""
        columns = [*field.columns, *[None] * (len(row) - len(field.columns))]
        return tuple(
            self._identity(identity, cell) if identity else self.text(cell)
            for identity, cell in zip(columns, row, strict=False)
        )

    def text(self, text: str) -> str:
        """Free text: the complainant's own identity, then anything that looks like somebody's."""
        return self._without_patterns(self._without_own(text))

    def _identity(self, identity: Identity, text: str) -> str:
        if not text or text in {ANONYMOUS, NOT_GIVEN}:
            return text
        if self._showing is Showing.HIDDEN:
            return HIDDEN_FIELD
        masks = {Identity.NAME: mask_name, Identity.PHONE: mask_phone, Identity.EMAIL: mask_email}
        return masks.get(identity, mask_address)(text)

    def _without_own(self, text: str) -> str:
        for kind, pattern in self._own:
            text = _replaced(text, pattern, kind, self._showing)
        return text

    def _without_patterns(self, text: str) -> str:
        for kind, pattern in _PATTERNS:
            text = _replaced(text, pattern, kind, self._showing)
        return text

    def _name_pattern(self) -> tuple[str, re.Pattern[str]] | None:
        """The name however it is spaced, and the surname with a title; of a one-character name only the latter."""
        name = re.sub(r"[\s·•・.]", "", (self._person.name or "").translate(_FOLDED))
        if not name:
            return None
        titled = rf"{re.escape(name[0])}{_TITLES}"
        if len(name) < _SHORTEST_NAME:
            return "姓名", re.compile(titled)
        spaced = r"[\s·•・.]{0,3}".join(re.escape(character) for character in name)
        return "姓名", re.compile(f"{spaced}|{titled}", re.IGNORECASE)

    def _literal_patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        """The complainant's own number, whole and without its area code, however spaced, and the addresses."""
        found = []
        if self._person.phone:
            area, _, local = shown_phone(self._person.phone).rpartition("-")
            numbers = [re.sub(r"\D", "", number) for number in (f"{area}{local}", local)]
            found.append(("电话", re.compile("|".join(_GAP.join(number) for number in numbers))))
        for kind, words in (("邮箱", self._person.email), ("住址", self._person.address)):
            if words and words.strip():
                found.append((kind, re.compile(re.escape(words.strip().translate(_FOLDED)), re.IGNORECASE)))
        return found


def mask_address(address: str) -> str:
    """滕州市****: the county-level place, if it is named first."""
    place = re.match(r".{1,12}?[市区县]", address)
    return f"{place[0] if place else ''}****"


def _replaced(text: str, pattern: re.Pattern[str], kind: str, showing: Showing) -> str:
    """The text with every place where the folded text matches replaced."""
    folded = text.translate(_FOLDED)
    pieces, last = [], 0
    for match in pattern.finditer(folded):
        pieces += [text[last : match.start()], _stand_in(match[0], kind, showing)]
        last = match.end()
    return "".join([*pieces, text[last:]]) if pieces else text


def _stand_in(found: str, kind: str, showing: Showing) -> str:
    if showing is Showing.PARTLY and kind == "姓名":
        return mask_name(found)
    if showing is Showing.PARTLY and kind == "电话":
        return mask_phone(re.sub(r"^(?:0086|86)(?=\d{9})", "", re.sub(r"\D", "", found)))
    return f"［{kind}隐去］"
