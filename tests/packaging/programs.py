"""Programs that stand in for those of the system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def script(path: Path, *lines: str) -> Path:
    """A program of sh with these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)
    return path


class Programs:
    """A folder of programs that are found before those of the system, or instead of them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        self.folder = folder
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("PATH", os.pathsep.join((str(folder), os.environ.get("PATH", ""))))

    def alone(self) -> None:
        """From now on, there are no others."""
        self._monkeypatch.setenv("PATH", str(self.folder))

    def put(self, name: str, *lines: str) -> Path:
        """Add a script of sh."""
        return script(self.folder / name, *lines)
