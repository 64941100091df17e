"""The bar over a comparison: what has no room is left out, and nothing is crushed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.style.theme import install
from studio.ui.views.compare.bar import CompareBar
from studio.ui.views.compare.side_chip import SideChip
from tests.ui.scripted_library import picture

PICTURES = [
    picture(row, title=name)
    for row, name in enumerate(
        ("harbour at noon", "harbour", "lighthouse in heavy fog", "lighthouse on an island"), 1
    )
]


def wanted(part: QWidget) -> int:
    """Least width: names of pictures may be elided, and the slider is narrower than Qt's."""
    if isinstance(part, SideChip):
        return part.minimumSizeHint().width()
    return min(part.maximumWidth(), part.sizeHint().width())


@pytest.mark.parametrize("width", [640, 900, 1144, 1420])
@pytest.mark.parametrize("sides", [2, 3, 4])
def test_every_visible_part_has_its_room(qtbot: QtBot, width: int, sides: int) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    install(app, "dark")
    room = QWidget()
    qtbot.addWidget(room)
    bar = CompareBar(room)
    bar.resize(width, bar.height())
    room.resize(width, 100)
    room.show()
    bar.show_sides(PICTURES[:sides], 1)
    bar.show_standing("does not line up")
    app.processEvents()
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    shown = [one for one in bar.findChildren(QWidget, options=direct) if one.isVisible()]
    if width > 640:
        assert not [one for one in shown if one.width() < wanted(one)]
    assert "does not line up" in bar.accessibleDescription()
