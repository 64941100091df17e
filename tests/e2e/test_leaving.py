"""Closing the window while pictures are being made, and termination signals."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from tests.canary import KEY
from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import wait_until
from tests.fake_service import FakeService, Reply

pytestmark = pytest.mark.desktop


def begun(user: Desktop, home: Path, service: FakeService) -> DesktopProgram:
    """A window with a picture on its way."""
    where = ("--provider", "dgrid", "--base-url", service.url)
    program = user.start(*where, home=home, GRIDBRUSH_API_KEY=KEY)
    program.write("a boat")
    user.keys("ctrl+Return")
    wait_until(lambda: service.requests, what="a request")
    return program


def ask(user: Desktop, program: DesktopProgram) -> None:
    """Close the window as a user does; it asks."""
    program.activate()
    user.keys("alt+F4")
    program.wait_for("button", "Keep working")


def test_waiting_closes_the_window_when_the_picture_is_there(user: Desktop, home: Path) -> None:
    answer = threading.Event()
    with FakeService() as service:
        service.script(Reply(wait=answer))
        program = begun(user, home, service)
        ask(user, program)
        program.wait_for("label", part="may have been billed")
        user.click(program.wait_for("button", "Quit when finished"))
        program.wait_for("button", "Keep open")
        answer.set()
        assert program.wait_for_end() == 0
    assert len(user.run("library", "list", "--json", home=home).splitlines()) == 1


def test_staying_and_leaving(user: Desktop, home: Path) -> None:
    with FakeService() as service:
        service.script(Reply(wait=threading.Event()))
        program = begun(user, home, service)
        ask(user, program)
        user.keys("Escape")
        wait_until(lambda: not program.find("button", "Keep working"))
        ask(user, program)
        user.click(program.wait_for("button", "Quit now"))
        assert program.wait_for_end() == 0
        again = user.start(home=home)
        # What was sent may have been billed; it is told and not sent again.
        again.wait_for("list item", part="Interrupted while waiting")
        assert len(service.requests) == 1
        assert again.close() == 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_whoever_ends_it_from_outside_is_not_asked(user: Desktop, home: Path, name: str) -> None:
    with FakeService() as service:
        service.script(Reply(wait=threading.Event()))
        program = begun(user, home, service)
        ask(user, program)
        program.process.send_signal(signal.Signals[name])
        assert program.wait_for_end(hang=60) == 0
    assert (home / "library/.gridbrush/lock").read_bytes() == b""
