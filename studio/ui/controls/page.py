"""What scrolls: a page as tall as its words need at the width it has."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame


class Page(QFrame):
    """The inside of a scroll area that holds words which wrap.

    Its least height is asked at its real width; Qt would add up what the words need in a column
    as narrow as they can be, and leave the rest of the page empty.
    """

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        if not self.hasHeightForWidth():
            return least
        return QSize(least.width(), self.heightForWidth(max(least.width(), self.width())))
