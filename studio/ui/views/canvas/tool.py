"""Pointer tool of a canvas, with priority over panning and dragging the picture out."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, Qt


class CanvasTool(Protocol):
    """The tool of a mode. All positions are in logical pixels of the canvas."""

    def press(self, at: QPointF) -> bool:
        """Handle a press of the left button; True takes it and all events until its release."""

    def move(self, at: QPointF) -> None:
        """Handle a move of the pointer while the button is down."""

    def release(self, at: QPointF) -> None:
        """Handle the release of the button."""

    def cancel(self) -> None:
        """Abandon the drag: the picture changed, or the canvas was hidden."""

    def cursor(self) -> Qt.CursorShape | None:
        """Shape of the pointer; None for that of the canvas."""
