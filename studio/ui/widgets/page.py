"""What scrolls: a page as tall as its words need at the width it has."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame


class Page(QFrame):
    """The inside of a scroll area that holds words which wrap.

    How tall it is the scroll area finds out itself, at the width it gives. Qt's own least height is
    that of a column as narrow as the words can be, and would leave the rest of the page empty. Nor
    must it be asked at the width the page has: where the page fits beside a scroll bar and not
    without one, the two would take turns until the stack is full.
    """

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return QSize(least.width(), 0) if self.hasHeightForWidth() else least
