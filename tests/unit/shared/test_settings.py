"""Settings: from the environment or from secret files; a wrong one names itself."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.settings import Settings


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests."""
    import os

    for name in os.environ:
        if name.startswith("SHOULI_") and name != "SHOULI_TEST_KEEPER":
            monkeypatch.delenv(name)


def test_the_embedded_default_needs_no_setting():
    """Without any setting each service has an SQLite file of its own and there is no broker."""
    settings = Settings()
    assert settings.broker_url is None
    assert settings.database_of("intake").endswith("/var/intake.db")
    assert settings.identity_database != settings.database_of("intake")
    assert settings.keys_file == Path("var/keys.json")


def test_a_secret_is_read_from_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A value may come by file, as container secrets do, without the line end that editors leave."""
    (tmp_path / "url").write_text("amqp://user:pass@broker/\n")
    monkeypatch.setenv("SHOULI_BROKER_URL_FILE", str(tmp_path / "url"))
    assert Settings().broker_url == "amqp://user:pass@broker/"


def test_a_table_may_come_by_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A setting that is JSON is JSON in its file; what is none names its variable, not its content."""
    (tmp_path / "seats").write_text('{"ybj": {"role": "handler"}}\n')
    monkeypatch.setenv("SHOULI_OIDC_SEATS_FILE", str(tmp_path / "seats"))
    assert Settings().oidc_seats["ybj"].role == "handler"
    (tmp_path / "seats").write_text("a secret that is no table")
    with pytest.raises(ValueError, match="SHOULI_OIDC_SEATS_FILE") as fault:
        Settings()
    assert "secret" not in str(fault.value)


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Where both are given the variable wins, and an argument wins over both."""
    (tmp_path / "port").write_text("1")
    monkeypatch.setenv("SHOULI_PORT_FILE", str(tmp_path / "port"))
    assert Settings().port == 1
    monkeypatch.setenv("SHOULI_PORT", "2")
    assert Settings().port == 2
    assert Settings(port=3).port == 3


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "eighty"), ("PORT", "70000"), ("LOG_FORMAT", "yaml"), ("POOL_SIZE", "0")]
)
def test_a_wrong_value_names_itself(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    """A value of the wrong kind or out of range stops the start and says which setting it is."""
    monkeypatch.setenv(f"SHOULI_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_a_secret_file_that_cannot_be_read_names_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A missing or unreadable secret never becomes a default."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xfd")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "binary"):
        monkeypatch.setenv("SHOULI_DATABASE_URL_FILE", str(path))
        with pytest.raises(ValueError, match="SHOULI_DATABASE_URL_FILE"):
            Settings()


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"port": 8123}, "http://127.0.0.1:8123"),
        ({"port": 8123, "host": "0.0.0.0"}, "http://127.0.0.1:8123"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"port": 8123, "public_url": "https://tousu.example"}, "https://tousu.example"),
        ({"public_url": "https://tousu.example/"}, "https://tousu.example"),
    ],
)
def test_links_lead_to_where_it_listens_unless_an_origin_is_named(given: dict[str, Any], origin: str):
    """On another port than the usual one the links that are printed and sent still open."""
    assert Settings(**given).public_url == origin
