"""GHSA-7wcq (FreeScout): the mail server's password stood in the log of sent mails, by way of a stack trace."""

from pathlib import Path

from services.notify.ports import Stop
from services.notify.providers.smtp import Smtp, SmtpServer, Tls
from shared.contracts.values import Route
from shared.observability import locate_fault, refuse_personal
from tests.parts.certificates import make_certificates
from tests.parts.provider_harnesses import a_message
from tests.parts.smtp_sink import Mode, Protection, SmtpSink

PASSWORD = "q7-Wxk9-nobody-reads-this"


async def test_a_refused_password_is_told_nowhere(tmp_path: Path):
    """Neither the outcome that is stored, nor the configuration shown, nor a log of the fault holds it."""
    certificates = make_certificates(tmp_path)
    sink = SmtpSink(Mode.ACCEPT, Protection.STARTTLS, certificates).start()
    server = SmtpServer(
        host="localhost",
        port=sink.port,
        tls=Tls.STARTTLS,
        sender="noreply@example.gov.cn",
        sender_name="枣庄市民中心",
        return_path_key=bytes(32),
        username="intake",
        password=PASSWORD,
        tls_context=certificates.client_context(),
    )
    outcome = await Smtp(server).send(a_message(Route.EMAIL))
    sink.stop()
    assert isinstance(outcome, Stop)
    logged = locate_fault(None, "error", {"event": "mail.failed", "exc_info": RuntimeError(f"{PASSWORD} refused")})
    logged = refuse_personal(None, "error", {**logged, "password": PASSWORD})
    assert "RuntimeError" in str(logged)
    assert PASSWORD not in repr(outcome) + repr(server) + str(logged)
