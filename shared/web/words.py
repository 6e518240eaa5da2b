"""Dates, limits, sizes, articles and what people wrote, in words, in the two languages of the pages.

Law of this file: pure; a moment is aware and is shown in Asia/Shanghai; nothing is left to the server's locale. It must
not know how long a limit is or when it ends, only how to say what it is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

from shared.web.i18n import Language

CENTRE_TIME = ZoneInfo("Asia/Shanghai")

_WEEKDAYS = {
    Language.ZH: ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    Language.EN: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TURNING = {code: f"‹U+{code:04X}›" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Overrides and isolates of direction (UAX 9): with them "gpj.exe" is read as "exe.jpg" and one unit's name as another's."""
_KB, _MB = 1024, 1024 * 1024
_DIGITS = "零一二三四五六七八九"


class LimitWords(Protocol):
    """A limit, ready to be shown: what kind it is, its words, and the moment itself (none where it is over and met)."""

    @property
    def kind(self) -> str:
        """One of ``met later soon today missed over``."""
        ...

    @property
    def words(self) -> str:
        """The limit as a sentence: 今天 17:00 前."""
        ...

    @property
    def when(self) -> datetime | None:
        """The moment the limit ends, aware."""
        ...


def local(moment: datetime) -> datetime:
    """The moment on the centre's clock. Raises ValueError for a naive one: it would be shown eight hours wrong."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone can't be shown")
    return moment.astimezone(CENTRE_TIME)


def day(when: datetime | date, language: Language) -> str:
    """``11 月 25 日（周三）`` or ``Wed 25 Nov``."""
    on = _date(when)
    weekday = _WEEKDAYS[language][on.weekday()]
    if language is Language.ZH:
        return f"{on.month} 月 {on.day} 日（{weekday}）"
    return f"{weekday} {on.day} {_MONTHS[on.month - 1]}"


def full_day(when: datetime | date, language: Language) -> str:
    """The day with its year, as documents want it: ``2026 年 11 月 25 日（周三）`` or ``Wed 25 Nov 2026``."""
    on = _date(when)
    return f"{on.year} 年 {day(on, language)}" if language is Language.ZH else f"{day(on, language)} {on.year}"


def clock(moment: datetime) -> str:
    """``17:00``, on the centre's clock."""
    return f"{local(moment):%H:%M}"


def day_and_clock(moment: datetime, language: Language) -> str:
    """``11 月 25 日（周三）17:00`` or ``Wed 25 Nov, 17:00``."""
    return f"{day(moment, language)}{_between(language)}{clock(moment)}"


def full_moment(moment: datetime, language: Language) -> str:
    """``2026 年 11 月 25 日（周三）17:00`` or ``Wed 25 Nov 2026, 17:00``."""
    return f"{full_day(moment, language)}{_between(language)}{clock(moment)}"


def iso(when: datetime | date) -> str:
    """The machine's form for ``<time datetime>``: with the centre's offset, to the second."""
    return local(when).isoformat(timespec="seconds") if isinstance(when, datetime) else when.isoformat()


def size(count: int) -> str:
    """A number of bytes as people read it, in steps of 1024: ``420 KB``, ``1.8 MB``, ``20 MB``."""
    if count < _KB:
        return f"{count} B"
    if count < _MB:
        return f"{count / _KB:.0f} KB"
    return f"{count / _MB:.1f}".removesuffix(".0") + " MB"


def as_written(text: str) -> str:
    """What somebody wrote, as it lies in the register: a mark that would turn the reading of the line about is shown, not obeyed."""
    return text.translate(_TURNING)


def article(number: str, language: Language) -> str:
    """The citation of ``18.2``: ``第十八条第二项`` or ``art. 18.2``; of ``11-13``: ``第十一至十三条``; of ``annex 3``: ``附件 3``."""
    return articles((number,), language)


def articles(numbers: tuple[str, ...], language: Language) -> str:
    """Several articles in one citation: ``第十四、十六条``, ``第十八条第二、三项``, ``arts. 14, 16``."""
    if language is Language.EN:
        return _in_english(numbers)
    if all(number.isdigit() for number in numbers):
        return f"第{_listed(numbers)}条"
    return "、".join(_in_chinese(head, list(group)) for head, group in groupby(numbers, key=_head))


def chinese_numeral(number: int) -> str:
    """1 to 99 in Chinese numerals, as articles are numbered: ``十``, ``十八``, ``二十三``."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:  # noqa: PLR2004 - two digits are what the form of the numeral holds
        raise ValueError(f"no numeral for {number}")
    head = "" if tens == 0 else ("十" if tens == 1 else _DIGITS[tens] + "十")
    return head + (_DIGITS[ones] if ones else "")


def _head(number: str) -> str:
    return number.partition(".")[0]


def _in_chinese(head: str, numbers: list[str]) -> str:
    if head.startswith("annex "):
        return f"附件 {head.removeprefix('annex ')}"
    paragraphs = [number.partition(".")[2] for number in numbers if "." in number]
    whole = "至".join(chinese_numeral(int(number)) for number in head.split("-"))
    return f"第{whole}条" + (f"第{_listed(paragraphs)}项" if paragraphs else "")


def _listed(numbers: Iterable[str]) -> str:
    return "、".join(chinese_numeral(int(number)) for number in numbers)


def _in_english(numbers: tuple[str, ...]) -> str:
    annexes = [number for number in numbers if number.startswith("annex ")]
    plain = [number for number in numbers if number not in annexes]
    head = [("arts. " if len(plain) > 1 else "art. ") + ", ".join(plain)] if plain else []
    return ", ".join([*head, *annexes])


def _date(when: datetime | date) -> date:
    return local(when).date() if isinstance(when, datetime) else when


def _between(language: Language) -> str:
    return "" if language is Language.ZH else ", "
