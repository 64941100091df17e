"""Card with slots, prompt, choices and Generate, and its two drop targets."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from studio.common.i18n import _, ngettext, number
from studio.ui.panels.composer.choices import ChoicesRow
from studio.ui.panels.composer.generate_button import GenerateButton
from studio.ui.panels.composer.prompt_colours import PromptColours
from studio.ui.panels.composer.prompt_editor import PromptEditor
from studio.ui.panels.composer.role_drop_target import RoleDropTarget
from studio.ui.panels.composer.sent_panel import FoldButton, SentPanel
from studio.ui.panels.composer.slots import SlotsRow
from studio.ui.support.drop_area import TextDrops, brings_words
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.plain_text import restyle
from studio.ui.widgets.text import Text

INSET = 9  # 11 px in the design, which include the frame's 2 px


class Card(QFrame):
    """The full composer.

    Attributes:
        slots, editor, choices, generate: its parts, in tab order.
        history: opens the prompts of the library.
        counter: characters used, shown near the model's limit.
        fold, sent: "What is sent", folded to a line above Generate, or unfolded under the prompt.
        target: overlay for drops.
    """

    def __init__(
        self, parent: QWidget | None = None, *, editor: PromptEditor | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("zone", "card")
        self.slots = SlotsRow(self)
        self.editor = editor or PromptEditor(self)
        self.editor.edit_menu = EditMenu(self.editor)
        self.editor.colours = PromptColours(self.editor.document())
        # Pictures are dropped on the card's zones; text can be dragged within the prompt.
        self.words = TextDrops(self.editor.viewport(), brings_words)
        self.choices = ChoicesRow(self)
        self.history = IconButton("history", _("Prompt history"), "Alt+↑", self)
        self.generate = GenerateButton(self)
        self.counter = Text("", "micro", "text3", self)
        self.counter.hide()
        self.fold = FoldButton(self, unfolded=False)
        self.sent = SentPanel(self)
        self.sent.hide()
        self.target = RoleDropTarget(self)
        self._narrow: bool | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(INSET, INSET, INSET, INSET)
        # 12 px between prompt and Generate, of which 7 are the last icon's own margin.
        self._grid.setHorizontalSpacing(5)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self.choices, 4, 0, 1, 2)
        right = QVBoxLayout()
        right.setSpacing(0)
        for part in (self.counter, self.fold):
            right.addWidget(part, 0, Qt.AlignmentFlag.AlignRight)
        right.addStretch(1)
        right.addWidget(self.generate)
        self._grid.addLayout(right, 2, 2, 3, 1)
        self._grid.addWidget(self.sent, 3, 0, 1, 2)
        self.choices.aspect.rebuilt.connect(self.order_tabs)
        self.set_narrow(narrow=False)

    def set_narrow(self, *, narrow: bool) -> None:
        """Place the slots as thumbnails left of the prompt, or as a row above it."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self._grid.removeWidget(self.slots)
        self._grid.removeWidget(self.editor)
        top = Qt.AlignmentFlag.AlignTop
        if narrow:
            self._grid.addWidget(self.slots, 2, 0, top)
            self._grid.addWidget(self.editor, 2, 1, top)
        else:
            self._grid.addWidget(self.slots, 0, 0, 1, 3)
            self._grid.addWidget(self.editor, 2, 0, 1, 2, top)
        self._grid.setRowMinimumHeight(1, 0 if narrow else 7)
        self._grid.setRowMinimumHeight(3, 8)
        self.editor.set_small(small=narrow)
        self.slots.set_small(narrow, None if narrow else self.history)
        self.choices.set_narrow(narrow, self.history if narrow else None)
        self.order_tabs()

    def order_tabs(self) -> None:
        """Set the tab order: source, references, prompt, choices, Generate."""
        order = [
            *self.slots.slots(),
            self.slots.overflow,
            self.slots.add,
            self.slots.also,
            self.slots.suggestion,
            self.editor,
            *self.sent.controls(),
            *self.choices.controls(),
            self.history,
            self.fold,
            self.generate,
        ]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def set_focused(self, on: bool) -> None:  # noqa: FBT001
        """Set the frame of a focused prompt."""
        self.setProperty("focused", on)
        restyle(self)

    def show_count(self, written: int, limit: int) -> None:
        """Show the prompt's length near the limit."""
        near = limit > 0 and written > 0.8 * limit
        self.counter.setVisible(near)
        if near:
            self.counter.setText(
                ngettext("{n} of {limit} character", "{n} of {limit} characters", limit).format(
                    n=number(written), limit=number(limit)
                )
            )
            self.counter.setProperty("role", "warn" if written > limit else "text3")
            restyle(self.counter)

    def place_target(self) -> None:
        """Cover everything but the slots, which accept drops themselves."""
        area = self.rect()
        if self.slots.slots() and self._narrow:
            area.setLeft(self.slots.geometry().right() + 4)
        elif self.slots.slots():
            area.setTop(self.slots.geometry().bottom() + 4)
        self.target.setGeometry(area)
        self.target.raise_()

    @needs("_narrow")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place_target()
