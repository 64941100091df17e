"""Confirmations before data is lost: a prompt deleted, files overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _, listed, ngettext, number
from studio.library.operations.forget_prompt import forget_prompt
from studio.ui.dialogs.question import Question
from studio.ui.support.tasks import spawn

if TYPE_CHECKING:
    from studio.library.facade import Library


_CHARACTERS_SHOWN = 160


class ForgetPromptDialog(Question):
    """Asks before a prompt is deleted permanently, and deletes it."""

    def __init__(self, library: Library, prompt: str, parent: QWidget) -> None:
        super().__init__(_("Delete this prompt permanently?"), (), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._library = library
        self._prompt = prompt
        short = " ".join(prompt.split())
        shown = short if len(short) <= _CHARACTERS_SHOWN else f"{short[:_CHARACTERS_SHOWN]}…"
        self.add_text(f"“{shown}”", "text")
        self.add_text(
            _(
                "It is removed from the history, the records and their copies, and its file "
                "names. Its pictures are kept. This cannot be undone."
            )
        )
        self.delete = self.add_button(_("Delete"), self.accept)
        self.keep = self.add_button(_("Keep it"), self.reject, kind="primary", first=True)
        self.accepted.connect(self.on_accepted)

    def on_accepted(self) -> None:
        spawn(forget_prompt(self._library.store, self._prompt), records=True)


_NAMES_SHOWN = 3


class OverwriteDialog(Question):
    """Asks whether to replace files or keep both.

    Attributes:
        replaces: whether to replace existing files; otherwise both are kept.
    """

    def __init__(self, names: Sequence[str], folder: Path, parent: QWidget) -> None:
        n = len(names)
        title = ngettext(
            "{n} file with this name already exists",
            "{n} files with these names already exist",
            n,
        ).format(n=number(n))
        super().__init__(title, (), parent)
        self.replaces = False
        shown = listed(names[:_NAMES_SHOWN])
        if n > _NAMES_SHOWN:
            shown = _("{names} and {n} more").format(names=shown, n=number(n - _NAMES_SHOWN))
        self.add_text(_("In {folder}: {names}.").format(folder=folder, names=shown), "text")
        self.add_text(_("Keep both adds a number to the new file names."))
        self.cancel = self.add_button(_("Cancel"), self.reject, left=True)
        self.replace = self.add_button(_("Replace"), self.on_replace)
        self.both = self.add_button(_("Keep both"), self.accept, kind="primary", first=True)

    def on_replace(self) -> None:
        self.replaces = True
        self.accept()
