"""Actions on the selected pictures; every change can be undone.

Selections can be large, so they are read only when an action needs them.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QUrl, Signal
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common.errors import InputError, StudioError
from studio.common.i18n import _, ended, ngettext, number, sentences
from studio.domain.entities import Flag, Picture
from studio.domain.events import Event, RecordsChanged
from studio.library.files import save_copies
from studio.library.operations.edits import HistoryStep
from studio.ui.dialogs.confirmations import OverwriteDialog
from studio.ui.support import (
    desktop_services,
    drag_and_drop,
    file_dialogs,
    stack_content,
    tasks,
)
from studio.ui.support.drag_and_drop import DraggedPicture
from studio.ui.support.ports import OutgoingFiles, SelectionSource
from studio.ui.support.tasks import spawn

MOST = 1000
"""Maximum number of pictures for copy, drag and Show in folder."""

LARGE = 20_000
"""Size of a selection from which on its pictures are no longer read one by one."""


class PicturesController(QObject):
    """Acts on the selection.

    Attributes:
        large: number of selected pictures from which on they are not read one by one.

    Signals:
        said: sentence about a change, shown with Undo (str).
        told: sentence about an action without Undo (str).
        marked: sentence about a change that only the tiles show: rating, flag, title, note (str).
        stepped: undo or redo moved these pictures to or from the trash (a tuple of ids).
    """

    said = Signal(str)
    told = Signal(str)
    marked = Signal(str)
    stepped = Signal(object)

    def __init__(
        self, core: Core, selection: SelectionSource, outgoing: OutgoingFiles, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._selection = selection
        self._outgoing = outgoing
        self._parent = parent
        self._saved_in: Path | None = None
        self.large = LARGE

    # Rating and flags

    def pick(self) -> None:
        """Pick the selected pictures, or clear the flag if all have it."""
        self._mark(self._toggle(self._selection.rows(), Flag.PICK))

    def reject(self) -> None:
        """Reject the selected pictures, or clear the flag if all have it."""
        self._mark(self._toggle(self._selection.rows(), Flag.REJECT))

    def rate(self, stars: int) -> None:
        """Rate the selected pictures; 0 clears the rating."""
        self._mark(self._rate(self._selection.rows(), stars), value=_stars(stars))

    def flag_these(self, ids: Sequence[str], flag: Flag) -> None:
        """Set the flag of these pictures."""
        self._mark(self._meant(ids, lambda all_ids: self._core.library.flag(all_ids, flag)), ids)

    def rate_these(self, ids: Sequence[str], stars: int) -> None:
        """Rate these pictures; 0 clears the rating."""
        change = self._meant(ids, lambda all_ids: self._core.library.rate(all_ids, stars))
        self._mark(change, ids, value=_stars(stars))

    def entitle(self, id: str, title: str) -> None:
        """Set the title of a picture."""
        self._do(self._core.library.entitle([id], title), title)

    def annotate(self, id: str, note: str) -> None:
        """Set the note of a picture."""
        self._do(self._core.library.annotate([id], note))

    def _mark(
        self, change: Awaitable[str], ids: Sequence[str] | None = None, *, value: str = ""
    ) -> None:
        """Apply a rating or a flag; then, if wanted, select the next picture.

        `ids` are the pictures changed; None for the selection. `value`: see `_do`.
        """
        if ids is None and (note := stack_content.note(*self._numbers())):
            # Translators: {note} such as "1 picture of a stack of 8".
            self.told.emit(_("Applied to {note}").format(note=note))
        self._do(change, value)
        if self._core.settings.value.advance and (ids is None or self._selection.is_only(ids)):
            self._selection.advance()

    def _numbers(self) -> tuple[int, int, int]:
        """Numbers of selected pictures, of closed stacks among them, and of pictures in those."""
        return (len(self._selection.rows()), *self._selection.closed_stacks())

    async def _toggle(self, rows: Sequence[int], flag: Flag) -> str:
        ids = await self._core.library.ids(rows)
        if not ids:
            return ""
        wanted = Flag.NONE if await self._selection.all_flagged(flag, rows) else flag
        return await self._core.library.flag(ids, wanted)

    async def _rate(self, rows: Sequence[int], stars: int) -> str:
        ids = await self._core.library.ids(rows)
        if not ids:
            return ""
        if sentence := await self._core.library.rate(ids, stars):
            return sentence
        # Nothing changed: the pictures have this rating, or the change was stopped.
        if all(one.rating == stars for one in await self._core.library.find(ids[:1])):
            already = ngettext("Already rated {n} star", "Already rated {n} stars", stars)
            self.told.emit(already.format(n=number(stars)) if stars else _("No rating to clear"))
        return ""

    async def _meant(
        self, ids: Sequence[str], change: Callable[[list[str]], Awaitable[str]]
    ) -> str:
        return await change(await self._selection.meant(ids))

    # Trash and undo

    def trash(self) -> None:
        """Move pictures to the trash and dismiss failed jobs; the next item is selected."""
        spawn(self._trash(), records=True)

    async def _trash(self) -> None:
        ids = await self._selection.ids()
        if 0 < len(ids) < self.large:
            # Pictures already in the trash are skipped.
            ids = [p.id for p in await self._selection.pictures() if not p.trashed]
        jobs = [job.id for job in self._selection.jobs() if not job.alive]
        if not ids and not jobs:
            self.told.emit(
                _("Cancel jobs on their tiles, or in the queue")
                if self._selection.jobs()
                else _("Already in the trash. Empty trash… deletes permanently.")
            )
            return
        stacks = self._selection.closed_stacks()
        self._selection.before_removal()
        said = ""
        if jobs:
            said = await self._core.queue.dismiss(jobs)
        if ids:
            said = await self._core.library.trash(ids)
        if said and stacks[0] == len(ids) == 1:
            said = _("1 picture of a stack of {all} moved to the trash").format(
                all=number(stacks[1])
            )
        elif said:
            said = _noted(said, len(ids), stacks)
        if said:
            self.said.emit(said)

    def trash_these(self, ids: Sequence[str]) -> None:
        """Move these pictures to the trash; the next item is selected if they are the selection."""
        self._spawn_change(self._trash_these(ids))

    async def _trash_these(self, ids: Sequence[str]) -> str:
        selected = await self._selection.ids()
        if selected and set(selected).issubset(ids):
            self._selection.before_removal()
        return await self._core.library.trash(ids)

    def restore(self) -> None:
        """Restore the selected pictures from the trash; the next item is selected."""
        self._spawn_change(self._restore())

    async def _restore(self) -> str:
        ids = await self._selection.ids()
        if not ids:
            return ""
        self._selection.before_removal()
        return await self._core.library.restore(ids)

    def restore_these(self, ids: Sequence[str]) -> None:
        """Restore these pictures from the trash."""
        self._spawn_change(self._meant(ids, self._core.library.restore))

    def undo(self, change: str = "") -> None:
        """Undo the last change; with `change`, only if that is the change with this id."""
        nothing = _("Not undone: there is a newer change") if change else _("Nothing to undo")
        step = partial(self._core.library.step_back, change)
        spawn(self._step(step, _("Undone: {what}"), nothing), records=True)

    def redo(self) -> None:
        """Redo the change undone last."""
        step, nothing = self._core.library.step_forward, _("Nothing to redo")
        spawn(self._step(step, _("Redone: {what}"), nothing), records=True)

    async def _step(
        self, step: Callable[[], Awaitable[HistoryStep | None]], words: str, nothing: str
    ) -> None:
        trashed: list[str] = []

        def hear(event: Event) -> None:
            if isinstance(event, RecordsChanged) and "trashed" in event.fields:
                trashed.extend(event.ids)

        end = self._core.events.subscribe(hear)
        try:
            done = await step()
        finally:
            end()
        if 0 < len(trashed) < self.large:
            self.stepped.emit(tuple(trashed))
        self.told.emit(nothing if done is None else words.replace("{what}", done.change))

    # Export

    def copy(self) -> None:
        """Copy files and image to the clipboard, by the recipe for the place shown."""
        spawn(self._copy(self._outgoing.files))

    def copy_original(self) -> None:
        """Copy the originals to the clipboard, whatever the recipe is."""
        spawn(self._copy(self._outgoing.originals))

    def copy_these(self, pictures: Sequence[Picture]) -> None:
        """Copy these pictures to the clipboard, by the recipe for the place shown."""
        spawn(self._copy_some(pictures, self._outgoing.files))

    async def _copy(
        self, files_of: Callable[[Sequence[Picture]], Awaitable[list[DraggedPicture]]]
    ) -> None:
        stacks = self._selection.closed_stacks()
        pictures = await self._selection.pictures(MOST + 1)
        if len(pictures) > MOST:
            raise InputError(
                _("Too many pictures to copy"),
                _("Copy at most {most} pictures at once.").format(most=number(MOST)),
            )
        await self._copy_some(pictures, files_of, stacks)

    async def _copy_some(
        self,
        pictures: Sequence[Picture],
        files_of: Callable[[Sequence[Picture]], Awaitable[list[DraggedPicture]]],
        stacks: tuple[int, int] = (0, 0),
    ) -> None:
        there = with_files(pictures)
        if there:
            await drag_and_drop.copy(await files_of(there), self._core.decoder)
            n = len(there)
            said = ngettext("{n} picture copied", "{n} pictures copied", n).format(n=number(n))
            self.told.emit(_noted(said, n, stacks))

    def save_as(self) -> None:
        """Save copies of the selected originals to a place that the user chooses."""
        spawn(self._save_as())

    async def _save_as(self) -> None:
        pictures = with_files(await self._selection.pictures())
        if not pictures:
            return
        paths = await asyncio.to_thread(self._paths, pictures)
        title, start = _("Save as"), self._saved_in
        if len(paths) == 1:
            dialog = file_dialogs.saving_dialog(self._parent, title, paths[0].name, start)
        else:
            dialog = file_dialogs.folder_dialog(self._parent, title, start)
        if (chosen := await file_dialogs.chosen(dialog)) is None:
            return
        library = self._core.library.folder
        if len(paths) == 1:
            # The dialog has already asked about overwriting.
            await asyncio.to_thread(save_copies.save_as, paths[0], chosen, library)
            where = chosen.parent
        else:
            over = await self._ask_over(paths, chosen)
            if over is None:
                return
            await asyncio.to_thread(_save, paths, chosen, library, over)
            where = chosen
        n, self._saved_in = len(paths), where
        self.told.emit(
            ngettext("{n} picture saved in {where}", "{n} pictures saved in {where}", n).format(
                n=number(n), where=where
            )
        )

    async def _ask_over(self, paths: Sequence[Path], folder: Path) -> list[str] | None:
        """Names in `folder` that may be overwritten; None if the user cancelled."""
        names = await asyncio.to_thread(save_copies.taken, folder, paths)
        if not names:
            return []
        question = OverwriteDialog(names, folder, self._parent)
        try:
            if not await tasks.finished(question):
                return None
            return names if question.replaces else []
        finally:
            question.deleteLater()

    def show_in_folder(self) -> None:
        """Show the selected originals in the file manager."""
        spawn(self._show_in_folder())

    def show_this(self, picture: Picture) -> None:
        """Show the original of one picture in the file manager, selected or not."""
        spawn(self._show_these([picture]))

    async def _show_in_folder(self) -> None:
        await self._show_these(await self._selection.pictures(MOST + 1))

    async def _show_these(self, pictures: Sequence[Picture]) -> None:
        if len(pictures) > MOST:
            raise InputError(
                _("Too many pictures to show"),
                _("Show at most {most} pictures at once.").format(most=number(MOST)),
            )
        if pictures:
            paths = await asyncio.to_thread(self._paths, pictures)
            await asyncio.to_thread(_make_usual, paths)
            if not show_files(paths):
                raise InputError(_("No file manager responded"), str(paths[0].parent))

    # Helpers

    def _paths(self, pictures: Sequence[Picture]) -> list[Path]:
        return [self._core.library.path(picture) for picture in pictures]

    def _do(self, change: Awaitable[str], value: str = "") -> None:
        """Run a change without a message on the screen: the tiles show it.

        `value` is the new value, in words.
        """
        spawn(self._await_mark(change, value), records=True)

    async def _await_mark(self, change: Awaitable[str], value: str) -> None:
        if sentence := await change:
            # Translators: {change} such as "1 picture rated", {value} such as "4 stars".
            said = _("{change}: {value}").format(change=sentence, value=value)
            self.marked.emit(said if value else sentence)

    def _spawn_change(self, change: Awaitable[str]) -> None:
        spawn(self._await_change(change), records=True)

    async def _await_change(self, change: Awaitable[str]) -> None:
        if sentence := await change:
            self.said.emit(sentence)


def _stars(stars: int) -> str:
    """Number of stars in words; empty for none."""
    return ngettext("{n} star", "{n} stars", stars).format(n=stars) if stars else ""


def _noted(said: str, pictures: int, stacks: tuple[int, int]) -> str:
    """A sentence about an action, with a note on how much of closed stacks it applied to."""
    if not (note := stack_content.note(pictures, *stacks)):
        return said
    # Translators: {sentence} about an action, {note} such as "1 picture of a stack of 8".
    return _("{sentence} ({note})").format(sentence=said, note=note)


def with_files(pictures: Sequence[Picture]) -> list[Picture]:
    """Pictures with an existing file. Raises InputError if there are pictures but no files."""
    there = [picture for picture in pictures if not picture.missing]
    if pictures and not there:
        n = len(pictures)
        raise InputError(
            ngettext(
                "The file of this picture is missing", "The files of these pictures are missing", n
            ),
            hint=_("Choose Locate… on its tile."),
        )
    return there


def _make_usual(paths: Sequence[Path]) -> None:
    save_copies.make_usual(paths)


def _save(paths: Sequence[Path], folder: Path, library: Path, over: Sequence[str]) -> None:
    """Save several copies; an error states how many were saved."""
    done = 0
    try:
        for _path in save_copies.save(paths, folder, library, over=over):
            done += 1
    except StudioError as error:
        before = _("Already saved: {done} of {n}.").format(done=number(done), n=number(len(paths)))
        message = sentences(ended(error.message), before)
        raise type(error)(error.title, message, hint=error.hint) from error


def show_files(paths: Sequence[Path]) -> bool:
    """Show files in the system's file manager; False if none accepts them."""
    if sys.platform == "win32":
        return bool(QProcess.startDetached("explorer", [f"/select,{paths[0]}"])[0])
    elif sys.platform == "darwin":
        return bool(QProcess.startDetached("open", ["-R", *map(str, paths)])[0])
    else:
        return _show_by_bus(paths) or desktop_services.open_folder(paths[0].parent)


def _show_by_bus(paths: Sequence[Path]) -> bool:
    """Select the files over D-Bus, through an interface of nearly all file managers."""
    # Imported late: no other part needs this library.
    from PySide6.QtDBus import QDBus, QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    interface = bus.interface() if bus.isConnected() else None
    name = "org.freedesktop.FileManager1"
    if interface is None or not interface.isServiceRegistered(name).value():
        return False
    message = QDBusMessage.createMethodCall(
        name, "/org/freedesktop/FileManager1", name, "ShowItems"
    )
    message.setArguments([[QUrl.fromLocalFile(str(path)).toString() for path in paths], ""])
    return bus.call(message, QDBus.CallMode.NoBlock).type() != QDBusMessage.MessageType.ErrorMessage
