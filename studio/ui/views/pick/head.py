"""Line over a round: its name, the counters, and how it ends."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from studio.common.i18n import _, number
from studio.domain.pick_round import RoundCounts
from studio.ui.style.theme import theme
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.text import ElidedLabel, Tag, Text

HEIGHT = 44


class RoundHead(QFrame):
    """Name and counters of a round.

    Signals:
        finish_wanted, leave_wanted: requests.
    """

    finish_wanted = Signal()
    leave_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("zone", "view")
        self.setFixedHeight(theme().height(HEIGHT))
        self.setAccessibleName(_("Pick mode"))
        set_role(self, QAccessible.Role.ToolBar)
        self._name = ElidedLabel("", "body", "text2", self, prose=True)
        self._picked = Tag("", "text", self)
        self._rejected = Tag("", "text2", self)
        self._open = Tag("", "text2", self)
        self._finish = Button(_("Finish…"), "quiet", self, size=26)
        self._close = IconButton("close", _("Leave, all is kept"), "Esc", self, size=26)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 14, 0)
        row.setSpacing(8)
        row.addWidget(Text(_("Pick"), "title", "text", self))
        row.addSpacing(2)
        row.addWidget(self._name, 1)
        for part in (self._picked, self._rejected, self._open):
            row.addWidget(part)
        row.addSpacing(12)
        row.addWidget(self._finish)
        row.addWidget(self._close)
        self._finish.clicked.connect(self.finish_wanted)
        self._close.clicked.connect(self.leave_wanted)

    def show_round(self, name: str, counts: RoundCounts) -> None:
        """Show the name and the decisions so far."""
        self._name.setText(name)
        self._picked.setText(_("{n} picked").format(n=number(counts.picked)))
        self._rejected.setText(_("{n} rejected").format(n=number(counts.rejected)))
        self._open.setText(_("{n} left open").format(n=number(counts.undecided)))
