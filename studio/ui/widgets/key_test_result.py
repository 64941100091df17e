"""Result of a test: icon, text, advice, and at most two buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from studio.common.errors import StudioError
from studio.common.i18n import sentences
from studio.ui.style.theme import theme
from studio.ui.widgets.accessible import announce
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.signs import Spinner
from studio.ui.widgets.text import Text

Tone = Literal["busy", "ok", "warn", "bad", "plain"]
_ICON: dict[Tone, tuple[str, str]] = {
    "busy": ("", "text2"),
    "ok": ("check", "ok"),
    "warn": ("warning", "warn"),
    "bad": ("warning", "bad"),
    "plain": ("info", "text2"),
}


class KeyTestResult(QWidget):
    """Result of a test; hidden until there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone: Tone = "plain"
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        sign = QWidget(self)
        sign.setFixedSize(16, 16)
        self._sign = QStackedLayout(sign)
        self._icon = QLabel(sign)
        place = QWidget(sign)
        inset = QHBoxLayout(place)
        inset.setContentsMargins(2, 2, 2, 2)
        inset.addWidget(Spinner(place))
        self._sign.addWidget(self._icon)
        self._sign.addWidget(place)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        self._title = Text("", "small", "text", self, weight=600, wrap=True)
        self._detail = Text("", "small", "text2", self, wrap=True)
        column.addWidget(self._title)
        column.addWidget(self._detail)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(6)
        self._buttons.setContentsMargins(0, 4, 0, 0)
        self._buttons.addStretch(1)
        column.addLayout(self._buttons)
        row.addLayout(column, 1)
        self._made: list[tuple[Button, MessageAction]] = []
        theme().changed.connect(self._draw_icon)
        self.hide()

    @property
    def tone(self) -> Tone:
        return self._tone

    @property
    def words(self) -> str:
        """Title and detail shown; empty while hidden."""
        parts = (self._title.text(), self._detail.text())
        return " ".join(part for part in parts if part) if not self.isHidden() else ""

    def button(self, label: str) -> Button | None:
        """Button with this label; None if not shown."""
        return next((button for button, action in self._made if action.label == label), None)

    def clear(self) -> None:
        """Hide the result."""
        self.hide()
        self._show_buttons(())

    def show_error(self, error: StudioError, actions: Sequence[MessageAction] = ()) -> None:
        """Show an error's title, message and hint."""
        detail = sentences(error.message, error.hint)
        self.show_result("bad", error.title, detail, actions)

    def show_result(
        self,
        tone: Tone,
        title: str,
        detail: str = "",
        actions: Sequence[MessageAction] = (),
    ) -> None:
        """Show a result with its actions."""
        self._tone = tone
        self._title.setText(title)
        self._title.recolour("bad" if tone == "bad" else "text")
        self._title.setVisible(bool(title))
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._show_buttons(actions)
        self._sign.setCurrentIndex(1 if tone == "busy" else 0)
        self._draw_icon()
        self.show()
        announce(self, f"{title} {detail}".strip(), assertive=tone == "bad")

    def _show_buttons(self, actions: Sequence[MessageAction]) -> None:
        for old, _action in self._made:
            self._buttons.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._made = []
        for place, action in enumerate(actions):
            made = Button(action.label, parent=self, size=26)
            made.clicked.connect(self.on_pressed)
            self._buttons.insertWidget(place, made)
            made.show()
            self._made.append((made, action))

    def on_pressed(self) -> None:
        """Run the action of the pressed button."""
        sender = self.sender()
        for action in [action for button, action in self._made if button is sender]:
            action.run()

    def _draw_icon(self) -> None:
        name, role = _ICON[self._tone]
        if name:
            self._icon.setPixmap(theme().pixmap(name, role, 16, self.devicePixelRatioF()))
