"""Recognises one page with PP-OCRv6: as it is first, turned or cleaned only where the scores say that it must be.

Law of this file: a second look is taken only where it was measured to help, and the better of two looks is kept. It
runs in the worker process only (it loads onnxruntime and OpenCV), and must not know files or formats.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rapidocr import RapidOCR

from services.intake.domain.scan_text import Box, Line, Page, Turn
from services.intake.readers.page_cleaning import AS_IT_IS, Straightened, clean_page
from services.intake.readers.page_layout import clean, rows_of
from services.intake.readers.scan_pages import ScannedPage, turned

SETTINGS = MappingProxyType(
    {
        "Global.use_cls": False,
        "Global.log_level": "critical",
        "Det.limit_type": "max",
        "Det.limit_side_len": 960,
        "Rec.rec_batch_num": 1,
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
)
"""Measured on 20 fax pages: 0.5 % character error on typed ones, half the memory and time of the defaults. The
engine's own 180 degree classifier is off: it lost lines that are the right way up."""

HEADER_SHARE = 0.024
"""The sender's strip, 7 mm on A4. Left in, it pins the search for skew at zero and adds 2 to 9 points of error."""

UPRIGHT_FROM = 0.85
"""Upside-down pages score 0.60-0.73, upright cursive ones 0.80-0.82, typed ones 0.98: below this both are tried."""

SOMETHING = 0.01
SECOND_LOOKS = (
    (UPRIGHT_FROM, Turn.UPSIDE_DOWN),
    (0.78, Turn.MIRRORED),
    (SOMETHING, Turn.LEFT),
    (SOMETHING, Turn.RIGHT),
)
"""Below which mean score of the best look so far which turn is tried next. A mirrored page scores 0.72; a short letter
fed upside down or on its side may give no line at all, and is not blank for that."""

CLEAN_BELOW = 0.95
"""Removing specks and skew helps only pages below this; on good ones it costs 0.3 points of error."""

GUESSED = 0.5
"""The engine drops lines below this itself; a score is worth what it has above."""

UNSURE_BELOW = 0.95
"""A character below this is marked for the person at the desk: misread ones had 0.50-0.94, right ones 0.99."""

BLACK = 128
LEAST_INK = 0.0001
"""Share of black pixels below which nothing is written: one typed line of six characters on A4 makes 0.0003."""

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Found:
    """One line where it was found: four corners in pixels of the page that was looked at."""

    corners: NDArray[np.float64]
    text: str
    score: float
    unsure: tuple[int, ...]

    @property
    def runs_down(self) -> bool:
        """Whether it is a line of words set on its end; a lone character may well be tall."""
        width, height = np.ptp(self.corners, axis=0)
        return bool(height > 2 * width) and len(self.text) > 1


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at a page gave."""

    lines: tuple[_Found, ...]
    size: tuple[int, int]
    turn: Turn = Turn.AS_FED

    @property
    def score(self) -> float:
        return float(np.mean([line.score for line in self.lines])) if self.lines else 0.0

    @property
    def weight(self) -> float:
        """How much was read, and how surely: so that four lucky lines don't beat a page of good ones."""
        return sum((line.score - GUESSED) * len(line.text) for line in self.lines)

    @property
    def is_sideways(self) -> bool:
        """Whether most lines run up or down the page."""
        return sum(line.runs_down for line in self.lines) > len(self.lines) / 2


class PageReader:
    """The recogniser with its models loaded: some 2 s and 90 MB, once a process."""

    def __init__(self) -> None:
        self._engine = RapidOCR(params=dict(SETTINGS))

    def read(self, number: int, page: ScannedPage, *, has_header: bool) -> Page:
        """Read one page. A page that carries its own text is not looked at."""
        if page.lines:
            return Page(number=number, lines=page.lines, from_text_layer=True)
        strip, body = _without_header(page.image) if has_header else (None, page.image)
        look = self._second_look(body, self._right_way_up(body))
        header = self._read_strip(strip) if strip else ""
        return Page(number=number, lines=_in_reading_order(look), header=header, turn=look.turn)

    def _right_way_up(self, body: Image.Image) -> _Look:
        best = self._look(body, Turn.AS_FED)
        if not _has_ink(body):
            return best
        if best.is_sideways:
            # The engine turns such lines to the left before it reads them: good scores mean that was right.
            return self._look(body, Turn.LEFT if best.score >= UPRIGHT_FROM else Turn.RIGHT)
        for limit, turn in SECOND_LOOKS:
            if best.score < limit:
                best = _better(best, self._look(body, turn))
        return _better(self._look(body, Turn.LEFT), self._look(body, Turn.RIGHT)) if best.is_sideways else best

    def _second_look(self, body: Image.Image, first: _Look) -> _Look:
        if not first.lines or first.score >= CLEAN_BELOW:
            return first
        cleaned = clean_page(np.asarray(turned(body, first.turn)))
        return _better(first, self._recognise(cleaned, first.turn))

    def _look(self, body: Image.Image, turn: Turn) -> _Look:
        return self._recognise(Straightened(np.asarray(turned(body, turn)), AS_IT_IS), turn)

    def _recognise(self, page: Straightened, turn: Turn) -> _Look:
        answer = self._engine(page.grey, return_word_box=True)
        height, width = page.grey.shape
        return _Look(tuple(_found(answer, page)), (width, height), turn)

    def _read_strip(self, strip: Image.Image) -> str:
        look = self._look(strip, Turn.AS_FED)
        return " ".join(line.text for line in _in_reading_order(look))


def _better(one: _Look, other: _Look) -> _Look:
    return other if other.weight > one.weight else one


def _without_header(image: Image.Image) -> tuple[Image.Image | None, Image.Image]:
    """The strip, if anything stands in it, and the page with the strip painted white: so that places stay true."""
    strip = image.crop((0, 0, image.width, max(1, round(image.height * HEADER_SHARE))))
    body = image.copy()
    body.paste(255, (0, 0, strip.width, strip.height))
    return (strip if _has_ink(strip) else None), body


def _has_ink(image: Image.Image) -> bool:
    return float((np.asarray(image) < BLACK).mean()) > LEAST_INK


def _found(answer: Any, page: Straightened) -> list[_Found]:
    """The engine's answer as values; its places brought back to the page before it was straightened."""
    if answer.boxes is None or answer.txts is None:
        return []
    words = answer.word_results or ((),) * len(answer.txts)
    found = []
    for corners, text, score, word in zip(answer.boxes, answer.txts, answer.scores, words, strict=True):
        tidy = clean(text)
        if tidy:
            unsure = _unsure(text, word) if tidy == text else ()
            found.append(_Found(page.before(np.asarray(corners)), tidy, min(1.0, float(score)), unsure))
    return found


def _unsure(text: str, word: Any) -> tuple[int, ...]:
    """Positions that the engine doubts; commas and colons are passed over, whose two widths it can't tell apart."""
    sure = [float(confidence) for _, confidence, _ in word]
    if len(sure) != len(text):
        return ()
    marks = enumerate(zip(text, sure, strict=True))
    return tuple(at for at, (char, mark) in marks if mark < UNSURE_BELOW and not _is_punctuation(char))


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P")


def _in_reading_order(look: _Look) -> tuple[Line, ...]:
    """Rows from the top, each from the left, measured along the lines: a page fed askew keeps its order."""
    level = _level(look.lines)
    rows = rows_of(look.lines, middle=lambda it: float((it.corners @ level)[:, 1].mean()), height=_height)
    return tuple(
        Line(text=it.text, box=_box(it, look.size), score=it.score, row=number, unsure=it.unsure)
        for number, row in enumerate(rows)
        for it in sorted(row, key=lambda it: float((it.corners @ level)[:, 0].min()))
    )


def _level(lines: tuple[_Found, ...]) -> NDArray[np.float64]:
    """The rotation that brings the lines' upper edges, taken together, to the horizontal."""
    if not lines:
        return np.eye(2)
    edges = np.array([line.corners[1] - line.corners[0] for line in lines])
    angle = float(np.median(np.arctan2(edges[:, 1], edges[:, 0])))
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])


def _height(line: _Found) -> float:
    return float(np.linalg.norm(line.corners[3] - line.corners[0]))


def _box(line: _Found, size: tuple[int, int]) -> Box:
    shares = np.clip(line.corners / np.array(size), 0.0, 1.0)
    (left, top), (right, bottom) = shares.min(axis=0), shares.max(axis=0)
    return Box(left=float(left), top=float(top), right=float(right), bottom=float(bottom))
