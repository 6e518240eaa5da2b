"""The keeper shares its parts with every worker, and never outlives the run."""

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.parts import keeper
from tests.parts.compose import ROOT
from tests.parts.ports import LOOPBACK

RUN = """
import sys, time
from tests.parts import keeper
owned = keeper.KeeperProcess()
owned.start()
print(keeper.ask("postgres")["port"], flush=True)
time.sleep(600)
"""


def _is_open(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def test_all_who_ask_are_given_the_same_part():
    """However many ask at the same time, one part is started and all are told where it is."""
    with ThreadPoolExecutor() as workers:
        addresses = list(workers.map(keeper.ask, ["postgres"] * 4))
    assert addresses == [addresses[0]] * 4


def test_an_unknown_part_is_an_error_that_names_it():
    """Whoever asks for what there isn't is told so."""
    with pytest.raises(keeper.PartUnavailable, match="teapot"):
        keeper.ask("teapot")


def test_parts_end_even_when_the_run_is_killed():
    """A run that gets no chance to clean up (SIGKILL) leaves no server behind."""
    run = subprocess.Popen([sys.executable, "-c", RUN], cwd=ROOT, stdout=subprocess.PIPE)
    assert run.stdout is not None
    port = int(run.stdout.readline())
    assert _is_open(port)
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    end = time.monotonic() + 15
    while _is_open(port) and time.monotonic() < end:
        time.sleep(0.1)
    assert not _is_open(port)


def test_a_missing_program_says_how_to_get_it():
    """A part that can't be had fails, with the way to get it in the message."""
    from tests.parts.programs import MissingProgram, find_program

    with pytest.raises(MissingProgram, match=r"make parts.*apt-get install --no-install-recommends a-package"):
        find_program("no-such-program", package="a-package")
