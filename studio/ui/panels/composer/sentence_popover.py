"""Popover to change the sentence sent with one reference."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain import sentences
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import aligned
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.text import Text

WIDTH = 440


class SentencePopover(Popover):
    """Field with the sentence; an empty one sends nothing.

    Signals:
        chosen(object): the new sentence, or None for that of the role.
    """

    chosen = Signal(object)

    def __init__(self, sentence: str, parent: QWidget) -> None:
        title = _("Sentence for this reference")
        super().__init__(title, parent)
        self.setFixedWidth(theme().px(WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(Text(title, "small", "text2", self))
        self.field = QLineEdit(sentence, self)
        EditMenu(self.field)
        self.field.setAccessibleName(title)
        self.field.setMaxLength(sentences.MOST)
        self.field.setPlaceholderText(_("Nothing is sent"))
        self.field.setCursorPosition(0)
        self.field.returnPressed.connect(self.on_taken)
        column.addWidget(self.field)
        row = QHBoxLayout()
        self.reset = Button(_("Restore the default"), "link", self)
        self.reset.clicked.connect(self.on_reset)
        row.addWidget(self.reset)
        row.addStretch(1)
        self.take = Button(_("Apply"), "primary", self)
        self.take.clicked.connect(self.on_taken)
        row.addWidget(self.take)
        column.addLayout(row)
        self.closed.connect(self.deleteLater)

    def open_over(self, anchor: QWidget) -> None:
        """Open above a slot, with the text selected."""
        self.ensurePolished()
        self.adjustSize()
        corner = QPoint(aligned(anchor, self.width()), -self.height() - 6)
        self.open_at(anchor.mapTo(self.host, corner), self.field)
        self.field.selectAll()

    def on_taken(self) -> None:
        """Apply the sentence in the form in which it is sent."""
        self.close_it()
        self.chosen.emit(sentences.cleaned(self.field.text()))

    def on_reset(self) -> None:
        """Return to the sentence of the role."""
        self.close_it()
        self.chosen.emit(None)
