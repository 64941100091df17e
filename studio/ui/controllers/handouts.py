"""Contact sheets and hand-off pages made from the window."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.app.core import Core
from studio.app.export.page import PageRequest, make_handoff_page
from studio.app.export.sheet import SheetRequest, UnreadablePicture, make_contact_sheet
from studio.common import json_reader
from studio.common.billing import hint_with_warning
from studio.common.errors import InputError, PictureUnreadable, StudioError
from studio.common.i18n import _, ended, listed, ngettext, number, sentences
from studio.common.json_reader import NotUnderstood
from studio.domain.contact_sheet import MOST_PICTURES, ContactSheet
from studio.domain.entities import Picture
from studio.domain.export import ExportFormat, find_preset
from studio.domain.handoff_page import HandoffPage
from studio.library.files import originals
from studio.ui.controllers.pictures import show_files
from studio.ui.dialogs.handouts.dialog import HandoutDialog
from studio.ui.dialogs.handouts.page_dialog import PageDialog
from studio.ui.dialogs.handouts.sheet_dialog import SheetDialog
from studio.ui.dialogs.question import Question
from studio.ui.support import file_dialogs, formatting, tasks
from studio.ui.support.ports import Messages, SelectionSource, ShownPictures
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.widgets.message_bar import Notice

log = logging.getLogger(__name__)

Choices = TypeVar("Choices", ContactSheet, HandoffPage)

_CHUNK = 500
_NAMED = 3
"""Most pictures named in a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoutResult:
    """What was made, for either kind.

    Attributes:
        words: what is said about it, such as "3 pages, 4.1 MB".
        warning: what is missing; "" for nothing.
    """

    paths: Sequence[Path]
    words: str
    warning: str = ""


class HandoutController(QObject):
    """Makes one file of the pictures of a window; the base of both kinds.

    Attributes:
        dialog: the dialog; None before it is first opened.
        folder: where the file is written.
    """

    dialog: HandoutDialog | None

    def __init__(
        self,
        core: Core,
        selection: SelectionSource,
        shown: ShownPictures,
        messages: Messages,
        *,
        place_name: Callable[[], str],
        parent: QWidget,
    ) -> None:
        """`place_name` tells the collection or shelf that is shown."""
        super().__init__(parent)
        self.core = core
        self.dialog = None
        self.folder = self._usual_folder()
        self._selection = selection
        self._shown = shown
        self._messages = messages
        self._place_name = place_name
        self._parent = parent
        self._everything = False
        self._named = False
        self._headed = False
        self._work: SpawnedTask | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._made: Sequence[Path] = ()
        self._refreshing: SpawnedTask | None = None
        self._again = False

    def _usual_folder(self) -> Path:
        chosen = self.core.settings.value.handout_folder
        if chosen and "\0" not in chosen and Path(chosen).is_absolute():
            return Path(chosen)
        return file_dialogs.usual_folder()

    # --- what the kinds differ in ---------------------------------------------------------

    def _made_dialog(self) -> HandoutDialog:
        raise NotImplementedError

    def _ending(self) -> str:
        """Ending of the file's name."""
        raise NotImplementedError

    def _trouble(self) -> InputError | None:
        """What is wrong with the form; None if nothing is."""
        return None

    def _show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Show the first pictures."""

    def _first(self) -> int:
        """Number of pictures that `_show_pictures` wants."""
        return 0

    def _heading(self) -> QLineEdit:
        """The field of the heading."""
        raise NotImplementedError

    def _remember(self) -> None:
        """Keep the choices for the next time."""
        raise NotImplementedError

    async def _make(
        self, pictures: Sequence[Picture], target: Path, progress: Callable[[int, int], None]
    ) -> HandoutResult:
        raise NotImplementedError

    # --- the dialog -----------------------------------------------------------------------

    def open(self) -> None:
        """Open the dialog, or raise it."""
        dialog = self.dialog
        if dialog is None:
            dialog = self.dialog = self._made_dialog()
            dialog.make_wanted.connect(self.start)
            dialog.stop_wanted.connect(self.stop)
            dialog.folder_wanted.connect(self.show_folder)
            dialog.scope_chosen.connect(self.on_scope_chosen)
            dialog.destination_wanted.connect(self.on_destination_wanted)
            dialog.changed.connect(self.on_changed)
            dialog.name.textEdited.connect(self.on_named)
            self._heading().textEdited.connect(self.on_headed)
            dialog.show_folder(self.folder)
        if not dialog.isVisible():
            self._everything = False
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
        """Take the selected pictures, or all of the place."""
        if self.dialog is not None:
            self._everything = self.dialog.scope.value == "all"
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
            self.dialog.show_folder(chosen)
            self.refresh()

    def refresh(self) -> None:
        """Update the preview of the file; calls in a row update it once."""
        if self.dialog is None or not self.dialog.isVisible():
            return
        self._again = True
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = spawn(self._refresh_while_wanted())

    async def _refresh_while_wanted(self) -> None:
        while self._again and self.dialog is not None and self.dialog.isVisible():
            self._again = False
            await self._refresh(self.dialog)

    async def _refresh(self, dialog: HandoutDialog) -> None:
        rows = await self._rows(dialog)
        if not self._headed:
            self._heading().setText(self._place_name())
        if self._first():
            self._show_pictures(await self.core.library.pictures(rows[: self._first()]))
        if not self._named:
            dialog.show_name(self._place_name(), self._ending())
        dialog.show_name(dialog.name.text(), self._ending())
        trouble = self._trouble()
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
        selected = list(self._selection.rows())
        every = await self.core.library.rows(self._shown.query)
        scope = "all" if self._everything or not selected else "selected"
        dialog.show_scope(scope, selected=len(selected), every=len(every), place=self._place_name())
        return every if scope == "all" else selected

    def _target(self, dialog: HandoutDialog) -> Path:
        ending = self._ending()
        name = dialog.name.text().strip().removesuffix(ending)
        return self.folder / originals.portable_name(name or self._place_name(), ending)

    # --- the work -------------------------------------------------------------------------

    @property
    def works(self) -> bool:
        """Whether a file is being made."""
        return self._work is not None and not self._work.done()

    def start(self) -> None:
        """Make the file that the dialog shows."""
        if self.dialog is not None and not self.works:
            self.dialog.set_ready(ready=False)
            self.core.settings.change(handout_folder=_kept(self.folder))
            self._remember()
            self._work = spawn(self._run(self.dialog))

    def stop(self) -> None:
        """Stop it; nothing unfinished is left."""
        if self._work is not None:
            self._work.cancel()

    async def end(self) -> None:
        """Stop it, and wait until nothing unfinished is left."""
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
            self._tell(_sentences(error), tone="bad")
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
        pictures: list[Picture] = []
        for start in range(0, len(rows), _CHUNK):
            pictures += await self.core.library.pictures(rows[start : start + _CHUNK])
        return await self._make(pictures, self._target(dialog), progress)

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
        """Show what was made in the file manager."""
        if self._made and not show_files(list(self._made)):
            self._messages.on_problem(InputError(_("No file manager responded")))


class SheetController(HandoutController):
    """Contact sheets."""

    def _made_dialog(self) -> HandoutDialog:
        dialog = SheetDialog(self._parent)
        dialog.logo_wanted.connect(self.on_logo_wanted)
        settings = self.core.settings.value
        if (last := _recalled(settings.contact_sheet, ContactSheet)) is not None:
            dialog.show_sheet(last)
        if settings.contact_sheet_logo and "\0" not in settings.contact_sheet_logo:
            dialog.show_logo(Path(settings.contact_sheet_logo))
        return dialog

    def _remember(self) -> None:
        sheet = replace(self._sheet_dialog.sheet, heading="")
        logo = self._sheet_dialog.logo
        self.core.settings.change(
            contact_sheet=json_reader.encode(sheet).decode(),
            contact_sheet_logo="" if logo is None else _kept(logo),
        )

    @property
    def _sheet_dialog(self) -> SheetDialog:
        assert isinstance(self.dialog, SheetDialog)
        return self.dialog

    def _ending(self) -> str:
        return f".{self._sheet_dialog.sheet.format}"

    def _trouble(self) -> InputError | None:
        return self._sheet_dialog.trouble

    def _first(self) -> int:
        return self._sheet_dialog.sheet.each

    def _show_pictures(self, pictures: Sequence[Picture]) -> None:
        self._sheet_dialog.show_pictures(pictures)

    def _heading(self) -> QLineEdit:
        return self._sheet_dialog.heading

    def on_logo_wanted(self) -> None:
        """Ask for a picture file."""
        spawn(self._choose_logo())

    async def _choose_logo(self) -> None:
        dialog = file_dialogs.pictures_dialog(self.dialog or self._parent, _("Logo"))
        dialog.setFileMode(dialog.FileMode.ExistingFile)
        if (chosen := await file_dialogs.chosen(dialog)) is not None:
            self._sheet_dialog.show_logo(chosen)

    async def _make(
        self, pictures: Sequence[Picture], target: Path, progress: Callable[[int, int], None]
    ) -> HandoutResult:
        sheet: ContactSheet = self._sheet_dialog.sheet
        pages = sheet.page_count(len(pictures))
        request = SheetRequest(
            pictures=pictures, sheet=sheet, target=target, logo=self._sheet_dialog.logo
        )
        progress(0, pages)
        made = await make_contact_sheet(
            self.core.library,
            self.core.exports.exporter,
            request,
            on_page=lambda done: progress(done, pages),
        )
        words = ngettext("{n} page, {size}", "{n} pages, {size}", made.pages).format(
            n=number(made.pages), size=formatting.megabytes(made.bytes)
        )
        warnings = _unreadable(made.unreadable)
        if made.missing:
            warnings.append(
                # Translators: {signs} are letters of some script.
                _("No font on this computer has these characters: {signs}").format(
                    signs=made.missing
                )
            )
        return HandoutResult(paths=made.paths, words=words, warning=" ".join(warnings))


class PageController(HandoutController):
    """Hand-off pages."""

    def _made_dialog(self) -> HandoutDialog:
        dialog = PageDialog(self._parent)
        if (last := _recalled(self.core.settings.value.handoff_page, HandoffPage)) is not None:
            dialog.show_page(last)
        spawn(self._show_presets(dialog))
        return dialog

    def _remember(self) -> None:
        page = replace(self._page_dialog.page, title="", intro="")
        chosen = self._page_dialog.preset.value
        self.core.settings.change(
            handoff_page=json_reader.encode(page).decode(),
            handoff_preset=chosen if isinstance(chosen, str) else "",
        )

    async def _show_presets(self, dialog: PageDialog) -> None:
        presets = await self.core.exports.presets()
        try:
            offered = await self.core.exports.exporter.formats()
        except PictureUnreadable as error:
            # Making the page tells why, if the pictures are to be exported at all.
            log.info("The formats for export are not known: %s", error)
            offered = frozenset(ExportFormat)
        chosen = self.core.settings.value.handoff_preset
        dialog.show_presets([one for one in presets if one.format in offered], chosen)

    @property
    def _page_dialog(self) -> PageDialog:
        assert isinstance(self.dialog, PageDialog)
        return self.dialog

    def _ending(self) -> str:
        return ".html"

    def _heading(self) -> QLineEdit:
        return self._page_dialog.heading

    async def _make(
        self, pictures: Sequence[Picture], target: Path, progress: Callable[[int, int], None]
    ) -> HandoutResult:
        page: HandoffPage = self._page_dialog.page
        presets = await self.core.exports.presets()
        chosen = self._page_dialog.preset.value
        request = PageRequest(
            pictures=pictures,
            page=page,
            target=target,
            preset=find_preset(presets, chosen if isinstance(chosen, str) else "originals"),
            collection=self._place_name(),
        )
        total = len(pictures)
        made = await make_handoff_page(
            self.core.library,
            self.core.exports.exporter,
            request,
            on_picture=lambda done: progress(done, total),
        )
        words = ngettext("{n} picture, {size}", "{n} pictures, {size}", total).format(
            n=number(total), size=formatting.megabytes(made.bytes)
        )
        paths = [made.path] if made.path is not None else []
        return HandoutResult(
            paths=paths, words=words, warning=" ".join(_unreadable(made.unreadable))
        )


class Handouts(QObject):
    """The controllers of both kinds, and the question before a window ends their work.

    Signals:
        left: the user wants to quit all the same; nothing is being made any more.
    """

    left = Signal()

    def __init__(self, sheets: SheetController, pages: PageController, parent: QWidget) -> None:
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
        question = Question(
            _("A contact sheet is being made") if self.sheets.works else _("A page is being made"),
            (_("If you quit now, it stays unfinished."),),
            self._parent,
            caption=_("Quit Gridbrush?"),
        )
        question.add_button(_("Quit now"), question.accept, left=True)
        question.add_button(_("Keep working"), question.reject, first=True)
        try:
            if not await tasks.finished(question):
                return
        finally:
            question.deleteLater()
        for one in working:
            await one.end()
        self.left.emit()


def _recalled(text: str, kind: type[Choices]) -> Choices | None:
    """Choices kept in the settings; None for none, or such that are not understood."""
    try:
        return json_reader.decode(text.encode(errors="replace"), kind) if text else None
    except NotUnderstood:
        return None


def _kept(path: Path) -> str:
    """A path for the settings; "" for one that is no Unicode, which JSON cannot hold."""
    text = str(path)
    return "" if any("\ud800" <= sign <= "\udfff" for sign in text) else text


def _unreadable(pictures: Sequence[UnreadablePicture]) -> list[str]:
    """Sentences about pictures that are not shown."""
    if not pictures:
        return []
    n = len(pictures)
    names = listed(one.picture.name for one in pictures[:_NAMED])
    # Translators: {names} are pictures, the first few of them.
    words = ngettext(
        "{n} picture is not shown: {names}.", "{n} pictures are not shown: {names}.", n
    )
    return [words.format(n=number(n), names=names + ("…" if n > _NAMED else ""))]


def _sentences(error: StudioError) -> str:
    """An error with its message and hint, as sentences."""
    said = (error.title, error.message, hint_with_warning(error))
    return sentences(*map(ended, said))
