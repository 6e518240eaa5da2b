"""CVE-2026-28465, 32053, 44109 (OpenClaw): a webhook's signature was checked against an address that the request itself named.

All that a webhook refuses: tests/integration/notify/test_webhooks.py.
"""

import pytest

from services.notify.ports import Refused
from services.notify.providers.twilio_webhook import TwilioWebhook
from tests.parts.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, signed

OURS = "https://tousu.example.gov.cn/notify/webhooks/twilio/status"
FIELDS = [("AccountSid", ACCOUNT_SID), ("MessageSid", "SM" + "0" * 32), ("MessageStatus", "sent")]


@pytest.mark.parametrize(
    ("address", "believed"),
    [(OURS, True), ("https://evil.example/notify/webhooks/twilio/status", False), (OURS + "?x=1", False)],
)
def test_only_our_own_address_is_signed_for(address: str, believed: bool):
    """Signed for another address, whatever the request says of host and proxy, a report is nobody's."""
    hook = TwilioWebhook([AUTH_TOKEN], ACCOUNT_SID, status_url=OURS, inbound_url=OURS.replace("status", "inbound"))
    sent = signed(address, FIELDS)
    report = hook.read_status(sent.body, sent.content_type, sent.signature)
    assert isinstance(report, Refused) is not believed


@pytest.mark.parametrize("tokens", [[], [""], [" "]])
def test_without_a_token_there_is_no_door(tokens: list[str]):
    """A blank secret would be everybody's."""
    with pytest.raises(ValueError, match="token"):
        TwilioWebhook(tokens, ACCOUNT_SID, status_url=OURS, inbound_url=OURS)
