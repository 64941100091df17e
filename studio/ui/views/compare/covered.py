"""Widgets painted by another widget over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    _Base = QWidget
else:
    _Base = object


class Covered(_Base):
    """Updates the widget over it instead of itself: Qt drops updates of covered widgets.

    Attributes:
        cover: the widget that paints this one, and may be deleted first; None if there is none.
    """

    cover: QWidget | None = None

    def update(self, *part: Any) -> None:
        if self.cover is None:
            super().update(*part)
        elif shiboken6.isValid(self.cover):
            self.cover.update()

    def repaint(self, *part: Any) -> None:
        if self.cover is None:
            super().repaint(*part)
        elif shiboken6.isValid(self.cover):
            self.cover.repaint()
