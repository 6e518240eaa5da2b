"""The secrets of a deployment: all that is named, each random, none overwritten."""

import stat
from pathlib import Path

from deploy.make_secrets import make_secrets
from shared.sealing import load_key_ring
from tests.parts.compose import read_document


def test_every_secret_of_the_compose_file_is_made(tmp_path: Path):
    """What compose.yaml mounts is what the script makes."""
    assert set(make_secrets(tmp_path)) == set(read_document()["secrets"])


def test_the_key_ring_opens_what_it_sealed(tmp_path: Path):
    """The key ring is one that the services can use."""
    make_secrets(tmp_path)
    ring = load_key_ring(tmp_path / "keys.json")
    assert ring.open(ring.seal(b"secret")) == b"secret"


def test_nothing_is_overwritten_and_what_is_missing_agrees_with_what_is_there(tmp_path: Path):
    """Run again, the script changes nothing; a lost address is made again with the password that is in force."""
    make_secrets(tmp_path)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    (tmp_path / "forms_database_url").unlink()
    assert make_secrets(tmp_path) == ["forms_database_url"]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_no_two_deployments_share_a_secret(tmp_path: Path):
    """Every secret is new each time."""
    make_secrets(tmp_path / "a")
    make_secrets(tmp_path / "b")
    assert not any((tmp_path / "a" / path.name).read_text() == path.read_text() for path in (tmp_path / "b").iterdir())


def test_the_folder_is_closed(tmp_path: Path):
    """Nobody but the owner gets to the files, though a container's user may read each."""
    make_secrets(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
