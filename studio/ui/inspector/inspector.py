"""The inspector: one picture, several, a job, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.domain import Flag, Job, Picture
from studio.errors import StudioError
from studio.ui.controls import Button, Text
from studio.ui.inspector import facts
from studio.ui.inspector.fact_table import FactTable, Warnings
from studio.ui.inspector.family import FamilyStrip
from studio.ui.inspector.head import Head
from studio.ui.inspector.job_page import JobPage
from studio.ui.inspector.note import Note
from studio.ui.inspector.palette import Palette
from studio.ui.inspector.preview import Preview
from studio.ui.inspector.scrolled import Scrolled
from studio.ui.inspector.section import Section
from studio.ui.shelf import Eyes, Shelf, loop_runs
from studio.ui.tasks import spawn
from studio.ui.thumbnails import Thumbnails
from studio.words import _, ngettext

WIDTH, NARROWEST, WIDEST = 296, 260, 420
KEPT = 24 * 1024 * 1024  # bytes of thumbnails


class Inspector(QFrame):
    """Tells of what is selected.

    Signals:
        rated, flagged, noted: ids (a tuple) and the new value.
        retitled: id and the new title.
        selected: id of a picture of the family that was clicked.
        action: the name of what is wanted and the items (a tuple of Picture or Job).
        toast: a short sentence about what the inspector itself did.
    """

    rated = Signal(object, int)
    flagged = Signal(object, object)
    retitled = Signal(str, str)
    noted = Signal(object, str)
    selected = Signal(str)
    action = Signal(str, object)
    toast = Signal(str)

    def __init__(self, library: Shelf, decoder: Eyes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._decoder = decoder
        self._pictures: tuple[Picture, ...] = ()
        self._noted: tuple[str, ...] = ()
        self._with_preview = True
        self._task: asyncio.Task[None] | None = None
        self._thumbnails = Thumbnails(library, self, bound=KEPT)
        self.setProperty("zone", "inspector")
        self.setAccessibleName(_("Inspector"))
        self.setMinimumWidth(NARROWEST)
        self.setMaximumWidth(WIDEST)
        self._pages = QStackedWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self._nothing = self._make_nothing()
        self._items = self._make_items()
        self.job_page = JobPage(self)
        self._job_scroll = Scrolled(self.job_page, self)
        for page in (self._nothing, self._items, self._job_scroll):
            self._pages.addWidget(page)
        self._connect()
        self.show_nothing()

    def _make_nothing(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 24, 24, 24)
        words = Text(
            _("Select a picture to see its prompt, its family and what it cost."),
            "small",
            "text3",
            page,
            wrap=True,
        )
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        column.addWidget(words)
        column.addStretch(3)
        return page

    def _make_items(self) -> QWidget:
        page, inner = QWidget(self), QWidget(self)
        parts = QVBoxLayout(inner)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(0)
        self.preview = Preview(self._thumbnails, inner)
        self.head = Head(inner)
        self._family_part = Section(_("Family"), inner)
        self.family = FamilyStrip(self._thumbnails, self._family_part)
        self._family_part.body.addWidget(self.family)
        self._palette_part = Section(_("Palette"), inner, aside=_("click copies"))
        self.palette_strip = Palette(self._palette_part)
        self._palette_part.body.addWidget(self.palette_strip)
        details = Section(_("Details"), inner)
        self.warnings = Warnings(details)
        self.facts = FactTable(_("Details"), details)
        self.note = Note(details)
        details.body.addWidget(self.warnings)
        self._warning_gap = QWidget(details)
        self._warning_gap.setFixedHeight(8)
        details.body.addWidget(self._warning_gap)
        details.body.addWidget(self.facts)
        details.body.addSpacing(12)
        details.body.addWidget(self.note)
        for part in (self.preview, self.head, self._family_part, self._palette_part, details):
            parts.addWidget(part)
        parts.addStretch(1)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Scrolled(inner, page), 1)
        column.addWidget(self._make_footer(page))
        return page

    def _make_footer(self, parent: QWidget) -> Section:
        footer = Section("", parent)
        row = QHBoxLayout()
        row.setSpacing(6)
        for name, label, icon in (("copy", _("Copy"), "copy"), ("save", _("Save as…"), "save")):
            button = Button(label, "", footer, size=26, icon=icon)
            button.setProperty("action", name)
            button.clicked.connect(self.on_footer)
            row.addWidget(button, 1)
        footer.body.addLayout(row)
        return footer

    def _connect(self) -> None:
        self.head.title.renamed.connect(self.on_renamed)
        self.head.title.rated.connect(self.on_rated)
        self.head.title.flagged.connect(self.on_flagged)
        self.head.action.connect(self.on_action)
        self.family.selected.connect(self.selected)
        self.palette_strip.copied.connect(self.on_colour_copied)
        self.preview.opened.connect(self.on_opened)
        self.preview.drag_requested.connect(self.on_dragged)
        self.note.kept.connect(self.on_noted)
        self.note.left.connect(self.setFocus)
        self.job_page.action.connect(self.on_job_action)
        self.job_page.copied.connect(self.on_details_copied)

    # --- what is shown --------------------------------------------------------------------

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """What it tells of."""
        return self._pictures

    def show_nothing(self) -> None:
        """Nothing is selected."""
        self._leave()
        self._pages.setCurrentWidget(self._nothing)

    def show_job(self, job: Job, *, usual: float | None = None) -> None:
        """Tell of a job; `usual` is what such a job takes, where that was measured."""
        self._leave()
        self.job_page.set_job(job, usual=usual)
        self._pages.setCurrentWidget(self._job_scroll)

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Tell of one picture, or of several together."""
        if not pictures:
            self.show_nothing()
            return
        same = [p.id for p in pictures] == [p.id for p in self._pictures]
        if not same:
            self._leave()
        self._pictures = tuple(pictures)
        self._noted = tuple(picture.id for picture in pictures)
        self._pages.setCurrentWidget(self._items)
        self.preview.set_pictures(self._pictures)
        self._show_sections()
        if len(pictures) == 1:
            self._show_one(pictures[0], same=same)
        else:
            self._show_several()
        self._want()

    def set_preview_shown(self, shown: bool) -> None:  # noqa: FBT001 - reads as a property
        """Show the picture, or the palette in its place where the picture is large beside it."""
        if shown == self._with_preview:
            return
        self._with_preview = shown
        self._show_sections()
        if len(self._pictures) == 1:
            self._look_up(self._pictures[0])
        self._want()

    def refresh(self, ids: Iterable[str]) -> None:
        """These pictures changed; read those that are shown again."""
        changed = set(ids)
        if changed.intersection(picture.id for picture in self._pictures):
            spawn(self._read_again(tuple(picture.id for picture in self._pictures)))

    def edit_title(self) -> None:
        """Open the title for writing."""
        if len(self._pictures) == 1:
            self.head.title.edit()

    def edit_note(self) -> None:
        """Give the keyboard to the note."""
        if self._pictures:
            self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave(self) -> None:
        """Keep what is being written before it is about something else."""
        self.note.keep()
        self.head.title.stop_editing()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._pictures = ()

    def _show_sections(self) -> None:
        one = len(self._pictures) == 1
        self.preview.setVisible(self._with_preview)
        self.head.set_line(line=self._with_preview)
        self._palette_part.setVisible(
            one and not self._with_preview and bool(self.palette_strip.colours)
        )
        self.note.setVisible(one)
        self.head.set_count(len(self._pictures))
        self.head.title.set_editable(editable=one)

    def _show_one(self, picture: Picture, *, same: bool) -> None:
        self.head.title.set_picture(picture.name, rating=picture.rating, flag=picture.flag)
        said = facts.warnings(picture)
        self.warnings.set_texts(said)
        self._warning_gap.setVisible(bool(said))
        if not same:
            self._family_part.hide()
            self._palette_part.hide()
            self.palette_strip.set_colours(())
            self.family.set_family(None)
            self.head.set_prompt(picture.prompt)
            self.head.fold()
            self.note.set_note(picture.note)
            self.facts.set_facts(facts.details(picture, names=facts.parent_names(picture)))
        elif not self.note.hasFocus():
            self.note.set_note(picture.note)
        self._look_up(picture)

    def _show_several(self) -> None:
        count = len(self._pictures)
        ratings = {picture.rating for picture in self._pictures}
        flags = {picture.flag for picture in self._pictures}
        self.head.title.set_picture(
            ngettext("{n} selected", "{n} selected", count).format(n=f"{count:,}"),
            rating=ratings.pop() if len(ratings) == 1 else 0,
            flag=flags.pop() if len(flags) == 1 else Flag.NONE,
        )
        self.head.set_prompt("")
        self.head.fold()
        self.warnings.set_texts(())
        self._warning_gap.hide()
        self._family_part.hide()
        self._palette_part.hide()
        self.facts.set_facts(facts.several(self._pictures))

    def _want(self) -> None:
        if not loop_runs() or not self.isVisible():
            return  # asked again when it is shown
        # The preview's wish comes last: of one picture the larger copy is kept.
        wishes = self.family.wishes() if self._family_part.isVisibleTo(self) else []
        if self._with_preview:
            wishes += self.preview.wishes()
        self._thumbnails.want(wishes)

    # --- reading --------------------------------------------------------------------------

    def _look_up(self, picture: Picture) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = spawn(self._read_kin(picture))

    async def _read_kin(self, picture: Picture) -> None:
        family = await self._library.family(picture.id)
        ids = [parent.picture for parent in picture.parents if parent.picture]
        others = await self._library.find(ids) if ids else []
        if family.ancestors:
            self.head.set_prompt(picture.prompt, family.ancestors[-1].prompt)
        names = facts.parent_names(picture, others)
        self.facts.set_facts(facts.details(picture, names=names))
        self._family_part.setVisible(bool(family.ancestors or family.children))
        self.family.set_family(family)
        self._want()
        if not self._with_preview:
            await self._read_palette(picture)

    async def _read_palette(self, picture: Picture) -> None:
        if picture.missing:
            return
        try:
            colours = await self._decoder.palette(self._library.path(picture))
        except StudioError:
            colours = ()  # the view beside it says what is wrong with the file
        self.palette_strip.set_colours(colours)
        self._palette_part.setVisible(bool(colours) and not self._with_preview)

    async def _read_again(self, ids: tuple[str, ...]) -> None:
        found = await self._library.find(ids)
        if ids == tuple(picture.id for picture in self._pictures):
            self.show_pictures(found)

    # --- slots ----------------------------------------------------------------------------

    def on_rated(self, stars: int) -> None:
        """Stars were chosen."""
        self.rated.emit(tuple(picture.id for picture in self._pictures), stars)

    def on_flagged(self, flag: Flag) -> None:
        """The flag was pressed."""
        self.flagged.emit(tuple(picture.id for picture in self._pictures), flag)

    def on_renamed(self, title: str) -> None:
        """A title was written."""
        if len(self._pictures) == 1:
            self.retitled.emit(self._pictures[0].id, title)

    def on_noted(self, note: str) -> None:
        """A note was written, about the pictures it was begun for."""
        if self._noted:
            self.noted.emit(self._noted, note)

    def on_action(self, name: str) -> None:
        """One of the buttons under the prompt."""
        self.action.emit(name, self._pictures)

    def on_footer(self) -> None:
        """Copy or Save as."""
        button = self.sender()
        if button is not None:
            self.action.emit(str(button.property("action")), self._pictures)

    def on_opened(self) -> None:
        """The preview was double clicked."""
        self.action.emit("open", self._pictures)

    def on_dragged(self) -> None:
        """The preview is dragged out."""
        self.action.emit("drag", self._pictures)

    def on_job_action(self, name: str, job: Job) -> None:
        """What helps a job."""
        self.action.emit(name, (job,))

    def on_colour_copied(self, colour: str) -> None:
        """A colour is on the clipboard."""
        self.toast.emit(_("Copied {colour}").format(colour=colour))

    def on_details_copied(self) -> None:
        """The details of a failure are on the clipboard."""
        self.toast.emit(_("Details copied"))

    # --- Qt -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._want()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._want()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._thumbnails.want(())

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 600)
