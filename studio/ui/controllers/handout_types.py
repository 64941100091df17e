"""The two kinds of handouts: contact sheets and hand-off pages, with their dialogs and choices."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from PySide6.QtWidgets import QLineEdit, QWidget

from studio.app.core import Core
from studio.app.export.page import PageRequest, make_handoff_page
from studio.app.export.sheet import SheetRequest, UnreadablePicture, make_contact_sheet
from studio.common import json_reader
from studio.common.errors import InputError, PictureUnreadable
from studio.common.i18n import _, listed, ngettext, number
from studio.common.json_reader import NotUnderstood
from studio.domain.contact_sheet import ContactSheet
from studio.domain.entities import Picture
from studio.domain.export import ExportFormat, find_preset
from studio.domain.handoff_page import HandoffPage
from studio.ui.dialogs.handouts.dialog import HandoutDialog
from studio.ui.dialogs.handouts.page_dialog import PageDialog
from studio.ui.dialogs.handouts.sheet_dialog import SheetDialog
from studio.ui.support import file_dialogs, formatting
from studio.ui.support.tasks import spawn

log = logging.getLogger(__name__)

Choices = TypeVar("Choices", ContactSheet, HandoffPage)
Progress = Callable[[int, int], None]

_NAMED = 3
"""Maximum number of pictures named in a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoutResult:
    """Result of making a handout of either kind.

    Attributes:
        words: a short description, such as "3 pages, 4.1 MB".
        warning: what is missing; "" for nothing.
    """

    paths: Sequence[Path]
    words: str
    warning: str = ""


class HandoutKind(Protocol):
    """The parts specific to a kind; only `make_dialog` may be called before the dialog exists.

    Attributes:
        ending: ending of the file's name.
        heading: the field of the heading.
        trouble: what is wrong with the form; None if nothing is.
        previewed: number of pictures that `show_pictures` wants.
    """

    @property
    def ending(self) -> str: ...
    @property
    def heading(self) -> QLineEdit: ...
    @property
    def trouble(self) -> InputError | None: ...
    @property
    def previewed(self) -> int: ...

    def make_dialog(self, parent: QWidget) -> HandoutDialog:
        """Create the dialog, with the choices made last time."""

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Show the first pictures."""

    def remember(self) -> None:
        """Keep the choices for the next time."""

    async def make(
        self, pictures: Sequence[Picture], target: Path, place: str, progress: Progress
    ) -> HandoutResult:
        """Make the file of these pictures; `place` names their place. Raises StudioError."""


class SheetKind:
    """Contact sheets."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._dialog: SheetDialog | None = None

    @property
    def _form(self) -> SheetDialog:
        assert self._dialog is not None
        return self._dialog

    @property
    def ending(self) -> str:
        return f".{self._form.sheet.format}"

    @property
    def heading(self) -> QLineEdit:
        return self._form.heading

    @property
    def trouble(self) -> InputError | None:
        return self._form.trouble

    @property
    def previewed(self) -> int:
        return self._form.sheet.each

    def make_dialog(self, parent: QWidget) -> HandoutDialog:
        dialog = self._dialog = SheetDialog(parent)
        dialog.logo_wanted.connect(self.on_logo_wanted)
        settings = self._core.settings.value
        if (last := _recalled(settings.contact_sheet, ContactSheet)) is not None:
            dialog.show_sheet(last)
        if settings.contact_sheet_logo and "\0" not in settings.contact_sheet_logo:
            dialog.show_logo(Path(settings.contact_sheet_logo))
        return dialog

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        self._form.show_pictures(pictures)

    def remember(self) -> None:
        sheet = replace(self._form.sheet, heading="")
        logo = self._form.logo
        self._core.settings.change(
            contact_sheet=json_reader.encode(sheet).decode(),
            contact_sheet_logo="" if logo is None else kept_path(logo),
        )

    def on_logo_wanted(self) -> None:
        """Ask for a picture file."""
        spawn(self._choose_logo())

    async def _choose_logo(self) -> None:
        dialog = file_dialogs.pictures_dialog(self._form, _("Logo"))
        dialog.setFileMode(dialog.FileMode.ExistingFile)
        if (chosen := await file_dialogs.chosen(dialog)) is not None:
            self._form.show_logo(chosen)

    async def make(
        self, pictures: Sequence[Picture], target: Path, _place: str, progress: Progress
    ) -> HandoutResult:
        sheet: ContactSheet = self._form.sheet
        pages = sheet.page_count(len(pictures))
        request = SheetRequest(pictures=pictures, sheet=sheet, target=target, logo=self._form.logo)
        progress(0, pages)
        made = await make_contact_sheet(
            self._core.library,
            self._core.exports.exporter,
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


class PageKind:
    """Hand-off pages."""

    ending = ".html"
    trouble: InputError | None = None
    previewed = 0

    def __init__(self, core: Core) -> None:
        self._core = core
        self._dialog: PageDialog | None = None

    @property
    def _form(self) -> PageDialog:
        assert self._dialog is not None
        return self._dialog

    @property
    def heading(self) -> QLineEdit:
        return self._form.heading

    def make_dialog(self, parent: QWidget) -> HandoutDialog:
        dialog = self._dialog = PageDialog(parent)
        if (last := _recalled(self._core.settings.value.handoff_page, HandoffPage)) is not None:
            dialog.show_page(last)
        spawn(self._show_presets(dialog))
        return dialog

    async def _show_presets(self, dialog: PageDialog) -> None:
        presets = await self._core.exports.presets()
        try:
            offered = await self._core.exports.exporter.formats()
        except PictureUnreadable as error:
            # If the pictures are exported at all, making the page reports the reason.
            log.info("The formats for export are not known: %s", error)
            offered = frozenset(ExportFormat)
        chosen = self._core.settings.value.handoff_preset
        dialog.show_presets([one for one in presets if one.format in offered], chosen)

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Do nothing: the dialog has no preview."""

    def remember(self) -> None:
        page = replace(self._form.page, title="", intro="")
        chosen = self._form.preset.value
        self._core.settings.change(
            handoff_page=json_reader.encode(page).decode(),
            handoff_preset=chosen if isinstance(chosen, str) else "",
        )

    async def make(
        self, pictures: Sequence[Picture], target: Path, place: str, progress: Progress
    ) -> HandoutResult:
        page: HandoffPage = self._form.page
        presets = await self._core.exports.presets()
        chosen = self._form.preset.value
        request = PageRequest(
            pictures=pictures,
            page=page,
            target=target,
            preset=find_preset(presets, chosen if isinstance(chosen, str) else "originals"),
            collection=place,
        )
        total = len(pictures)
        made = await make_handoff_page(
            self._core.library,
            self._core.exports.exporter,
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


def _recalled(text: str, kind: type[Choices]) -> Choices | None:
    """Choices kept in the settings; None if there are none or they are invalid."""
    try:
        return json_reader.decode(text.encode(errors="replace"), kind) if text else None
    except NotUnderstood:
        return None


def kept_path(path: Path) -> str:
    """A path for the settings; "" if it is not valid Unicode, which JSON cannot hold."""
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
