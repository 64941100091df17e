"""Question about a copy whose name is taken."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QWidget

from studio.app.export.plan import PlannedCopy
from studio.common.i18n import _
from studio.domain.export import ConflictRule
from studio.ui.dialogs.question import Question
from studio.ui.support import tasks
from studio.ui.widgets.buttons import CheckBox


class ConflictQuestion(Question):
    """Asks whether to add a number or skip the copy; accepted means a number.

    Attributes:
        for_all: whether the answer applies to all others of this export.
    """

    def __init__(self, copy: PlannedCopy, parent: QWidget) -> None:
        super().__init__(
            # Translators: {name} is a file.
            _("{name} already exists").format(name=copy.wanted),
            (_("The existing file is not changed."),),
            parent,
            caption=_("Export"),
        )
        self.for_all = CheckBox(_("Do the same for all others of this export"), self)
        self.column.addWidget(self.for_all)
        self.add_button(_("Skip"), self.reject)
        self.add_button(_("Add a number"), self.accept, kind="primary", first=True)


class ConflictAsker:
    """Asks about the names of one export, until an answer applies to all."""

    def __init__(self, parent: Callable[[], QWidget]) -> None:
        self._parent = parent
        self._for_all: ConflictRule | None = None

    async def ask_about(self, copy: PlannedCopy) -> ConflictRule:
        """Ask what to do about a taken name, unless an earlier answer applies to all."""
        if self._for_all is not None:
            return self._for_all
        question = ConflictQuestion(copy, self._parent())
        try:
            numbered = await tasks.finished(question) == QDialog.DialogCode.Accepted
            rule = ConflictRule.NUMBER if numbered else ConflictRule.SKIP
            if question.for_all.isChecked():
                self._for_all = rule
            return rule
        finally:
            question.deleteLater()
