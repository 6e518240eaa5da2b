"""A mailbox is read to its end through kill -9: every mail is one complaint, none is lost, none is doubled."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bench.mail import a_mail
from tests.parts.dovecot import Dovecot

MAILS = int(os.environ.get("SHOULI_TEST_MAILS", "300"))
KILLS = 3


def start(folder: Path, server: Dovecot) -> subprocess.Popen[bytes]:
    """A poller in a process of its own."""
    command = [sys.executable, "-m", "tests.parts.mail_intake", str(folder), str(server.port), server.user]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def taken(folder: Path) -> int:
    """How many mails are committed."""
    try:
        with sqlite3.connect(f"file:{folder}/intake.db?mode=ro", uri=True, timeout=5) as connection:
            return int(connection.execute("SELECT count(*) FROM mails").fetchone()[0])
    except sqlite3.OperationalError:  # no database or no table yet
        return 0


def kill_after(process: subprocess.Popen[bytes], folder: Path, wanted: int) -> None:
    """Kill the process as soon as so many mails are in."""
    end = time.monotonic() + 120
    while taken(folder) < wanted and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.article("3")
def test_a_mailbox_resumes_after_kill_9(tmp_path: Path) -> None:
    """The poller is killed three times on its way; in the end every mail is there once."""
    with Dovecot() as server:
        server.fill([a_mail(number) for number in range(MAILS)])
        for kill in range(1, KILLS + 1):
            kill_after(start(tmp_path, server), tmp_path, MAILS * kill // (KILLS + 1))
        assert 0 < taken(tmp_path) < MAILS
        assert start(tmp_path, server).wait(600) == 0
        with sqlite3.connect(tmp_path / "intake.db") as connection:
            [rows] = connection.execute(
                "SELECT (SELECT count(*) FROM mails), (SELECT count(DISTINCT message_id) FROM mails),"
                " (SELECT count(*) FROM submissions), (SELECT count(*) FROM outbox), (SELECT count(*) FROM mail_arrivals)"
            ).fetchall()
        assert rows == (MAILS,) * 5
