"""Widgets that another one over them paints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    _Base = QWidget
else:
    _Base = object


class Covered(_Base):
    """Repaints the widget over it instead of itself: Qt drops updates of what is covered.

    Attributes:
        cover: the widget that paints it; None if it is not covered.
    """

    cover: QWidget | None = None

    def update(self, *part: Any) -> None:
        if self.cover is None:
            super().update(*part)
        else:
            self.cover.update()

    def repaint(self, *part: Any) -> None:
        if self.cover is None:
            super().repaint(*part)
        else:
            self.cover.repaint()
