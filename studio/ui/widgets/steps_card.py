"""Card in the middle of a view: a summary, and buttons for the next steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QFrame, QVBoxLayout, QWidget

from studio.ui.widgets.accessible import announce
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.focus_ring import focus_by_key
from studio.ui.widgets.text import Text

WIDTH = 380


class StepsCard(QFrame):
    """Offers next steps, centred over its parent.

    Signals:
        chosen: name of a step.
    """

    chosen = Signal(str)

    def __init__(
        self, names: Sequence[str], parent: QWidget, *, content: QWidget | None = None
    ) -> None:
        """`names` are the names of all steps in order; `content` is shown above them."""
        super().__init__(parent)
        self.setProperty("zone", "notice")
        self.setFixedWidth(WIDTH)
        self._title = Text("", "title", "text", self, wrap=True)
        self._buttons = {name: Button("", "", self, size=32) for name in names}
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(8)
        column.addWidget(self._title)
        if content is not None:
            column.addWidget(content)
        column.addSpacing(6)
        for name, button in self._buttons.items():
            button.setObjectName(name)
            button.clicked.connect(self.on_clicked)
            column.addWidget(button)
        parent.installEventFilter(self)
        self.hide()

    def open_with(self, said: str, steps: Mapping[str, str]) -> None:
        """Show the card with these steps and their labels, and focus the first one."""
        self._title.setText(said)
        self.setAccessibleName(said)
        for name, button in self._buttons.items():
            button.setText(steps.get(name, ""))
            button.setVisible(name in steps)
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        focus_by_key(next(button for name, button in self._buttons.items() if name in steps))
        announce(self, said)

    def button(self, name: str) -> Button:
        """Button of a step."""
        return self._buttons[name]

    def press(self, event: QKeyEvent) -> None:
        """Press the focused button with Enter, go to the next one with Down, or back with Up."""
        focus = QApplication.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if isinstance(focus, QAbstractButton):
                focus.click()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)

    def on_clicked(self) -> None:
        """Emit the chosen step."""
        self.chosen.emit(self.sender().objectName())

    def _place(self) -> None:
        room = self.parentWidget()
        if room is not None:
            self.move((room.width() - self.width()) // 2, (room.height() - self.height()) // 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self._place()
        return False
