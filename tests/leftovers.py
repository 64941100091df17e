"""A test run that is interrupted ends with its summary and leaves no process behind.

Every process below the run carries a marker in its environment. What is still there when the run is
over, after a crash, Ctrl+C or SIGTERM for example, is ended and named. Other processes are never
touched.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.desktop.session import RUN

GRACE = 2.0
"""Seconds for processes whose parent has gone to notice and go as well."""
POLL = 0.05

_ENDED = pytest.StashKey[list[str]]()
_UNDO = pytest.StashKey[Callable[[], None]]()
_SESSION = pytest.StashKey[pytest.Session]()
_NODES = pytest.StashKey[list[Any]]()


def marked(run: str, name: str = RUN) -> dict[int, str]:
    """Processes of a run by process id, with their command lines; on Linux only."""
    found = {}
    word = f"{name}={run}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if word in (folder / "environ").read_bytes().split(b"\0"):
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(folder.name)] = line.decode(errors="replace").strip()
    found.pop(os.getpid(), None)
    return found


def end(run: str) -> list[str]:
    """Command lines of the processes of a run that had to be ended."""
    limit = time.monotonic() + GRACE
    while (left := marked(run)) and time.monotonic() < limit:
        time.sleep(POLL)
    ended = {}
    limit = time.monotonic() + GRACE
    # One that is ended may just have started another one.
    while left and time.monotonic() < limit:
        ended.update(left)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.Signals["SIGKILL"])
        time.sleep(POLL)
        left = marked(run)
    return list(ended.values())


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ENDED] = []
    config.stash[_NODES] = []
    if hasattr(config, "workerinput"):
        return  # belongs to the run of the process that started it
    before = os.environ.get(RUN)
    os.environ[RUN] = uuid.uuid4().hex
    heard = _interrupt_on_sigterm(config)

    def undo() -> None:
        if before is None:
            del os.environ[RUN]
        else:
            os.environ[RUN] = before
        if heard is not None:
            signal.signal(signal.SIGTERM, heard)

    config.stash[_UNDO] = undo


def pytest_unconfigure(config: pytest.Config) -> None:
    if (undo := config.stash.get(_UNDO, None)) is not None:
        undo()


def _interrupt_on_sigterm(config: pytest.Config) -> Any:
    """Take SIGTERM for Ctrl+C, once; the handler before, None where signals are not ours."""
    if threading.current_thread() is not threading.main_thread():
        return None

    def on_sigterm(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if (session := config.stash.get(_SESSION, None)) is not None:
            # Code of Qt that is interrupted swallows the exception.
            session.shouldstop = "SIGTERM"
        for node in config.stash[_NODES]:
            # Else they are given five seconds in which a test goes on.
            with contextlib.suppress(ProcessLookupError):
                os.kill(node.gateway._rinfo().pid, signal.SIGINT)
        raise KeyboardInterrupt("SIGTERM")

    return signal.signal(signal.SIGTERM, on_sigterm)


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[_SESSION] = session


@pytest.hookimpl(optionalhook=True)
def pytest_testnodeready(node: Any) -> None:
    node.config.stash[_NODES].append(node)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[_NODES].remove(node)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _UNDO in session.config.stash:
        session.config.stash[_ENDED] = end(os.environ[RUN])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if ended := config.stash[_ENDED]:
        terminalreporter.section("Processes were left running and had to be ended")
        for line in ended:
            terminalreporter.line(line)
