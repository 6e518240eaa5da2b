"""A private dovecot on loopback ports, started as root without systemd or system users, and stopped by its process id."""

from __future__ import annotations

import imaplib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from imapclient import imap_utf7

NOBODY = 65534
PASSWORD = "pw"

_CONF = """
base_dir={base}/run
state_dir={base}/state
log_path={base}/log
protocols=imap
listen=127.0.0.1
ssl=yes
ssl_cert=<{base}/cert.pem
ssl_key=<{base}/key.pem
disable_plaintext_auth=no
default_internal_user=nobody
default_login_user=nobody
default_internal_group=nogroup
first_valid_uid=1
first_valid_gid=1
last_valid_uid=0
mail_uid={nobody}
mail_gid={nobody}
mail_location=maildir:{base}/mail/%u
mail_fsync=never
auth_failure_delay=0
service imap-login {{
  chroot=
  inet_listener imap {{
    port={port}
  }}
  inet_listener imaps {{
    port={tls_port}
    ssl=yes
  }}
}}
service anvil {{
  chroot=
}}
service stats {{
  chroot=
}}
passdb {{
  driver=passwd-file
  args={base}/users
}}
userdb {{
  driver=static
  args=uid={nobody} gid={nobody} home={base}/mail/%u
}}
"""


def free_port() -> int:
    """A loopback port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Dovecot:
    """``with Dovecot() as server:``; accounts ``server.users``, all with ``PASSWORD``; ``server.ca_file`` to trust it."""

    def __init__(self, users: tuple[str, ...] = ("intake@zz.example", "second@zz.example")) -> None:
        self.users = users
        self.user = users[0]
        self.port, self.tls_port = free_port(), free_port()
        self.base = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.ca_file = self.base / "cert.pem"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._write_files()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        command = ["dovecot", "-F", "-c", str(self.base / "dovecot.conf")]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + 10
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as line:
                    if line.recv(4) == b"* OK":
                        return
            except OSError:
                time.sleep(0.02)
        log = self.base / "log"
        raise RuntimeError(f"dovecot did not start: {log.read_text() if log.exists() else 'no log'}")

    def stop(self) -> None:
        """Stop the server and the processes that serve its clients (its own group); clients in IDLE hear BYE."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(5)

    def append(self, raw: bytes, user: str | None = None, folder: str = "INBOX") -> int:
        """Deliver a mail; its UID."""
        with self._login(user) as client:
            client.append(folder, "", imaplib.Time2Internaldate(0.0), raw)
            client.select(folder)
            return max(map(int, client.uid("SEARCH", "ALL")[1][0].split()))

    def fill(self, mails: list[bytes], user: str | None = None) -> None:
        """Put many mails into a fresh mailbox at once, as files."""
        new = self.base / "mail" / (user or self.user) / "new"
        for folder in (new, new.with_name("cur"), new.with_name("tmp")):
            folder.mkdir(parents=True, exist_ok=True)
        for number, raw in enumerate(mails):
            (new / f"{number:010}.{os.getpid()}.test").write_bytes(raw)
        self._give_to_nobody(self.base / "mail")

    def flags(self, uid: int, user: str | None = None) -> str:
        """The flags of one message, as the server writes them."""
        with self._login(user) as client:
            client.select("INBOX", readonly=True)
            return str(client.uid("FETCH", str(uid), "(FLAGS)")[1][0])

    def store(self, uid: int, flag: str, user: str | None = None) -> None:
        r"""Set a flag, as a person's mail program does; ``\Deleted`` is expunged at once."""
        with self._login(user) as client:
            client.select("INBOX")
            client.uid("STORE", str(uid), "+FLAGS", f"({flag})")
            if flag == r"\Deleted":
                client.expunge()

    def count(self, folder: str = "INBOX", user: str | None = None) -> int:
        """How many messages are in a folder."""
        with self._login(user) as client:
            name = imap_utf7.encode(folder).decode()
            return int(client.select(f'"{name}"', readonly=True)[1][0] or 0)

    def recreate(self, user: str | None = None) -> None:
        """Delete the mailbox and make it anew: another UIDVALIDITY, UIDs from 1 again."""
        shutil.rmtree(self.base / "mail" / (user or self.user))
        time.sleep(1.1)  # dovecot's UIDVALIDITY is the second of the making

    def _login(self, user: str | None) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(user or self.user, PASSWORD)
        return client

    def _write_files(self) -> None:
        self.base.chmod(0o755)
        for name in ("run", "mail", "state"):
            (self.base / name).mkdir()
        self._give_to_nobody(self.base / "mail")
        (self.base / "users").write_text("".join(f"{user}:{{PLAIN}}{PASSWORD}::::::\n" for user in self.users))
        certificate, key = self_signed("localhost")
        (self.base / "cert.pem").write_bytes(certificate)
        (self.base / "key.pem").write_bytes(key)
        conf = _CONF.format(base=self.base, nobody=NOBODY, port=self.port, tls_port=self.tls_port)
        (self.base / "dovecot.conf").write_text(conf)

    def _give_to_nobody(self, folder: Path) -> None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


def self_signed(host: str) -> tuple[bytes, bytes]:
    """A certificate for ``host`` that vouches for itself, and its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    unencrypted = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted)
    return certificate.public_bytes(serialization.Encoding.PEM), private
