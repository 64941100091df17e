"""Line above a full-screen view: title, controls of the view, and buttons to finish or leave."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import margins
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.text import ElidedLabel, Text

HEIGHT = 44


class FullScreenHead(QFrame):
    """Title and name at the left, "Finish…" and the cross at the right.

    Attributes:
        name: label with the source of the pictures, such as a collection.
        row: the layout; `add_controls` adds its last parts.

    Signals:
        finish_wanted, leave_wanted: requests.
    """

    finish_wanted = Signal()
    leave_wanted = Signal()

    def __init__(self, title: str, spoken: str, parent: QWidget) -> None:
        """`spoken` is the name for screen readers."""
        super().__init__(parent)
        self.setProperty("zone", "view")
        self.setFixedHeight(theme().height(HEIGHT))
        self.setAccessibleName(spoken)
        set_role(self, QAccessible.Role.ToolBar)
        self._giving: tuple[QWidget, ...] = ()
        # Parts of `_giving` that have nothing to show now.
        self._unwanted: set[QWidget] = set()
        self.name = ElidedLabel("", "small", "text3", self, prose=True)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(margins(self, 20, 0, 14, 0))
        self.row.setSpacing(8)
        self.row.addWidget(Text(title, "title", "text", self))
        self.row.addSpacing(2)
        self.row.addWidget(self.name)

    def set_giving(self, *parts: QWidget) -> None:
        """Set the parts to hide, in this order, if there is no room for all."""
        self._giving = parts

    def set_wanted(self, part: QWidget, *, wanted: bool) -> None:
        """Set whether one of these parts has something to show; it also needs room."""
        (self._unwanted.discard if wanted else self._unwanted.add)(part)
        self.yield_room()

    def yield_room(self) -> None:
        """Hide as many of these parts as necessary for the others to fit."""
        for part in self._giving:
            part.setVisible(part not in self._unwanted)
        for part in self._giving:
            self.row.invalidate()
            if self.row.minimumSize().width() <= self.width():
                return
            part.hide()

    @needs("row")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.yield_room()

    def add_rule(self) -> None:
        """Add a thin line between groups of parts."""
        rule = QFrame(self)
        rule.setProperty("zone", "rule")
        rule.setFixedSize(1, 18)
        self.row.addSpacing(4)
        self.row.addWidget(rule)
        self.row.addSpacing(4)

    def add_controls(self, *controls: QWidget) -> None:
        """Add buttons, then those that end the view; a click gives none of them the focus."""
        finish = Button(_("Finish…"), "quiet", self, size=26)
        close = IconButton("close", _("Exit, everything is saved"), "Esc", self, size=26)
        for control in (*controls, finish, close):
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.row.addWidget(control)
        finish.clicked.connect(self.finish_wanted)
        close.clicked.connect(self.leave_wanted)
