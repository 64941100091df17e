"""Texts of a window that have less room than they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QWidget,
)

from studio.ui.views.loupe.reframe.format_row import FormatChips
from studio.ui.widgets.segmented import Segment
from studio.ui.widgets.text import ElidedLabel

ICON_ALONE = 40
"""Narrower buttons show their icon, and their words as a tool tip."""


def in_sight(root: QWidget) -> Iterator[QWidget]:
    """The window and everything in it that is shown."""
    yield root
    for widget in root.findChildren(QWidget):
        if widget.isVisibleTo(root):
            yield widget


def clipped(root: QWidget, counts: Callable[[str], bool] = bool) -> set[str]:
    """Texts that have less room than they need and no ellipsis to say so.

    Only those that `counts` says.
    """
    found = set()
    for widget in in_sight(root):
        if not isinstance(widget, (QLabel, QAbstractButton)) or isinstance(widget, ElidedLabel):
            continue
        text = widget.text()
        if not counts(text) or widget.width() <= ICON_ALONE or _icon_alone(widget):
            continue
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        if isinstance(widget, QAbstractButton) and widget.hasHeightForWidth():
            wraps, need = True, QSize(0, 0)
        elif isinstance(widget, (QLabel, QPushButton)):
            need = widget.minimumSizeHint()
        else:
            # Painted by itself: one line of its words, or several where it is tall.
            lines = max(1, widget.height() // (2 * widget.fontMetrics().height()))
            words_wide = widget.fontMetrics().horizontalAdvance(text) // lines
            need = QSize(words_wide, widget.fontMetrics().ascent())
        wide = need.width() <= widget.width() + 1
        tall = widget.height() + 1 >= (
            widget.heightForWidth(widget.width()) if wraps else need.height()
        )
        if not (wide and tall):
            found.add(f"{type(widget).__name__} {text!r} {widget.size().toTuple()}")
    return found


def _icon_alone(widget: QWidget) -> bool:
    if isinstance(widget, QToolButton):
        return widget.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly
    return isinstance(widget, Segment) and widget.compact


def too_wide(root: QWidget) -> set[str]:
    """Contents that are wider than their view, which scrolls only down."""
    found = set()
    for widget in in_sight(root):
        if not isinstance(widget, QScrollArea) or isinstance(widget, FormatChips):
            continue
        inner, room = widget.widget(), widget.viewport().width()
        hidden = widget.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if inner is not None and hidden and inner.width() > room + 1:
            found.add(f"{type(inner.parentWidget()).__name__}: {inner.width()} in {room}")
    return found
