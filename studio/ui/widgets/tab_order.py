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
    # All of them are in one window, so one walk finds the stops of each.
    chain = [widgets[0], *_following(widgets[0], forward=True)]
    takers = [_takes_tab(one) for one in chain]
    stops: list[QWidget] = []
    for widget in widgets:
        start = chain.index(widget)
        if takers[start]:
            stops.append(widget)
        turns = (*range(start + 1, len(chain)), *range(start))
        stops += [chain[at] for at in turns if takers[at] and widget.isAncestorOf(chain[at])]
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


def _chain(start: QWidget, *, forward: bool) -> Iterator[QWidget]:
    """All other widgets that take Tab, from `start` on."""
    return filter(_takes_tab, _following(start, forward=forward))


def _following(start: QWidget, *, forward: bool) -> Iterator[QWidget]:
    """All other widgets of the window, from `start` on."""
    widget: QWidget | None = start
    while widget is not None:
        widget = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
        if widget is None or widget is start:
            return
        yield widget


def _takes_tab(widget: QWidget) -> bool:
    return widget.focusPolicy() in _TAB_POLICIES
