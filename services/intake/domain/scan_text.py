"""What was read from a scan: pages, lines, how sure the reader was, and why a scan could not be read.

Law of this file: the text is outside text, whoever wrote it and however sure the reader was; places on a page are
fractions of it, so that they fit any picture of the page. It must not know how pages are decoded or recognised.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.intake.domain.said import Said


class Unreadable(StrEnum):
    """Why nobody but a person can read this file. Every one of them ends on the desk, never in the bin."""

    EMPTY = "empty"
    BLANK = "blank"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    OUT_OF_MEMORY = "out_of_memory"
    TIMEOUT = "timeout"
    CRASHED = "crashed"


WHAT_TO_DO = MappingProxyType(
    {
        Unreadable.EMPTY: Said(
            "文件是空的。请联系来件人重发，或按原件手工录入。",
            "The file is empty. Ask the sender to send it again, or type it from the original.",
        ),
        Unreadable.BLANK: Said(
            "页面上没有文字。请看原件：若是正反面放错，请来件人重发。",
            "There is nothing on the page. Look at the original: where it was fed the wrong way up, ask for it again.",
        ),
        Unreadable.ENCRYPTED: Said(
            "文件有打开密码。请联系来件人取得密码，或请其重发无密码的文件。",
            "The file needs a password. Ask the sender for it, or for a file without one.",
        ),
        Unreadable.DAMAGED: Said(
            "文件已损坏，无法打开。请联系来件人重发；原件已保存。",
            "The file is damaged and can't be opened. Ask the sender to send it again; the original is kept.",
        ),
        Unreadable.UNSUPPORTED: Said(
            "不是可识别的格式（TIFF、PDF、PNG、JPEG）。请下载原件查看并手工录入。",
            "Not a format that can be read (TIFF, PDF, PNG, JPEG). Download the original, look at it and type it.",
        ),
        Unreadable.TOO_LARGE: Said(
            "文件超过20 MB。请下载原件查看并手工录入。",
            "The file is over 20 MB. Download the original, look at it and type it.",
        ),
        Unreadable.TOO_MANY_PAGES: Said(
            "传真页数超过200页。请下载原件查看并手工录入。",
            "The fax has more than 200 pages. Download the original, look at it and type it.",
        ),
        Unreadable.TOO_MANY_PIXELS: Said(
            "图像尺寸过大（超过4000万像素），可能有意为之，未打开。请谨慎查看原件。",
            "The image is too large (over 40 megapixels), perhaps on purpose, and was not opened. Look at it with care.",
        ),
        Unreadable.OUT_OF_MEMORY: Said(
            "识别所需内存超过上限。请看原件手工录入。",
            "Reading it takes more memory than is allowed. Look at the original and type it.",
        ),
        Unreadable.TIMEOUT: Said(
            "识别用时超过上限，已停止。请看原件手工录入。",
            "Reading it took too long and was stopped. Look at the original and type it.",
        ),
        Unreadable.CRASHED: Said(
            "识别程序多次中断，已停止重试。请看原件手工录入。",
            "The reader broke off several times; it is not tried again. Look at the original and type it.",
        ),
    }
)
"""What the person at the scan desk reads: what happened, and what to do about it."""


class UnreadableScan(Exception):
    """The file is at fault, not we: trying again won't help, a person must look at the original.

    ``detail`` is at most the name of a decoder's exception; never text of the file.
    """

    def __init__(self, reason: Unreadable | str, detail: str = "") -> None:
        self.reason = Unreadable(reason)
        self.detail = detail
        super().__init__(self.reason.value)


class Turn(StrEnum):
    """What was done to a page, as it was fed, to make it readable. Showing it needs the same turn."""

    AS_FED = "as_fed"
    UPSIDE_DOWN = "upside_down"
    LEFT = "left"
    RIGHT = "right"
    MIRRORED = "mirrored"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Box(_Value):
    """A region in fractions of the turned page's width and height; (0, 0) is its upper left corner."""

    left: float = Field(ge=0, le=1)
    top: float = Field(ge=0, le=1)
    right: float = Field(ge=0, le=1)
    bottom: float = Field(ge=0, le=1)


class Line(_Value):
    """A stretch of text that was recognised in one piece."""

    text: str
    box: Box
    score: float = Field(ge=0, le=1)
    row: int = Field(ge=0, description="lines of one row stand side by side, left to right")
    unsure: tuple[int, ...] = Field(default=(), description="positions in text of characters the reader doubts")


class Page(_Value):
    """One page, in reading order. A page without lines is blank."""

    number: int = Field(ge=1)
    lines: tuple[Line, ...] = ()
    header: str = Field(default="", description="the strip that the sender's machine printed on top, as fed")
    turn: Turn = Turn.AS_FED
    from_text_layer: bool = Field(default=False, description="taken from a PDF's own text, nothing was recognised")

    @property
    def score(self) -> float:
        """Mean of the lines' scores; 0 for a blank page."""
        return _mean([line.score for line in self.lines])

    @property
    def text(self) -> str:
        """The page's rows, one a line; lines that stand side by side are parted by a space."""
        return "".join(mark + line.text for mark, line in zip(joints(self.lines), self.lines, strict=True))


class FaxTags(_Value):
    """What a fax server wrote into the TIFF (Class F, RFC 2306; HylaFAX keeps the sender in ImageDescription)."""

    sender: str | None = None
    make: str | None = None
    stamped_at: AwareDatetime | None = Field(
        default=None, description="by the fax server's clock; not proof of receipt"
    )
    resolution: tuple[float, float] | None = Field(default=None, description="dots an inch, across and down")


SENDER_IN_HEADER = re.compile(r"FR[O0]M\s*[:：]?\s*(\+?\d[\d \-]{5,20}\d)", re.IGNORECASE)
"""The number in a strip such as ``2026-11-24 08:56 FROM: 06320000188 TO: ... P.01/02``; O and 0 look alike there."""


class ScanText(_Value):
    """All that was read from one file."""

    pages: tuple[Page, ...]
    pages_in_file: int = Field(ge=1)
    fax: FaxTags | None = None
    active_content: bool = Field(
        default=False, description="a PDF that carries scripts, actions or files; none was run"
    )

    @property
    def is_complete(self) -> bool:
        """Whether every page was read; where not, a person must look at the others before the matter is told."""
        return len(self.pages) == self.pages_in_file

    @property
    def unread(self) -> tuple[int, ...]:
        """Pages nobody has read: past the limit of pages or of time, or damaged."""
        read = {page.number for page in self.pages}
        return tuple(number for number in range(1, self.pages_in_file + 1) if number not in read)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line of every page, in reading order."""
        return tuple(line for page in self.pages for line in page.lines)

    @property
    def confidence(self) -> float:
        """Mean of the scores of all lines, which is what the confidence bands were measured on."""
        return _mean([line.score for line in self.lines])

    @property
    def sender(self) -> str | None:
        """The sender's number: from the fax server if it knew, else from the printed strip. Anyone can set either."""
        if self.fax and self.fax.sender:
            return self.fax.sender
        found = (SENDER_IN_HEADER.search(page.header) for page in self.pages)
        return next((match.group(1) for match in found if match), None)

    @property
    def text(self) -> str:
        """Everything in reading order, pages parted by an empty line."""
        return "\n\n".join(page.text for page in self.pages if page.lines)


def joints(lines: tuple[Line, ...]) -> tuple[str, ...]:
    """What stands before each line in a page's text: nothing, a space inside a row, a line break between rows."""
    marks = (" " if before.row == after.row else "\n" for before, after in pairwise(lines))
    return ("", *marks)[: len(lines)]


def _mean(scores: list[float]) -> float:
    return sum(scores) / len(scores) if scores else 0.0
