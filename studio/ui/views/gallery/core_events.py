"""Telling assistive programs where the keyboard is: the base class only knows its own layout."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QWidget


def focus_moved(view: QWidget, row: int) -> None:
    """The keyboard is on this row now."""
    _notify_accessibility(view, QAccessible.Event.Focus, row)


def selected(view: QWidget, row: int) -> None:
    """This row was selected."""
    _notify_accessibility(view, QAccessible.Event.SelectionAdd, row)


def deselected(view: QWidget, row: int) -> None:
    """This row was let go."""
    _notify_accessibility(view, QAccessible.Event.SelectionRemove, row)


def _notify_accessibility(view: QWidget, kind: QAccessible.Event, row: int) -> None:
    if not QAccessible.isActive():
        return
    event = QAccessibleEvent(view, kind)
    event.setChild(row)
    QAccessible.updateAccessibility(event)
