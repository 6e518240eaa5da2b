"""Reads ``deploy/compose.yaml`` as far as the services of this project go, and turns each into a plain process.

So the very commands, variables and secrets of the deployment are tried where there is no container engine. What a
container would lack (a secret that isn't mounted) is an error here too.
"""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deploy" / "compose.yaml"
SECRETS_MOUNT = "/run/secrets/"
DATA_MOUNT = "/data"


class NotMounted(Exception):
    """A service's environment names a secret that its container wouldn't have."""


@dataclass(frozen=True, slots=True)
class ComposedService:
    """One service of ours as the compose file has it."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    secrets: frozenset[str]

    @property
    def port(self) -> int:
        """Where it listens inside its container."""
        return int(self.environment["SHOULI_PORT"])


@dataclass(frozen=True, slots=True)
class PlainProcess:
    """What to start in place of a container."""

    command: list[str]
    environment: dict[str, str]


def read_document(path: Path = COMPOSE, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The compose file with its ``${NAME:-default}`` filled in from the variables given."""
    given = variables or {}
    text = re.sub(
        r"\$\{(\w+):-([^}]*)\}",
        lambda found: given.get(found[1], found[2]),
        path.read_text(encoding="utf-8"),
    )
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def read_services(path: Path = COMPOSE) -> dict[str, ComposedService]:
    """The services that are built from our Dockerfile, by name."""
    return {
        name: ComposedService(name, tuple(entry["command"]), dict(entry["environment"]), frozenset(entry["secrets"]))
        for name, entry in read_document(path)["services"].items()
        if "build" in entry
    }


def as_process(service: ComposedService, *, secrets: Path, data: Path, port: int) -> PlainProcess:
    """The same service as a process: its mounts are these folders, its address is the loopback and this port.

    Raises NotMounted.
    """
    variables = {name: _outside(service, value, secrets, data) for name, value in service.environment.items()}
    command = [sys.executable if word == "python" else word for word in service.command]
    local = {"SHOULI_HOST": "127.0.0.1", "SHOULI_PORT": str(port), "SHOULI_TRUSTED_PROXIES": "127.0.0.1"}
    return PlainProcess(command, {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables, **local})


def _outside(service: ComposedService, value: str, secrets: Path, data: Path) -> str:
    if value.startswith(SECRETS_MOUNT):
        secret = value.removeprefix(SECRETS_MOUNT)
        if secret not in service.secrets:
            raise NotMounted(f"{service.name} names {value}, which its container wouldn't have")
        return str(secrets / secret)
    if value == DATA_MOUNT or value.startswith(f"{DATA_MOUNT}/"):
        return f"{data}{value.removeprefix(DATA_MOUNT)}"
    return value
