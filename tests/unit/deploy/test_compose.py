"""The compose file and the image hold together: what is named exists, and nothing runs with more than it needs."""

import re
from typing import Any

import pytest

from shared.contracts.values import SERVICES
from shared.settings import PREFIX, Settings
from tests.parts.compose import COMPOSE, ROOT, ComposedService, NotMounted, as_process, read_document, read_services

DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The compose file as a container engine reads it."""
    return read_document()


def test_the_four_services_are_composed():
    """Each service has a container of its own that runs it and nothing else."""
    composed = read_services()
    assert tuple(composed) == tuple(SERVICES)
    for name, service in composed.items():
        assert service.command == ("python", "-m", "services", name)


def test_every_variable_is_a_setting():
    """The environment names settings that exist; a misspelt one would silently do nothing."""
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    for service in read_services().values():
        assert {name.removesuffix("_FILE") for name in service.environment} <= known


def test_each_service_sees_its_own_secrets_only(document: dict[str, Any]):
    """No container is given another service's database or broker password."""
    for name, service in read_services().items():
        own = {f"{name}_database_url", f"{name}_broker_url"}
        assert service.secrets == own | {"keys.json", "identity_database_url"}
    assert not any("secrets" in document["services"][name] for name in ("caddy",))


def test_every_secret_used_is_declared_and_every_declared_one_is_used(document: dict[str, Any]):
    """A secret that is missing stops the start of everything; one too many lies about."""
    used = {
        secret if isinstance(secret, str) else secret["source"]
        for service in document["services"].values()
        for secret in service.get("secrets", ())
    }
    assert used == set(document["secrets"])


def test_a_secret_that_is_not_mounted_is_noticed():
    """The plain process refuses what the container would lack."""
    service = ComposedService("x", ("python",), {"SHOULI_DATABASE_URL_FILE": "/run/secrets/other"}, frozenset({"own"}))
    with pytest.raises(NotMounted, match="other"):
        as_process(service, secrets=ROOT, data=ROOT, port=1)


def test_a_plain_process_differs_in_places_only():
    """Folders, address and port are private; the command and all other variables are the container's."""
    service = read_services()["intake"]
    plain = as_process(service, secrets=ROOT / "s", data=ROOT / "d", port=4711)
    assert plain.command[1:] == ["-m", "services", "intake"]
    assert plain.environment["SHOULI_DATABASE_URL_FILE"] == str(ROOT / "s/intake_database_url")
    assert plain.environment["SHOULI_ORIGINALS_DIR"] == str(ROOT / "d/originals")
    assert plain.environment["SHOULI_PORT"] == "4711"
    assert set(service.environment) <= set(plain.environment)


def test_everything_restarts_is_limited_and_says_whether_it_is_well(document: dict[str, Any]):
    """Each container comes back by itself, can't eat the host or fill its disk, and has a health check (ours in the image)."""
    for name, service in document["services"].items():
        assert service["restart"] == "unless-stopped", name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name
        assert "healthcheck" in service or "build" in service, name
    assert "HEALTHCHECK" in DOCKERFILE


def test_only_the_one_origin_is_reachable(document: dict[str, Any]):
    """No container but Caddy publishes a port, and the network between them leads nowhere else."""
    assert [name for name, service in document["services"].items() if "ports" in service] == ["caddy"]
    assert document["networks"]["inside"]["internal"] is True


def test_our_containers_have_no_rights_to_lose(document: dict[str, Any]):
    """Not root, no capabilities, nothing to write to but the data and what is temporary."""
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    for name in SERVICES:
        service = document["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_what_faces_the_world_has_no_rights_to_lose_either(document: dict[str, Any]):
    """Caddy may bind the two ports, and nothing else."""
    caddy = document["services"]["caddy"]
    assert (caddy["read_only"], caddy["cap_drop"], caddy["cap_add"]) == (True, ["ALL"], ["NET_BIND_SERVICE"])
    assert caddy["security_opt"] == ["no-new-privileges:true"]


def test_files_that_are_mounted_or_copied_exist(document: dict[str, Any]):
    """What the compose file mounts from here and the image copies from here is in the repository."""
    mounted = [
        volume.split(":")[0]
        for service in document["services"].values()
        for volume in service.get("volumes", ())
        if volume.startswith(".")
    ]
    copied = [
        source for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for source in line.split()
    ]
    assert mounted
    assert copied
    assert all((COMPOSE.parent / path).exists() for path in mounted)
    assert [path for path in copied if not (ROOT / path).exists()] == []


def test_the_image_is_built_from_the_lock_and_names_no_digest_or_host():
    """Dependencies come by hash, from whichever index the builder has; the base image by its name only."""
    assert "--require-hashes --only-binary :all: -r requirements.lock" in DOCKERFILE
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"python:3.11-slim"}


def test_the_port_is_one(document: dict[str, Any]):
    """Image, services and health check agree on the port."""
    assert {service.port for service in read_services().values()} == {8000}
    assert "EXPOSE 8000" in DOCKERFILE
    assert "http://127.0.0.1:8000/healthz" in DOCKERFILE
