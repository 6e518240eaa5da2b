"""What the log says, and what it never says."""

import asyncio

import pytest
import structlog

from shared.observability import configure_logging, examine, locate_fault, refuse_personal

SECRET = "张三13912345678"


@pytest.mark.parametrize(
    "key", ["name", "phone", "email", "address", "text", "facts", "body", "password", "token", "url"]
)
def test_keys_that_could_hold_a_person_are_withheld(key: str):
    """A key that by its name could hold something personal is blanked out; others are kept."""
    event = {"event": "x", key: SECRET, "rows": 3}
    assert refuse_personal(None, "info", event) == {"event": "x", key: "(withheld)", "rows": 3}


def failing(text: str) -> None:
    """Raise with a person's words in the exception, in its cause and in a local variable."""
    phone = text
    try:
        _ = dict[str, str]()[phone]
    except KeyError as fault:
        raise ValueError(f"no such caller: {phone}") from fault


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_an_exception_is_located_and_not_quoted(log_format: str, capsys: pytest.CaptureFixture[str]):
    """The log says of an exception its class, its cause's and where it was raised, never its text or variables."""
    before = structlog.get_config()
    try:
        configure_logging(log_format)
        try:
            failing(SECRET)
        except ValueError as fault:
            structlog.get_logger("x").error("task.failed", exc_info=fault)
            structlog.get_logger("x").exception("task.failed")
    finally:
        structlog.configure(**before)
    said = capsys.readouterr().out
    assert SECRET not in said
    assert said.count("ValueError < KeyError") == 2
    assert "test_observability.py:" in said
    assert " failing" in said


def test_without_an_exception_nothing_is_added():
    """An event that carries none is left as it is."""
    assert locate_fault(None, "info", {"event": "x", "exc_info": None}) == {"event": "x"}
    assert locate_fault(None, "info", {"event": "x", "exc_info": True}) == {"event": "x"}


async def test_every_dependency_is_asked_and_named(monkeypatch: pytest.MonkeyPatch):
    """Each check is one condition: well, failed with the class of the fault, or silent for too long; none hides another."""
    monkeypatch.setattr("shared.observability.CHECK_TIMEOUT", 0.1)

    async def well() -> None:
        return None

    async def broken() -> None:
        raise ConnectionError(SECRET)

    async def silent() -> None:
        await asyncio.Event().wait()

    found = await examine({"a": well, "b": broken, "c": silent})
    assert [(each.name, each.ok, each.detail) for each in found] == [
        ("a", True, "ok"),
        ("b", False, "ConnectionError"),
        ("c", False, "TimeoutError"),
    ]
    assert found[2].seconds < 1
