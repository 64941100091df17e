"""Choosing another library, which a restart opens because each library has one owner.

A library that was moved by hand is opened the same way: records name files relative to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QProcess
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common import paths
from studio.common.i18n import _, ngettext, number
from studio.library.files.originals import HIDDEN
from studio.library.operations import first_open
from studio.ui.support import file_dialogs
from studio.ui.support.ports import Messages
from studio.ui.support.tasks import spawn
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice


class LibraryOpener(QObject):
    """Lets the user choose another library, and restarts with it."""

    def __init__(self, core: Core, messages: Messages, bar: MessageBar, parent: QWidget) -> None:
        """`parent` is the window, which is closed for the restart."""
        super().__init__(parent)
        self._core = core
        self._messages = messages
        self._bar = bar
        self._parent = parent

    async def choose(self) -> None:
        """Ask for the folder of another library. Raises StorageError."""
        if self._core.paths.home is not None:
            self._messages.show_message(_("The library was set at startup"))
            return
        folder = self._core.library.folder
        dialog = file_dialogs.folder_dialog(self._parent, _("Open another library"), folder)
        if (chosen := await file_dialogs.chosen(dialog)) is not None:
            await self.set_library(chosen)

    async def set_library(self, folder: Path) -> None:
        """Save this folder as the library, and offer to open it now."""
        core = self._core
        folder = await asyncio.to_thread(_root, folder)
        if folder == core.library.folder.resolve():
            self._messages.show_message(_("This library is already open"))
            return
        there = await asyncio.to_thread((folder / HIDDEN / "id").is_file)
        core.settings.change(library=str(folder))
        await asyncio.to_thread(core.settings.save)
        words = (
            _("{folder} opens at the next start.")
            if there
            else _("A new library is created in {folder} at the next start.")
        )
        text = words.format(folder=folder)
        now, otherwise = MessageAction(_("Open now"), self.reopen), MessageAction(_("Later"))
        if n := await asyncio.to_thread(_foreign, core.paths, folder):
            unfinished = ngettext(
                "It was never opened here and has {n} unfinished import, deletion or request. "
                "This is not resumed unless the library is yours.",
                "It was never opened here and has {n} unfinished imports, deletions or requests. "
                "These are not resumed unless the library is yours.",
                n,
            )
            text = f"{text} {unfinished.format(n=number(n))}"
            otherwise = MessageAction(_("Trust library"), self.trust)
        self._bar.show_notice(
            Notice(key="open_library", text=text, icon="folder", actions=(now, otherwise))
        )

    def trust(self) -> None:
        """Trust the chosen library as the user's own, so that its unfinished work is resumed."""
        spawn(self._trust())

    async def _trust(self) -> None:
        core = self._core
        folder = Path(core.settings.value.library)
        await asyncio.to_thread(first_open.remember, folder, core.paths.computed)
        self.reopen()

    def reopen(self, start: Callable[[str, list[str]], object] = QProcess.startDetached) -> None:
        """Close the window and restart the program after it has closed.

        The new process is started last, after this one has released shared resources.
        """
        self._core.afterwards = partial(_start, start)
        self._parent.close()


def _foreign(where: paths.Paths, folder: Path) -> int:
    return 0 if first_open.is_known(folder, where.computed) else first_open.unfinished(folder)


def _root(folder: Path) -> Path:
    """The library's root folder, even if a folder inside it was chosen."""
    real = folder.resolve()
    above = (real, *real.parents)
    return next((one for one in above if (one / HIDDEN / "id").is_file()), real)


def _start(start: Callable[[str, list[str]], object]) -> None:
    program, *words = paths.program()
    start(program, words)
