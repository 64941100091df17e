"""Items of a painted tree for screen readers: an invisible widget over each visible picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from studio.ui.widgets.accessible import set_expanded, set_role


@dataclass(frozen=True, slots=True)
class TreeItem:
    """A visible picture; `expanded` is whether its children are shown, None without any."""

    name: str
    place: QRect
    expanded: bool | None


class TreeItems:
    """Transparent widgets over the visible pictures, named for screen readers.

    Used only while a screen reader is active (`QAccessible.isActive`).
    """

    def __init__(self, canvas: QWidget) -> None:
        self._canvas = canvas
        self._items: list[QWidget] = []

    def show_items(self, visible: Sequence[TreeItem]) -> None:
        """Place and name a widget for each of these, and hide the others."""
        while len(self._items) < len(visible):
            item = QWidget(self._canvas)
            item.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            item.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
            set_role(item, QAccessible.Role.TreeItem)
            self._items.append(item)
        for item, one in zip(self._items, visible, strict=False):
            item.setAccessibleName(one.name)
            item.setGeometry(one.place)
            set_expanded(item, expanded=one.expanded)
            item.show()
        for item in self._items[len(visible) :]:
            item.hide()
