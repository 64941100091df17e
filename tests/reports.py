"""Failure reports that arrive, whatever a test says or does to its process.

A report of a test in another process crosses a pipe that takes plain values in UTF-8 only, and
pytest-xdist stops the whole run at anything else. A process that dies is reported as a failure of
the test it died in; the run goes on, and fails.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

_LOST = pytest.StashKey[list[str]]()


def plain(value: Any) -> Any:
    """Copy of a value that any pipe takes: lone surrogates escaped, objects as their repr."""
    if value is None or type(value) in (bool, int, float, bytes):
        return value
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return plain(repr(value))


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    return plain((yield))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.getvalue("dist") != "loadfile":
        return None
    from tests.scheduling import FileScheduling

    return FileScheduling(config, log)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_LOST] = []


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Remember a process that was lost, maybe between two tests where no test fails for it."""
    if error:
        node.config.stash[_LOST].append(f"{node.gateway.id}: {error}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.stash[_LOST] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if lost := config.stash[_LOST]:
        terminalreporter.section("Test processes were lost", red=True)
        for line in lost:
            terminalreporter.line(line)
