"""Profiles on a real X server: read, and noticed when they change."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from studio.ui.support import x11_profile
from studio.ui.support.monitor_profile import MonitorPlace, read_transform
from studio.ui.support.screen_colours import LARGEST, MonitorState, ProfileUnusable
from tests import icc_profiles
from tests.desktop.monitor_profiles import remove_profile, set_profile
from tests.desktop.session import Session
from tests.ui.scripted_core import until

pytestmark = pytest.mark.desktop


@pytest.fixture
def display(virtual_display: Session, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DISPLAY", virtual_display.display)
    return virtual_display.display


def place(number: int = 0) -> MonitorPlace:
    return MonitorPlace("xcb", number, (0.0, 0.0), 0)


def test_every_monitor_has_a_property_of_its_own(display: str) -> None:
    assert x11_profile.read(0, LARGEST) == b""
    first, second = icc_profiles.matrix(name="First"), icc_profiles.matrix(name="Second")
    set_profile(display, first)
    set_profile(display, second, "_ICC_PROFILE_1")
    assert x11_profile.read(0, LARGEST) == first
    assert x11_profile.read(1, LARGEST) == second
    assert read_transform(place()).name == "First"
    assert read_transform(place(1)).name == "Second"
    with pytest.raises(ProfileUnusable) as refused:
        read_transform(place(2))
    assert refused.value.state is MonitorState.NO_PROFILE
    remove_profile(display)
    assert x11_profile.read(0, LARGEST) == b""


def test_a_huge_profile_is_not_read_to_its_end(display: str) -> None:
    set_profile(display, icc_profiles.matrix(padding=LARGEST + 5_000_000))
    assert len(x11_profile.read(0, LARGEST)) <= LARGEST + 4
    with pytest.raises(ProfileUnusable) as refused:
        read_transform(place())
    assert refused.value.state is MonitorState.TOO_LARGE


def test_a_large_profile_is_read_whole(display: str) -> None:
    large = icc_profiles.matrix(name="Large", padding=3_000_000)
    set_profile(display, large)
    assert x11_profile.read(0, LARGEST) == large


async def test_a_change_is_noticed_and_others_are_not(
    display: str, application: QApplication, at_end: list[Callable[[], object]]
) -> None:
    watch = x11_profile.ProfileWatch(await asyncio.to_thread(x11_profile.connect), application)
    at_end.append(watch.stop)
    heard: list[int] = []
    watch.changed.connect(lambda: heard.append(1))
    set_profile(display, b"something else", "_NET_SOMETHING")
    readable, _writable, _odd = select.select([watch.descriptor], [], [], 60)
    assert readable
    watch.on_readable()
    assert not watch.settling, "another property is no profile"
    set_profile(display, icc_profiles.matrix())
    await until(lambda: len(heard) == 1)
    set_profile(display, icc_profiles.matrix(), "_ICC_PROFILE_3")
    await until(lambda: len(heard) == 2)
    remove_profile(display)
    await until(lambda: len(heard) == 3)


async def test_the_end_of_the_server_is_no_crash(
    virtual_display: Session,
    display: str,
    application: QApplication,
    at_end: list[Callable[[], object]],
) -> None:
    watch = x11_profile.ProfileWatch(await asyncio.to_thread(x11_profile.connect), application)
    at_end.append(watch.stop)
    server = virtual_display._processes[0]
    server.terminate()
    await asyncio.to_thread(server.wait)
    await until(lambda: not watch.connected)
