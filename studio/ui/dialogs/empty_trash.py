"""Emptying the trash, with a confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QFile, Qt
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common import paths
from studio.common.i18n import _, ngettext, number
from studio.library.log.records import read_only
from studio.library.operations import trash
from studio.library.operations.trash import TrashContents
from studio.ui.dialogs.question import Question
from studio.ui.support import formatting, tasks
from studio.ui.support.ports import Messages
from studio.ui.widgets.buttons import Kind


class EmptyTrashDialog(Question):
    """Asks whether to empty the trash; accepted means yes.

    Attributes:
        go, keep: its buttons; Enter presses `keep`.
    """

    def __init__(self, found: TrashContents, parent: QWidget, *, into_system_trash: bool) -> None:
        n = len(found.ids)
        title = ngettext("Delete {n} picture?", "Delete {n} pictures?", n).format(n=number(n))
        words = consequence(found, into_system_trash=into_system_trash)
        super().__init__(title, [words], parent, caption=_("Empty trash"))
        # Files in the system's trash can still be recovered.
        kind: Kind = "" if into_system_trash else "danger"
        self.go = self.add_button(_("Empty trash"), self.accept, kind=kind)
        keep = ngettext("Keep it", "Keep them", n)
        self.keep = self.add_button(keep, self.reject, kind="primary", first=True)


def consequence(found: TrashContents, *, into_system_trash: bool) -> str:
    """Description of the consequences."""
    n, size = len(found.ids), formatting.megabytes(found.bytes)
    if into_system_trash:
        words = ngettext(
            "The picture, its rating and notes are removed from the library; its file ({size}) "
            "moves to the system's trash. This cannot be undone here.",
            "The pictures, their ratings and notes are removed from the library; their files "
            "({size}) move to the system's trash. This cannot be undone here.",
            n,
        )
    else:
        words = ngettext(
            "The picture and its file ({size}) are deleted permanently. This cannot be undone.",
            "The pictures and their files ({size}) are deleted permanently. This cannot be undone.",
            n,
        )
    return words.format(size=size)


def system_trash(where: paths.Paths) -> trash.Discard | None:
    """Function that moves files to the system's trash; None if a home folder is given."""
    return _discard if where.home is None else None


def _discard(paths: Sequence[Path]) -> None:
    for path in paths:
        QFile.moveToTrash(str(path))


class TrashEmptier:
    """Empties the trash for one window."""

    def __init__(self, core: Core, messages: Messages, parent: QWidget) -> None:
        self._core = core
        self._messages = messages
        self._parent = parent

    async def ask_to_empty_trash(self) -> None:
        """Empty the trash after a confirmation. Raises StorageError."""
        library = self._core.library
        if not library.writable:
            raise read_only()
        found = await trash.contents(library.store)
        if not found.ids:
            self._messages.show_message(_("The trash is already empty"))
            return
        discard = system_trash(self._core.paths)
        question = EmptyTrashDialog(found, self._parent, into_system_trash=discard is not None)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not await tasks.finished(question):
            return
        if said := await trash.empty(library.store, found.ids, discard):
            self._messages.show_message(said)

    async def resume(self) -> None:
        """Finish an emptying that was interrupted in an earlier session."""
        discard = system_trash(self._core.paths)
        if discard is not None and self._core.library.writable:
            await trash.resume(self._core.library.store, discard)
