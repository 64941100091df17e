"""Emptying the trash from the window: asked first, with what goes and where to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QFile, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.library import emptying
from studio.library.emptying import Contents
from studio.library.records import read_only
from studio.ui import figures, tasks
from studio.ui.controls import Button, Text
from studio.words import _, ngettext

if TYPE_CHECKING:
    from studio.ui.main_window import StudioWindow


class EmptyTrash(QDialog):
    """Asks whether what is in the trash shall go; accepted means yes.

    Attributes:
        go, keep: its buttons; Enter presses `keep`.
    """

    def __init__(self, found: Contents, parent: QWidget, *, into_system_trash: bool) -> None:
        super().__init__(parent)
        n = len(found.ids)
        title = ngettext("Delete {n} picture?", "Delete {n} pictures?", n).format(n=f"{n:,}")
        self.setWindowTitle(_("Empty trash"))
        self.setMinimumWidth(440)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(8)
        column.addWidget(Text(title, "title", weight=600, wrap=True))
        words = consequence(found, into_system_trash=into_system_trash)
        column.addWidget(Text(words, "body", "text2", wrap=True))
        row = QHBoxLayout()
        row.setContentsMargins(0, 16, 0, 0)
        row.setSpacing(6)
        row.addStretch(1)
        # What goes into the system's trash is not lost yet.
        self.go = Button(_("Empty trash"), "" if into_system_trash else "danger", size=32)
        self.keep = Button(ngettext("Keep it", "Keep them", n), "primary", size=32)
        self.go.clicked.connect(self.accept)
        self.keep.clicked.connect(self.reject)
        # Enter presses the button that has the keyboard, and without one the safe one.
        for button in (self.go, self.keep):
            button.setAutoDefault(True)
        self.keep.setDefault(True)
        row.addWidget(self.go)
        row.addWidget(self.keep)
        column.addLayout(row)
        self.keep.setFocus()


def consequence(found: Contents, *, into_system_trash: bool) -> str:
    """What becomes of these, in words."""
    n, size = len(found.ids), figures.megabytes(found.bytes)
    if into_system_trash:
        words = ngettext(
            "It leaves the library, with its rating and notes, and its file of {size} goes into "
            "the system's trash. Undo does not bring it back.",
            "They leave the library, with their ratings and notes, and their files of {size} go "
            "into the system's trash. Undo does not bring them back.",
            n,
        )
    else:
        words = ngettext(
            "It leaves the library, and its file of {size} is deleted for good. "
            "Nothing brings it back.",
            "They leave the library, and their files of {size} are deleted for good. "
            "Nothing brings them back.",
            n,
        )
    return words.format(size=size)


def system_trash(window: StudioWindow) -> emptying.Discard | None:
    """How files get into the system's trash; None where everything lies in one given folder."""
    return _discard if window.core.paths.home is None else None


def _discard(paths: Sequence[Path]) -> None:
    for path in paths:
        QFile.moveToTrash(str(path))


async def ask(window: StudioWindow) -> None:
    """Ask, and empty the trash if the user wants it. Raises StorageError."""
    library = window.core.library
    if not library.writable:
        raise read_only()
    found = await emptying.contents(library)
    if not found.ids:
        window.talking.tell(_("The trash is empty already"))
        return
    discard = system_trash(window)
    question = EmptyTrash(found, window, into_system_trash=discard is not None)
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if not await tasks.finished(question):
        return
    if said := await emptying.empty(library, found.ids, discard):
        window.talking.tell(said)


async def resume(window: StudioWindow) -> None:
    """Finish what an earlier start began."""
    discard = system_trash(window)
    if discard is not None and window.core.library.writable:
        await emptying.resume(window.core.library, discard)
