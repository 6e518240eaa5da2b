"""How an identity is shown to whoever may not see it: 王**, 139****2046; and texts without anything that leads to a person.

Law of this file: where it is hidden, no name, number or address of the complainant is left, and in free text nobody's
telephone, identity card, bank card, e-mail or chat account either, because people write down whatever they have at hand.
It hides too much rather than too little (art. 17). Who is shown what is the services' to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from shared.contracts.complaint import Complainant
from shared.contracts.surnames import ALSO_WORDS, CLEAR, COMPOUND, NO_NAMES


class Showing(StrEnum):
    """How much of an identity a copy shows."""

    OPEN = "open"
    """As it is."""
    PARTLY = "partly"
    """王**, 138****8000: enough to recognise a case, not enough to find a person."""
    HIDDEN = "hidden"
    """Nothing."""


_STARS = "**"
_MAINLAND = re.compile(r"\+86(\d+)")
_LANDLINE = re.compile(r"(10|2\d|[3-9]\d{2})(\d{7,8})")
_MOBILE = re.compile(r"1[3-9]\d{9}")


def dialled(phone: str) -> str:
    """An E.164 number as it is dialled within the country: ``13800138000``, ``0632-8690012``; a foreign one unchanged."""
    mainland = _MAINLAND.fullmatch(phone)
    if mainland is None:
        return phone
    digits = mainland[1]
    landline = _LANDLINE.fullmatch(digits)
    if landline and not _MOBILE.fullmatch(digits):
        return f"0{landline[1]}-{landline[2]}"
    return digits


def mask_name(name: str) -> str:
    """王**: the first character, and two stars however long the name is."""
    return f"{name[0]}{_STARS}" if name else ""


def mask_phone(phone: str) -> str:
    """138****8000, 0632-****012: as much as tells two numbers apart."""
    shown = dialled(phone)
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


def mask_address(address: str) -> str:
    """滕州市****: the county-level place, if it is named first."""
    place = re.match(r".{1,12}?[市区县]", address)
    return f"{place[0] if place else ''}****"


def mask_text(text: str, complainant: Complainant, showing: Showing) -> str:
    """Free text without anything that leads to a person; see the law of this file."""
    return text if showing is Showing.OPEN else Scrubber(complainant, showing).text(text)


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

_HAN, _HAN_OR_FIGURE = r"[\u4e00-\u9fff]", r"[\u4e00-\u9fff\d]"
"""A figure may be a character of a name: what is looked through is folded, 王一丁 is 王1丁."""
_SAYS_A_NAME = "(?:" + "|".join(f"(?<={cue})" for cue in (
    "我叫", "本人叫", "我姓名是", "姓名:", "姓名: ", "投诉人:", "投诉人: ", "反映人:", "来信人:", "写信人:", "联系人:", "署名:",
)) + ")"  # fmt: skip
"""Before these a name follows, also where nobody has entered it yet: a scan that is still to be read, a letter unsigned."""
_NAME_ENDS = r"[\s,.;:!?、。()/]|$|住|家住|身份|电话|手机|今年|\d{3}|［"
_SAYS_WHERE = r"(?:家住|住在|现住|居住在|家庭住址|住址|(?<=[,。;、\s])住(?![院建房宿]))"
_PLACE = "(?:市|区|县|镇|乡|街|路|村|巷|号|单元|楼|室)"

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
        ("姓名", rf"{_SAYS_A_NAME}{_HAN}(?:[ ·]{{0,2}}{_HAN_OR_FIGURE}){{1,3}}(?={_NAME_ENDS})"),
        ("住址", rf"{_SAYS_WHERE}[ :]{{0,2}}[^,。;\n]{{0,30}}?{_PLACE}[^,。;\n]{{0,30}}"),
    )
)
"""What is looked for in free text, in this order: the longer number first, and whatever is left that long last."""

_COMPOUND = "|".join(COMPOUND)
_SPEAKS_OF = (
    r"(?:本人|其人|核实|核对|了解|反映|来电|来信|来访|致电|通话|通电话|联系|联络|沟通|见面|取得|确认|说明|解释|道歉|致歉|表示|告知|答复|回复|询问|"
    r"认为|要求|请求|投诉|所述|所反映|所称|所提|提出|到场|先生|女士|同志|称|说|的(?:投诉|反映|诉求|来信|问题|电话|意见)|电话|手机|[\s,.;:!?、。()\"“”]|$)"
)
"""What follows the name of somebody whom an office speaks of."""
_TURNS_TO = "(?:" + "|".join(f"(?<={cue})" for cue in (
    "联系", "联系到", "联系上", "致电", "回访", "约见", "走访", "询问", "答复", "回复", "告知", "通知", "转告",
    "已与", "经与", "并与", "再与", "请与", "已向", "请向", "并向", "再向", "已给", "请给", "请找", "投诉人", "来信人", "写信人", "反映人",
    "来电人", "来访人", "当事人", "举报人", "群众", "市民", "居民", "家属",
)) + ")"  # fmt: skip
"""After these an office names the person it deals with."""
_GIVEN = rf"{_HAN_OR_FIGURE}{{1,2}}"
_ANY_NAME = rf"(?!{NO_NAMES})(?:(?:{_COMPOUND})|[{CLEAR}{ALSO_WORDS}]){_GIVEN}?"
_CLEAR_NAME = rf"(?!{NO_NAMES})(?:(?:{_COMPOUND})|[{CLEAR}]){_GIVEN}"
_SUBJECT_OF = "(?=来电|来信|来访|反映|所述|所反映|所称|称其|的(?:投诉|反映|诉求|来信))"
_NAMED_BY_THE_OFFICE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    ("姓名", re.compile(pattern))
    for pattern in (
        rf"{_TURNS_TO}{_ANY_NAME}(?={_SPEAKS_OF})",
        rf"{_TURNS_TO}{_CLEAR_NAME}",
        rf"(?:^|(?<=[\s,.;:!?、。(])){_CLEAR_NAME}?{_SUBJECT_OF}",
    )
)
"""Somebody whom nobody has entered as the complainant yet, as staff speak of them: with what follows, by the cue alone, or in
the place of a subject. Looked for only while no name is known; once one is, the name itself is what is hidden."""

_TITLES = "(?:先生|女士|小姐|师傅|同志|老师|大爷|大妈|阿姨|某某|某)"


class Scrubber:
    """One complainant's identity, being taken out of texts."""

    def __init__(self, complainant: Complainant, showing: Showing) -> None:
        self._person = complainant
        self._showing = showing
        self._own = [pattern for pattern in (self._name_pattern(), *self._literal_patterns()) if pattern]

    def text(self, text: str) -> str:
        """Free text: the complainant's own identity, then anything that looks like somebody's."""
        text = self._without(_PATTERNS, self.without_own(text))
        return text if self._person.name else self._without(_NAMED_BY_THE_OFFICE, text)

    def without_own(self, text: str) -> str:
        """Text of an office: only the complainant's own identity is taken out."""
        return self._without(self._own, text)

    def _without(self, patterns: Iterable[tuple[str, re.Pattern[str]]], text: str) -> str:
        for kind, pattern in patterns:
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
            area, _, local = dialled(self._person.phone).rpartition("-")
            numbers = [re.sub(r"\D", "", number) for number in (f"{area}{local}", local)]
            found.append(("电话", re.compile("|".join(_GAP.join(number) for number in numbers))))
        for kind, words in (("邮箱", self._person.email), ("住址", self._person.address)):
            if words and words.strip():
                found.append((kind, re.compile(re.escape(words.strip().translate(_FOLDED)), re.IGNORECASE)))
        return found


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
