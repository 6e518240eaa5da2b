"""The houses that the walks go through: the embedded default, and RabbitMQ with PostgreSQL; each started once a run."""

from collections.abc import Iterator

import pytest

from shared.contracts.values import SERVICES
from tests.parts import keeper
from tests.parts.dovecot import PASSWORD, Dovecot
from tests.parts.house import House, Layout, running_house
from tests.parts.postgres_cluster import PgAdmin
from tests.parts.rabbit_node import RabbitAdmin


@pytest.fixture(scope="session")
def post_office() -> Iterator[Dovecot]:
    """A real IMAP server with a mailbox for each house."""
    with Dovecot(("embedded@zz.example", "distributed@zz.example")) as server:
        yield server


def _mailbox(server: Dovecot, user: str) -> dict[str, str]:
    address = user.replace("@", "%40")
    return {
        "SHOULI_MAILBOXES": f"imap+plain://{address}@127.0.0.1:{server.port}/INBOX",
        "SHOULI_MAILBOX_PASSWORDS": PASSWORD,
        "SHOULI_MAIL_POLL_SECONDS": "2",
    }


@pytest.fixture(scope="session")
def embedded_house(tmp_path_factory: pytest.TempPathFactory, post_office: Dovecot) -> Iterator[House]:
    """All four services in one process, on SQLite."""
    for part in ("rabbit", "postgres"):
        keeper.ask_ahead(part)  # the other house will want them
    layout = Layout(tmp_path_factory.mktemp("embedded"), more=_mailbox(post_office, post_office.users[0]))
    with running_house(layout) as house:
        yield house


@pytest.fixture(scope="session")
def distributed_house(
    tmp_path_factory: pytest.TempPathFactory, post_office: Dovecot, rabbit_node: RabbitAdmin, pg_cluster: PgAdmin
) -> Iterator[House]:
    """The four services on a real RabbitMQ, each with a PostgreSQL database of its own."""
    layout = Layout(
        tmp_path_factory.mktemp("distributed"),
        broker=rabbit_node.vhost(),
        databases={name: pg_cluster.database() for name in (*SERVICES, "identity")},
        more=_mailbox(post_office, post_office.users[1]),
    )
    with running_house(layout) as house:
        yield house


@pytest.fixture(scope="session", params=["embedded", "distributed"])
def house(request: pytest.FixtureRequest) -> House:
    """Each kind of house in turn: one test speaks for both."""
    started: House = request.getfixturevalue(f"{request.param}_house")
    return started
