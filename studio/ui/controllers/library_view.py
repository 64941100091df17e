"""Which pictures are on show: shelf, words and order, kept true while the library changes.

Data flow: a choice becomes a `Query`, the library answers with the first rows, the model shows
them, and the rest is added when it comes; another choice ends what is still asked for. Events of
the core then change the model one tile at a time; rows are asked for again only when a change may
move pictures in or out of the shelf.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.app.core import Core
from studio.common.i18n import _
from studio.domain.entities import Job, JobState, Picture
from studio.domain.events import (
    Event,
    IndexProgress,
    JobChanged,
    JobsRemoved,
    PicturesAdded,
    RecordsChanged,
)
from studio.library.index.search_language import SearchFilter, understand
from studio.library.query import Counts, Query, Sort, View
from studio.ui.support.first_query import first_query
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.order import LINEAR, places_of
from studio.ui.views.gallery.view import GalleryView

_MOVES = frozenset(
    {"flag", "trashed", "rating", "title", "note", "tags", "collections", "collection"}
)
"""Fields whose change may move a picture in or out of a shelf, or change its place."""

PAGE = 256
"""Rows that are shown before the others are known: more than a screen of usual tiles."""

EARLIER = 2000
"""Pictures of a session that is gone on with, among which what failed finds its place."""

_TRIES = 3
"""How often all rows are read again because something changed meanwhile, before they are shown."""


def shelf_name(view: View) -> str:
    """What a shelf is called."""
    return {
        View.ALL: _("All pictures"),
        View.SESSION: _("This session"),
        View.PICKS: _("Picks"),
        View.FAILED: _("Failed"),
        View.TRASH: _("Trash"),
    }[view]


class LibraryViewController(QObject):
    """The shelf on show.

    Attributes:
        query: what is shown.
        counts: pictures on each shelf, as last counted.
        shown: pictures in the grid; None while they are not all known.

    Signals:
        counted: numbers are new.
        spent: money is new (Spend).
        order_changed: other rows, or other order; the loupe follows.
        loaded: rows were shown for the first time.
        index_read: the index is made anew, or was (IndexRead).
    """

    counted = Signal()
    spent = Signal(object)
    order_changed = Signal()
    loaded = Signal()
    index_read = Signal(object)

    def __init__(
        self, core: Core, model: GalleryModel, gallery: GalleryView, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._model = model
        self._gallery = gallery
        self.query = first_query(core.settings.value, core.session_start)
        self.counts = Counts()
        self.shown: int | None = 0
        self._another = False
        self._recall = 0
        self._loading: SpawnedTask | None = None
        self._load_again = False
        self._counting: SpawnedTask | None = None
        self._known = False
        self._count_again = False

    def show(self, **changes: Any) -> None:
        """Show another shelf, other words, another order (fields of Query)."""
        query = replace(self.query, **changes)
        if query == self.query:
            return
        self.query = query
        self._another = True
        if self._loading is not None:
            self._loading.cancel()
        self._loading = spawn(self._load())

    def begin_earlier(self) -> None:
        """The session is the one before, gone on with: it has more pictures."""
        if self.query.view is View.SESSION:
            self.show(since=self._core.session_start)
        else:
            self.query = replace(self.query, since=self._core.session_start)
            self.reload()
        spawn(self._go_on())
        self.recount()

    async def _go_on(self) -> None:
        """The tiles of what failed in the session before, among its pictures."""
        library, since = self._core.library, self._core.session_start
        rows = await library.rows(Query(view=View.SESSION, since=since), EARLIER)
        if len(rows) == EARLIER:
            # Of what failed before these it is not known where it stood: it is under Failed.
            since = (await library.pictures(rows[-1:]))[0].created
        failed = [job.id for job in await library.failed() if job.created >= since]
        if failed:
            await self._model.recall(rows, whole=len(rows) < EARLIER)
            await self._bring_back(frozenset(failed))

    def reload(self) -> None:
        """Ask for the rows again; place and selection stay."""
        if self._loads:
            self._load_again = True
        else:
            self._loading = spawn(self._load())

    async def settled(self) -> None:
        """Wait until the rows that are asked for are shown."""
        if self._loading is not None:
            await self._loading.wait_until_ended()

    @property
    def order(self) -> array[int]:
        """Index rows of the pictures in the grid, as they stand there."""
        return self._model.picture_rows(0, self._model.rowCount() - 1)

    @property
    def _loads(self) -> bool:
        return self._loading is not None and not self._loading.done()

    def begin_with(self, pictures: Sequence[Picture], *, whole: bool) -> None:
        """Show the first pictures before the library is open; `fill` brings in the rest."""
        newest = self.query.sort is Sort.NEWEST
        self._model.begin_with(pictures, newest_first=newest, whole=whole)
        self._gallery.dated = self.query.sort in (Sort.NEWEST, Sort.OLDEST)

    async def fill(self, pictures: int) -> None:
        """Show the first page, with the runs of so many pictures; the rest comes after it."""
        self._another, self._recall = True, pictures
        query = self.query
        older = await self._older(query)
        page = await self._first_page(query, older)
        if query == self.query and not self._loads:
            self._loading = spawn(self._load(page))

    async def _load(self, page: array[int] | None = None) -> None:
        for left in reversed(range(_TRIES)):
            self._load_again = False
            query = self.query
            older = await self._older(query)
            if self._another:
                page = await self._first_page(query, older)
            if page is None or len(page) >= PAGE:
                rows, stood, highest = await self._every_row(query)
                if self._load_again and left:
                    continue
                if page is None or not self._append(rows, page, stood):
                    self._show_rows(rows, query, older, stood=stood, highest=highest)
                    self.order_changed.emit()
            if not self._load_again:
                break
            page = None
        self._numbers()
        self.loaded.emit()
        self.recount()

    async def _older(self, query: Query) -> list[Job]:
        if query.view is View.FAILED or "is:failed" in query.words:
            return await self._core.library.failed()
        return []

    async def _first_page(self, query: Query, older: Sequence[Job]) -> array[int] | None:
        """Show the first rows of another question; None where the place would be lost by it."""
        library = self._core.library
        page = await library.rows(query, PAGE)
        whole = len(page) < PAGE
        if self._recall:
            first, self._recall = page[: self._recall], 0
            await self._model.recall(first, whole=whole and len(first) == len(page))
        elif not whole:
            kept = self._gallery.kept_picture()
            if kept is not None and kept not in page and await library.filter_rows(query, [kept]):
                return None
        self._show_rows(page[:], query, older, whole=whole, another=True)
        self._another = False
        self._numbers()
        self.order_changed.emit()
        return page

    async def _every_row(self, query: Query) -> tuple[array[int], array[int] | None, int | None]:
        """All rows; where each stands and the newest of them, where that cannot be seen by them."""
        library = self._core.library
        if query.sort not in (Sort.NEWEST, Sort.OLDEST):
            # Sorting all of them takes longer than counting.
            self.shown = await library.count(query)
            self.counted.emit()
        rows = await library.rows(query)
        if query.sort is Sort.NEWEST or len(rows) <= LINEAR:
            return rows, None, None
        newest = await library.rows(Query(), 1)
        stood = await asyncio.to_thread(places_of, rows)
        return rows, stood, newest[0] if newest else 0

    def _append(self, rows: array[int], page: array[int], stood: array[int] | None) -> bool:
        """Add the rest to the page that is shown; False where it is not the beginning any more."""
        return rows[: len(page)] == page and self._model.append(rows[len(page) :], stood)

    def _show_rows(
        self,
        rows: array[int],
        query: Query,
        older: Sequence[Job],
        *,
        whole: bool = True,
        another: bool = False,
        stood: array[int] | None = None,
        highest: int | None = None,
    ) -> None:
        self._model.set_rows(
            rows,
            newest_first=query.sort is Sort.NEWEST,
            shown=_shown_jobs(query),
            older=older,
            whole=whole,
            another=another,
            stood=stood,
            highest=highest,
        )
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
            self.counts = await self._core.library.counts(self._core.session_start)
            spend = await self._core.budget.sum_up()
            if not self._count_again:
                break
        self._known = True
        self.counted.emit()
        self.spent.emit(spend)

    def _numbers(self) -> None:
        self.shown = self._model.picture_count if self._model.whole else None
        if self._known:
            self.counted.emit()

    def on_core_event(self, event: Event) -> None:
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
        elif isinstance(event, IndexProgress):
            self.index_read.emit(event)

    def _arrived(self, event: PicturesAdded) -> None:
        query = self.query
        open_shelf = query.view in (View.ALL, View.SESSION) and not query.collection
        plain = open_shelf and not query.words.strip()
        self._model.learn(event.rows, event.job)
        if plain and query.sort is Sort.NEWEST:
            self._model.insert_pictures(event.rows, event.job)
            # What is being read may not know of them.
            self._load_again = True
            self._numbers()
            self.order_changed.emit()
        elif query.view not in (View.FAILED, View.TRASH):
            self.reload()
        self.recount()

    def _changed(self, event: RecordsChanged) -> None:
        self._model.refresh(event.ids)
        if "dismissed" in event.fields:
            spawn(self._bring_back(frozenset(event.ids)))
            if self.query.view is View.FAILED:
                self.reload()
        elif _MOVES.intersection(event.fields) and self._may_move(event.fields):
            self.reload()
        self.recount()

    async def _bring_back(self, ids: frozenset[str]) -> None:
        """Tiles of this session's failed jobs that were put away and are wanted again."""
        told = await self._core.queue.bring_back(ids)
        since, others = self._core.session_start, ids.difference(job.id for job in told)
        failed = await self._core.library.failed() if others else []
        back = [job for job in failed if job.id in others and job.created >= since]
        for job in back:
            self._model.job_changed(job)
        if back or told:
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


def _shown_jobs(query: Query) -> Callable[[Job], bool]:
    """Which ended jobs a shelf shows: the session's in the open shelves, all under Failed."""
    closed = query.view in (View.PICKS, View.TRASH) or bool(query.collection)
    words: tuple[tuple[str, bool], ...] = ()
    facts: tuple[SearchFilter, ...] = ()
    if query.words.strip():
        asked = understand(query.words)
        words = tuple((one.text.casefold(), one.without) for one in asked.words)
        facts = asked.facts

    def shown(job: Job) -> bool:
        # The shelf counts what failed; what the user stopped did not.
        if query.view is View.FAILED and job.state is JobState.CANCELLED:
            return False
        if closed or not all(_has(job, fact) for fact in facts):
            return False
        text = f"{job.name} {job.request.prompt}".casefold()
        return all((word in text) is not without for word, without in words)

    return shown


def _has(job: Job, fact: SearchFilter) -> bool:
    """Of the facts of a picture an ended job has its date; and it can be asked for as failed."""
    if fact.key == "created":
        low, high = fact.low, fact.high
        inside = (low is None or job.created >= low) and (high is None or job.created < high)
        return inside is not fact.without
    return fact.key == "is" and "failed" in fact.values and not fact.without
