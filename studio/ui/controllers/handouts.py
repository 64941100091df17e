"""Contact sheets and hand-off pages made from the window."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common.billing import sentences_of
from studio.common.errors import InputError, StudioError
from studio.common.i18n import _, number
from studio.domain.contact_sheet import MOST_PICTURES
from studio.library.files import originals
from studio.ui.controllers.handout_types import HandoutKind, HandoutResult, kept_path
from studio.ui.controllers.outgoing_pictures import OutgoingPictures
from studio.ui.controllers.pictures import show_files
from studio.ui.dialogs.handouts.dialog import HandoutDialog
from studio.ui.dialogs.quit import quits_now
from studio.ui.support import file_dialogs
from studio.ui.support.merged_task import MergedTask
from studio.ui.support.ports import Messages
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.widgets.message_bar import Notice


class HandoutController(QObject):
    """Makes one file of the pictures of a window.

    Attributes:
        dialog: the dialog; None before it is first opened.
        folder: where the file is written.
    """

    def __init__(
        self,
        core: Core,
        kind: HandoutKind,
        outgoing: OutgoingPictures,
        messages: Messages,
        *,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.dialog: HandoutDialog | None = None
        self._core = core
        self._kind = kind
        self._outgoing = outgoing
        self._messages = messages
        self._parent = parent
        self.folder = self._usual_folder()
        self._named = False
        self._headed = False
        self._work: SpawnedTask | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._made: Sequence[Path] = ()
        self._refreshing = MergedTask(self._refresh)

    def _usual_folder(self) -> Path:
        chosen = self._core.settings.value.handout_folder
        if chosen and "\0" not in chosen and Path(chosen).is_absolute():
            return Path(chosen)
        return file_dialogs.usual_folder()

    # --- the dialog -----------------------------------------------------------------------

    def open(self) -> None:
        """Open the dialog, or raise it."""
        dialog = self.dialog
        if dialog is None:
            dialog = self.dialog = self._kind.make_dialog(self._parent)
            dialog.make_wanted.connect(self.start)
            dialog.stop_wanted.connect(self.stop)
            dialog.folder_wanted.connect(self.show_folder)
            dialog.scope_chosen.connect(self.on_scope_chosen)
            dialog.destination_wanted.connect(self.on_destination_wanted)
            dialog.changed.connect(self.on_changed)
            dialog.name.textEdited.connect(self.on_named)
            self._kind.heading.textEdited.connect(self.on_headed)
            dialog.show_destination(self.folder)
        if not dialog.isVisible():
            self._outgoing.everything = False
            self._named = self._headed = False
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        self.refresh()

    def on_named(self) -> None:
        """Keep the name that the user typed."""
        self._named = True

    def on_headed(self) -> None:
        """Keep the heading that the user typed."""
        self._headed = True

    def on_scope_chosen(self) -> None:
        """Use the selected pictures, or all in the place."""
        if self.dialog is not None:
            self._outgoing.everything = self.dialog.scope.value == "all"
            self.refresh()

    def on_changed(self) -> None:
        """Check the form, and the name."""
        self.refresh()

    def on_destination_wanted(self) -> None:
        """Ask for another folder."""
        spawn(self._choose_destination())

    async def _choose_destination(self) -> None:
        parent = self.dialog or self._parent
        start = self.folder if await asyncio.to_thread(self.folder.is_dir) else None
        dialog = file_dialogs.folder_dialog(parent, _("Destination"), start)
        if (chosen := await file_dialogs.chosen(dialog)) is not None and self.dialog is not None:
            self.folder = chosen
            self.dialog.show_destination(chosen)
            self.refresh()

    def refresh(self) -> None:
        """Update the preview of the file; successive calls update it once."""
        if self.dialog is not None and self.dialog.isVisible():
            self._refreshing.request()

    async def _refresh(self) -> None:
        dialog, kind = self.dialog, self._kind
        if dialog is None or not dialog.isVisible():
            return
        rows = await self._rows(dialog)
        if not self._headed:
            kind.heading.setText(self._outgoing.place_name())
        if previewed := kind.previewed:
            kind.show_pictures(await self._core.library.pictures(rows[:previewed]))
        if not self._named:
            dialog.show_name(self._outgoing.place_name(), kind.ending)
        dialog.show_name(dialog.name.text(), kind.ending)
        trouble = kind.trouble
        if trouble is not None:
            dialog.show_note(trouble.title)
        else:
            target = self._target(dialog)
            taken = await asyncio.to_thread(os.path.lexists, target)
            dialog.show_note(
                # Translators: {name} is a file.
                _("{name} already exists. The new file gets a number.").format(name=target.name)
                if taken
                else ""
            )
        dialog.set_ready(ready=trouble is None and not self.works)

    async def _rows(self, dialog: HandoutDialog) -> Sequence[int]:
        """Index rows of the pictures; shows how many there are."""
        chosen = await self._outgoing.chosen()
        chosen.show_in(dialog)
        return chosen.rows

    def _target(self, dialog: HandoutDialog) -> Path:
        ending = self._kind.ending
        name = dialog.name.text().strip().removesuffix(ending)
        return self.folder / originals.portable_name(name or self._outgoing.place_name(), ending)

    # --- the work -------------------------------------------------------------------------

    @property
    def works(self) -> bool:
        """Whether a file is being made."""
        return self._work is not None and not self._work.done()

    def start(self) -> None:
        """Make the file that the dialog describes."""
        if self.dialog is not None and not self.works:
            self.dialog.set_ready(ready=False)
            self._core.settings.change(handout_folder=kept_path(self.folder))
            self._kind.remember()
            self._work = spawn(self._run(self.dialog))

    def stop(self) -> None:
        """Stop making the file; nothing unfinished is left."""
        if self._work is not None:
            self._work.cancel()

    async def end(self) -> None:
        """Stop making the file, and wait until nothing unfinished is left."""
        self.stop()
        await self._idle.wait()

    async def _run(self, dialog: HandoutDialog) -> None:
        words = ""
        self._idle.clear()
        self._made = ()
        try:
            result = await self._begin(dialog)
            words, self._made = result.words, result.paths
            if result.warning:
                self._tell(result.warning, tone="warn")
            self._tell_end(dialog, words)
        except StudioError as error:
            self._tell(sentences_of(error), tone="bad")
        except asyncio.CancelledError:
            words = _("Stopped")
        finally:
            self._work = None
            self._idle.set()
            dialog.show_work(words, done=0, total=0, folder=bool(self._made))
            self.refresh()

    async def _begin(self, dialog: HandoutDialog) -> HandoutResult:
        rows = await self._rows(dialog)
        if len(rows) > MOST_PICTURES:
            raise InputError(
                _("Too many pictures"),
                _("Choose at most {most}.").format(most=number(MOST_PICTURES)),
            )

        def progress(done: int, total: int) -> None:
            words = _("{done} of {total}").format(done=number(done), total=number(total))
            dialog.show_work(words, done=done, total=total)

        progress(0, max(1, len(rows)))
        pictures = await self._outgoing.read(rows)
        place = self._outgoing.place_name()
        return await self._kind.make(pictures, self._target(dialog), place, progress)

    def _tell_end(self, dialog: HandoutDialog, words: str) -> None:
        if not dialog.isVisible():
            title = dialog.windowTitle()
            # Translators: {name} is what was made, such as "Contact sheet".
            sentence = _("{name}: {what}").format(name=title, what=words)
            self._messages.offer_action(sentence, _("Show in folder"), self.show_folder)

    def _tell(self, sentence: str, *, tone: str) -> None:
        dialog = self.dialog
        if dialog is not None and dialog.isVisible():
            key = f"handout {tone}"
            dialog.notices.show_notice(
                Notice(key=key, text=sentence, tone="bad" if tone == "bad" else "warn")
            )
        else:
            self._messages.show_message(sentence)

    def show_folder(self) -> None:
        """Show the finished file in the file manager."""
        if self._made and not show_files(list(self._made)):
            self._messages.on_problem(InputError(_("No file manager responded")))


class Handouts(QObject):
    """The controllers of both kinds, and the question before a window ends their work.

    Signals:
        left: the user wants to quit all the same; the work is stopped.
    """

    left = Signal()

    def __init__(
        self, sheets: HandoutController, pages: HandoutController, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.sheets = sheets
        self.pages = pages
        self._parent = parent
        self._leaving: SpawnedTask | None = None

    def may_leave(self) -> bool:
        """Whether the window may close; if a file is being made, ask the user."""
        if not (self.sheets.works or self.pages.works):
            return True
        if self._leaving is None or self._leaving.done():
            self._leaving = spawn(self._ask_to_leave())
        return False

    async def _ask_to_leave(self) -> None:
        working = [one for one in (self.sheets, self.pages) if one.works]
        title = _("A page is being made")
        if self.sheets.works:
            title = _("A contact sheet is being made")
        if not await quits_now(title, _("If you quit now, it stays unfinished."), self._parent):
            return
        for one in working:
            await one.end()
        self.left.emit()
