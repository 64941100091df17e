"""Title, prompt and the actions: the first section of the inspector."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.common.i18n import _, ngettext
from studio.domain.drafts import MOST_AT_ONCE
from studio.ui.panels.inspector.action_row import ActionRow
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.panels.inspector.title import Title
from studio.ui.support import word_diff
from studio.ui.widgets import Button
from studio.ui.widgets.marked_text import MarkedText

LINES = 6  # of the prompt before "Show all"


class PictureHead(InspectorSection):
    """What a picture is called, what it was asked for, and what can be made of it.

    Signals:
        action: the name of the action that was pressed.
    """

    action = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.title = Title(self)
        self.prompt = MarkedText(_("Picture prompt"), self)
        self.prompt.set_limit(LINES)
        self.show_all = Button(_("Show all"), "link", self, size=26)
        self.show_all.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_all.hide()
        self.body.addWidget(self.title)
        self.body.addSpacing(6)
        self.body.addWidget(self.prompt)
        self.body.addWidget(self.show_all)
        self.body.addSpacing(12)
        self._one = ActionRow(self)
        self._one.set_labels(
            ("edit", _("Edit"), _("Edit (Ctrl+E)")),
            ("vary", _("Vary"), _("Vary (V)")),
            ("remix", _("Remix"), _("Remix (R)")),
        )
        self._many = ActionRow(self)
        for row in (self._one, self._many):
            row.action.connect(self.action)
            self.body.addWidget(row)
        self._all = False
        self.prompt.cut_changed.connect(self.on_cut_changed)
        self.show_all.clicked.connect(self.on_show_all)

    def set_prompt(self, prompt: str, before: str = "") -> None:
        """Show the prompt, marked against the one of the picture it was made from."""
        self.prompt.setVisible(bool(prompt))
        if before and word_diff.worth_marking(before, prompt):
            self.prompt.set_pieces(word_diff.compare(before, prompt))
        else:
            self.prompt.set_words(prompt)

    def set_repeatable(self, *, able: bool) -> None:
        """Whether the picture has anything another one could be made from."""
        self._one.set_able(frozenset({"vary", "remix"}), able=able)

    def set_count(self, count: int) -> None:
        """How many pictures the actions are for."""
        self._one.setVisible(count == 1)
        self._many.setVisible(count > 1)
        if count > 1:
            uses = ngettext("Use {n} as reference", "Use {n} as references", count)
            self._many.set_labels(
                ("references", uses.format(n=count), ""),
            )
            self._many.set_able(frozenset({"references"}), able=count <= MOST_AT_ONCE)

    def fold(self) -> None:
        """Back to the first lines of the prompt."""
        self._all = False
        self.prompt.set_limit(LINES)
        self.show_all.setText(_("Show all"))
        self.show_all.setVisible(self.prompt.shortened)

    def on_cut_changed(self, cut: bool) -> None:  # noqa: FBT001 - a slot
        """The prompt is longer than what is shown, or no longer."""
        self.show_all.setVisible(cut or self._all)

    def on_show_all(self) -> None:
        """The link under the prompt."""
        if self._all:
            self.fold()
            return
        self._all = True
        self.prompt.set_limit(0)
        self.show_all.setText(_("Show less"))
        self.show_all.show()
