"""A desktop with a simulated user, for every end-to-end test."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.session import Session
from tests.e2e.desktop import Desktop

# Whoever starts the tests with `nohup` has every program they start deaf to the end of a session.
if sys.platform != "win32":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def user(desktop: Session) -> Iterator[Desktop]:
    """Somebody at a desktop.

    At the end every program the test did not end itself must end well when its window is closed,
    and none may have met an error that nobody foresaw.
    """
    made = Desktop(desktop)
    yield made
    made.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the program keeps everything; names with spaces and umlauts are usual."""
    return tmp_path / "Büro von Jürgen"
