"""CVE-2021-42091 (Zammad), CVE-2021-3742 (Chatwoot): what a stranger wrote made the server fetch addresses inside its network."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.parts import mails
from tests.parts.attacked_house import dispatched, mailed, told
from tests.parts.open_house import OpenHouse, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


@contextlib.contextmanager
def _listener() -> Iterator[tuple[int, list[object]]]:
    """A port inside our network, and who came to it."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, who = listening.accept()
                    came.append(who)
                    connection.close()

        threading.Thread(target=take, daemon=True).start()
        yield listening.getsockname()[1], came
        listening.shutdown(socket.SHUT_RDWR)


async def test_no_address_that_somebody_wrote_is_fetched(attacked: OpenHouse):
    """In a mail's HTML, in a drawing attached to it, in the words of a complaint and in its document: nobody comes to the port."""
    with _listener() as (port, came):
        inside = f"http://127.0.0.1:{port}/latest/meta-data"
        drawing = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{inside}"/></svg>'.encode()
        page = f'<p>请处理</p><img src="{inside}"><link rel=stylesheet href="{inside}"><iframe src="{inside}">'.encode()
        parts = mails.part(b"text/html; charset=utf-8", page), mails.file_part(b"a.svg", drawing, b"image/svg+xml")
        assert (await mailed(attacked, mails.multipart(*parts))).is_success
        number = await told(attacked, facts=f'见 {inside} #image("{inside}") <img src={inside}>')
        await dispatched(attacked, number)
        await until(attacked, f"/forms/documents?case={number}", "handler", lambda body: "pdf" in str(body))
        assert came == []
