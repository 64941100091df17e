"""The system's wish for less motion is followed, and the user's own choice goes before it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from studio.ui.app.system_motion import SystemMotion, portal_reduces
from studio.ui.style import qt_style
from studio.ui.support import tasks


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    qt_style.set_motion("system")
    qt_style.set_system_motion(reduced=False)


@pytest.mark.parametrize(
    ("answer", "reduced"),
    [
        ("({'org.gnome.desktop.interface': {'enable-animations': <false>}},)", True),
        ("({'org.gnome.desktop.interface': {'enable-animations': <true>}},)", False),
        ("({'org.freedesktop.appearance': {'reduced-motion': <uint32 1>}},)", True),
        ("({'org.freedesktop.appearance': {'reduced-motion': <uint32 0>}},)", False),
        ("({'org.kde.kdeglobals.KDE': {'AnimationDurationFactor': <'0'>}},)", True),
        ("({'org.kde.kdeglobals.KDE': {'AnimationDurationFactor': <'0.5'>}},)", False),
        ("(@a{sa{sv}} {},)", False),
        ("", False),
    ],
)
def test_the_answer_of_the_portal_is_understood(answer: str, *, reduced: bool) -> None:
    assert portal_reduces(answer) is reduced


async def ended() -> None:
    while running := tasks.running():
        await asyncio.wait(running)


async def test_the_wish_is_read_at_the_start_and_when_the_program_comes_back(
    qapp: QApplication,
) -> None:
    answers = [True, False]
    follower = SystemMotion(qapp, lambda: answers.pop(0))
    try:
        assert qt_style.animates()
        follower.start()
        await ended()
        assert not qt_style.animates()
        qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
        await ended()
        assert len(answers) == 1, "read only when it comes to the front"
        qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
        await ended()
        assert qt_style.animates()
    finally:
        shiboken6.delete(follower)


def test_the_users_own_choice_goes_before_the_systems() -> None:
    qt_style.set_system_motion(reduced=True)
    assert not qt_style.animates()
    qt_style.set_motion("full")
    assert qt_style.animates()
    qt_style.set_system_motion(reduced=False)
    qt_style.set_motion("reduced")
    assert not qt_style.animates()


def test_the_caret_stands_still_with_all_the_rest(qapp: QApplication) -> None:
    usual = qapp.cursorFlashTime()
    assert usual > 0
    qt_style.set_motion("reduced")
    assert qapp.cursorFlashTime() == 0
    qt_style.set_system_motion(reduced=True)
    qt_style.set_motion("full")
    assert qapp.cursorFlashTime() == usual


@pytest.mark.parametrize(
    ("value", "choice"), [("reduced", "reduced"), ("full", "full"), ("wild", "system")]
)
def test_an_unknown_choice_follows_the_system(value: str, choice: str) -> None:
    assert qt_style.motion_of(value) == choice
