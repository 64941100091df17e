"""Tab order of widgets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

# Listed one by one: every widget is checked, and a test of flags creates a new object.
_TAB_POLICIES = (
    Qt.FocusPolicy.TabFocus,
    Qt.FocusPolicy.StrongFocus,
    Qt.FocusPolicy.WheelFocus,
)


def order_tabs(*widgets: QWidget) -> None:
    """Set the tab order of these widgets and their children."""
    stops = [stop for widget in widgets for stop in _stops(widget)]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


def put_before(widget: QWidget, following: QWidget) -> None:
    """Put a widget into the tab order just before the following one."""
    before = next((one for one in _chain(following, forward=False) if one is not widget), None)
    if before is not None:
        QWidget.setTabOrder(before, widget)


def next_stop(start: QWidget, within: QWidget, *, forward: bool) -> QWidget | None:
    """Next widget in `within` after `start` in the tab order, cyclic; None if there is no other.

    `start` has the focus.
    """
    for widget in _chain(start, forward=forward):
        if within.isAncestorOf(widget) and widget.isVisible() and widget.isEnabled():
            return widget
    return None


def _stops(widget: QWidget) -> list[QWidget]:
    inside = [one for one in _chain(widget, forward=True) if widget.isAncestorOf(one)]
    return [widget, *inside] if _takes_tab(widget) else inside


def _chain(start: QWidget, *, forward: bool) -> Iterator[QWidget]:
    """All other widgets that take Tab, from `start` on."""
    widget: QWidget | None = start
    while widget is not None:
        widget = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
        if widget is None or widget is start:
            return
        if _takes_tab(widget):
            yield widget


def _takes_tab(widget: QWidget) -> bool:
    return widget.focusPolicy() in _TAB_POLICIES
