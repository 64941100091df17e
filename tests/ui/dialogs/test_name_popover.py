"""The popover for a name has room for its title and its error."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from studio.ui.dialogs.name_popover import NamePopover
from studio.ui.widgets.text import Text
from tests.ui.windows import opened

LONG = "Die Schlagwörter, die alle 1,204 Bilder haben, mit Kommas dazwischen geschrieben"
REFUSED = "Eine Sammlung mit diesem Namen gibt es schon, und zwei gleiche wären zu viel."


def text(asked: NamePopover, words: str) -> Text:
    return next(one for one in asked.findChildren(Text) if one.text() == words)


@pytest.mark.parametrize("width", [280, 420])
async def test_no_line_is_cut_and_no_room_left_over(tmp_path: Path, width: int) -> None:
    async with opened(tmp_path) as window:
        asked = NamePopover(LONG, "Setzen", window)
        asked.setFixedWidth(width)
        asked.adjustSize()
        asked.open_at(QPoint(20, 20), asked.field)
        QApplication.sendPostedEvents()
        title = text(asked, LONG)
        assert title.width() <= width - 24
        assert title.height() == title.heightForWidth(title.width())
        asked.refuse(REFUSED)
        QApplication.sendPostedEvents()
        trouble = text(asked, REFUSED)
        assert trouble.height() >= trouble.heightForWidth(trouble.width())
        asked.close_it()
