"""A storm of faults over the real sender and ledger: texts to many people through Twilio's own client, in simulated time."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from tests.parts.fake_twilio import FakeTwilio, Fault
from tests.parts.notify_house import notify_house
from tests.parts.provider_harnesses import twilio_at

LAG = timedelta(seconds=60)
STEP = timedelta(minutes=10)
STEPS = 36
"""Six hours: enough for every retry there is, and before the limit of the next day."""


@dataclass(frozen=True)
class Aftermath:
    """What the storm left: how often each text was taken, and how the deliveries ended."""

    taken: Counter[int]
    """How many numbers got one text, two, …"""
    states: Counter[str]
    requests: int


async def storm(url: str, people: int, seed: int = 14) -> Aftermath:
    """Text so many people while requests fail in every way the real API was seen to, and its list lags by a minute."""
    api = FakeTwilio()
    numbers = [f"+86138{number:08d}" for number in range(people)]
    try:
        async with notify_house(url, texts=twilio_at(api.url, timeout=0.25, deadline=1)) as house:
            api.clock = lambda: house.now
            api.list_lag = LAG
            api.faults.extend(random.Random(seed).choices(list(Fault), k=people * 5 // 3))
            for start in range(0, people, 100):
                await house.complaints([{"phone": number} for number in numbers[start : start + 100]])
            for _ in range(STEPS):
                await house.pass_time(house.now + STEP, watched=False)
                for message in api.messages:
                    message.status = "delivered"
            states = Counter(row.state for row in await house.deliveries(route="sms"))
        return Aftermath(Counter(len(api.taken(number)) for number in numbers), states, len(api.requests))
    finally:
        api.stop()
