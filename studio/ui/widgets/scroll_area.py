"""Scroll areas: viewports, and pages as tall as their text needs.

The first plain QWidget created by Qt and passed to PySide6 makes it load every widget type to
identify the class: seven milliseconds, half a megabyte. So viewports are created here.
"""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QAccessible, QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from studio.ui.widgets.accessible import set_role


def give_viewport(area: QAbstractScrollArea) -> QWidget:
    """Set a viewport on this area that looks like Qt's own; call it first."""
    view = QWidget(area)
    # Readers query it before it has its focus proxy; they would report the focus twice.
    set_role(view, QAccessible.Role.Client)
    view.setObjectName("qt_scrollarea_viewport")
    view.setBackgroundRole(QPalette.ColorRole.Base)
    view.setAutoFillBackground(True)
    area.setViewport(view)
    return view


class Page(QFrame):
    """Content of a scroll area with wrapping text.

    The scroll area determines its height for the width it assigns. Qt's minimum height is that of
    the narrowest possible column and would leave the rest of the page empty. Nor can it be computed
    for the page's current width: where the page fits beside a scroll bar and not without one, both
    would alternate until the stack overflows.
    """

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return QSize(least.width(), 0) if self.hasHeightForWidth() else least
