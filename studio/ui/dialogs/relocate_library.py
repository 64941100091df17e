"""Moving the library to another folder or disk, followed by a restart.

No file of the library may be open during the move, so this window closes it, moves it and starts
the program again: at the new place, or at the old one if the move failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common.errors import InputError, StorageError, StudioError
from studio.common.files import storage_error
from studio.common.i18n import _, sentences
from studio.library.log.records import read_only
from studio.library.operations import first_open, relocate
from studio.library.stopped import Stopped
from studio.ui.dialogs.question import ProgressDialog, Question
from studio.ui.support import file_dialogs, formatting, tasks
from studio.ui.support.ports import Messages


class RelocateDialog(Question):
    """Dialog about the move with one action; accepted if that was chosen.

    Attributes:
        go: the button of the action.
        stay: the other button; None if there is no choice.
    """

    def __init__(
        self, title: str, sentences: Sequence[str], go: str, stay: str, parent: QWidget
    ) -> None:
        super().__init__(title, sentences, parent, caption=_("Move library"), width=480)
        self.stay = self.add_button(stay, self.reject) if stay else None
        self.go = self.add_button(go, self.accept, kind="primary", first=True)


class LibraryMover(QObject):
    """Moves the library to a folder the user chooses."""

    def __init__(
        self,
        core: Core,
        messages: Messages,
        *,
        importing: Callable[[], bool],
        reopen: Callable[[], None],
        parent: QWidget,
    ) -> None:
        """`importing` returns whether an import is running; `reopen` restarts the program."""
        super().__init__(parent)
        self._core = core
        self._messages = messages
        self._importing = importing
        self._reopen = reopen
        self._parent = parent

    async def choose(self) -> None:
        """Ask for the new place of the library and move it. Raises StudioError."""
        if not self.may_move():
            return
        parent = self._core.library.folder.parent
        dialog = file_dialogs.folder_dialog(self._parent, _("Move library"), parent)
        if (chosen := await file_dialogs.chosen(dialog)) is not None:
            await self.move_to(chosen)

    def may_move(self) -> bool:
        """Whether the library can be moved now; if not, say why.

        Raises StorageError if it is read-only.
        """
        core = self._core
        if not core.library.writable:
            raise read_only()
        if core.paths.home is not None:
            self._messages.show_message(_("The library was set at startup"))
        elif core.queue.held_answers or any(job.alive for job in core.queue.jobs.values()):
            self._messages.show_message(_("Pictures are being made. Move the library afterwards."))
        elif self._importing():
            self._messages.show_message(
                _("Pictures are being imported. Move the library afterwards.")
            )
        else:
            return True
        return False

    async def move_to(self, chosen: Path) -> None:
        """Confirm, move the library into this folder, and restart. Raises StudioError."""
        source = self._core.library.folder
        target = await asyncio.to_thread(place_in, chosen, source.name)
        await asyncio.to_thread(relocate.check, source, target)
        size = await asyncio.to_thread(relocate.size, source)
        free = await asyncio.to_thread(relocate.room_for, source, target)
        if free is not None and free < size:
            raise StorageError(
                _("Not enough space in {folder}").format(folder=chosen),
                _("The library needs {size}; {free} free.").format(
                    size=formatting.megabytes(size), free=formatting.megabytes(free)
                ),
            )
        how = (
            _("It stays on the same disk, so this takes only a moment.")
            if free is None
            else _("It is copied to the other disk, verified, then removed from this one.")
        )
        afterwards = _("The window closes and opens again.")
        question = RelocateDialog(
            _("Move the library ({size})?").format(size=formatting.megabytes(size)),
            (
                _("From {source} to {target}.").format(source=source, target=target),
                sentences(how, afterwards),
            ),
            _("Move library"),
            _("Keep it there"),
            self._parent,
        )
        try:
            # New work may have started in the meantime.
            if await tasks.finished(question) and self._still_free():
                await self._move(target, size)
        finally:
            question.deleteLater()

    def _still_free(self) -> bool:
        queue = self._core.queue
        if any(job.alive for job in queue.jobs.values()) or self._importing():
            raise InputError(_("New work has started. The library was not moved."))
        return True

    async def _move(self, target: Path, size: int) -> None:
        core, source = self._core, self._core.library.folder
        work = ProgressDialog(
            _("Moving the library"),
            _("From {source} to {target}.").format(source=source, target=target),
            self._parent,
        )
        work.expect(size)
        work.open()
        # New tasks are held back from here on, so that none uses the library before the restart.
        tasks.hold()
        await _end_others()
        trouble: StudioError | None = None
        try:
            await core.let_go()
            settle = _Settle(core, target)
            await asyncio.to_thread(relocate.move, source, target, settle, progress=work.step)
        except Stopped:
            pass
        except StudioError as error:
            trouble = error
        except OSError as error:
            trouble = storage_error(error, target)
        finally:
            work.close()
            work.deleteLater()
        if trouble is not None:
            await tasks.finished(self._told(trouble))
        self._reopen()

    def _told(self, error: StudioError) -> RelocateDialog:
        said = [sentence for sentence in (error.title, error.message, error.hint) if sentence]
        return RelocateDialog(
            _("The library was not moved"), said, _("Open it again"), "", self._parent
        )


def place_in(chosen: Path, name: str) -> Path:
    """The library's new folder: `chosen` itself if empty or new, else a subfolder of it."""
    if not chosen.is_dir() or not any(chosen.iterdir()):
        return chosen
    return chosen / name


class _Settle:
    """Saves the new place in the settings."""

    def __init__(self, core: Core, target: Path) -> None:
        self._core = core
        self._target = target

    def __call__(self) -> None:
        self._core.settings.save_now(library=str(self._target))
        first_open.remember(self._target, self._core.paths.computed)


async def _end_others() -> None:
    others = [task for task in tasks.running() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others)
