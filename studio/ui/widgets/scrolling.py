"""What scrolls: the viewport of an area, and a page as tall as its words need.

The first time PySide6 is handed a plain QWidget that Qt made, it loads every kind of widget there
is, to find out which of them it is: seven milliseconds, half a megabyte. So a viewport is made
here.
"""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget


def give_viewport(area: QAbstractScrollArea) -> QWidget:
    """Put a viewport into this area that is dressed as Qt's own; call it first."""
    view = QWidget(area)
    view.setObjectName("qt_scrollarea_viewport")
    view.setBackgroundRole(QPalette.ColorRole.Base)
    view.setAutoFillBackground(True)
    area.setViewport(view)
    return view


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
