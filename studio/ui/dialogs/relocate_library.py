"""Moving the library to another folder or disk: asked first, then the window begins again there.

Nothing of the library may be open meanwhile, so this window closes it, moves it and makes room for
a new start, which finds it in its new place; or in the old one, when it was not moved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio.common.errors import InputError, StorageError, StudioError
from studio.common.files import storage_error
from studio.common.i18n import _
from studio.library.log.records import read_only
from studio.library.operations import relocate
from studio.library.stopped import Stopped
from studio.ui.dialogs import open_library
from studio.ui.dialogs.progress import LongWork
from studio.ui.dialogs.question import Question
from studio.ui.support import file_dialogs, formatting, tasks

if TYPE_CHECKING:
    from studio.app.core import Core
    from studio.ui.window.main_window import StudioWindow


class Move(Question):
    """A few sentences about the move and one way on; accepted when that was taken.

    Attributes:
        go: the button of that way.
        stay: the other one; None where there is nothing to decide.
    """

    def __init__(
        self, title: str, sentences: Sequence[str], go: str, stay: str, parent: QWidget
    ) -> None:
        super().__init__(title, sentences, parent, caption=_("Move library"), width=480)
        self.stay = self.offer(stay, self.reject) if stay else None
        self.go = self.offer(go, self.accept, kind="primary", first=True)


async def choose(window: StudioWindow) -> None:
    """Let the user choose where the library shall lie. Raises StudioError."""
    if not may_move(window):
        return
    parent = window.core.library.folder.parent
    dialog = file_dialogs.folder_dialog(window, _("Move library"), parent)
    if (chosen := await file_dialogs.chosen(dialog)) is not None:
        await move_to(window, chosen)


def may_move(window: StudioWindow) -> bool:
    """Whether nothing stands in the way; says what does. Raises StorageError to who only reads."""
    core = window.core
    if not core.library.writable:
        raise read_only()
    if core.paths.home is not None:
        window.talking.tell(_("This library was named when the program was started"))
    elif core.queue.held_answers or any(job.alive for job in core.queue.jobs.values()):
        window.talking.tell(_("Pictures are being made: the library can be moved after that"))
    elif window.bringing.under_way:
        window.talking.tell(_("Pictures are being imported: the library can be moved after that"))
    else:
        return True
    return False


async def move_to(window: StudioWindow, chosen: Path) -> None:
    """Ask, move the library into this folder, and begin again there. Raises StudioError."""
    source = window.core.library.folder
    target = await asyncio.to_thread(place_in, chosen, source.name)
    await asyncio.to_thread(relocate.check, source, target)
    size = await asyncio.to_thread(relocate.size, source)
    free = await asyncio.to_thread(relocate.room_for, source, target)
    if free is not None and free < size:
        raise StorageError(
            _("There is not enough room in {folder}").format(folder=chosen),
            _("The library has {size}, and {free} are free.").format(
                size=formatting.megabytes(size), free=formatting.megabytes(free)
            ),
        )
    how = (
        _("It lies on the same disk: this takes a moment.")
        if free is None
        else _("It is copied to the other disk and compared, and then removed from this one.")
    )
    question = Move(
        _("Move the library of {size}?").format(size=formatting.megabytes(size)),
        (
            _("From {source} to {target}.").format(source=source, target=target),
            f"{how} {_('The window closes and opens again.')}",
        ),
        _("Move library"),
        _("Leave it there"),
        window,
    )
    try:
        # Something may have begun while it was asked.
        if await tasks.finished(question) and _still_free(window):
            await _move(window, target, size)
    finally:
        question.deleteLater()


def _still_free(window: StudioWindow) -> bool:
    queue = window.core.queue
    if any(job.alive for job in queue.jobs.values()) or window.bringing.under_way:
        raise InputError(_("Something was begun meanwhile: the library was not moved"))
    return True


def place_in(chosen: Path, name: str) -> Path:
    """The folder the library becomes: an empty one is taken itself, in another it gets its own."""
    if not chosen.is_dir() or not any(chosen.iterdir()):
        return chosen
    return chosen / name


async def _move(window: StudioWindow, target: Path, size: int) -> None:
    core, source = window.core, window.core.library.folder
    work = LongWork(
        _("Moving the library"),
        _("From {source} to {target}.").format(source=source, target=target),
        window,
    )
    work.expect(size)
    work.open()
    # From here on nothing asks the library: what comes is for the next start.
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
        await tasks.finished(_told(trouble, window))
    open_library.reopen(window)


class _Settle:
    """Makes the new place the library's, in the settings file."""

    def __init__(self, core: Core, target: Path) -> None:
        self._core = core
        self._target = target

    def __call__(self) -> None:
        from studio.library.operations import first_open

        self._core.settings.keep(library=str(self._target))
        first_open.remember(self._target, self._core.paths.computed)


async def _end_others() -> None:
    others = [task for task in tasks.running() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others)


def _told(error: StudioError, window: StudioWindow) -> Move:
    said = [sentence for sentence in (error.title, error.message, error.hint) if sentence]
    return Move(_("The library was not moved"), said, _("Open it again"), "", window)
