"""Finds the elements of arts. 9 and 15 in what was read from a scan: offered to the person at the desk, never taken.

Law of this file: an offer says where it stands and how sure the reader was of it; the text itself is never changed,
and what isn't in the text is not offered. It must not know how a scan is read, nor decide what becomes of an offer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.intake.domain.phones import e164
from services.intake.domain.scan_text import Box, Line, ScanText, joints
from services.intake.domain.surnames import SURNAME


class Band(StrEnum):
    """What the desk does with something read with a certain confidence."""

    PREFILL = "prefill"
    CONFIRM = "confirm"
    TYPE = "type"


BANDS = (
    (0.97, Band.PREFILL),  # measured: mean score from 0.98, character error 0-2.3 %
    (0.90, Band.CONFIRM),  # 0.946-0.948: 3.6-3.8 %
    (0.00, Band.TYPE),  # 0.80-0.82: 23-27 %; the image is shown, and a person types
)
"""From which mean line score on which band holds; measured on 20 fax pages, typed and in handwriting faces."""


def band_of(confidence: float) -> Band:
    """The band of a confidence between 0 and 1."""
    return next(band for least, band in BANDS if confidence >= least)


class Offered(StrEnum):
    """What can be found in a letter. Beside the elements of arts. 9 and 15: the number that proves who someone is."""

    NAME = "name"
    PHONE = "phone"
    ID_CARD = "id_card"
    ADDRESS = "address"
    UNIT = "unit"
    WINDOW = "window"
    STAFF = "staff"
    DESK_NUMBER = "desk_number"
    OCCURRED_AT = "occurred_at"
    DEMAND = "demand"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit or a window of the directory, with every spelling that people use for it."""

    element: Offered
    value: str
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an offer stands: characters ``start`` to ``end`` of line ``line`` of page ``page`` (pages count from 1)."""

    page: int
    line: int
    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that was found. ``confidence`` is the lowest score of the lines it stands in.

    ``doubtful``: the reader or the words around it leave a doubt. A person confirms what is not doubtful, too: which
    fields, says ``confirmation``.
    """

    element: Offered
    value: str
    sources: tuple[Source, ...]
    confidence: float
    doubtful: bool = True


@dataclass(frozen=True, slots=True)
class _Match:
    """A stretch of the whole text; ``is_certain`` is false where the words around it leave a doubt."""

    element: Offered
    value: str
    start: int
    end: int
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line and where it begins in the whole text."""

    page: int
    number: int
    line: Line
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.line.text)


NAME = rf"{SURNAME}[一-鿿]{{1,2}}?"
NAME_ENDS = r"(?=[\s,.。;:、()!?]|$|家住|现住|住|电话|手机|联系|男|女|身份|系|是|于|在|今年|向|因|到|对|去|反映)"
COMPLAINANT_CUE = (
    r"(?:(?<!被)投诉人|举报人|反映人|来信人|(?<!人)姓名|我叫|本人(?!于|向|和|因|在|对|从|有|要))(?:姓名)?[:是\s]*"
)
STAFF_CUE = r"(?:被投诉人|工作人员|窗口人员|办事人员)(?:姓名)?[:\s]*"
NUMERAL = r"[一二三四五六七八九十]{1,3}"
TIME_OF_DAY = rf"(?:\s*(?:凌晨|早上|上午|中午|下午|晚上))?(?:\s*(?:\d{{1,2}}|{NUMERAL})[点时:](?:半|\d{{1,2}}分?)?)?"
DAY = (
    r"(?:(?:\d{4}|二[〇○零O0]二[一-九〇○零])年)?"
    rf"(?:\d{{1,2}}|{NUMERAL})月(?:\d{{1,2}}|{NUMERAL})[日号]"
    r"|\d{4}[-./]\d{1,2}[-./]\d{1,2}"
    r"|(?:今天|昨天|前天|今日|昨日|上周[一二三四五六日天])"
)
DEMAND_LABEL = r"(?:(?:我的)?诉求|投诉请求|请求|要求|希望|恳请)(?:如下|是|为)?:"
DEMAND_VERB = r"(?<=[。;,!?])(?:现|特|因此|为此|我们?|本人)*(?:请求|要求|希望|恳请)"
NEXT_ITEM = r"\s*[(]?(?:[一二三四五六七八九]|\d)[、.)]"
SENTENCE = r"[^。!?]{2,300}[。!?]?"

CUES: tuple[tuple[Offered, re.Pattern[str]], ...] = (
    (Offered.NAME, re.compile(rf"{COMPLAINANT_CUE}({NAME}){NAME_ENDS}")),
    (Offered.STAFF, re.compile(rf"{STAFF_CUE}({NAME}){NAME_ENDS}")),
    (Offered.STAFF, re.compile(rf"(姓{SURNAME})(?=的|,|工作|同志)")),
    (Offered.ADDRESS, re.compile(r"(?:家住|现住|住址|地址|住在)[:\s]*([^\s,。;:]{4,40})")),
    (
        Offered.DESK_NUMBER,
        re.compile(r"(?:工位号?|工号|座席号?|台席号?)[:为是\s]*([A-Za-z]{0,2}-?\d{1,6}(?:-\d{1,3})?)"),
    ),
    (Offered.OCCURRED_AT, re.compile(rf"((?:{DAY}){TIME_OF_DAY})")),
    (Offered.DEMAND, re.compile(rf"(?:{DEMAND_LABEL}|{DEMAND_VERB})\s*({SENTENCE}(?:{NEXT_ITEM}{SENTENCE})*)")),
)
"""What stands behind which words. Text is folded first, so that one width of digits and punctuation is enough here.

The demand of 我要求 is the citizen's only after a stop: 工作人员要求我取现金 is the other side's."""

DOUBTFUL_NAME = re.compile(rf"{COMPLAINANT_CUE}({SURNAME}[一-鿿]{{1,2}})")
"""A name whose end isn't clear: 我叫张伟家里 may be 张伟 or 张伟家. It is offered as doubtful."""

ID_CARD = re.compile(r"(?<![\dXx])[1-9](?: ?\d){16} ?[\dXx](?![\dXx])")
PHONE = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9](?:[- ]?\d){9}(?![- ]?\d)"  # a mobile, however it is grouped
    r"|(?<!\d)\(?0(?:10|2\d|[3-9]\d{2})\)?[- ]?[2-9](?:[- ]?\d){6,7}(?![- ]?\d)"  # a landline with its area code
)

ONLY_A_DAY = re.compile(rf"\s*(?:{DAY})\s*")
"""A line that is a date and nothing else dates the letter, not what happened."""

ID_WEIGHTS = tuple(2**power % 11 for power in range(17, 0, -1))
ID_CHECK = "10X98765432"


def offers_in(scan: ScanText, directory: Sequence[Place] = ()) -> tuple[Offer, ...]:
    """Everything found, in the order of the letter; one offer for one value of one element, the surest of them."""
    text, lines = _whole(scan)
    surest: dict[tuple[Offered, str], Offer] = {}
    for match in sorted(_matches(text, directory), key=lambda match: match.start):
        offer = _offer(match, lines)
        known = surest.get((offer.element, offer.value))
        if known is None or offer.confidence > known.confidence:
            surest[offer.element, offer.value] = offer
    return tuple(surest.values())


def fold(text: str) -> str:
    """Half-width digits, letters and punctuation, character by character: so that places in the text stay true."""
    folded = (unicodedata.normalize("NFKC", char) for char in text)
    return "".join(new if len(new) == 1 else old for new, old in zip(folded, text, strict=True))


def has_valid_check_digit(number: str) -> bool:
    """Whether an 18-character citizen number is possible: its date exists and its check character fits (GB 11643-1999)."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, ID_WEIGHTS, strict=False))
    return ID_CHECK[total % 11] == number[17]


def _matches(text: str, directory: Sequence[Place]) -> Iterator[_Match]:
    folded = fold(text)
    numbers = list(_id_cards(folded))
    yield from numbers
    yield from _phones(folded, numbers)
    yield from _cued(folded, text)
    yield from _doubtful_names(folded)
    yield from _places(folded, directory)


def _id_cards(text: str) -> Iterator[_Match]:
    for found in ID_CARD.finditer(text):
        number = found.group().replace(" ", "").upper()
        if has_valid_check_digit(number):
            yield _Match(Offered.ID_CARD, number, *found.span())


def _phones(text: str, taken: Sequence[_Match]) -> Iterator[_Match]:
    """Numbers that are not part of a citizen number."""
    for found in PHONE.finditer(text):
        number = e164(found.group())
        if number and not any(card.start < found.end() and found.start() < card.end for card in taken):
            yield _Match(Offered.PHONE, number, *found.span())


def _cued(folded: str, text: str) -> Iterator[_Match]:
    """Found in the folded text, offered in the writer's own: whose stops are full-width."""
    for element, cue in CUES:
        for found in cue.finditer(folded):
            start, end = found.span(1)
            if element is not Offered.OCCURRED_AT or not _stands_alone(folded, start, end):
                yield _Match(element, _tidy(text[start:end]), start, end)


def _doubtful_names(text: str) -> Iterator[_Match]:
    clear = dict(CUES)[Offered.NAME]
    for found in DOUBTFUL_NAME.finditer(text):
        if not clear.match(text, found.start()):
            yield _Match(Offered.NAME, found.group(1), *found.span(1), is_certain=False)


def _places(text: str, directory: Sequence[Place]) -> Iterator[_Match]:
    """Longest spelling first, so that 税务局 isn't offered where 市税务局 stands."""
    spelled = [(fold(spelling), place) for place in directory for spelling in place.spellings]
    taken: list[tuple[Offered, int, int]] = []
    for spelling, place in sorted(spelled, key=lambda pair: -len(pair[0])):
        for found in re.finditer(re.escape(spelling), text):
            start, end = found.span()
            if not any(place.element is of and start < till and since < end for of, since, till in taken):
                taken.append((place.element, start, end))
                yield _Match(place.element, place.value, start, end)


def _stands_alone(text: str, start: int, end: int) -> bool:
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return ONLY_A_DAY.fullmatch(text[line_start : line_end if line_end >= 0 else len(text)]) is not None


def _tidy(value: str) -> str:
    """Lines of a paragraph joined: Chinese has no space there."""
    return value.replace("\n", "").strip(" ,，;；。")


def _whole(scan: ScanText) -> tuple[str, list[_Placed]]:
    """The whole text as ``ScanText.text`` has it, and where each line stands in it."""
    placed: list[_Placed] = []
    text = ""
    for page in scan.pages:
        if text and page.lines:
            text += "\n\n"
        for number, (joint, line) in enumerate(zip(joints(page.lines), page.lines, strict=True)):
            text += joint
            placed.append(_Placed(page.number, number, line, len(text)))
            text += line.text
    return text, placed


def _offer(match: _Match, lines: Sequence[_Placed]) -> Offer:
    touched = [placed for placed in lines if placed.start < match.end and match.start < placed.end]
    sources = tuple(_source(match, placed) for placed in touched)
    confidence = min((placed.line.score for placed in touched), default=0.0)
    is_sure = match.is_certain and band_of(confidence) is Band.PREFILL and not _has_doubt(sources, touched)
    return Offer(match.element, match.value, sources, confidence, doubtful=not is_sure)


def _source(match: _Match, placed: _Placed) -> Source:
    whole = Source(placed.page, placed.number, 0, len(placed.line.text), placed.line.box)
    return replace(
        whole, start=max(0, match.start - placed.start), end=min(len(placed.line.text), match.end - placed.start)
    )


def _has_doubt(sources: Sequence[Source], touched: Sequence[_Placed]) -> bool:
    return any(
        source.start <= at < source.end
        for source, placed in zip(sources, touched, strict=True)
        for at in placed.line.unsure
    )
