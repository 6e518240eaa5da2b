"""What Prometheus is told: how many, of what, how old; never who."""

from datetime import timedelta

from prometheus_client import generate_latest

from services.notify.metrics import measure
from tests.parts.notify_house import notify_house


async def test_the_gauges_say_what_waits_and_how_old_the_oldest_owed_answer_is(sqlite_url: str) -> None:
    """One text and one call wait, both owed for an hour; no number, no code and no id is among the labels."""
    async with notify_house(sqlite_url) as house:
        await house.complaints([{"phone": "+8613800000001"}, {"phone": "+866323312345"}])
        house.now += timedelta(hours=1)
        await measure(house.desk)
        told = generate_latest().decode()
        assert 'shouli_notify_deliveries{route="sms",state="planned"} 1.0' in told
        assert "shouli_notify_call_list 1.0" in told
        assert "shouli_notify_owed 2.0" in told
        assert "shouli_notify_oldest_owed_seconds 3600.0" in told
        assert "shouli_notify_overdue_seconds 3600.0" in told
        assert "13800000001" not in told
        await house.send()
        await measure(house.desk)
        assert 'shouli_notify_outcomes_total{route="sms",state="accepted"}' in generate_latest().decode()
