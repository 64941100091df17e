"""The inspector over the views leaves the notice bar and its buttons free."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QApplication

from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import Notice
from tests.ui.windows import OpenedWindow, opened

ONE_LINE = "This costs a lot."
MANY_LINES = "The limit of this month would be passed by what is asked for. " * 6


def covered(window: OpenedWindow) -> list[str]:
    """Buttons of the notice bar that a click does not reach."""
    QApplication.sendPostedEvents()
    buttons = [
        one for one in window.messages.findChildren(QAbstractButton) if one.isVisibleTo(window)
    ]
    assert len(buttons) == 3
    return [
        one.accessibleName() or one.text()
        for one in buttons
        if window.childAt(one.mapTo(window, one.rect().center())) is not one
    ]


@pytest.mark.parametrize("width", [900, 1000, 1200, 1279])
@pytest.mark.parametrize("text", [ONE_LINE, MANY_LINES])
async def test_the_drawer_leaves_the_notice_bar_free(tmp_path: Path, width: int, text: str) -> None:
    async with opened(tmp_path, width=width) as window:
        window.zones.open_inspector(True)
        inspector = window.zones.inspector
        assert inspector.isVisible()
        before = inspector.geometry()
        actions = (MessageAction("Change limit"), MessageAction("Generate anyway"))
        window.messages.show_notice(Notice(key="x", text=text, tone="warn", actions=actions))
        assert covered(window) == []
        bar = window.messages
        assert inspector.y() == bar.mapTo(window.zones, QPoint(0, bar.height())).y()
        # As wide as it may be, and as narrow.
        window.resize(1100, 900)
        assert covered(window) == []
        window.resize(width, 900)
        window.messages.dismiss("x")
        QApplication.sendPostedEvents()
        assert inspector.geometry() == before


async def test_the_drawer_over_the_loupe_needs_no_room_for_a_notice(tmp_path: Path) -> None:
    async with opened(tmp_path, width=1200) as window:
        window.zones.open_inspector(True)
        window.messages.show_notice(Notice(key="x", text=ONE_LINE))
        QApplication.sendPostedEvents()
        assert window.zones.inspector.y() > 0
        window.views.setCurrentWidget(window.loupe)
        QApplication.sendPostedEvents()
        assert window.zones.inspector.y() == 0
        window.views.setCurrentWidget(window.grid)
        QApplication.sendPostedEvents()
        assert window.zones.inspector.y() > 0
