"""Other Pythons for the core tests, and their packages."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import locked
import other_pythons
import pytest

from tests.packaging.programs import script


def fake(folder: Path, name: str, answer: str) -> Path:
    """A program that answers like a Python."""
    return script(folder / name, f"echo '{answer}'")


posix = pytest.mark.skipif(sys.platform == "win32", reason="stands in for Pythons by scripts of sh")


class Runs:
    """What would be run, instead of running it.

    Attributes:
        asked: Pythons and their versions.
    """

    def __init__(self, own: Path) -> None:
        self.asked: list[tuple[Path, str]] = []
        self._own = own

    def main(self) -> int:
        return other_pythons.main([], own_python=self._own, system=(), run=self.run)

    def run(self, python: Path, version: str, _options: list[str]) -> int:
        self.asked.append((python, version))
        return 1 if version == "3.13.0" else 0


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Only Pythons of the test are found."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Runs(fake(tmp_path, "own", "[[3,11,7],true]"))


@posix
def test_the_oldest_and_the_newest_other_one_are_taken(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    system = fake(tmp_path / "bin", "python3", "[[3,11,2],true]")
    fake(tmp_path / "bin", "python3.11", "[[3,11,7],true]")  # .venv has it
    versions = tmp_path / "pyenv/versions"
    fake(versions / "3.12.1/bin", "python3.12", "[[3,12,1],true]")
    newest = fake(versions / "3.13.0/bin", "python3.13", "[[3,13,0],true]")
    fake(versions / "3.13.5t/bin", "python3.13", "[[3,13,5],false]")  # without the lock
    fake(tmp_path / "data/uv/python/cpython-3.14/bin", "python3", "[[3,14,0],true]")
    fake(versions / "broken/bin", "python3", "").write_text("#!/bin/sh\nexit 1\n")
    assert runs.main() == 1  # that of 3.13.0
    assert runs.asked == [(system, "3.11.2"), (newest, "3.13.0")]
    assert f"Besides 3.11.7: 3.11.2 ({system}), 3.13.0 ({newest})" in capsys.readouterr().out


@posix
def test_with_one_python_it_says_so(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(tmp_path / "bin", "python3.11", "[[3,11,7],true]")
    assert runs.main() == 0
    assert runs.asked == []
    assert "No Python here besides 3.11.7" in capsys.readouterr().out


def test_the_lock_is_taken_without_qt_and_otherwise_whole() -> None:
    whole = locked.lock_of("dev").read_text(encoding="utf-8")
    part = other_pythons.without(whole, other_pythons.LEFT_OUT)
    packages = re.split(r"^(?=[a-z0-9])", whole, flags=re.MULTILINE)
    kept = [one for one in packages if one.partition("==")[0] not in other_pythons.LEFT_OUT]
    assert len(packages) - len(kept) == len(other_pythons.LEFT_OUT)
    assert part == "".join(kept)
