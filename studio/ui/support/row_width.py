"""Width of a row of widgets, computed without showing or hiding any of them.

The size hint of a layout counts only the widgets that are shown. Showing and hiding widgets to find
out what fits would repeat the layout again and again, and give wrong sizes for widgets that were
never shown.
"""

from __future__ import annotations

from collections.abc import Container

from PySide6.QtWidgets import QHBoxLayout, QWidget


class RowWidth:
    """Width of a row without some of its parts, which are measured when this object is created."""

    def __init__(self, row: QHBoxLayout) -> None:
        margins = row.contentsMargins()
        self._fixed = margins.left() + margins.right()
        self._gap = row.spacing()
        self._parts: dict[QWidget, int] = {}
        for place in range(row.count()):
            item = row.itemAt(place)
            assert item is not None
            part = item.widget()
            if part is None:
                self._fixed += item.sizeHint().width()
            else:
                self._parts[part] = _width(part)

    def hidden(self) -> set[QWidget]:
        """The parts that are hidden now."""
        return {part for part in self._parts if part.isHidden()}

    def without(self, left_out: Container[QWidget]) -> int:
        """Width in logical pixels with all parts shown except those that are left out."""
        widths = [width for part, width in self._parts.items() if part not in left_out]
        return self._fixed + sum(widths) + self._gap * max(0, len(widths) - 1)


def _width(part: QWidget) -> int:
    # Until a widget is first shown, it lacks the font of the style sheet.
    part.ensurePolished()
    hint = max(part.sizeHint().width(), part.minimumSizeHint().width())
    return max(min(hint, part.maximumWidth()), part.minimumWidth())
