"""Twilio's webhooks: who is believed, what is understood, and that nothing else is."""

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.ports import InboundText, Refused, StatusReport
from services.notify.providers.twilio_codes import CODES, PROGRESS
from services.notify.providers.twilio_webhook import LARGEST_BODY, TwilioWebhook
from tests.parts.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, SignedRequest, sign, signed

STATUS_URL = "https://tousu.example.gov.cn/notify/webhooks/twilio/status"
INBOUND_URL = "https://tousu.example.gov.cn/notify/webhooks/twilio/inbound"
FORM = "application/x-www-form-urlencoded"
SID = "SM" + "0" * 31 + "1"


def a_status(**changes: str) -> list[tuple[str, str]]:
    """The fields of a status callback; an empty value leaves its field out."""
    fields = {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "MessageSid": SID,
        "MessageStatus": "delivered",
        "SmsSid": SID,
        "SmsStatus": "delivered",
        "To": "+8613800000000",
    }
    return [(name, value) for name, value in (fields | changes).items() if value]


def an_inbound(**changes: str) -> list[tuple[str, str]]:
    """The fields of an inbound text."""
    fields = {
        "AccountSid": ACCOUNT_SID,
        "MessageSid": SID,
        "From": "+8613800000000",
        "To": "+15005550006",
        "Body": "退订",
        "NumSegments": "1",
    }
    return list((fields | changes).items())


@pytest.fixture(scope="module")
def webhook() -> TwilioWebhook:
    """The door, with today's token and yesterday's."""
    return TwilioWebhook([AUTH_TOKEN, "yesterday's token"], ACCOUNT_SID, status_url=STATUS_URL, inbound_url=INBOUND_URL)


def read(webhook: TwilioWebhook, request: SignedRequest) -> StatusReport | Refused:
    """Read a status callback."""
    return webhook.read_status(request.body, request.content_type, request.signature)


def status_of(answer: StatusReport | InboundText | Refused) -> int:
    """The HTTP status that an answer stands for."""
    return answer.http_status if isinstance(answer, Refused) else 204


def test_a_signed_report_is_believed(webhook: TwilioWebhook) -> None:
    """A report with the right signature is read, and has a key of its own."""
    report = read(webhook, signed(STATUS_URL, a_status()))
    assert report == StatusReport("twilio", SID, "delivered", "delivered")
    assert isinstance(report, StatusReport)
    assert report.key == f"twilio:{SID}:delivered"


def test_both_tokens_are_believed_while_one_is_rotated(webhook: TwilioWebhook) -> None:
    """A report signed with the token of yesterday is still believed; one signed with a stranger's isn't."""
    assert status_of(read(webhook, signed(STATUS_URL, a_status(), "yesterday's token"))) == 204
    assert status_of(read(webhook, signed(STATUS_URL, a_status(), "a stranger's token"))) == 403


@pytest.mark.parametrize("signature", [None, "", "x", "A" * 28, "A" * 27 + "=", "é" * 28, " " + "A" * 27 + "="])
def test_without_its_signature_nothing_is_believed(webhook: TwilioWebhook, signature: str | None) -> None:
    """No signature, an empty, short or wrong one is refused, and never an error."""
    body = urlencode(a_status()).encode()
    assert status_of(webhook.read_status(body, FORM, signature)) == 403


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "multipart/form-data; boundary=x"])
def test_only_forms_are_believed(webhook: TwilioWebhook, content_type: str) -> None:
    """A JSON body, whose signature would be over a hash in the URL, isn't ours, signed or not."""
    body = json.dumps(dict(a_status())).encode()
    assert status_of(webhook.read_status(body, content_type, sign(STATUS_URL, []))) == 403


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded; charset=utf-8", FORM.upper()])
def test_a_form_may_name_its_charset(webhook: TwilioWebhook, content_type: str) -> None:
    """The content type is read as HTTP says: parameters and case don't matter."""
    request = signed(STATUS_URL, a_status())
    assert status_of(webhook.read_status(request.body, content_type, request.signature)) == 204


def test_a_changed_body_is_not_believed(webhook: TwilioWebhook) -> None:
    """A body that was changed after signing is refused."""
    request = signed(STATUS_URL, a_status(MessageStatus="undelivered"))
    forged = request.body.replace(b"undelivered", b"delivered")
    assert status_of(webhook.read_status(forged, FORM, request.signature)) == 403


URLS = {
    STATUS_URL: 204,
    STATUS_URL.replace(".cn/", ".cn:443/"): 204,
    STATUS_URL.replace("https", "http"): 403,
    STATUS_URL.replace("tousu.example", "evil.example"): 403,
    STATUS_URL.replace("tousu.example", "TOUSU.example"): 403,
    STATUS_URL.replace(".cn/", ".cn:8443/"): 403,
    STATUS_URL + "/": 403,
    STATUS_URL + "?a=1": 403,
    INBOUND_URL: 403,
}


@pytest.mark.parametrize(("url", "expected"), URLS.items())
def test_only_the_configured_url_counts(webhook: TwilioWebhook, url: str, expected: int) -> None:
    """A signature over another scheme, host, port, path or query is refused; the default port may be named."""
    assert status_of(read(webhook, signed(url, a_status()))) == expected


def test_blanks_may_come_as_plus_or_percent(webhook: TwilioWebhook) -> None:
    """The same fields, with blanks written either way and in another order, are the same report."""
    fields = a_status(ErrorMessage="no such number")
    signature = sign(STATUS_URL, fields)
    for body in (urlencode(fields), urlencode(fields[::-1]).replace("+", "%20")):
        assert status_of(webhook.read_status(body.encode(), FORM, signature)) == 204


def test_a_new_parameter_is_no_trouble(webhook: TwilioWebhook) -> None:
    """Twilio may add parameters at any time; they are part of the signature and otherwise ignored."""
    assert status_of(read(webhook, signed(STATUS_URL, a_status(RawDlrDoneDate="2611240230")))) == 204


def test_a_parameter_twice(webhook: TwilioWebhook) -> None:
    """One that isn't used may come twice and is signed as a list; one that is used may not."""
    assert status_of(read(webhook, signed(STATUS_URL, [*a_status(), ("Tag", "a"), ("Tag", "b")]))) == 204
    doubled = [*a_status(), ("MessageStatus", "undelivered")]
    assert status_of(read(webhook, signed(STATUS_URL, doubled))) == 400


def test_moved_boundaries_are_not_understood(webhook: TwilioWebhook) -> None:
    """The signature joins names and values without a boundary, so strict names and formats refuse what was moved."""
    honest = a_status()
    moved = [(f"{name}{value[:1]}", value[1:]) if name == "MessageStatus" else (name, value) for name, value in honest]
    assert sign(STATUS_URL, honest) == sign(STATUS_URL, moved)
    assert status_of(read(webhook, signed(STATUS_URL, moved))) == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM1"},
        {"MessageSid": "SM" + "g" * 32},
        {"MessageSid": SID + "\n"},
        {"MessageStatus": ""},
        {"MessageStatus": "Delivered!"},
        {"AccountSid": "AC" + "9" * 32},
        {"AccountSid": ""},
    ],
)
def test_what_is_not_a_report_is_refused(webhook: TwilioWebhook, changes: dict[str, str]) -> None:
    """A report without its SID or status, in a wrong format, or of another account is refused."""
    assert status_of(read(webhook, signed(STATUS_URL, a_status(**changes)))) == 400


@pytest.mark.parametrize(("status", "progress"), PROGRESS.items())
def test_every_status_means_its_row(webhook: TwilioWebhook, status: str, progress: str | None) -> None:
    """Each status of Twilio says what its row in the table says."""
    report = read(webhook, signed(STATUS_URL, a_status(MessageStatus=status)))
    assert isinstance(report, StatusReport)
    assert (report.status, report.progress) == (status, progress)


def test_an_unknown_status_is_kept_and_changes_nothing(webhook: TwilioWebhook) -> None:
    """A status that Twilio invents tomorrow is taken as it came, and says nothing of the message."""
    report = read(webhook, signed(STATUS_URL, a_status(MessageStatus="teleported")))
    assert isinstance(report, StatusReport)
    assert (report.status, report.progress) == ("teleported", None)


def test_a_replay_has_the_same_key(webhook: TwilioWebhook) -> None:
    """The scheme has no time in it, so a replay is believed; its key is the one that was applied long ago."""
    first, again = read(webhook, signed(STATUS_URL, a_status())), read(webhook, signed(STATUS_URL, a_status()))
    assert isinstance(first, StatusReport)
    assert isinstance(again, StatusReport)
    assert first.key == again.key


@pytest.mark.parametrize(
    "changes",
    [
        {"tokens": []},
        {"tokens": [""]},
        {"account_sid": ""},
        {"status_url": "/notify/webhooks/twilio/status"},
        {"inbound_url": ""},
    ],
)
def test_without_its_secrets_the_door_does_not_open(changes: dict[str, Any]) -> None:
    """Without token, account or absolute URLs the start is refused; there is no mode that believes everybody."""
    whole = {"tokens": [AUTH_TOKEN], "account_sid": ACCOUNT_SID, "status_url": STATUS_URL, "inbound_url": INBOUND_URL}
    with pytest.raises(ValueError, match="Twilio's webhooks need"):
        TwilioWebhook(**(whole | changes))


def test_a_huge_body_is_not_even_read(webhook: TwilioWebhook) -> None:
    """A body beyond the limit is refused before anything is parsed, and so are hundreds of fields."""
    assert status_of(webhook.read_status(b"a=" + b"x" * LARGEST_BODY, FORM, None)) == 413
    many = [(f"F{number}", "1") for number in range(101)]
    assert status_of(read(webhook, signed(STATUS_URL, many))) == 400


@pytest.mark.parametrize("code", ["<script>alert(1)</script>", "30003; DROP TABLE", "١٢٣", "9" * 500])
def test_an_error_code_is_text(webhook: TwilioWebhook, code: str) -> None:
    """An error code that is no number is kept as short text and means "not listed"."""
    report = read(webhook, signed(STATUS_URL, a_status(MessageStatus="undelivered", ErrorCode=code)))
    assert isinstance(report, StatusReport)
    assert report.code == code[:32]
    assert not report.later_may_help


@pytest.mark.parametrize("code", CODES)
def test_only_what_may_pass_is_worth_another_try(webhook: TwilioWebhook, code: int) -> None:
    """A handset that was off (30003) is worth another try, a landline (30006) isn't: as each code's row says."""
    report = read(webhook, signed(STATUS_URL, a_status(MessageStatus="undelivered", ErrorCode=str(code))))
    assert isinstance(report, StatusReport)
    assert report.later_may_help == (CODES[code].kind == "temporary")


def test_an_inbound_text_is_read(webhook: TwilioWebhook) -> None:
    """A signed inbound text is read with its number and words, none of which shows in its repr."""
    request = signed(INBOUND_URL, an_inbound())
    text = webhook.read_inbound(request.body, FORM, request.signature)
    assert text == InboundText("twilio", SID, "+8613800000000", "+15005550006", "退订")
    assert "13800000000" not in repr(text)
    assert "退订" not in repr(text)


def test_an_empty_inbound_text_is_a_text(webhook: TwilioWebhook) -> None:
    """A text without words is a text."""
    request = signed(INBOUND_URL, an_inbound(Body=""))
    text = webhook.read_inbound(request.body, FORM, request.signature)
    assert isinstance(text, InboundText)
    assert text.text == ""


@pytest.mark.parametrize("changes", [{"From": "<script>"}, {"To": ""}, {"MessageSid": "x"}])
def test_an_inbound_text_without_numbers_is_refused(webhook: TwilioWebhook, changes: dict[str, str]) -> None:
    """An inbound text must name its SID and both numbers in their formats."""
    request = signed(INBOUND_URL, an_inbound(**changes))
    assert status_of(webhook.read_inbound(request.body, FORM, request.signature)) == 400


@given(
    body=st.binary(max_size=400), signature=st.none() | st.text(max_size=40), kind=st.sampled_from([FORM, "", "a/b"])
)
def test_nothing_unsigned_is_believed_or_breaks_the_door(body: bytes, signature: str | None, kind: str) -> None:
    """Whatever comes without the right signature is refused, and nothing raises."""
    door = TwilioWebhook([AUTH_TOKEN], ACCOUNT_SID, status_url=STATUS_URL, inbound_url=INBOUND_URL)
    assert isinstance(door.read_status(body, kind, signature), Refused)
    assert isinstance(door.read_inbound(body, kind, signature), Refused)


def test_a_flood_is_read_in_time(webhook: TwilioWebhook) -> None:
    """No report costs more than a few hashes: 500 are read in far less time than one that backtracks would take."""
    request = signed(STATUS_URL, a_status())
    began = time.process_time()
    for _ in range(500):
        read(webhook, request)
    assert time.process_time() - began < 10
