"""Items of a painted tree for screen readers: an invisible widget over each visible picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from studio.ui.widgets.accessible import set_role


class TreeItems:
    """Transparent widgets over the visible pictures, named for screen readers.

    Only used while a screen reader is there (`QAccessible.isActive`).
    """

    def __init__(self, canvas: QWidget) -> None:
        self._canvas = canvas
        self._items: list[QWidget] = []

    def show_items(self, named: Sequence[tuple[str, QRect]]) -> None:
        """Have one item for each of these names and places."""
        while len(self._items) < len(named):
            item = QWidget(self._canvas)
            item.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            item.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
            set_role(item, QAccessible.Role.TreeItem)
            self._items.append(item)
        for item, (name, place) in zip(self._items, named, strict=False):
            item.setAccessibleName(name)
            item.setGeometry(place)
            item.show()
        for item in self._items[len(named) :]:
            item.hide()
