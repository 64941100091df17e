"""Events of rows for assistive programs; Qt's own know only its own layout."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QWidget


def send(view: QWidget, name: str, row: int) -> None:
    """Send an event of a row, such as "Focus" or "SelectionAdd", if anyone listens."""
    if not QAccessible.isActive():
        return
    event = QAccessibleEvent(view, QAccessible.Event[name])
    event.setChild(row)
    QAccessible.updateAccessibility(event)
