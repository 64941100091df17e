"""Inspector: page of one picture, several pictures, a job, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from studio.common.errors import StudioError
from studio.common.i18n import _
from studio.domain.comparison import Comparison
from studio.domain.entities import Flag, Job, Picture
from studio.domain.spend import Outlay
from studio.ui.panels.inspector.job_page import JobPage
from studio.ui.panels.inspector.picture_page import PicturePage
from studio.ui.panels.inspector.section import PaddedScrollArea
from studio.ui.style.theme import theme
from studio.ui.support import formatting
from studio.ui.support.ports import DecoderProtocol, LibraryProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.tasks import SpawnedTask, loop_runs, spawn
from studio.ui.support.thumbnail_cache import ThumbnailCache
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.text import Text

if TYPE_CHECKING:
    from studio.ui.panels.inspector.comparison_page import ComparisonPage
    from studio.ui.support.pixel_comparison import PixelComparison

WIDTH, NARROWEST, WIDEST = 296, 260, 420
KEPT = 24 * 1024 * 1024  # bytes of thumbnails


class Inspector(QFrame):
    """Shows the selection. Pages are created when first shown, to keep them out of startup.

    Signals:
        rated, flagged, noted: ids (a tuple) and the new value.
        retitled: id and the new title.
        tagged: ids, names to add, names to remove (three tuples).
        tag_chosen: a tag to search for.
        tags_wanted: the names of existing tags are needed (`offer_tags`).
        selected: id of a picture of the family that was clicked.
        decided: the decision of a comparison ("keep_a", "crown_b" or "keep_both").
        difference_wanted: show the map of the differences large.
        action: name of an action and its items (a tuple of Picture or Job).
        toast: a short sentence about an action of the inspector itself.
        left: Enter or Esc ended the editing of a title, note or tag; move the focus away.
    """

    rated = Signal(object, int)
    flagged = Signal(object, object)
    retitled = Signal(str, str)
    noted = Signal(object, str)
    tagged = Signal(object, object, object)
    tag_chosen = Signal(str)
    tags_wanted = Signal()
    selected = Signal(str)
    decided = Signal(str)
    difference_wanted = Signal()
    action = Signal(str, object)
    toast = Signal(str)
    left = Signal()

    def __init__(
        self, library: LibraryProtocol, decoder: DecoderProtocol, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._decoder = decoder
        self._pictures: tuple[Picture, ...] = ()
        self._total = 0
        self._noted: tuple[str, ...] = ()
        self._collections: dict[str, str] = {}
        self._with_preview = True
        # Cost of the picture's branch and run, where known.
        self._branch: Outlay | None = None
        self._run: Outlay | None = None
        self._task: SpawnedTask | None = None
        self._thumbnails = ThumbnailCache(library, self, bound=KEPT)
        self.setProperty("zone", "inspector")
        self.setAccessibleName(_("Inspector"))
        self.setMinimumWidth(theme().panel(NARROWEST))
        self.setMaximumWidth(theme().panel(WIDEST))
        self._pages = QStackedWidget(self)
        # Qt's own role, "layered pane", would be read aloud.
        set_role(self._pages, QAccessible.Role.Client)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self._nothing = self._make_nothing()
        self._pages.addWidget(self._nothing)
        self._page: PicturePage | None = None
        self._job_page: JobPage | None = None
        self._comparison_page: ComparisonPage | None = None
        self._comparison_scroll: QWidget | None = None
        self._job_scroll: QWidget | None = None
        # Page of a mode of the loupe, in place of all others, and the page to return to.
        self._mode_page: QWidget | None = None
        self._behind: QWidget = self._nothing

    def _make_nothing(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 24, 24, 24)
        words = Text(
            _("Select a picture to see its prompt, family and cost."),
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

    @property
    def page(self) -> PicturePage:
        """The page of one or several pictures."""
        if self._page is None:
            self._page = page = PicturePage(self._thumbnails, self)
            page.collections = self._collections
            self._pages.addWidget(page)
            page.head.title.renamed.connect(self.on_renamed)
            page.head.title.rated.connect(self.on_rated)
            page.head.title.flagged.connect(self.on_flagged)
            page.head.action.connect(self.on_action)
            page.family.selected.connect(self.selected)
            page.palette_strip.copied.connect(self.on_colour_copied)
            page.preview.opened.connect(self.on_opened)
            page.preview.drag_requested.connect(self.on_dragged)
            page.note.kept.connect(self.on_noted)
            page.note.left.connect(self.left)
            page.tags.changed.connect(self.on_tags_changed)
            page.tags.chosen.connect(self.tag_chosen)
            page.tags.wanted.connect(self.tags_wanted)
            page.tags.left.connect(self.left)
            page.head.title.left.connect(self.left)
            page.chosen.connect(self.on_action)
        return self._page

    @property
    def job_page(self) -> JobPage:
        if self._job_page is None:
            self._job_page = page = JobPage(self)
            self._job_scroll = PaddedScrollArea(page, self)
            self._pages.addWidget(self._job_scroll)
            page.action.connect(self.on_job_action)
            page.copied.connect(self.on_details_copied)
        return self._job_page

    @property
    def comparison_page(self) -> ComparisonPage:
        """The page of compared pictures."""
        if self._comparison_page is None:
            # Loaded with the view of comparisons, which most sessions never open.
            from studio.ui.panels.inspector.comparison_page import ComparisonPage

            self._comparison_page = page = ComparisonPage(self)
            self._comparison_scroll = PaddedScrollArea(page, self)
            self._pages.addWidget(self._comparison_scroll)
            page.decided.connect(self.decided)
            page.difference_wanted.connect(self.difference_wanted)
        return self._comparison_page

    def show_mode_page(self, page: QWidget | None) -> None:
        """Show the page of a mode of the loupe; None returns to the page of the selection."""
        if page is self._mode_page:
            return
        if self._mode_page is None:
            self._behind = self._pages.currentWidget() or self._nothing
        if page is not None and self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._mode_page = page
        self._pages.setCurrentWidget(self._behind if page is None else page)

    def _show_page(self, page: QWidget) -> None:
        """Show a page, or remember it until a mode of the loupe ends."""
        self._behind = page
        if self._mode_page is None:
            self._pages.setCurrentWidget(page)

    # --- content --------------------------------------------------------------------------

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures shown."""
        return self._pictures

    def show_nothing(self) -> None:
        """Show the empty page."""
        self._leave()
        self._show_page(self._nothing)

    def show_job(self, job: Job) -> None:
        """Show a job."""
        self._leave()
        self.job_page.set_job(job)
        if self._job_scroll is not None:
            self._show_page(self._job_scroll)

    def show_pictures(self, pictures: Sequence[Picture], total: int = 0) -> None:
        """Show one picture or several together, which may be the first of `total`."""
        if not pictures:
            self.show_nothing()
            return
        same = [p.id for p in pictures] == [p.id for p in self._pictures]
        if not same:
            self._leave()
        self._pictures = tuple(pictures)
        self._total = total
        self._noted = tuple(picture.id for picture in pictures)
        page = self.page
        self._show_page(page)
        page.preview.set_pictures(self._pictures)
        page.show_parts(self._pictures, preview=self._with_preview)
        if len(pictures) == 1:
            page.show_one(pictures[0], same=same)
            self._look_up(pictures[0])
        else:
            page.show_several(self._pictures, total)
        self._want()

    def show_branch(self, outlay: Outlay) -> None:
        """Show the cost of the branch that begins with the shown picture."""
        self._branch = outlay
        self._show_spend()

    def _show_spend(self) -> None:
        if self._page is None or len(self._pictures) != 1:
            return
        texts = [] if self._branch is None else [formatting.branch_outlay(self._branch)]
        if self._run is not None:
            texts.append(formatting.run_outlay(self._run))
        self._page.show_spend([text for text in texts if text])

    def show_comparison(self, pictures: Sequence[Picture], comparison: Comparison) -> None:
        """Show the differences between compared pictures, A first."""
        self._leave()
        self.comparison_page.show_pictures(pictures, comparison)
        if self._comparison_scroll is not None:
            self._show_page(self._comparison_scroll)

    def show_pixels(self, found: Sequence[PixelComparison | None]) -> None:
        """Show how the pixels of the compared pictures differ, A first."""
        self.comparison_page.show_pixels(found)

    def show_stack(self, place: str, spend: str, *, cover: bool = False) -> None:
        """Show the picture's position in its stack, and the stack's cost; "" for no stack.

        `cover`: whether it is the cover.
        """
        if self._page is not None:
            self._page.stack.show_stack(place, spend, cover=cover)

    def set_collections(self, names: Mapping[str, str]) -> None:
        """Set the names of all collections, by id."""
        if names == self._collections:
            return
        self._collections = dict(names)
        if self._page is not None:
            self._page.collections = self._collections
        if len(self._pictures) == 1:
            self._look_up(self._pictures[0])

    def set_preview_shown(self, shown: bool) -> None:  # noqa: FBT001 - reads as a property
        """Show the preview, or the palette in its place if the view has the large picture."""
        if shown == self._with_preview:
            return
        self._with_preview = shown
        if self._page is not None:
            self._page.show_parts(self._pictures, preview=shown)
        if len(self._pictures) == 1:
            self._look_up(self._pictures[0])
        self._want()

    def refresh(self, ids: Iterable[str]) -> None:
        """Read the shown pictures again if they are among `ids`."""
        shown = {picture.id for picture in self._pictures}
        if not shown.isdisjoint(ids):
            spawn(self._read_again(tuple(picture.id for picture in self._pictures)))

    def edit_title(self) -> None:
        """Start editing the title."""
        if len(self._pictures) == 1:
            self.page.head.title.edit()

    def offer_tags(self, names: Sequence[str]) -> None:
        """Set the tags to offer, most used first."""
        self.page.tags.line.set_known_names(names)

    def _leave(self) -> None:
        """Save pending edits before the contents change."""
        if self._page is not None:
            self._page.note.save_note()
            self._page.tags.line.on_taken()
            self._page.head.title.stop_editing()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._pictures = ()
        self._branch = self._run = None
        if self._page is not None:
            self._page.show_spend(())

    def _want(self) -> None:
        if self._page is None or not loop_runs() or not self.isVisible():
            return  # called again when shown
        # The preview's request comes last, so that its larger copy of a picture is the one kept.
        wishes = self._page.family_wishes()
        if self._with_preview:
            wishes += self._page.preview.wishes()
        self._thumbnails.request_thumbnails(wishes)

    # --- reading --------------------------------------------------------------------------

    def _look_up(self, picture: Picture) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = spawn(self._read_kin(picture))

    async def _read_kin(self, picture: Picture) -> None:
        family = await self._library.family(picture.id)
        ids = [parent.picture for parent in picture.parents if parent.picture]
        others = await self._library.find(ids) if ids else []
        self.page.show_kin(picture, family, others)
        self._want()
        if picture.run is not None:
            self._run = await self._library.choosing.run_outlay(picture.run)
            self._show_spend()
        if not self._with_preview:
            await self._read_palette(picture)

    async def _read_palette(self, picture: Picture) -> None:
        if picture.missing:
            return
        try:
            path = await asyncio.to_thread(self._library.path, picture)
            colours = await self._decoder.palette(path)
        except StudioError:
            colours = ()  # the view beside it reports the problem
        self.page.show_palette(colours, visible=bool(colours) and not self._with_preview)

    async def _read_again(self, ids: tuple[str, ...]) -> None:
        found = await self._library.find(ids)
        if ids == tuple(picture.id for picture in self._pictures):
            self.show_pictures(found, self._total)

    # --- slots ----------------------------------------------------------------------------

    def on_rated(self, stars: int) -> None:
        self.rated.emit(tuple(picture.id for picture in self._pictures), stars)

    def on_flagged(self, flag: Flag) -> None:
        self.flagged.emit(tuple(picture.id for picture in self._pictures), flag)

    def on_renamed(self, title: str) -> None:
        if len(self._pictures) == 1:
            self.retitled.emit(self._pictures[0].id, title)

    def on_noted(self, note: str) -> None:
        """Emit the note for the pictures it was started on."""
        if self._noted:
            self.noted.emit(self._noted, note)

    def on_tags_changed(self, add: object, remove: object) -> None:
        if self._pictures:
            self.tagged.emit(tuple(picture.id for picture in self._pictures), add, remove)

    def on_action(self, name: str) -> None:
        """Pass on an action of the head or the footer."""
        self.action.emit(name, self._pictures)

    def on_opened(self) -> None:
        self.action.emit("open", self._pictures)

    def on_dragged(self) -> None:
        self.action.emit("drag", self._pictures)

    def on_job_action(self, name: str, job: Job) -> None:
        self.action.emit(name, (job,))

    def on_colour_copied(self, colour: str) -> None:
        self.toast.emit(_("Copied {colour}").format(colour=colour))

    def on_details_copied(self) -> None:
        self.toast.emit(_("Details copied"))

    # --- Qt -------------------------------------------------------------------------------

    @needs("_page")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._want()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._want()

    @needs("_thumbnails")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._thumbnails.request_thumbnails(())

    def sizeHint(self) -> QSize:
        return QSize(theme().panel(WIDTH), 600)
