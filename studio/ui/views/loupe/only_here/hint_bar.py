"""Bar below the picture in the mode Only here, before there is a result."""

from __future__ import annotations

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.support import formatting
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.text import Text

HEIGHT = 52


class RegionHintBar(QFrame):
    """Shows a hint on what to do, or the time since a request was sent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "view")
        box = QFrame(self)
        box.setProperty("zone", "box")
        box.setFixedHeight(theme().height(HEIGHT))
        self._words = Text("", "body", "text", box)
        row = QHBoxLayout(box)
        row.setContentsMargins(16, 0, 16, 0)
        row.addWidget(self._words)
        row.addStretch(1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(20, 2, 20, 10)
        outer.addWidget(box)
        set_role(self, QAccessible.Role.StatusBar)
        self.show_hint()

    def show_hint(self) -> None:
        """Show the hint on painting."""
        self._show(_("Paint where it may change. Everything else stays untouched."))

    def show_waiting(self, seconds: float) -> None:
        """Show how long the model has been working."""
        # Translators: {time} is minutes and seconds, such as "0:12".
        self._show(_("Waiting for the model, {time}").format(time=formatting.clock(seconds)))

    def show_refusal(self, why: str) -> None:
        """Show why this picture cannot be changed here."""
        self._show(why, role="warn")

    @property
    def words(self) -> str:
        """Text shown."""
        return self._words.text()

    def _show(self, words: str, role: str = "text") -> None:
        self._words.setText(words)
        self._words.recolour(role)
        self.setAccessibleName(words)
