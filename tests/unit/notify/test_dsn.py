"""Bounces: which delivery they are about, what they say, and that nobody outside can make one up."""

import textwrap
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.return_path import read_return_path, return_path
from services.notify.providers.dsn import LARGEST_REPORT, MailReport, read_dsn

KEY = b"0123456789abcdef0123456789abcdef"
DELIVERY = UUID("01927f3e-7c1a-7e55-9d3b-5a1f0c2b7d46")
PATH = return_path(DELIVERY, "example.gov.cn", KEY)


def a_report(
    action: str = "failed", status: str = "5.1.1", to: str = PATH, header: str = "To", part: str = "delivery-status"
) -> bytes:
    """A delivery report as RFC 3464 has it."""
    return (
        textwrap.dedent(f"""\
        From: MAILER-DAEMON@mx.example.cn
        {header}: <{to}>
        Subject: Undelivered Mail
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary=BB

        --BB
        Content-Type: text/plain

        It could not be delivered.
        --BB
        Content-Type: message/{part}

        Reporting-MTA: dns; mx.example.cn

        Final-Recipient: rfc822; citizen@example.cn
        Action: {action}
        Status: {status}
        --BB--
        """)
        .replace("\n", "\r\n")
        .encode()
    )


ACTIONS: dict[str, str | None] = {
    "failed": "undelivered",
    "delivered": "delivered",
    "delayed": None,
    "relayed": None,
    "expanded": None,
    "": None,
    "exploded": None,
}


@pytest.mark.parametrize(("action", "progress"), ACTIONS.items())
def test_an_action_means_its_row(action: str, progress: str | None) -> None:
    """A failure means undelivered, a delivery delivered; a delay, a relay or nonsense changes nothing."""
    report = read_dsn(a_report(action), KEY)
    assert (report.progress if report else None) == progress


def test_a_report_names_its_delivery_and_status() -> None:
    """F73: the report is matched by the return path it came to, with its status and a key of its own."""
    report = read_dsn(a_report(), KEY)
    assert report == MailReport(DELIVERY, "undelivered", "5.1.1")
    assert isinstance(report, MailReport)
    assert report.key == f"smtp:{DELIVERY}:undelivered"


@pytest.mark.parametrize("header", ["To", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_the_return_path_is_found_in_any_usual_header(header: str) -> None:
    """Mail servers note the envelope's recipient in different headers; each is looked at."""
    assert read_dsn(a_report(header=header), KEY) is not None


@pytest.mark.parametrize("status", ["", "sorry", "5"])
def test_a_report_may_lack_its_status(status: str) -> None:
    """A failure without a readable status is a failure all the same."""
    assert read_dsn(a_report(status=status), KEY) == MailReport(DELIVERY, "undelivered", "")


FORGED = {
    "another key": return_path(DELIVERY, "example.gov.cn", b"another"),
    "no seal": PATH.replace(".", "@", 1).split("@")[0] + "@example.gov.cn",
    "another delivery": return_path(UUID(int=1), "example.gov.cn", KEY)[:33] + PATH[33:],
    "not ours": "office@example.gov.cn",
}


@pytest.mark.parametrize("address", FORGED.values(), ids=FORGED)
def test_nobody_can_make_a_bounce_up(address: str) -> None:
    """A report to an address that we didn't seal is about no delivery of ours."""
    assert read_dsn(a_report(to=address), KEY) is None


def test_ordinary_mail_is_no_report() -> None:
    """A citizen's answer to the return path, or a report of another kind, changes nothing."""
    assert read_dsn(f"To: {PATH}\r\n\r\nAction: failed\r\n".encode(), KEY) is None
    assert read_dsn(a_report(part="disposition-notification"), KEY) is None


def test_a_huge_mail_is_not_even_parsed() -> None:
    """A mail beyond the limit is no report."""
    assert read_dsn(a_report() + b" " * LARGEST_REPORT, KEY) is None


@given(raw=st.binary(max_size=2000))
def test_no_mail_breaks_the_reader(raw: bytes) -> None:
    """Whatever arrives is a report or isn't; nothing raises."""
    assert read_dsn(raw, KEY) is None


@given(delivery_id=st.uuids(), key=st.binary(min_size=16, max_size=32))
def test_a_return_path_leads_back(delivery_id: UUID, key: bytes) -> None:
    """Any delivery's return path is an address of legal length that leads back to it, in whatever case it comes."""
    path = return_path(delivery_id, "example.gov.cn", key)
    assert len(path.split("@")[0]) <= 64
    assert read_return_path(path, key) == read_return_path(f"<{path.upper()}>", key) == delivery_id
    assert read_return_path(path, key + b"x") is None
