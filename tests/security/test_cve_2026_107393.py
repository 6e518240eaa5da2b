"""CVE-2026-107393 (FreeScout, Oct 2026): a forged header of a proxy put a stranger's words where staff read them."""

import pytest

from tests.parts.open_house import OpenHouse

EVIL = '"><script>window.__pwned=1</script>'
HEADERS = (
    "CF-Connecting-IP",
    "X-Forwarded-For",
    "X-Real-IP",
    "True-Client-IP",
    "Forwarded",
    "X-Client-IP",
    "User-Agent",
)


@pytest.mark.parametrize("header", HEADERS)
async def test_a_forged_header_changes_nothing_and_is_shown_nowhere(
    house: OpenHouse, header: str, capsys: pytest.CaptureFixture[str]
):
    """Neither the page nor the log holds it, and it is no way around the wait for a guesser."""
    await house.signed_in("wang")
    guesser = house.visitor("203.0.113.9")
    for number in range(6):
        guesser.http.headers[header] = f"198.51.100.{number}" if number % 2 else EVIL
        answer = await guesser.sign_in("wang", "wrong, but long enough")
    assert answer.status_code == 429
    assert EVIL not in answer.text
    assert "__pwned" not in capsys.readouterr().out
