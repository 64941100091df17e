"""Contents of the grid: shelf, search and order, kept current while the library changes.

Data flow: a choice becomes a `Query`; the model shows the first rows of the answer, and the rest
is appended when it arrives. A new choice cancels pending queries. Core events then change the model
one tile at a time; rows are queried again only if a change may move pictures in or out of the
shelf.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
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
from studio.domain.spend import Outlay
from studio.domain.stacks import StackBy
from studio.library.index.search_language import ParsedSearch, SearchFilter, understand
from studio.library.query import Counts, Query, Sort, View
from studio.ui.support.first_query import first_query, stacks_of
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.views.gallery.model import SCATTERED, GalleryModel
from studio.ui.views.gallery.order import LINEAR, places_of
from studio.ui.views.gallery.stack_facts import StackFactsCache
from studio.ui.views.gallery.view import GalleryView

if TYPE_CHECKING:
    from studio.library.index.stacks import FirstStacks

_MOVES = frozenset(
    {"flag", "trashed", "rating", "title", "note", "tags", "collections", "collection", "branch"}
    | {"drift", "stack", "answer"}
)
"""Fields whose change may move a picture in or out of a shelf, or change its position."""

_COVERS = frozenset({"flag", "rating", "cover"})
"""Fields whose change may give a stack another cover."""

PAGE = 256
"""Rows shown before the rest is known: more than a screen of default tiles."""

EARLIER = 2000
"""Maximum number of pictures of a continued session among which failed jobs are placed."""

_TRIES = 3
"""Attempts to read all rows without a change in between, before they are shown anyway."""


def shelf_name(view: View) -> str:
    """Name of a shelf."""
    return {
        View.ALL: _("All pictures"),
        View.SESSION: _("This session"),
        View.PICKS: _("Picks"),
        View.FAILED: _("Failed"),
        View.TRASH: _("Trash"),
    }[view]


class LibraryViewController(QObject):
    """Shows a shelf, collection or search in the grid.

    Attributes:
        query: the current query.
        stack_by: how the pictures are stacked, as remembered for the open shelf or collection.
        counts: pictures per shelf, as last counted.
        shown: number of pictures in the grid; None until all are known.
        hidden: number of pictures hidden because they have fewer stars.
        outlay: money spent on the open collection; None for a shelf.

    Signals:
        counted: new counts.
        spent: new sums (Spend).
        order_changed: rows or order changed; the loupe follows.
        loaded: a query was loaded and its rows are shown.
        index_read: progress of an index rebuild (IndexProgress).
        place_changed: another shelf or collection is open.
    """

    counted = Signal()
    spent = Signal(object)
    order_changed = Signal()
    loaded = Signal()
    index_read = Signal(object)
    place_changed = Signal()

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
        self.hidden = 0
        self.outlay: Outlay | None = None
        self.stack_by = self._stacks_of(self.query)
        self._opened: dict[int, bool] = {}
        self._keeps_open = True
        self._another = False
        self._recall = 0
        self._loading: SpawnedTask | None = None
        self._load_again = False
        self._counting: SpawnedTask | None = None
        self._known = False
        self._count_again = False

    def show(self, **changes: Any) -> None:
        """Show another shelf, search or order (fields of Query)."""
        query = replace(self.query, **changes)
        if query == self.query:
            return
        before, self.query = self.query, query
        if (before.view, before.collection) != (query.view, query.collection):
            self.stack_by = self._stacks_of(query)
            self._opened, self._keeps_open = {}, False
            self.place_changed.emit()
        self._another = True
        if self._loading is not None:
            self._loading.cancel()
        self._loading = spawn(self._load())

    def _stacks_of(self, query: Query) -> StackBy:
        return stacks_of(self._core.settings.value, query)

    def begin_earlier(self) -> None:
        """Extend the session to the previous one, which is being continued."""
        if self.query.view is View.SESSION:
            self.show(since=self._core.session_start)
        else:
            self.query = replace(self.query, since=self._core.session_start)
            self.reload()
        spawn(self._go_on())
        self.recount()

    async def _go_on(self) -> None:
        """Show the failed jobs of the continued session among its pictures."""
        library, since = self._core.library, self._core.session_start
        rows = await library.rows(Query(view=View.SESSION, since=since), EARLIER)
        if len(rows) == EARLIER:
            # The position of older failures is unknown; they are on the shelf Failed only.
            since = (await library.pictures(rows[-1:]))[0].created
        failed = [job.id for job in await library.failed() if job.created >= since]
        if failed:
            await self._model.recall(rows, whole=len(rows) < EARLIER)
            await self._bring_back(frozenset(failed))

    def reload(self) -> None:
        """Query the rows again; position and selection stay."""
        if self._loads:
            self._load_again = True
        else:
            self._loading = spawn(self._load())

    async def settled(self) -> None:
        """Wait until the pending rows are shown."""
        if self._loading is not None:
            await self._loading.wait_until_ended()

    @property
    def order(self) -> array[int]:
        """Index rows of the pictures in the grid, in grid order."""
        return self._model.every_picture()

    @property
    def _loads(self) -> bool:
        return self._loading is not None and not self._loading.done()

    def begin_with(
        self, pictures: Sequence[Picture], *, whole: bool, stacks: FirstStacks | None = None
    ) -> None:
        """Show the first pictures, or stacks, before the library is open; `fill` loads the rest."""
        newest = self.query.sort is Sort.NEWEST
        if stacks is None:
            self._model.begin_with(pictures, newest_first=newest, whole=whole)
        else:
            self._model.begin_stacked(stacks, self.stack_by, newest_first=newest)
        self._gallery.dated = self.query.sort in (Sort.NEWEST, Sort.OLDEST)

    async def fill(self, pictures: int) -> None:
        """Show the first page, with runs read for its first `pictures` pictures; then the rest."""
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
                    await self._show_rows(rows, query, older, stood=stood, highest=highest)
                    self.order_changed.emit()
            if not self._load_again:
                break
            page = None
        self._numbers()
        self.loaded.emit()
        self.recount()

    async def _older(self, query: Query) -> list[Job]:
        """Jobs of earlier sessions that a shelf or a search lists."""
        asked = understand(query.words)
        found: list[Job] = []
        if query.view is View.FAILED or asked.wants("failed"):
            found += await self._core.library.failed()
        if asked.wants("cancelled"):
            found += await self._core.library.cancelled()
        return found

    async def _first_page(self, query: Query, older: Sequence[Job]) -> array[int] | None:
        """Show the first rows of a new query; None if that would lose the kept picture."""
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
        await self._show_rows(page[:], query, older, whole=whole, another=True)
        self._another = False
        self._numbers()
        self.order_changed.emit()
        return page

    async def _every_row(self, query: Query) -> tuple[array[int], array[int] | None, int | None]:
        """All rows, their places, and the newest row.

        Places and newest row are None if the model can derive them from the rows.
        """
        library = self._core.library
        if query.sort not in (Sort.NEWEST, Sort.OLDEST):
            # Counting is faster than sorting all rows.
            self.shown = await library.count(query)
            self.counted.emit()
        rows = await library.rows(query)
        if query.sort is Sort.NEWEST or len(rows) <= LINEAR:
            return rows, None, None
        newest = await library.rows(Query(), 1)
        stood = await asyncio.to_thread(places_of, rows)
        return rows, stood, newest[0] if newest else 0

    def _append(self, rows: array[int], page: array[int], stood: array[int] | None) -> bool:
        """Append the rest to the shown page; False if the page is outdated."""
        return rows[: len(page)] == page and self._model.append(rows[len(page) :], stood)

    async def _show_rows(
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
        newest, shown = query.sort is Sort.NEWEST, _shown_jobs(query)
        self._model.lists_running = query.view is not View.TRASH
        plan = stacking = None
        if self.stack_by is not StackBy.OFF:
            if self._model.facts is None:
                read = self._core.library.choosing.stack_facts
                self._model.facts = StackFactsCache(read, self._model)
                self._model.facts.read.connect(self._gallery.viewport().update)
            self._model.facts.read_again()
            if self._keeps_open:
                self._opened |= self._model.open_stacks()
            plan = self._model.plan_stacks(
                self.stack_by, rows, newest_first=newest, shown=shown, older=older
            )
            stacking = await self._core.library.choosing.stacking(
                plan.rows, plan.by, opened=self._opened, given=plan.keys
            )
            self._keeps_open = True
            if whole:
                self._opened = {}
        if not self._model.set_rows(
            rows,
            newest_first=newest,
            shown=shown,
            older=older,
            whole=whole,
            another=another,
            stood=stood,
            highest=highest,
            plan=plan,
            stacking=stacking,
        ):
            self._load_again = True
        self._gallery.dated = query.sort in (Sort.NEWEST, Sort.OLDEST)

    @property
    def place(self) -> str:
        """Name of the open shelf, or id of the open collection, in the settings."""
        return self.query.collection or self.query.view.value

    def follow_stacks(self) -> None:
        """Stack the pictures by the setting for the open place."""
        by = self._stacks_of(self.query)
        if by is self.stack_by:
            return
        self.stack_by = by
        self._opened, self._keeps_open = {}, False
        self._another = True
        if self._loading is not None:
            self._loading.cancel()
        self._loading = spawn(self._load())

    async def _choose_covers(self, ids: Sequence[str]) -> None:
        found = await self._core.library.find(ids)
        ranks = await self._core.library.choosing.stack_ranks([one.row for one in found])
        self._model.set_ranks(ranks)
        # What can be done with the selected tile depends on whether it is the cover.
        self._gallery.on_selected()

    def _forget_facts(self) -> None:
        if self._model.facts is not None:
            self._model.facts.read_again()
            self._gallery.viewport().update()

    def recount(self) -> None:
        """Count shelves and spending again soon; requests are merged."""
        if self._counting is not None and not self._counting.done():
            self._count_again = True
            return
        self._counting = spawn(self._count())

    async def _count(self) -> None:
        while True:
            self._count_again = False
            self.counts = await self._core.library.counts(self._core.session_start)
            self.hidden = await self._count_hidden(self.query)
            self.outlay = await self._sum_up(self.query)
            spend = await self._core.budget.sum_up()
            if not self._count_again:
                break
        self._known = True
        self.counted.emit()
        self.spent.emit(spend)

    async def _count_hidden(self, query: Query) -> int:
        if not query.least_stars:
            return 0
        library = self._core.library
        every = await library.count(replace(query, least_stars=0))
        return every - await library.count(query)

    async def _sum_up(self, query: Query) -> Outlay | None:
        if not query.collection:
            return None
        return await self._core.library.choosing.collection_outlay(query.collection)

    @property
    def lists_jobs(self) -> bool:
        """Whether the grid lists failed or cancelled jobs: a shelf or a search for them."""
        return _lists_jobs(self.query, understand(self.query.words))

    def _numbers(self) -> None:
        self.shown = self._model.picture_count if self._model.whole else None
        if self._known:
            self.counted.emit()

    def on_core_event(self, event: Event) -> None:
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
        plain = open_shelf and not query.words.strip() and not query.least_stars
        self._model.learn(event.rows, event.job)
        if plain and query.sort is Sort.NEWEST:
            self._model.insert_pictures(event.rows, event.job)
            self._forget_facts()
            # A running query may miss these pictures.
            self._load_again = True
            self._numbers()
            self.order_changed.emit()
        elif query.view not in (View.FAILED, View.TRASH):
            self.reload()
        self.recount()

    def _changed(self, event: RecordsChanged) -> None:
        self._model.refresh(event.ids)
        if {"seen", "trashed"}.intersection(event.fields):
            self._forget_facts()
        if "dismissed" in event.fields:
            spawn(self._bring_back(frozenset(event.ids)))
            if self.query.view is View.FAILED or "is:" in self.query.words:
                self.reload()
        elif _MOVES.intersection(event.fields) and self._may_move(event.fields):
            self.reload()
        elif self.stack_by is not StackBy.OFF and _COVERS.intersection(event.fields):
            if len(event.ids) > SCATTERED:
                self.reload()
            else:
                spawn(self._choose_covers(event.ids))
        self.recount()

    async def _bring_back(self, ids: frozenset[str]) -> None:
        """Show failed jobs of this session again whose dismissal was undone."""
        told = await self._core.queue.bring_back(ids)
        since, others = self._core.session_start, ids.difference(job.id for job in told)
        failed = await self._core.library.failed() if others else []
        back = [job for job in failed if job.id in others and job.created >= since]
        for job in back:
            self._model.job_changed(job)
        if back or told:
            # The reload puts them in their former places.
            self.reload()

    def _may_move(self, fields: Sequence[str]) -> bool:
        query = self.query
        return (
            not {"trashed", "answer"}.isdisjoint(fields)
            or ("stack" in fields and self.stack_by is not StackBy.OFF)
            or ("flag" in fields and (query.view is View.PICKS or query.hide_rejected))
            or ("rating" in fields and (query.sort is Sort.RATING or query.least_stars > 0))
            or ("title" in fields and query.sort is Sort.NAME)
            or ("drift" in fields and query.sort is Sort.DRIFT)
            # Drift is measured in the background, picture by picture.
            or (bool(query.words.strip()) and (set(fields) != {"drift"} or "drift:" in query.words))
            or bool(query.collection)
        )


def _shown_jobs(query: Query) -> Callable[[Job], bool]:
    """Filter for the ended jobs on a shelf: this session's on open shelves, all on Failed."""
    asked = understand(query.words)
    # A job has no stars, but is shown where jobs are listed.
    unrated = query.least_stars > 0 and not _lists_jobs(query, asked)
    closed = query.view in (View.PICKS, View.TRASH) or bool(query.collection) or unrated
    words = tuple((one.text.casefold(), one.without) for one in asked.words)
    facts = asked.facts
    failures_only = query.view is View.FAILED and not asked.wants("cancelled")

    def shown(job: Job) -> bool:
        # The shelf counts failures, not jobs cancelled by the user.
        if failures_only and job.state is JobState.CANCELLED:
            return False
        if closed or not all(_has(job, fact) for fact in facts):
            return False
        text = f"{job.name} {job.request.prompt}".casefold()
        return all((word in text) is not without for word, without in words)

    return shown


def _lists_jobs(query: Query, asked: ParsedSearch) -> bool:
    states = ("failed", "cancelled")
    return query.view is View.FAILED or any(asked.wants(state) for state in states)


def _has(job: Job, fact: SearchFilter) -> bool:
    """Match a filter: ended jobs have a date and can be searched as failed or cancelled."""
    if fact.key == "created":
        low, high = fact.low, fact.high
        inside = (low is None or job.created >= low) and (high is None or job.created < high)
        return inside is not fact.without
    state = "cancelled" if job.state is JobState.CANCELLED else "failed"
    asked = {"failed", "cancelled"}.intersection(fact.values) if fact.key == "is" else set()
    return bool(asked) and (state in asked) is not fact.without
