"""The line that asks for a name has room for its title and for what it refuses."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from studio.ui.controls import Text
from studio.ui.dialogs.naming import Naming

LONG = "Die Schlagwörter, die alle 1,204 Bilder haben, mit Kommas dazwischen geschrieben"


@pytest.mark.parametrize("width", [280, 420])
def test_no_line_is_cut_and_no_room_left_over(dressed: None, qtbot: QtBot, width: int) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    asked = Naming(LONG, "Setzen", window)
    asked.setFixedWidth(width)
    asked.adjustSize()
    asked.open_at(QPoint(20, 20), asked.field)
    title = next(one for one in asked.findChildren(Text) if one.text() == LONG)
    assert title.width() <= width - 24
    assert title.height() == title.heightForWidth(title.width())
    asked.refuse("Eine Sammlung mit diesem Namen gibt es schon, und zwei gleiche wären zu viel.")
    trouble = next(one for one in asked.findChildren(Text) if one.text().startswith("Eine"))
    asked.adjustSize()
    layout = asked.layout()
    assert layout is not None
    layout.activate()
    assert trouble.height() >= trouble.heightForWidth(trouble.width())
    asked.close_it()
