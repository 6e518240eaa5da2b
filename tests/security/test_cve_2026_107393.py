"""CVE-2026-107393 (FreeScout, Oct 2026): a forged header of a proxy put a stranger's words where staff read them."""

import pytest

from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

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
    attacked: OpenHouse, login: str, header: str, capsys: pytest.CaptureFixture[str]
):
    """Neither the page nor the log holds it, and it is no way around the wait for a guesser."""
    await attacked.account(login)
    guesser = attacked.visitor(f"203.0.113.{HEADERS.index(header)}")
    for number in range(6):
        guesser.http.headers[header] = f"198.51.100.{number}" if number % 2 else EVIL
        answer = await guesser.sign_in(login, "wrong, but long enough")
    assert answer.status_code == 429
    assert EVIL not in answer.text
    assert "__pwned" not in capsys.readouterr().out
