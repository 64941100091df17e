"""The screen a widget is on.

`QWidget.screen` must not be called from Python: PySide makes the widget the parent of the screen's
object, so that destroying the widget can destroy the screen too, and the next widget on it crashes.
"""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def available_area(widget: QWidget) -> QRect:
    """Area of the widget's screen without panels, in global logical pixels."""
    middle = widget.mapToGlobal(widget.rect().center())
    screen = QGuiApplication.screenAt(middle) or QGuiApplication.primaryScreen()
    return screen.availableGeometry()
