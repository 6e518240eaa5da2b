"""SMTP in trouble: the adapter against a real server that greylists, refuses, drops, falls silent or offers no TLS."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.notify.domain.outcome import SendOutcome
from services.notify.domain.return_path import read_return_path
from services.notify.ports import Accepted, CannotTell, Permanent, Stop, Temporary, Unknown
from services.notify.providers.smtp import CODES, MAILS_A_CONNECTION, Smtp, SmtpServer, Tls
from shared.contracts.values import Route
from tests.parts.certificates import Certificates, make_certificates
from tests.parts.provider_harnesses import MAILBOX, a_message
from tests.parts.smtp_sink import Mode, Protection, SlowDripServer, SmtpSink

KEY = b"0123456789abcdef0123456789abcdef"
Start = Callable[..., SmtpSink]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """An authority of this test run."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def start(certificates: Certificates) -> Iterator[Start]:
    """Starts servers, and ends them."""
    sinks: list[SmtpSink] = []

    def begin(mode: Mode = Mode.ACCEPT, protection: Protection = Protection.STARTTLS) -> SmtpSink:
        needed = None if protection is Protection.PLAIN else certificates
        sinks.append(SmtpSink(mode, protection, needed).start())
        return sinks[-1]

    yield begin
    for sink in sinks:
        sink.stop()


def server_at(port: int, certificates: Certificates, tls: Tls = Tls.STARTTLS, **changes: object) -> SmtpServer:
    """Configuration for a server of the test's own."""
    server = SmtpServer(
        host="127.0.0.1" if tls is Tls.NONE_ON_THIS_MACHINE else "localhost",
        port=port,
        tls=tls,
        sender="noreply@example.gov.cn",
        sender_name="枣庄市民中心",
        return_path_key=KEY,
        tls_context=certificates.client_context(),
        step_seconds=30,
        deadline_seconds=60,
    )
    return replace(server, **changes)  # type: ignore[arg-type]  # a builder's changes are any field


def patience(mode: Mode) -> float:
    """How many seconds to wait for a server in such trouble: silence ends by our own patience only."""
    return 2 if mode is Mode.SILENT_AFTER_DOT else 30


OUTCOMES: dict[Mode, tuple[type[SendOutcome], int]] = {
    Mode.ACCEPT: (Accepted, 1),
    Mode.GREYLIST: (Temporary, 0),
    Mode.PERMANENT: (Permanent, 0),
    Mode.MAILBOX_FULL: (Temporary, 0),
    Mode.CLOSING: (Temporary, 0),
    Mode.SPAM: (Permanent, 0),
    Mode.DROP_AFTER_DOT: (Unknown, 1),
    Mode.SILENT_AFTER_DOT: (Unknown, 1),
    Mode.DROP_AT_RCPT: (Temporary, 0),
}


@pytest.mark.parametrize("mode", Mode)
async def test_every_trouble_has_its_outcome(start: Start, certificates: Certificates, mode: Mode) -> None:
    """What the server answers before it has the mail is certain; its silence afterwards is unknown, never a failure."""
    sink = start(mode)
    outcome = await Smtp(server_at(sink.port, certificates, step_seconds=patience(mode))).send(a_message(Route.EMAIL))
    assert (type(outcome), len(sink.taken)) == OUTCOMES[mode]


@pytest.mark.parametrize("mode", Mode)
async def test_a_connection_that_has_carried_a_mail_changes_no_outcome(
    start: Start, certificates: Certificates, mode: Mode
) -> None:
    """What is certain and what is unknown is the same for the second mail of a connection as for the first."""
    sink = start()
    smtp = Smtp(server_at(sink.port, certificates, step_seconds=patience(mode)))
    assert isinstance(await smtp.send(a_message(Route.EMAIL)), Accepted)
    sink.attempts.clear()
    sink.mode = mode
    outcome = await smtp.send(a_message(Route.EMAIL))
    assert (type(outcome), len(sink.taken) - 1) == OUTCOMES[mode]
    await smtp.close()


async def test_many_mails_share_a_connection_and_trouble_ends_it(start: Start, certificates: Certificates) -> None:
    """Fifty mails a connection; after anything but a plain yes the next mail has a connection of its own."""
    sink = start()
    before = len(sink.connections)
    smtp = Smtp(server_at(sink.port, certificates))
    for _ in range(MAILS_A_CONNECTION + 1):
        assert isinstance(await smtp.send(a_message(Route.EMAIL)), Accepted)
    assert len(sink.connections) - before == 2
    sink.mode = Mode.SPAM
    await smtp.send(a_message(Route.EMAIL))
    sink.mode = Mode.ACCEPT
    await smtp.send(a_message(Route.EMAIL))
    assert len(sink.connections) - before == 3
    await smtp.close()


async def test_a_server_that_hung_up_meanwhile_is_dialled_again(start: Start, certificates: Certificates) -> None:
    """Servers close what idles: the next mail is handed over on a fresh connection, once, and nobody waits for a retry."""
    sink = start()
    smtp = Smtp(server_at(sink.port, certificates))
    await smtp.send(a_message(Route.EMAIL))
    sink.hang_up()
    assert isinstance(await smtp.send(a_message(Route.EMAIL)), Accepted)
    assert len(sink.taken) == 2
    await smtp.close()


async def test_greylisting_takes_one_more_attempt(start: Start, certificates: Certificates) -> None:
    """A greylisting server takes the mail at the second attempt, once."""
    sink = start(Mode.GREYLIST)
    smtp, message = Smtp(server_at(sink.port, certificates)), a_message(Route.EMAIL)
    assert isinstance(await smtp.send(message), Temporary)
    assert isinstance(await smtp.send(message), Accepted)
    assert len(sink.taken) == 1


async def test_a_full_mailbox_is_given_four_hours(start: Start, certificates: Certificates) -> None:
    """A 552 may pass, though not for ever."""
    outcome = await Smtp(server_at(start(Mode.MAILBOX_FULL).port, certificates)).send(a_message(Route.EMAIL))
    assert isinstance(outcome, Temporary)
    assert (outcome.code, outcome.give_up_after) == ("552", timedelta(hours=4))


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
async def test_nothing_leaves_in_clear(start: Start, certificates: Certificates, tls: Tls) -> None:
    """A server that offers no TLS, as after a stripped STARTTLS, gets no mail, and not even the recipient's address."""
    sink = start(protection=Protection.PLAIN)
    outcome = await Smtp(server_at(sink.port, certificates, tls)).send(a_message(Route.EMAIL))
    assert isinstance(outcome, Stop | Temporary)
    assert sink.taken == []
    assert sink.attempts == {}


async def test_a_stripped_starttls_stops_everything(start: Start, certificates: Certificates) -> None:
    """A missing STARTTLS is an alarm for the route, not a failure of the message."""
    sink = start(protection=Protection.PLAIN)
    outcome = await Smtp(server_at(sink.port, certificates)).send(a_message(Route.EMAIL))
    assert isinstance(outcome, Stop)


@pytest.mark.parametrize("protection", [Protection.STARTTLS, Protection.IMPLICIT])
async def test_an_untrusted_certificate_stops_everything(
    start: Start, certificates: Certificates, protection: Protection
) -> None:
    """A certificate of an authority that isn't trusted is refused (OTRS CVE-2023-5422 trusted any)."""
    sink = start(protection=protection)
    tls = Tls.STARTTLS if protection is Protection.STARTTLS else Tls.IMPLICIT
    outcome = await Smtp(server_at(sink.port, certificates, tls, tls_context=None)).send(a_message(Route.EMAIL))
    assert isinstance(outcome, Stop)
    assert outcome.code == "tls"
    assert sink.taken == []


async def test_a_certificate_for_another_name_stops_everything(start: Start, tmp_path: Path) -> None:
    """A certificate of the right authority for another host is refused too."""
    elsewhere = make_certificates(tmp_path, host="mail.example.cn")
    sink = SmtpSink(Mode.ACCEPT, Protection.STARTTLS, elsewhere).start()
    outcome = await Smtp(server_at(sink.port, elsewhere)).send(a_message(Route.EMAIL))
    sink.stop()
    assert isinstance(outcome, Stop)
    assert sink.taken == []


async def test_implicit_tls_works(start: Start, certificates: Certificates) -> None:
    """TLS from the first byte carries mail as STARTTLS does."""
    sink = start(protection=Protection.IMPLICIT)
    outcome = await Smtp(server_at(sink.port, certificates, Tls.IMPLICIT)).send(a_message(Route.EMAIL))
    assert isinstance(outcome, Accepted)
    assert len(sink.taken) == 1


async def test_a_relay_on_this_machine_may_be_plain(start: Start, certificates: Certificates) -> None:
    """Without TLS mail goes to a relay on the loopback, and only there."""
    sink = start(protection=Protection.PLAIN)
    outcome = await Smtp(server_at(sink.port, certificates, Tls.NONE_ON_THIS_MACHINE)).send(a_message(Route.EMAIL))
    assert isinstance(outcome, Accepted)


@pytest.mark.parametrize(
    "changes",
    [
        {"tls": Tls.NONE_ON_THIS_MACHINE, "host": "mail.example.cn"},
        {"tls": Tls.NONE_ON_THIS_MACHINE, "host": "127.0.0.1", "username": "u", "password": "p"},
        {"sender": "no reply@example.cn"},
    ],
)
def test_an_unsafe_configuration_does_not_start(certificates: Certificates, changes: dict[str, object]) -> None:
    """No TLS abroad, no credentials in clear, no sender that isn't an address."""
    with pytest.raises(ValueError, match="SMTP"):
        replace(server_at(25, certificates), **changes)  # type: ignore[arg-type]  # the point of the test


async def test_a_server_that_drips_is_left_at_the_deadline(certificates: Certificates) -> None:
    """A server that says a byte now and then frees its worker within the deadline, and certainly has nothing."""
    dripping = SlowDripServer()
    began = time.monotonic()
    server = server_at(dripping.port, certificates, step_seconds=30, deadline_seconds=0.5)
    outcome = await Smtp(server).send(a_message(Route.EMAIL))
    dripping.stop()
    assert isinstance(outcome, Temporary)
    assert time.monotonic() - began < 10  # the greeting alone would take a minute


async def test_the_deadline_holds_after_the_final_dot_too(start: Start, certificates: Certificates) -> None:
    """A server that takes the mail and never answers frees its worker within the deadline; the mail's fate is unknown."""
    sink = start(Mode.SILENT_AFTER_DOT)
    server = server_at(sink.port, certificates, step_seconds=30, deadline_seconds=0.5)
    assert isinstance(await Smtp(server).send(a_message(Route.EMAIL)), Unknown)


async def test_a_mail_that_comes_twice_is_one_mail(start: Start, certificates: Certificates) -> None:
    """Two attempts at one delivery carry the same Message-ID, which is ours; another delivery has another."""
    sink = start(Mode.DROP_AFTER_DOT)
    smtp, message = Smtp(server_at(sink.port, certificates)), a_message(Route.EMAIL)
    await smtp.send(message)
    sink.mode = Mode.ACCEPT
    outcome = await smtp.send(message)
    await smtp.send(a_message(Route.EMAIL))
    ids = [taken.mail["Message-ID"] for taken in sink.taken]
    assert ids[0] == ids[1] == f"<{message.delivery_id}@example.gov.cn>" != ids[2]
    assert isinstance(outcome, Accepted)
    assert outcome.provider_id == ids[0]


async def test_the_mail_says_that_a_machine_wrote_it(start: Start, certificates: Certificates) -> None:
    """No other machine answers it: Auto-Submitted, Precedence and List-Id stand in it; text and subject are Chinese."""
    sink = start()
    message = a_message(Route.EMAIL, body="第一行\n.\n{第三行} 100%")
    await Smtp(server_at(sink.port, certificates)).send(message)
    mail = sink.taken[0].mail
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Precedence"] == "bulk"
    assert mail["List-Id"] == "<notices.example.gov.cn>"
    assert (mail["Subject"], mail["To"]) == ("投诉接收告知", MAILBOX)
    assert mail.get_content().replace("\r\n", "\n").strip() == message.body
    assert max(len(line) for line in sink.taken[0].raw.splitlines()) < 998


async def test_the_return_path_names_the_delivery(start: Start, certificates: Certificates) -> None:
    """The envelope sender leads a bounce back to its delivery, and can't be forged."""
    sink = start()
    message = a_message(Route.EMAIL)
    await Smtp(server_at(sink.port, certificates)).send(message)
    sender = sink.taken[0].sender
    assert read_return_path(sender, KEY) == message.delivery_id
    assert read_return_path(sender, b"another key") is None


@pytest.mark.parametrize(
    "address",
    [
        '"a\r\nRCPT TO:<evil@y.cn>\r\n"@x.cn',
        "a@x.cn\r\nRCPT TO:<evil@y.cn>",
        "a@x.cn>\r\nDATA",
        "a@[127.0.0.1]",
        "a b@x.cn",
        "",
    ],
)
async def test_no_address_carries_a_command(start: Start, certificates: Certificates, address: str) -> None:
    """An address that could carry a command reaches neither the library nor the server (PYSEC-2026-2338)."""
    sink = start()
    outcome = await Smtp(server_at(sink.port, certificates)).send(a_message(Route.EMAIL, to=address))
    assert isinstance(outcome, Permanent)
    assert sink.attempts == {}


@pytest.mark.parametrize("changes", [{"subject": "告知\r\nBcc: evil@y.cn"}, {"body": "half a character \ud83d"}])
async def test_no_subject_carries_a_header(start: Start, certificates: Certificates, changes: dict[str, str]) -> None:
    """A line break in a subject, or half a character, fails the message and reaches no server."""
    sink = start()
    outcome = await Smtp(server_at(sink.port, certificates)).send(a_message(Route.EMAIL, **changes))
    assert isinstance(outcome, Permanent)
    assert outcome.code == "content"
    assert sink.attempts == {}


async def answer_to(code: int, certificates: Certificates) -> SendOutcome:
    """The outcome where the server answers MAIL with this code and everything else with 250."""

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            writer.write(f"{code} eh\r\n".encode() if line.upper().startswith(b"MAIL") else b"250 fine\r\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(reply, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    outcome = await Smtp(server_at(port, certificates, Tls.NONE_ON_THIS_MACHINE)).send(a_message(Route.EMAIL))
    server.close()
    return outcome


@pytest.mark.parametrize("code", CODES)
async def test_every_code_of_the_table_means_its_row(certificates: Certificates, code: int) -> None:
    """Each reply code in the table leads to the outcome that its kind stands for, under its own number."""
    outcome = await answer_to(code, certificates)
    expected = {"permanent": Permanent, "temporary": Temporary, "technical": Stop}
    assert isinstance(outcome, expected[CODES[code].kind])
    assert not isinstance(outcome, Accepted | Unknown)
    assert outcome.code == str(code)


@pytest.mark.parametrize(("code", "expected"), [(499, Temporary), (599, Permanent), (251, Temporary), (354, Temporary)])
async def test_a_code_that_nobody_listed_goes_by_its_first_digit(
    certificates: Certificates, code: int, expected: type[SendOutcome]
) -> None:
    """4xx may pass, 5xx won't, and an answer out of order before the mail was handed over means it certainly wasn't."""
    outcome = await answer_to(code, certificates)
    assert isinstance(outcome, expected)


async def test_smtp_can_never_tell(certificates: Certificates) -> None:
    """There is no list to look at, and asking again is useless; so after silence one more mail may go, not two."""
    found = await Smtp(server_at(25, certificates)).find(a_message(Route.EMAIL))
    assert found == CannotTell("smtp", "SMTP keeps no list", ever=False)
