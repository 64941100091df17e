"""Which pictures are on show: shelf, words and order, kept true while the library changes.

Data flow: a choice becomes a `Query`, the library answers with rows, the model shows them. Events
of the core then change the model one tile at a time; rows are asked for again only when a change
may move pictures in or out of the shelf.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.core import Core
from studio.domain import Job, Picture
from studio.events import Event, JobChanged, JobsRemoved, PicturesAdded, RecordsChanged
from studio.library.query import Counts, Query, Sort, Spend, View
from studio.ui.first_screen import first_query
from studio.ui.gallery.model import GalleryModel
from studio.ui.gallery.view import GalleryView
from studio.ui.tasks import Work, spawn
from studio.words import _

_MOVES = frozenset(
    {"flag", "trashed", "rating", "title", "note", "tags", "collections", "collection"}
)
"""Fields whose change may move a picture in or out of a shelf, or change its place."""


def shelf_name(view: View) -> str:
    """What a shelf is called."""
    return {
        View.ALL: _("All images"),
        View.SESSION: _("This session"),
        View.PICKS: _("Picks"),
        View.FAILED: _("Failed"),
        View.TRASH: _("Trash"),
    }[view]


class Browsing(QObject):
    """The shelf on show.

    Attributes:
        query: what is shown.
        counts: pictures on each shelf, as last counted.
        shown: pictures and jobs in the grid.

    Signals:
        counted: numbers are new.
        spent: money is new (Spend).
        summing: it is summed up now; what was recorded before is in the next `spent`.
        order_changed: other rows, or other order; the loupe follows.
        loaded: rows were shown for the first time.
    """

    counted = Signal()
    spent = Signal(object)
    summing = Signal()
    order_changed = Signal()
    loaded = Signal()

    def __init__(
        self, core: Core, model: GalleryModel, gallery: GalleryView, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._model = model
        self._gallery = gallery
        self.query = first_query(core.settings.value, core.session_start)
        self.counts = Counts()
        self.shown = 0
        self.order: Sequence[int] = ()
        self._loading: Work | None = None
        self._load_again = False
        self._counting: Work | None = None
        self._known = False
        self._count_again = False

    def show(self, **changes: Any) -> None:
        """Show another shelf, other words, another order (fields of Query)."""
        query = replace(self.query, **changes)
        if query != self.query:
            self.query = query
            self.reload()

    def reload(self) -> None:
        """Ask for the rows again; place and selection stay."""
        if self._loading is not None and not self._loading.done():
            self._load_again = True
            return
        self._loading = spawn(self._load())

    def begin_with(self, pictures: Sequence[Picture], *, whole: bool) -> None:
        """Show the first pictures before the library is open; `fill` brings in the rest."""
        newest = self.query.sort is Sort.NEWEST
        self._model.begin_with(pictures, newest_first=newest, whole=whole)
        self._gallery.dated = self.query.sort in (Sort.NEWEST, Sort.OLDEST)

    async def fill(self, pictures: int) -> None:
        """Ask for the rows, and for the first pictures of them."""
        self.reload()
        if self._loading is not None:
            await self._loading
        query, rows = self.query, self.order
        await self._model.fetch(pictures)
        # Their runs are known only now. Whatever came in meanwhile asked for other rows.
        if self.order is rows and query.sort is Sort.NEWEST and query == self.query:
            self._take(array("q", rows), query, ())
            self.order_changed.emit()

    async def _load(self) -> None:
        while True:
            self._load_again = False
            query = self.query
            rows = await self._core.library.rows(query)
            older: list[Job] = []
            if query.view is View.FAILED or "is:failed" in query.words:
                older = await self._core.library.failed()
            if not self._load_again:
                break
        self._take(rows, query, older)
        self._numbers()
        self.order_changed.emit()
        self.loaded.emit()
        self.recount()

    def _take(self, rows: array[int], query: Query, older: Sequence[Job]) -> None:
        newest = query.sort is Sort.NEWEST
        self._model.set_rows(
            rows,
            newest_first=newest,
            shown=_shown_jobs(query),
            older=older,
        )
        # What this session made stands in the order of its runs.
        self.order = self._shown_rows() if newest else rows
        self._gallery.dated = query.sort in (Sort.NEWEST, Sort.OLDEST)

    def recount(self) -> None:
        """Count the shelves and the money again, soon; many wishes become one."""
        if self._counting is not None and not self._counting.done():
            self._count_again = True
            return
        self._counting = spawn(self._count())

    async def _count(self) -> None:
        while True:
            self._count_again = False
            self.summing.emit()
            self.counts = await self._core.library.counts(self._core.session_start)
            spend: Spend = await self._core.library.spend()
            if not self._count_again:
                break
        self._known = True
        self.counted.emit()
        self.spent.emit(spend)

    def _numbers(self) -> None:
        self.shown = len(self.order)
        if self._known:
            self.counted.emit()

    def hear(self, event: Event) -> None:
        """Follow what the core tells."""
        if isinstance(event, JobChanged):
            self._model.job_changed(event.job)
            if not event.job.alive:
                self.recount()
        elif isinstance(event, JobsRemoved):
            self._model.remove_jobs(event.ids)
            self.recount()
        elif isinstance(event, PicturesAdded):
            self._arrived(event)
        elif isinstance(event, RecordsChanged):
            self._changed(event)

    def _arrived(self, event: PicturesAdded) -> None:
        query = self.query
        open_shelf = query.view in (View.ALL, View.SESSION) and not query.collection
        plain = open_shelf and not query.words.strip()
        self._model.learn(event.rows, event.job)
        if plain and query.sort is Sort.NEWEST:
            self._model.insert_pictures(event.rows, event.job)
            self.order = self._shown_rows()
            self._numbers()
            self.order_changed.emit()
        elif query.view not in (View.FAILED, View.TRASH):
            self.reload()
        self.recount()

    def _changed(self, event: RecordsChanged) -> None:
        self._model.refresh(event.ids)
        if "dismissed" in event.fields:
            if self.query.view is View.FAILED:
                self.reload()
            else:
                spawn(self._bring_back(frozenset(event.ids)))
        elif _MOVES.intersection(event.fields) and self._may_move(event.fields):
            self.reload()
        self.recount()

    async def _bring_back(self, ids: frozenset[str]) -> None:
        """Tiles of this session's failed jobs that were put away and are wanted again."""
        since = self._core.session_start
        failed = await self._core.library.failed()
        back = [job for job in failed if job.id in ids and job.created >= since]
        for job in back:
            self._model.job_changed(job)
        if back:
            # Asked anew, each stands where it stood.
            self.reload()

    def _may_move(self, fields: Sequence[str]) -> bool:
        query = self.query
        return (
            "trashed" in fields
            or ("flag" in fields and (query.view is View.PICKS or query.hide_rejected))
            or ("rating" in fields and query.sort is Sort.RATING)
            or ("title" in fields and query.sort is Sort.NAME)
            or bool(query.words.strip())
            or bool(query.collection)
        )

    def _shown_rows(self) -> Sequence[int]:
        return self._model.picture_rows(0, self._model.rowCount() - 1)


def _shown_jobs(query: Query) -> Callable[[Job], bool]:
    """Which ended jobs a shelf shows: the session's in the open shelves, all under Failed."""
    closed = query.view in (View.PICKS, View.TRASH) or bool(query.collection)
    words: tuple[tuple[str, bool], ...] = ()
    if query.words.strip():
        from studio.library.asking import understand

        asked = understand(query.words)
        words = tuple((one.text.casefold(), one.without) for one in asked.words)
        # A job has none of the facts a picture has; but that it failed can be asked for.
        only_failed = len(asked.facts) == 1 and asked.wants("is", "failed")
        closed = closed or (bool(asked.facts) and not only_failed)

    def shown(job: Job) -> bool:
        text = f"{job.name} {job.request.prompt}".casefold()
        return not closed and all((word in text) is not without for word, without in words)

    return shown
