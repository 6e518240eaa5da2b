"""A TCP proxy that cuts a connection after so many bytes from the server, as a bad line does."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from typing import Self


class CuttingProxy:
    """Forwards a loopback port. ``cut_after`` counts bytes from the server on one connection; None forwards them all."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.cut_after: int | None = None
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

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
            self.connections += 1
            server = socket.create_connection(("127.0.0.1", self._target))
            threading.Thread(target=_pump, args=(client, server, None), daemon=True).start()
            threading.Thread(target=_pump, args=(server, client, self.cut_after), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, left: int | None) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            if left is not None and len(piece) >= left:
                sink.sendall(piece[:left])
                break
            sink.sendall(piece)
            left = None if left is None else left - len(piece)
    for line in (source, sink):
        with suppress(OSError):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset, no farewell
            line.close()
