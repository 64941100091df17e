"""The question before a prompt is deleted for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.library.operations.forget_prompt import forget_prompt
from studio.ui.dialogs.question import Question
from studio.ui.support.tasks import spawn

if TYPE_CHECKING:
    from studio.library.facade import Library

_SHOWN = 160


class ForgetPromptDialog(Question):
    """Asks, and deletes when it is accepted."""

    def __init__(self, library: Library, prompt: str, parent: QWidget) -> None:
        super().__init__(_("Delete this prompt permanently?"), (), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._library = library
        self._prompt = prompt
        short = " ".join(prompt.split())
        shown = short if len(short) <= _SHOWN else f"{short[:_SHOWN]}…"
        self.add_text(f"“{shown}”", "text")
        self.add_text(
            _(
                "It is removed from the history, the records and their copies, and its file "
                "names. Its pictures stay. This cannot be undone."
            )
        )
        self.delete = self.add_button(_("Delete"), self.accept)
        self.keep = self.add_button(_("Keep it"), self.reject, kind="primary", first=True)
        self.accepted.connect(self.on_accepted)

    def on_accepted(self) -> None:
        """It shall be so."""
        spawn(forget_prompt(self._library.store, self._prompt))
