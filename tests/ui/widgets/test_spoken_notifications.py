"""Announcements for readers that do not listen to them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import shiboken6
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
)
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.ui.widgets import accessible, spoken_notifications
from studio.ui.widgets.spoken_notifications import SpokenNotifications, is_listened_to
from tests.ui.answers import AnsweringBus
from tests.ui.heard import Heard
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


@pytest.mark.parametrize(("events", "spoken"), [(OLD, ["2 jobs queued", "Done"]), (NEW, [])])
async def test_announcements_are_shown_as_notifications_where_nobody_listens_to_them(
    qtbot: QtBot, heard: Heard, events: str, spoken: list[str]
) -> None:
    async def call(arguments: Sequence[str]) -> str:
        return events if "--address" in arguments else "('unix:path=/tmp/at-spi/bus,guid=7',)"

    bus = AnsweringBus(call)
    window = QWidget()
    qtbot.addWidget(window)
    within = QWidget(window)
    voice = spoken_notifications.second_voice(window, platform="xcb", tool=bus)
    assert voice is not None
    accessible.set_second_voice(voice.say_announcement)
    try:
        for words in ("2 jobs queued", "Done"):
            accessible.announce(within, words)
        await until(lambda: len(bus.asked) >= 2 and heard.shown == spoken)
        assert "unix:path=/tmp/at-spi/bus,guid=7" in bus.asked[1]
    finally:
        accessible.set_second_voice(None)


async def test_a_window_that_is_gone_says_nothing(qtbot: QtBot, heard: Heard) -> None:
    window, other = QWidget(), QWidget()
    qtbot.addWidget(other)

    async def call(arguments: Sequence[str]) -> str:
        if "--address" not in arguments:
            window.deleteLater()
            await until(lambda: not shiboken6.isValid(window))
            return "('unix:path=/tmp/at-spi/bus',)"
        return OLD

    speech = SpokenNotifications(other, tool=AnsweringBus(call))
    speech.say_announcement(window, "never heard")
    speech.say_announcement(other, "heard")
    await until(lambda: heard.shown == ["heard"])


def test_other_platforms_need_no_second_voice(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    assert spoken_notifications.second_voice(window) is None, "offscreen, in tests"
