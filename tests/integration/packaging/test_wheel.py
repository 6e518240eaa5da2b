"""What is built and shipped is what is in the repository: templates, data and migrations included."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.parts.compose import ROOT

PACKAGES = ("services", "shared")
SOURCES = ("pyproject.toml", "README.md")


def _files(root: Path) -> set[str]:
    return {
        path.relative_to(root).as_posix()
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a copy as the image builds it."""
    folder: Path = tmp_path_factory.mktemp("build")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SOURCES:
        shutil.copy(ROOT / name, folder)
    build = "from setuptools import build_meta; print(build_meta.build_wheel('.'))"
    subprocess.run([sys.executable, "-c", build], cwd=folder, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile):
    """A template or a data file that isn't packed would be missing in the container only."""
    assert _files(ROOT) - set(wheel.namelist()) == set()


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile):
    """`shouli` is there once the wheel is installed."""
    entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "shouli = services.cli:main" in wheel.read(entry_points).decode()
