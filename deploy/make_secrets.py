#!/usr/bin/env python3
"""Makes the secrets that ``compose.yaml`` mounts: random passwords, the addresses that hold them, the key ring.

Needs nothing but Python. Overwrites nothing: a file that is there stays, and what is derived from it agrees with it.
What the key ring looks like is the law of ``shared/sealing.py``; what the files are for stands in ``secrets/README.md``.
"""

import argparse
import base64
import hashlib
import json
import secrets
import sys
from pathlib import Path

SERVICES = ("intake", "workflow", "notify", "forms")
DATABASES = (*SERVICES, "identity")
SALT_BYTES = 4


def make_secrets(folder: Path, *, postgres: str = "postgres:5432", rabbitmq: str = "rabbitmq:5672") -> list[str]:
    """Make what is missing in the folder and give the names of what was made; the servers are ``host:port``."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    pile = _Pile(folder)
    pile.keep("keys.json", json.dumps(_key_ring(), indent=1))
    pile.keep("postgres_password", _password())
    for name in DATABASES:
        password = pile.keep(f"{name}_database_password", _password())
        user = f"shouli_{name}"
        pile.keep(f"{name}_database_url", f"postgresql+asyncpg://{user}:{password}@{postgres}/{user}")
    urls = {
        name: pile.keep(f"{name}_broker_url", f"amqp://{name}:{_password()}@{rabbitmq}/shouli") for name in SERVICES
    }
    users = [_broker_user(name, url) for name, url in urls.items()]
    pile.keep("rabbitmq_users.json", json.dumps({"users": users}, indent=1))
    return pile.made


class _Pile:
    """A folder of secrets: what is there is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.made: list[str] = []

    def keep(self, name: str, content: str) -> str:
        """The secret of that name: the one that is there, or this one from now on."""
        path = self._folder / name
        if not path.exists():
            path.write_text(content)
            path.chmod(0o644)  # the folder is closed; the container's user, who has no name here, must read the file
            self.made.append(name)
        return path.read_text()


def _password() -> str:
    return secrets.token_urlsafe(24)


def _key_ring() -> dict[str, object]:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {"current": "k1", "keys": {"k1": key()}, "index_key": key(), "session_key": key()}


def _broker_user(name: str, url: str) -> dict[str, object]:
    password = url.split("://", 1)[1].split("@", 1)[0].split(":", 1)[1]
    salt = secrets.token_bytes(SALT_BYTES)
    hashed = base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
    return {"name": name, "password_hash": hashed, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ""}


def main() -> None:
    """Make the secrets beside ``compose.yaml`` and say which."""
    parser = argparse.ArgumentParser(description="Make the secrets that compose.yaml mounts.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent / "secrets")
    folder = parser.parse_args().folder
    made = make_secrets(folder)
    sys.stdout.write(f"made in {folder}: {', '.join(made)}\n" if made else f"all secrets are there: {folder}\n")


if __name__ == "__main__":
    main()
