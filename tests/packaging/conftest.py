"""The scripts of packaging/ are no package: here they are found by their own names."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.packaging.programs import Programs

sys.path.append(str(Path(__file__).resolve().parents[2] / "packaging"))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Programs of the test."""
    return Programs(tmp_path / "programs", monkeypatch)
