"""Fixtures for tests that need a desktop; `session` says what they are made of.

A test that uses them is marked `desktop`. Without the needed programs it is skipped and says why;
where `CI` is set it fails instead, so that a build cannot quietly test nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.session import Session, missing


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a desktop test where the desktop's programs are missing."""
    if item.get_closest_marker("desktop") is None:
        return
    if absent := missing():
        reason = f"desktop tests need {', '.join(absent)}"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture
def private_home(tmp_path: Path) -> Iterator[Session]:
    """A session with nothing but a home of its own; the others build on it.

    At the end nothing of it may be left running.
    """
    with Session(tmp_path / "session") as session:
        yield session
    assert session.ended == []


@pytest.fixture
def virtual_display(private_home: Session) -> Session:
    """A display with a window manager, nothing else."""
    private_home.start_display()
    return private_home


@pytest.fixture
def session_bus(private_home: Session) -> Session:
    """A message bus that starts services when asked, no display."""
    private_home.start_bus()
    return private_home


@pytest.fixture
def no_keyring(private_home: Session) -> Session:
    """A message bus on which there is no keyring and none can be started."""
    private_home.start_bus(services=False)
    return private_home


@pytest.fixture
def unlocked_keyring(session_bus: Session) -> Session:
    """A bus with an open keyring, no display."""
    session_bus.unlock_keyring()
    return session_bus


@pytest.fixture
def desktop_bus(virtual_display: Session) -> Session:
    """A display with a window manager and a message bus."""
    virtual_display.start_bus()
    return virtual_display


@pytest.fixture
def desktop_keyring(desktop_bus: Session) -> Session:
    """A display, a bus and an open keyring; lock it and its prompt shows on the display."""
    desktop_bus.unlock_keyring()
    return desktop_bus


@pytest.fixture
def desktop(desktop_bus: Session) -> Session:
    """All a window needs to be used from outside: display, bus, accessibility, open keyring."""
    desktop_bus.start_accessibility()
    desktop_bus.unlock_keyring()
    return desktop_bus
