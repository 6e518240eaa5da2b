"""A server that speaks just enough IMAP to log in, and then says what it is told to: lies about sizes, hangs, refuses."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

HANG = b"<hang>"
"""As an answer: say nothing more."""

_POLITE: dict[bytes, bytes] = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE UIDPLUS\r\n",
    b"LOGIN": b"",
    b"SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 3]\r\n* OK [PERMANENTFLAGS (\\Seen \\*)]\r\n",
    b"LIST": b'* LIST () "/" INBOX\r\n',
    b"UID SEARCH": b"* SEARCH 1 2\r\n",
}


class ScriptedImap:
    """``answers``: for commands that match a pattern, the bytes before the tagged OK, or a whole tagged answer in %T."""

    def __init__(self, answers: Mapping[bytes, bytes]) -> None:
        self._answers = dict(answers)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.commands: list[bytes] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # closing alone wakes no thread that waits in accept()
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._speak, args=(client,), daemon=True).start()

    def _speak(self, client: socket.socket) -> None:
        with suppress(OSError), client, client.makefile("rb") as lines:
            client.sendall(b"* OK ready\r\n")
            for line in lines:
                tag, _, command = line.strip().partition(b" ")
                self.commands.append(command)
                answer = self._answer(command)
                if answer == HANG:
                    threading.Event().wait(20)
                client.sendall(answer.replace(b"%T", tag) if b"%T" in answer else answer + tag + b" OK done\r\n")

    def _answer(self, command: bytes) -> bytes:
        for pattern, answer in self._answers.items():
            if re.match(pattern, command):
                return answer
        return next((answer for name, answer in _POLITE.items() if command.startswith(name)), b"")
