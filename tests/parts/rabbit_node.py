"""A private RabbitMQ node: own ports, own name service (epmd), own data, gone when the test run is.

``RabbitAdmin`` is what any test may do to a node that others share: fresh virtual hosts, questions.
``RabbitNode`` also owns the process, so it may be paused, killed and started again on the same data.
Works for RabbitMQ 3.10 through 4.x, as root or not, beside a node of the system.
"""

import contextlib
import itertools
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from tests.parts.ports import LOOPBACK, free_port, wait_until_answers
from tests.parts.programs import find_program, stop_process

AMQP_GREETING = b"AMQP\x00\x00\x09\x01"
# Debian's wrapper in /usr/sbin changes user and folder; the script beside it leaves both to us.
SCRIPTS = ("/usr/lib/rabbitmq/bin", "/usr/lib/rabbitmq/lib/*/sbin")
ENOUGH_MEMORY, NO_MEMORY = "0.8", "0.00001"
ENOUGH_DISK, NO_DISK = "50MB", "1000000GB"


class RabbitRefused(Exception):
    """An administrative command failed; the message holds what the node said."""


@dataclass(frozen=True, slots=True)
class RabbitAddress:
    """Where a node is and how to administer it; all that another process needs."""

    node: str
    port: int
    epmd_port: int
    folder: str
    cookie: str

    def url(self, vhost: str = "") -> str:
        """The AMQP address of a virtual host; the default host without a name."""
        return f"amqp://guest:guest@{LOOPBACK}:{self.port}/{vhost}"

    def as_dict(self) -> dict[str, str | int]:
        """The address as JSON can carry it."""
        return asdict(self)


class RabbitAdmin:
    """Administers a running node, whoever started it."""

    def __init__(self, address: RabbitAddress) -> None:
        self.address = address
        self._numbers = itertools.count(1)

    @property
    def url(self) -> str:
        """The AMQP address of the default virtual host."""
        return self.address.url()

    def vhost(self) -> str:
        """The AMQP address of a fresh virtual host, in which guest may do everything."""
        name = f"t{os.getpid()}-{next(self._numbers)}"
        everything = 'iolist_to_binary(".*")'
        self.evaluate(
            f'V = iolist_to_binary("{name}"), U = iolist_to_binary("guest"), All = {everything}, '
            "rabbit_vhost:add(V, U), rabbit_auth_backend_internal:set_permissions(U, V, All, All, All, U)."
        )
        return self.address.url(name)

    def evaluate(self, erlang: str) -> str:
        """What the node answers to an Erlang expression: a few milliseconds, where rabbitmqctl takes half a second."""
        program = find_program("erl_call", package="rabbitmq-server", folders=["/usr/lib/erlang/bin"])
        command = [program, "-c", self.address.cookie, "-name", self.address.node, "-e"]
        done = subprocess.run(
            command, env=self._environment(), input=f"{erlang}\n", capture_output=True, text=True, check=False
        )
        if done.returncode or not done.stdout.startswith("{ok"):
            raise RabbitRefused(f"{erlang}\n{done.stdout}{done.stderr}")
        return done.stdout

    def ctl(self, *arguments: str) -> str:
        """What ``rabbitmqctl`` prints. Raises RabbitRefused."""
        program = find_program("rabbitmqctl", package="rabbitmq-server", folders=SCRIPTS)
        command = [program, "-n", self.address.node, *arguments]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RabbitRefused(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": f"{self.address.folder}/home",
            "ERL_EPMD_PORT": str(self.address.epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        }


class RabbitNode(RabbitAdmin):
    """A node of our own. Use as a context manager, or ``start`` and ``stop``."""

    def __init__(self, *, settings: str = "") -> None:
        """Prepare the node's folder; ``settings`` are further lines of rabbitmq.conf."""
        port = free_port()
        folder = tempfile.mkdtemp(prefix="shouli-rabbit-")
        super().__init__(
            RabbitAddress(f"t{os.getpid()}-{port}@localhost", port, free_port(), folder, secrets.token_hex(10))
        )
        self._dist_port = free_port()
        self._epmd: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._write_files(Path(folder), settings)

    def start(self) -> Self:
        """Start, or start again on the same data and ports; returns when AMQP is answered (about 4-7 s)."""
        self._start_epmd()
        command = find_program("rabbitmq-server", package="rabbitmq-server", folders=SCRIPTS)
        with self._log_file().open("ab") as log:
            self._server = subprocess.Popen(
                [command],
                env=self._environment() | self._server_settings(),
                cwd=self.address.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until_answers(self.address.port, self._server, greeting=AMQP_GREETING, timeout_seconds=120)
        # What a queue says of its depth and consumers is 5 s old otherwise.
        self.evaluate("application:set_env(rabbit, quorum_tick_interval, 200).")
        return self

    def pause(self) -> None:
        """Hang the node: connections stay open, nothing is answered (SIGSTOP)."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Wake a paused node."""
        self._running().send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill the running node (SIGKILL); ``start`` brings it up on what it had written.

        The register of quorum queues is flushed first. RabbitMQ does so by itself twice a second only, and a queue
        declared just before a kill has no leader ever after (3.10): a trap for tests, which declare and kill at once.
        """
        self.evaluate("lists:foreach(fun dets:sync/1, dets:all()).")
        self._running().kill()
        self._running().wait()

    def shut_down(self) -> None:
        """Stop the node in good order, keeping its data."""
        stop_process(self._server, signal.SIGTERM)

    def stop(self) -> None:
        """End the node for good. Its data goes too, so there is nothing to save and no need to be gentle."""
        stop_process(self._server, signal.SIGKILL)
        stop_process(self._epmd, signal.SIGTERM)
        shutil.rmtree(self.address.folder, ignore_errors=True)

    @contextlib.contextmanager
    def memory_alarm(self) -> Iterator[None]:
        """The node believes that it is out of memory: it blocks those who publish."""
        self.ctl("set_vm_memory_high_watermark", NO_MEMORY)
        try:
            yield
        finally:
            self.ctl("set_vm_memory_high_watermark", ENOUGH_MEMORY)

    @contextlib.contextmanager
    def disk_alarm(self) -> Iterator[None]:
        """The node believes that its disk is full: it blocks those who publish."""
        self.ctl("set_disk_free_limit", NO_DISK)
        try:
            yield
        finally:
            self.ctl("set_disk_free_limit", ENOUGH_DISK)

    def log(self) -> str:
        """All that the node has written, for the message of a failed test."""
        files = [self._log_file(), *sorted(Path(self.address.folder, "log").glob("*.log"))]
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._server is None:
            raise RuntimeError("this RabbitMQ node hasn't been started")
        return self._server

    def _log_file(self) -> Path:
        return Path(self.address.folder, "server.out")

    def _start_epmd(self) -> None:
        # Our own name service, as a child: the default one would stay behind as a daemon, and all nodes would share it.
        if self._epmd is not None:
            return
        command = [find_program("epmd", package="rabbitmq-server"), "-address", LOOPBACK]
        self._epmd = subprocess.Popen(
            [*command, "-port", str(self.address.epmd_port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until_answers(self.address.epmd_port, self._epmd)

    def _write_files(self, folder: Path, settings: str) -> None:
        (folder / "home").mkdir()
        cookie = folder / "home/.erlang.cookie"
        cookie.write_text(self.address.cookie)
        cookie.chmod(0o400)
        (folder / "enabled_plugins").write_text("[].\n")
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = {LOOPBACK}:{self.address.port}\n"
            f"vm_memory_high_watermark.relative = {ENOUGH_MEMORY}\n"
            f"disk_free_limit.absolute = {ENOUGH_DISK}\n"
            "log.console = false\n"
            "log.file.level = warning\n"
            f"{settings}\n"
        )

    def _server_settings(self) -> dict[str, str]:
        folder = self.address.folder
        return {
            # Non-empty, it makes the script exec Erlang, so that our child's id is the node's.
            "RUNNING_UNDER_SYSTEMD": "1",
            "RABBITMQ_NODENAME": self.address.node,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self.address.port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{folder}/advanced.config",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{folder}/config",
            # Erlang's schedulers spin while idle; on two cores that starves everybody else.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} "
            "+sbwt none +sbwtdcpu none +sbwtdio none +S 2:2",
        }
