"""Pointer tool of a canvas, asked before a press pans or drags the picture out."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, Qt


class CanvasTool(Protocol):
    """The tool of a mode. All places are in logical pixels of the canvas."""

    def press(self, at: QPointF) -> bool:
        """Whether the tool takes this press of the left button, and all until its release."""

    def move(self, at: QPointF) -> None:
        """The pointer moved while the button is down."""

    def release(self, at: QPointF) -> None:
        """The button was released."""

    def cancel(self) -> None:
        """Forget what was begun: the picture changed, or the canvas was hidden."""

    def cursor(self) -> Qt.CursorShape | None:
        """Shape of the pointer; None for that of the canvas."""
