"""Words by which a text may accuse somebody of a breach of discipline or law (art. 10.5).

Law of this file: the office does not judge such a matter, it hands it over, and until then few may know of it (art. 17): what
these words stand in is kept close from the first moment, and the leader lifts that where it accuses nobody. So the list holds
what is said of corruption and not what angry people say anyway ("I shall go to the discipline commission").
"""

from __future__ import annotations

WORDS: tuple[str, ...] = (
    "行贿",
    "受贿",
    "索贿",
    "贿赂",
    "贪污",
    "挪用公款",
    "要红包",
    "收红包",
    "收了红包",
    "收受红包",
    "送红包",
    "塞红包",
    "好处费",
    "要好处",
    "收好处",
    "收受礼品",
    "收受礼金",
    "吃回扣",
    "收回扣",
    "拿回扣",
    "吃拿卡要",
    "以权谋私",
    "徇私舞弊",
    "权钱交易",
    "违规违纪",
    "违纪违法",
)


def discipline_words(text: str) -> list[str]:
    """Which of the words stand in the text."""
    return [word for word in WORDS if word in text]
