"""Width of a row of widgets, computed without showing or hiding any of them.

A layout asked for its size hint counts what is shown at the moment. Trying out what fits by showing
and hiding lays the row out again and again, and finds sizes of parts that were never shown wrong.
"""

from __future__ import annotations

from collections.abc import Container

from PySide6.QtWidgets import QHBoxLayout, QWidget


def row_width(row: QHBoxLayout, left_out: Container[QWidget]) -> int:
    """Logical pixels a row asks for with all its parts shown but those that are left out."""
    margins = row.contentsMargins()
    total, parts = margins.left() + margins.right(), 0
    for place in range(row.count()):
        item = row.itemAt(place)
        assert item is not None
        part = item.widget()
        if part is None:
            total += item.sizeHint().width()
        elif part not in left_out:
            total += _width(part)
            parts += 1
    return total + row.spacing() * max(0, parts - 1)


def hidden_parts(row: QHBoxLayout) -> set[QWidget]:
    """The widgets of a row that are hidden now."""
    items = (row.itemAt(place) for place in range(row.count()))
    parts = (item.widget() for item in items if item is not None)
    return {part for part in parts if part is not None and part.isHidden()}


def _width(part: QWidget) -> int:
    # Before its first show it has the font of no style sheet.
    part.ensurePolished()
    hint = max(part.sizeHint().width(), part.minimumSizeHint().width())
    return max(min(hint, part.maximumWidth()), part.minimumWidth())
