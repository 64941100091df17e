"""A scroll area's viewport made here, because asking for Qt's own is dear.

The first time PySide6 is handed a plain QWidget that Qt made, it loads every kind of widget there
is, to find out which of them it is: seven milliseconds, half a megabyte.
"""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QWidget


def give_viewport(area: QAbstractScrollArea) -> QWidget:
    """Put a viewport into this area that is dressed as Qt's own; call it first."""
    view = QWidget(area)
    view.setObjectName("qt_scrollarea_viewport")
    view.setBackgroundRole(QPalette.ColorRole.Base)
    view.setAutoFillBackground(True)
    area.setViewport(view)
    return view
