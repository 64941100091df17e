"""The scripts of packaging/ are no package: here they are found by their own names."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.packaging.programs import Programs

sys.path.append(str(Path(__file__).resolve().parents[2] / "packaging"))
import locked


@pytest.fixture(scope="session")
def made_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but pip, to be copied: making one takes five seconds."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    locked.make(folder)
    return folder


def copied_environment(made: Path, folder: Path) -> Path:
    """The Python of a copy of an environment."""
    shutil.copytree(made, folder, symlinks=True)
    return locked.python_in(folder)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Programs of the test."""
    return Programs(tmp_path / "programs", monkeypatch)
