"""Announcements for readers that do not listen to them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import shiboken6
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.ui.support.gdbus import DBusTool
from studio.ui.widgets import accessible, spoken_notifications
from studio.ui.widgets.spoken_notifications import SpokenNotifications, is_listened_to
from tests.ui.scripted_core import until

OLD = "([(':1.3', 'Object:StateChanged:Showing'), (':1.3', 'Window:Activate:')],)"
NEW = "([(':1.3', 'Object:StateChanged:Showing'), (':1.3', 'Object:Announcement:')],)"


def test_a_reader_listens_to_announcements_or_to_all_events() -> None:
    assert is_listened_to(NEW)
    assert is_listened_to("([(':1.3', 'object:announcement')],)")
    assert is_listened_to("([(':1.3', 'object:')],)")
    assert not is_listened_to(OLD)
    assert is_listened_to(""), "asked in vain: nothing is said twice"


def test_the_window_announces_what_happens_in_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    told: list[QAccessibleEvent] = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", told.append)
    accessible.announce(QWidget(QWidget(window)), "1 picture saved")
    (event,) = told
    assert isinstance(event, QAccessibleAnnouncementEvent)
    assert (event.object(), event.message()) == (window, "1 picture saved")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notifications that readers are told are shown."""
    made: list[str] = []

    def take(event: QAccessibleEvent) -> None:
        about = QAccessible.queryAccessibleInterface(event.object())
        if isinstance(event, QAccessibleAnnouncementEvent) or about is None:
            return
        told = (event.type(), about.role())
        if told == (QAccessible.Event.ObjectShow, QAccessible.Role.Notification):
            made.append(about.text(QAccessible.Text.Name))

    monkeypatch.setattr(QAccessible, "updateAccessibility", take)
    monkeypatch.setattr(accessible, "is_heard", lambda: True)
    return made


@pytest.mark.parametrize(("events", "spoken"), [(OLD, ["2 jobs queued", "Done"]), (NEW, [])])
async def test_announcements_are_shown_as_notifications_where_nobody_listens_to_them(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    shown: list[str],
    events: str,
    spoken: list[str],
) -> None:
    asked: list[Sequence[str]] = []

    async def call(_tool: DBusTool, arguments: Sequence[str]) -> str:
        asked.append(arguments)
        return events if "--address" in arguments else "('unix:path=/tmp/at-spi/bus,guid=7',)"

    monkeypatch.setattr(DBusTool, "call", call)
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    window = QWidget()
    qtbot.addWidget(window)
    within = QWidget(window)
    voice = spoken_notifications.second_voice(window)
    assert voice is not None
    accessible.set_second_voice(voice.say_announcement)
    try:
        for words in ("2 jobs queued", "Done"):
            accessible.announce(within, words)
        await until(lambda: len(asked) >= 2 and shown == spoken)
        assert "unix:path=/tmp/at-spi/bus,guid=7" in asked[1]
    finally:
        accessible.set_second_voice(None)


async def test_a_window_that_is_gone_says_nothing(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, shown: list[str]
) -> None:
    window, other = QWidget(), QWidget()
    qtbot.addWidget(other)

    async def call(_tool: DBusTool, arguments: Sequence[str]) -> str:
        if "--address" not in arguments:
            window.deleteLater()
            await until(lambda: not shiboken6.isValid(window))
            return "('unix:path=/tmp/at-spi/bus',)"
        return OLD

    monkeypatch.setattr(DBusTool, "call", call)
    speech = SpokenNotifications(other)
    speech.say_announcement(window, "never heard")
    speech.say_announcement(other, "heard")
    await until(lambda: shown == ["heard"])


def test_other_platforms_need_no_second_voice(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    assert spoken_notifications.second_voice(window) is None, "offscreen, in tests"
