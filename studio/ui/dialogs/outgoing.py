"""Base of the dialogs that write pictures out: choice of pictures, errors, destination.

Not modal: the grid stays usable, and the work goes on when the dialog is closed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.common.i18n import _, ngettext, number
from studio.ui.style.theme import theme
from studio.ui.support import file_dialogs
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.message_bar import MessageBar
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import ElidedLabel, Text

Scope = Literal["selected", "all"]


class OutgoingDialog(QDialog):
    """A head with the scope, a bar for errors, and a row for the destination.

    Attributes:
        scope: which pictures, "selected" or "all".
        notices: bar for errors.
        destination: the folder.
        choose: button that chooses another folder.
        column: layout of the dialog, after head and bar.

    Signals:
        scope_chosen: other pictures were chosen.
        destination_wanted: choose another folder.
    """

    scope_chosen = Signal()
    destination_wanted = Signal()

    def __init__(self, title: str, parent: QWidget, *, scope_name: str) -> None:
        """`scope_name` names the control of the scope."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self._count = 0
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addWidget(self._made_head(title, scope_name))
        self.notices = MessageBar(self)
        around = QHBoxLayout()
        around.setContentsMargins(12, 0, 12, 0)
        around.addWidget(self.notices)
        self.column.addLayout(around)

    def _made_head(self, title: str, scope_name: str) -> QWidget:
        head = QFrame(self)
        head.setFixedHeight(theme().height(46))
        row = QHBoxLayout(head)
        row.setContentsMargins(18, 0, 18, 0)
        row.setSpacing(8)
        row.addWidget(Text(title, "title", weight=600, parent=head))
        self._about = ElidedLabel("", "small", "text3", head, prose=True)
        row.addWidget(self._about)
        row.addStretch(1)
        self.scope = Segmented(
            [("selected", "", ""), ("all", "", "")], head, name=scope_name, size=26
        )
        self.scope.changed.connect(self.scope_chosen)
        row.addWidget(self.scope)
        return head

    def made_destination(self, parent: QWidget) -> QHBoxLayout:
        """The row of the destination, for a form."""
        row = QHBoxLayout()
        row.setSpacing(8)
        box = QFrame(parent)
        box.setProperty("zone", "box")
        box.setFixedHeight(theme().height(30))
        inside = QHBoxLayout(box)
        inside.setContentsMargins(9, 0, 9, 0)
        inside.setSpacing(8)
        self._folder = QLabel(box)
        inside.addWidget(self._folder)
        self.destination = ElidedLabel(
            "", "small", "text", box, mode=Qt.TextElideMode.ElideMiddle, prose=True
        )
        inside.addWidget(self.destination, 1)
        row.addWidget(box, 1)
        self._draw_icon()
        theme().changed.connect(self._draw_icon)
        self.choose = Button(_("Choose…"), parent=parent)
        self.choose.setAccessibleName(_("Choose the destination"))
        self.choose.clicked.connect(self.destination_wanted)
        row.addWidget(self.choose)
        return row

    def _draw_icon(self) -> None:
        self._folder.setPixmap(theme().pixmap("folder", "text3", 14, self.devicePixelRatioF()))

    # --- content --------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """Number of the pictures."""
        return self._count

    def show_scope(self, scope: Scope, *, selected: int, every: int, place: str) -> None:
        """Show how many pictures are selected, and how many there are in the place shown.

        `place` is "" for the whole library.
        """
        first, second = self.scope.segment("selected"), self.scope.segment("all")
        words = ngettext("{n} selected", "{n} selected", selected)
        first.setText(words.format(n=number(selected)))
        first.setEnabled(selected > 0)
        second.setText(_("All {n}").format(n=number(every)))
        for segment in (first, second):
            segment.updateGeometry()
        self.scope.set_value(scope)
        self._count = n = selected if scope == "selected" else every
        words = ngettext("{n} picture", "{n} pictures", n)
        if place:
            # Translators: {place} is a collection or a shelf, such as "Picks".
            words = ngettext("{n} picture of {place}", "{n} pictures of {place}", n)
        self._about.setText(words.format(n=number(n), place=place))

    def show_destination(self, folder: Path) -> None:
        """Show the folder that is written to."""
        self.destination.setText(file_dialogs.folder_words(folder))
        set_tip(self.choose, str(folder))
        self.choose.setAccessibleDescription(str(folder))
