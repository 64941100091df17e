"""The monitor's profile is read when something about it changes, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtWidgets import QWidget

from studio.ui.controllers.monitor_colours import MonitorColours
from studio.ui.support import monitor_profile
from studio.ui.support.monitor_profile import MonitorPlace
from studio.ui.support.screen_colours import (
    MonitorState,
    ProfileUnusable,
    ScreenTransform,
    screen_colours,
    transform_for,
)
from tests import icc_profiles
from tests.icc_profiles import SWAPPED
from tests.ui.scripted_core import ScriptedDesk, until


@dataclass
class Monitors:
    """What the system says about its monitors."""

    profile: bytes = icc_profiles.matrix(SWAPPED, name="First")
    places: list[MonitorPlace] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def read(self, place: MonitorPlace) -> ScreenTransform:
        self.places.append(place)
        self.threads.append(threading.current_thread().name)
        profile = self.profile
        self.gate.wait(30)
        if not profile:
            raise ProfileUnusable(MonitorState.NO_PROFILE)
        return transform_for(profile)


@pytest.fixture
def monitors() -> Iterator[Monitors]:
    made = Monitors()
    made.gate.set()
    yield made
    made.gate.set()
    screen_colours().show_as_srgb(MonitorState.UNKNOWN)


@pytest.fixture
def window(at_end: list[Callable[[], object]]) -> QWidget:
    made = QWidget()
    made.show()
    at_end.append(lambda: shiboken6.delete(made))
    return made


@pytest.fixture
def desk(tmp_path: Path) -> ScriptedDesk:
    return ScriptedDesk(tmp_path)


@pytest.fixture
def colours(desk: ScriptedDesk, window: QWidget, monitors: Monitors) -> MonitorColours:
    core: Any = desk
    made = MonitorColours(core, window, read=monitors.read)
    desk.events.subscribe(made.on_core_event)
    return made


def name() -> str:
    transform = screen_colours().transform
    return "" if transform is None else transform.name


async def test_the_profile_is_on_by_default_and_read_in_a_thread(
    colours: MonitorColours, monitors: Monitors
) -> None:
    colours.start()
    await until(lambda: name() == "First")
    assert screen_colours().state is MonitorState.SHOWN
    assert monitors.threads[0] != threading.main_thread().name


async def test_switching_it_off_and_on(
    colours: MonitorColours, desk: ScriptedDesk, monitors: Monitors
) -> None:
    colours.start()
    await until(lambda: name() == "First")
    desk.settings.change(monitor_profile=False)
    await until(lambda: screen_colours().state is MonitorState.OFF)
    assert name() == ""
    read = len(monitors.places)
    colours.update_profile()
    await until(lambda: not colours._reading)
    assert len(monitors.places) == read, "it is read while nothing is shown through it"
    desk.settings.change(monitor_profile=True)
    await until(lambda: name() == "First")


async def test_another_screen_has_another_profile(
    colours: MonitorColours, monitors: Monitors, window: QWidget
) -> None:
    colours.start()
    await until(lambda: name() == "First")
    monitors.profile = icc_profiles.matrix(name="Second")
    handle = window.windowHandle()
    assert handle is not None
    handle.screenChanged.emit(handle.screen())
    await until(lambda: name() == "Second")
    monitors.profile = b""
    handle.screenChanged.emit(handle.screen())
    await until(lambda: screen_colours().state is MonitorState.NO_PROFILE)
    assert name() == ""


async def test_a_change_while_a_profile_is_read_is_not_lost(
    colours: MonitorColours, monitors: Monitors
) -> None:
    monitors.gate.clear()
    colours.start()
    await until(lambda: len(monitors.places) == 1)
    monitors.profile = icc_profiles.matrix(name="Second")
    for _n in range(5):
        colours.update_profile()
    monitors.gate.set()
    await until(lambda: name() == "Second")
    assert len(monitors.places) == 2, "five changes at once are one"


async def test_the_place_of_the_window_is_asked_about(
    colours: MonitorColours, monitors: Monitors, window: QWidget
) -> None:
    colours.start()
    await until(lambda: bool(monitors.places))
    handle = window.windowHandle()
    assert handle is not None
    assert monitors.places[0].window == int(handle.winId())
    assert monitors.places[0].number == 0
    assert monitor_profile.place_of(None).window == 0


@pytest.mark.parametrize(
    ("platform", "state"),
    [
        ("wayland", MonitorState.COMPOSITOR),
        ("wayland-egl", MonitorState.COMPOSITOR),
        ("offscreen", MonitorState.NO_PROFILE),
    ],
)
def test_where_there_is_nothing_to_read(platform: str, state: MonitorState) -> None:
    with pytest.raises(ProfileUnusable) as refused:
        monitor_profile.read_transform(MonitorPlace(platform, 0, (0.0, 0.0), 0))
    assert refused.value.state is state


def test_a_server_that_is_gone_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":64999")
    with pytest.raises(ProfileUnusable) as refused:
        monitor_profile.read_transform(MonitorPlace("xcb", 0, (0.0, 0.0), 0))
    assert refused.value.state is MonitorState.UNREADABLE
