"""The question before pictures are saved where files of the same names are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from studio.common.i18n import _, ngettext, number
from studio.ui.dialogs.question import Question

_SHOWN = 3


class OverwriteDialog(Question):
    """Asks what shall become of what is there.

    Attributes:
        replaces: the files that are there may go; else both are kept.
    """

    def __init__(self, names: Sequence[str], folder: Path, parent: QWidget) -> None:
        n = len(names)
        title = ngettext(
            "{n} file of this name is there already",
            "{n} files of these names are there already",
            n,
        ).format(n=number(n))
        super().__init__(title, (), parent)
        self.replaces = False
        shown = ", ".join(names[:_SHOWN])
        if n > _SHOWN:
            shown = _("{names} and {n} more").format(names=shown, n=number(n - _SHOWN))
        self.add_text(_("In {folder}: {names}.").format(folder=folder, names=shown), "text")
        self.add_text(_("If you keep both, a number is added to the names of the new files."))
        self.cancel = self.add_button(_("Cancel"), self.reject, left=True)
        self.replace = self.add_button(_("Replace"), self.on_replace)
        self.both = self.add_button(_("Keep both"), self.accept, kind="primary", first=True)

    def on_replace(self) -> None:
        """What is there may go."""
        self.replaces = True
        self.accept()
