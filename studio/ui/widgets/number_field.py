"""Field for a whole number with its unit."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSpinBox, QWidget

from studio.ui.widgets.edit_menu import EditMenu

_SIDE = 9


class NumberField(QSpinBox):
    """A number that takes effect when typing ends; Up and Down change it by one.

    Signals:
        changed: the user set another number; not emitted by `set_value`.
    """

    changed = Signal(int)

    def __init__(self, name: str, unit: str, most: int, parent: QWidget, *, none: str = "") -> None:
        """`none` is the text for 0; without it, 0 is not allowed."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setRange(0 if none else 1, most)
        self.setSuffix(f" {unit}")
        self.setSpecialValueText(none)
        self.setKeyboardTracking(False)
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setFixedWidth(92)
        EditMenu(self.lineEdit())
        self.valueChanged.connect(self.changed)
        # Qt moves the line edit on every change of style, and leaves it no room.
        self.lineEdit().setProperty("field", "bare")
        self.lineEdit().installEventFilter(self)
        self._place_field()

    def set_value(self, value: int) -> None:
        """Show a number without emitting a signal."""
        with QSignalBlocker(self):
            self.setValue(value)

    def _place_field(self) -> None:
        room = self.rect().adjusted(_SIDE, 1, -_SIDE, -1)
        if self.lineEdit().geometry() != room:
            self.lineEdit().setGeometry(room)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling the form must not change a size.
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_field()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and watched is self.lineEdit():
            self._place_field()
        return super().eventFilter(watched, event)
