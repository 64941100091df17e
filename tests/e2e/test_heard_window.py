"""Qt, not Python, ends what a reader knows of a window."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.desktop.session import Session


def test_a_window_that_is_read_ends_with_its_process(desktop: Session, home: Path) -> None:
    """Python deleted interfaces that Qt still had, and Qt deleted them once more."""
    desktop.start_accessibility()
    command: list[str | Path] = [sys.executable, "-m", "tests.e2e.heard_window", home]
    ended = desktop.run(command, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
