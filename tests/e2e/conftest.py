"""A desktop with a simulated user, for every end-to-end test."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import warm_server
from tests.desktop.session import Session, bare_environment
from tests.e2e.desktop import Desktop

# Whoever starts the tests with `nohup` has every program they start deaf to the end of a session.
if sys.platform != "win32":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests of one run keep pictures that several of them start with."""
    base = tmp_path_factory.getbasetemp()
    # Each process of a run has a folder in the folder of the run.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a process that has imported all of the program, and forks it for who asks."""
    folder = tmp_path_factory.mktemp("warm")
    with (
        tempfile.TemporaryDirectory(prefix="gb-") as room,
        warm_server(Path(room), {**bare_environment(), "HOME": str(folder)}, "window") as address,
    ):
        yield address


@pytest.fixture
def user(desktop: Session, made: Path, warm: str) -> Iterator[Desktop]:
    """Somebody at a desktop.

    At the end every program the test did not end itself must end well when its window is closed,
    and none may have met an error that nobody foresaw.
    """
    somebody = Desktop(desktop, made, warm)
    yield somebody
    somebody.close()


@pytest.fixture(scope="module")
def shared_user(
    tmp_path_factory: pytest.TempPathFactory, made: Path, warm: str
) -> Iterator[Desktop]:
    """Somebody at a desktop that the tests of a file share; each leaves it as it found it."""
    with Session(tmp_path_factory.mktemp("shared") / "session") as session:
        session.start_display()
        session.start_bus()
        session.start_accessibility()
        session.unlock_keyring()
        somebody = Desktop(session, made, warm)
        yield somebody
        somebody.close()
    assert session.ended == []


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the program keeps everything; names with spaces and umlauts are usual."""
    return tmp_path / "Büro von Jürgen"
