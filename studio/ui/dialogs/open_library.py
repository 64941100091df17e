"""Opening another library: chosen here, opened by a new start, because a library has one owner.

A library that was moved by hand is opened the same way: its records name files within it only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess

from studio import paths
from studio.library.originals import HIDDEN
from studio.ui.controls import Notice
from studio.ui.dialogs import file_dialogs
from studio.words import _

if TYPE_CHECKING:
    from studio.ui.main_window import StudioWindow

KEY = "open_library"


async def choose(window: StudioWindow) -> None:
    """Let the user choose the folder of another library. Raises StorageError."""
    if window.core.paths.home is not None:
        window.talking.tell(_("This library was named when the program was started"))
        return
    folder = window.core.library.folder
    dialog = file_dialogs.folder_dialog(window, _("Open another library"), folder)
    if (chosen := await file_dialogs.chosen(dialog)) is not None:
        await take(window, chosen)


async def take(window: StudioWindow, folder: Path) -> None:
    """Remember this folder as the library, and offer to open it now."""
    core = window.core
    folder = await asyncio.to_thread(_root, folder)
    if folder == core.library.folder.resolve():
        window.talking.tell(_("This library is open already"))
        return
    there = await asyncio.to_thread((folder / HIDDEN / "id").is_file)
    core.settings.change(library=str(folder))
    await asyncio.to_thread(core.settings.save)
    words = (
        _("{folder} is opened at the next start.")
        if there
        else _("A new library is made in {folder} at the next start.")
    )
    actions = ((KEY, _("Open now")), ("later", _("Later")))
    window.messages.show_notice(
        Notice(key=KEY, text=words.format(folder=folder), icon="folder", actions=actions)
    )


def _root(folder: Path) -> Path:
    """The library's own folder, also where a folder within it was chosen."""
    real = folder.resolve()
    above = (real, *real.parents)
    return next((one for one in above if (one / HIDDEN / "id").is_file()), real)


def reopen(
    window: StudioWindow,
    start: Callable[[str, list[str]], object] = QProcess.startDetached,
) -> None:
    """Close this window; once nothing stands in the way the program is started anew.

    The new start comes last, when this one has given back what both may want.
    """
    window.core.afterwards = partial(_start, start)
    window.close()


def _start(start: Callable[[str, list[str]], object]) -> None:
    program, *words = paths.program()
    start(program, words)
