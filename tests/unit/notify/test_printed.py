"""The embedded default: what it prints, and what it keeps."""

import io

from services.notify.providers.printed import KEPT, Printed, box
from shared.contracts.values import Route
from tests.parts.provider_harnesses import MOBILE, a_message


async def test_the_message_stands_in_a_box() -> None:
    """The stream gets the route, the number and every line of the text, in one frame."""
    stream = io.StringIO()
    message = a_message(body="第一行\n第二行")
    await Printed(Route.SMS, stream).send(message)
    printed = stream.getvalue()
    assert f"sms → {MOBILE}" in printed
    assert "第一行" in printed
    assert "第二行" in printed
    assert printed.count("┌") == printed.count("└") == 1


def test_a_chinese_character_is_two_columns_wide() -> None:
    """Every line of the box is equally wide, whatever characters it holds and however long the text is."""
    lines = list(box(a_message(body="投诉ab，" * 40)))
    widths = {sum(2 if ord(c) > 0x2E80 else 1 for c in line) for line in lines}
    assert len(widths) == 1


async def test_memory_stays_flat() -> None:
    """After many more messages than are kept, the last thousand are there and no other."""
    provider = Printed(Route.SMS, io.StringIO())
    messages = [a_message() for _ in range(KEPT + 50)]
    for message in messages:
        await provider.send(message)
    assert provider.printed == tuple(messages[-KEPT:])
