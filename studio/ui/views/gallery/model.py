"""Rows of the gallery: index rows of pictures and the jobs of this session, stored as numbers.

A picture is read only when its row is on screen, so a million rows take eight megabytes and nothing
else. Running jobs are listed first, whatever the filter: newest run first, prompt order within a
run; queued ones are read in the order in which they are sent. A picture replaces its job's tile, a
failed job keeps its own, a cancelled one goes to the end, behind all pictures; where the library's
order is newest first, `set_rows` keeps this session's items in that order.
"""

from __future__ import annotations

import time
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer, Signal

from studio.domain.entities import Job, JobState, Picture, key_of
from studio.domain.stacks import StackBy, StackFacts
from studio.ui.support import tile_content
from studio.ui.support.tasks import spawn
from studio.ui.support.tile_content import Item
from studio.ui.views.gallery.order import Entry, RecentOrder, RowOrder
from studio.ui.views.gallery.tile_rows import Index, Key, StackPlan, TileRows, job_key, spans

CACHED = 2048  # cached pictures; several screens of the smallest tiles
BATCH = 512  # pictures per read

SCATTERED = 64  # more separate rows than this are reported together

ITEM_ROLE = int(Qt.ItemDataRole.UserRole)
"""Role of the Picture or Job of a row; None while it is being read."""

if TYPE_CHECKING:
    from studio.domain.stacked_rows import Stacking
    from studio.library.index.stacks import FirstStacks
    from studio.ui.support.ports import PictureSource
    from studio.ui.views.gallery.stack_facts import StackFactsCache

__all__ = ["GalleryModel", "Index", "Key"]


class GalleryModel(TileRows):
    """Pictures and jobs as rows.

    Attributes:
        source: where pictures are read.
        whole: whether all rows are loaded, not only the first ones.
        facts: facts of stacks; None until there are stacks.
        lists_running: whether unfinished jobs are listed; not in the trash.

    Signals:
        loaded: pictures with these index rows were read (a frozenset of int).
        replaced: a job's tile became a picture: (Job, index row).
        completed: the remaining rows were added.

    Inherited: another, moving(int), moved(str).
    """

    loaded = Signal(object)
    replaced = Signal(object, object)
    completed = Signal()

    def __init__(
        self,
        source: PictureSource,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.time,
        most_cached: int = CACHED,
    ) -> None:
        super().__init__(parent)
        self._most_cached = most_cached
        self.source = source
        self._clock = clock
        self._turns = RecentOrder()
        # Keys of the stacks that the pictures of this session belong to.
        self._keys: dict[int, int] = {}
        self._by = StackBy.OFF
        self.facts: StackFactsCache | None = None
        self._jobs: dict[str, Job] = {}
        self._shown: Callable[[Job], bool] | None = None
        self._cache: OrderedDict[int, Picture] = OrderedDict()
        self._missing: OrderedDict[int, None] = OrderedDict()
        self._gone, self._stale = set[int](), set[int]()
        self.whole = True
        self.lists_running = True
        self._reading = False
        self._under_way: frozenset[int] = frozenset()
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.on_asked)
        self._sorting = QTimer(self, singleShot=True, interval=0)
        self._sorting.timeout.connect(self.on_places_changed)

    # --- rows -----------------------------------------------------------------------------

    def item_at(self, row: int) -> Item | None:
        """Picture or job of a row; None while the picture is being read."""
        tiles = self._tiles
        if not 0 <= row < len(tiles):
            return None
        entry = tiles.entry(row)
        if isinstance(entry, str):
            return self._jobs[entry]
        return self._picture(entry)

    def picture_at(self, row: int) -> Picture | None:
        """Picture of a row; None for a job and while it is being read."""
        item = self.item_at(row)
        return item if isinstance(item, Picture) else None

    def jobs_shown(self) -> Iterator[tuple[int, Job]]:
        """All jobs with a tile, with their rows."""
        for row, id_ in self._tiles.jobs():
            yield row, self._jobs[id_]

    def jobs_at(self, row: int) -> list[Job]:
        """Unfinished jobs in the stack of a row."""
        return [self._jobs[id_] for id_ in self.stack_jobs(row)]

    def stack_facts(self, key: int) -> StackFacts | None:
        """The library's facts of a stack; None until they are read."""
        return None if self.facts is None else self.facts.find(key, self._by)

    def jobs(self) -> tuple[Job, ...]:
        """All jobs with a tile, including those hidden by the filter."""
        return tuple(self._jobs.values())

    @property
    def idle(self) -> bool:
        """Whether every picture asked for was read."""
        return not self._reading and not self._missing

    @property
    def cached(self) -> int:
        """Number of pictures kept in memory."""
        return len(self._cache)

    async def read(self, index_rows: Sequence[int]) -> list[Picture]:
        """Pictures in the order of these index rows, from the cache or the library."""
        known = {row for row in index_rows if row in self._cache and row not in self._stale}
        missing = [row for row in index_rows if row not in known]
        found = {row: self._cache[row] for row in known}
        for start in range(0, len(missing), BATCH):
            for picture in await self.source.pictures(missing[start : start + BATCH]):
                found[picture.row] = picture
        return [found[row] for row in index_rows if row in found]

    def pictures_at_hand(self, index_rows: Iterable[int]) -> list[Picture] | None:
        """Pictures in the order of these index rows; None while some are being read."""
        found = [self._picture(row) for row in index_rows]
        there = [picture for picture in found if picture is not None]
        return there if len(there) == len(found) else None

    def begin_with(self, pictures: Sequence[Picture], *, newest_first: bool, whole: bool) -> None:
        """Show the first pictures of a library that is not open yet.

        `whole`: they are the whole library. The next `set_rows` replaces them with the real rows.
        """
        self._turns.recall(pictures, whole=whole)
        self._remember(pictures)
        self.set_rows(array("q", [each.row for each in pictures]), newest_first=newest_first)

    def begin_stacked(self, first: FirstStacks, by: StackBy, *, newest_first: bool) -> None:
        """Show the first stacks of a library that is not open yet."""
        self._remember(first.pictures)
        plan = StackPlan(by, first.rows, {})
        self.set_rows(first.rows, newest_first=newest_first, plan=plan, stacking=first.stacking)

    async def recall(self, rows: Sequence[int], *, whole: bool) -> None:
        """Load these pictures into the cache; `whole`: they are the whole library.

        Their runs are then known, so the next `set_rows` sorts them by run.
        """
        found = await self.source.pictures(rows)
        self._turns.recall(found, whole=whole)
        self._remember(found)

    def know(self, pictures: Sequence[Picture]) -> None:
        """Put pictures that were just read into the cache and repaint them."""
        rows = [picture.row for picture in pictures]
        self._stale.difference_update(rows)
        self._remember(pictures)
        self._announce(rows)

    # --- changes --------------------------------------------------------------------------

    def set_rows(
        self,
        rows: array[int],
        *,
        newest_first: bool = True,
        shown: Callable[[Job], bool] | None = None,
        older: Sequence[Job] = (),
        whole: bool = True,
        another: bool = False,
        stood: array[int] | None = None,
        highest: int | None = None,
        plan: StackPlan | None = None,
        stacking: Stacking | None = None,
    ) -> bool:
        """Show these pictures; the view keeps its position and selection.

        `rows` are index rows (typecode 'q'); the array is kept, not copied.

        `shown` is the filter for ended jobs (None: all); `older` are failed jobs of earlier
        sessions, for the Failed shelf. `whole`, `another`: see the attributes; `stood`, `highest`:
        see `RowOrder.reset`. `stacking` are the stacks computed from `plan`; False if too much has
        changed since then, so that the pictures are shown without them.
        """
        self.another = another
        self.beginResetModel()
        self.whole = whole
        self._shown = shown
        self._jobs = {
            id_: job
            for id_, job in self._jobs.items()
            if job.alive or (self._order.known(id_) and job.state is not JobState.DONE)
        }
        for job in older:
            self._jobs.setdefault(job.id, job)
        self._arrange(self._order, rows, newest_first, shown, older, stood, highest)
        self._stacks = None
        if stacking is not None and plan is not None:
            # Loaded when there are stacks.
            from studio.ui.views.gallery.stacked_order import StackedOrder

            stacks = StackedOrder(stacking, self._order, self._numbers, self._stack_key)
            self._by = plan.by
            if stacks.adapt(plan.rows):
                self._stacks = stacks
        self._missing.clear()
        self._gone.clear()
        self.endResetModel()
        return self._stacks is not None or stacking is None

    def plan_stacks(
        self,
        by: StackBy,
        rows: array[int],
        *,
        newest_first: bool,
        shown: Callable[[Job], bool] | None,
        older: Sequence[Job],
    ) -> StackPlan:
        """Rows and jobs in the order that `set_rows` would make now, for grouping into stacks."""
        order = self._order.draft()
        self._arrange(order, rows, newest_first, shown, older)
        jobs = (*self._jobs.values(), *older)
        keys = {self._numbers.number(one.id): job_key(one, by) for one in jobs if one.alive}
        return StackPlan(by, order.numbers(self._numbers.number), keys)

    def _arrange(
        self,
        order: RowOrder,
        rows: array[int],
        newest_first: bool,  # noqa: FBT001 - as in `set_rows`
        shown: Callable[[Job], bool] | None,
        older: Sequence[Job],
        stood: array[int] | None = None,
        highest: int | None = None,
    ) -> None:
        """Fill an order with a query result and the jobs among its rows."""
        known = {**{one.id: one for one in older}, **self._jobs}
        head: list[Entry] = list(self._line())
        over = [one for one in known.values() if not one.alive and (shown is None or shown(one))]
        over = [one for one in over if one.state is not JobState.DONE]
        cancelled = [job for job in over if job.state is JobState.CANCELLED]
        ended = [job for job in over if job.state is not JobState.CANCELLED]
        earlier = {job.id for job in older}
        if newest_first:
            mine, rows = self._turns.split(rows, [job for job in ended if job.id not in earlier])
            head += mine
            ended = [job for job in ended if job.id in earlier]
        order.reset(
            rows,
            newest_first=newest_first,
            head=head,
            ended=self._turns.in_turn(ended),
            older=earlier,
            foot=self._turns.in_turn(cancelled),
            stood=stood,
            highest=highest,
        )

    def _stack_key(self, entry: Entry) -> int:
        """Key of the stack of an entry of this session."""
        if isinstance(entry, int):
            found = self._keys.get(entry, 0)
            if not found and self._by is StackBy.RUN and (run := self._turns.run_of(entry)):
                found = key_of(run)
            return found
        job = self._jobs.get(entry)
        # A failure has a tile of its own.
        makes = job is not None and (job.alive or job.state is JobState.DONE)
        return job_key(job, self._by) if job is not None and makes else 0

    def append(self, rows: array[int], stood: array[int] | None = None) -> bool:
        """Append the remaining rows of a query whose first rows `set_rows` showed.

        Returns False, without a change, if some of them belong among the first rows. `stood`: see
        `RowOrder.append`.
        """
        lowest = self._turns.lowest
        if self.whole or self._stacks is not None:
            return False
        if self._order.newest_first and lowest and rows and rows[0] >= lowest:
            return False
        if not self._order.may_append:
            return False
        first = self._order.end
        if rows:
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._order.append(rows, stood)
            self.endInsertRows()
        self.whole = True
        self.completed.emit()
        return True

    def learn(self, rows: Iterable[int], job: str | None) -> None:
        """Record the job that made these index rows, whether they are shown or not."""
        self._turns.took(rows, job)

    def insert_pictures(self, rows: Sequence[int], job: str | None = None) -> None:
        """Show new pictures in order of arrival; the first replaces its job's tile.

        Without such a tile they are inserted before the pictures of earlier days; imported ones (no
        job) before all other pictures.
        """
        self.learn(rows, job)
        known = self._order.find_all(rows)
        fresh = [row for row in rows if not known or self._order.find(row) is None]
        if not fresh:
            return
        at = None if job is None else self._order.find(job)
        if job is not None and at is not None and at >= self._order.end:
            # Cancelled, but its answer was complete: remove the tile at the end.
            self.remove_jobs((job,))
            at = None
        if job is not None and at is not None:
            self._keys.update(dict.fromkeys(fresh, self._stack_key(job)))
            self._put_picture(at, fresh[0])
            self.replaced.emit(self._jobs.pop(job), fresh[0])
            self._touch(at)
            fresh = fresh[1:]
            where = at + 1
        else:
            fresh.reverse()
            where = self._order.front if job else self._order.after_last(self._lives)
        if not fresh:
            return
        self._put_in(where, fresh, lambda: self._order.insert_pictures(where, fresh))

    def job_changed(self, job: Job) -> None:
        """Add, repaint or remove the tile of a new or changed job."""
        if job.dismissed:
            self.remove_jobs((job.id,))
            return
        at = self._order.find(job.id)
        if job.state is JobState.DONE and at is None:
            # Its pictures already replaced the tile, or the filter hides them.
            self._jobs.pop(job.id, None)
            return
        self._jobs[job.id] = job
        self._turns.note(job)
        if job.alive:
            self._order.remove_job(job.id)
            if not self.lists_running:
                return
            if at is not None and at < self._order.front:
                self._touch(at)
                if self._is_out_of_line(at, job):
                    self._sorting.start()
                return
            # Retried: it moves to the other running jobs.
            self._move(job, at, self._admit)
            return
        if job.state is not JobState.DONE:
            self._order.ended(job.id)
        if not self._lets(job):
            self._take_out([] if at is None else [at])
        elif job.state is JobState.CANCELLED and (at is None or at < self._order.end):
            self._move(job, at, self._place_in_foot)
        elif at is None:
            self._place(job)
        else:
            self._touch(at)

    def remove_jobs(self, ids: Iterable[str]) -> None:
        gone = [id_ for id_ in ids if id_ in self._jobs]
        self._take_out(self._order.find_all(gone))
        for id_ in gone:
            del self._jobs[id_]
            self._order.remove_job(id_)

    def refresh(self, ids: Iterable[str]) -> None:
        """Reload the cached pictures with these ids after a change."""
        known = {picture.id: picture.row for picture in self._cache.values()}
        # The old value stays on screen until the new one is loaded, so nothing flickers. Only
        # visible pictures are read; of ten thousand that is one screen.
        stale = [known[id_] for id_ in ids if id_ in known]
        self._stale.update(stale)
        if self._stacks is not None or len(stale) > SCATTERED:
            self._announce_all()
            return
        for first, last in spans(self._order.find_all(stale)):
            self.dataChanged.emit(self.index(first), self.index(last), [])

    # --- reading --------------------------------------------------------------------------

    def on_asked(self) -> None:
        """Read requested pictures that are not cached, latest requests first."""
        if not self._reading and self._missing:
            self._reading = True
            spawn(self._read_missing())

    def _picture(self, index_row: int) -> Picture | None:
        found = self._cache.get(index_row)
        if found is not None:
            self._cache.move_to_end(index_row)
            if index_row in self._stale:
                self._request_picture(index_row)
            return found
        if index_row not in self._gone:
            self._request_picture(index_row)
        return None

    def _request_picture(self, index_row: int) -> None:
        if index_row in self._under_way and index_row not in self._stale:
            return
        self._missing[index_row] = None
        self._missing.move_to_end(index_row)
        if not self._reading:
            self._timer.start()

    async def _read_missing(self) -> None:
        try:
            while self._missing:
                # Requests older than one batch are for tiles long scrolled past: drop them.
                wanted = list(self._missing)[-BATCH:]
                self._missing.clear()
                # Changes made during the read mark them stale again.
                self._stale.difference_update(wanted)
                self._under_way = frozenset(wanted)
                found = await self.source.pictures(wanted)
                self._remember(found)
                self._gone.update(set(wanted) - {picture.row for picture in found})
                self._announce([picture.row for picture in found])
        finally:
            self._under_way = frozenset()
            self._reading = False

    def _remember(self, found: Iterable[Picture]) -> None:
        for picture in found:
            self._cache[picture.row] = picture
            self._cache.move_to_end(picture.row)
        while len(self._cache) > self._most_cached:
            self._stale.discard(self._cache.popitem(last=False)[0])

    def _announce(self, index_rows: list[int]) -> None:
        if self._stacks is not None:
            self._announce_all()
        else:
            for first, last in spans(self._order.find_all(index_rows)):
                self.dataChanged.emit(self.index(first), self.index(last), [])
        self.loaded.emit(frozenset(index_rows))

    def _announce_all(self) -> None:
        if len(self._tiles):
            self.dataChanged.emit(self.index(0), self.index(len(self._tiles) - 1), [])

    # --- tiles of jobs --------------------------------------------------------------------

    def _lets(self, job: Job) -> bool:
        return self._shown is None or self._shown(job)

    def _lives(self, entry: Entry) -> bool:
        job = self._jobs.get(entry) if isinstance(entry, str) else None
        return job is not None and job.alive

    def _line(self) -> list[str]:
        """Ids of unfinished jobs in display order, queued ones in the order of sending."""
        if not self.lists_running:
            return []
        known = {id_: row for row, id_ in self._order.jobs()}
        alive = (id_ for id_, job in self._jobs.items() if job.alive)
        line = sorted(alive, key=lambda id_: known.get(id_, -1))
        waiting = [id_ for id_ in line if self._place_in_queue(id_)]
        turns = iter(sorted(waiting, key=self._place_in_queue))
        return [next(turns) if self._place_in_queue(id_) else id_ for id_ in line]

    def _place_in_queue(self, entry: Entry) -> int:
        """Position of a job in the queue, from 1; 0 if it is not queued or not known yet."""
        job = self._jobs.get(entry) if isinstance(entry, str) else None
        return job.queue_place if job is not None and job.state is JobState.QUEUED else 0

    def _is_out_of_line(self, row: int, job: Job) -> bool:
        """Whether a queued job's tile is out of queue order relative to a neighbour's."""
        place = self._place_in_queue(job.id)
        if not place:
            return False
        before = self._next_place(range(row - 1, -1, -1))
        after = self._next_place(range(row + 1, self._order.front))
        return before > place or 0 < after < place

    def _next_place(self, rows: Iterable[int]) -> int:
        return next(filter(None, (self._place_in_queue(self._order.entry(r)) for r in rows)), 0)

    def on_places_changed(self) -> None:
        """Sort the tiles of queued jobs by their positions in the queue."""
        rows = [
            row for row in range(self._order.front) if self._place_in_queue(self._order.entry(row))
        ]
        ids = [str(self._order.entry(row)) for row in rows]
        turns = sorted(ids, key=self._place_in_queue)
        if turns != ids:
            self.another = False
            self.beginResetModel()
            before = None if self._stacks is None else self._order.numbers(self._numbers.number)
            self._order.swap(dict(zip(rows, turns, strict=True)))
            if self._stacks is not None and before is not None:
                self._stacks.adapt(before, most=len(before))
            self.endResetModel()

    def _admit(self, job: Job) -> None:
        queued = self._order.after_last(lambda entry: self._place_in_queue(entry) > 0)

        def before(entry: Entry) -> bool:
            other = self._jobs.get(entry) if isinstance(entry, str) else None
            if other is None or not other.alive or other is job:
                return False
            return self._turns.goes_before(other, job)

        # Placed behind jobs that are sent before it, even if its run is newer.
        self._insert(max(queued, self._order.after_last(before)), job.id)

    def _place(self, job: Job) -> None:
        """Insert an ended job of an earlier session where the next query will put it."""

        def before(entry: Entry) -> bool:
            if isinstance(entry, int):
                return self._turns.took_before(entry, job)
            other = self._jobs.get(entry)
            return other is not None and (other.alive or self._turns.goes_before(other, job))

        self._insert(self._order.after_last(before), job.id)

    def _move(self, job: Job, at: int | None, insert: Callable[[Job], None]) -> None:
        """Insert the tile of a job, which may have one at row `at`."""
        if at is None:
            insert(job)
            return
        row = self._tiles.find(job.id) if self._stacks is not None else at
        self.moving.emit(-1 if row is None else row)
        self._take_out([at])
        insert(job)
        self.moved.emit(job.id)

    def _place_in_foot(self, job: Job) -> None:
        at = self._order.end
        while at < len(self._order):
            other = self._jobs.get(str(self._order.entry(at)))
            if other is None or not self._turns.goes_before(other, job):
                break
            at += 1
        self._put_in(at, [job.id], lambda: self._order.insert_in_foot(at, job.id))

    def _insert(self, at: int, id_: str) -> None:
        self._put_in(at, [id_], lambda: self._order.insert_job(at, id_))

    # --- Qt -------------------------------------------------------------------------------

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        if role == ITEM_ROLE:
            return self.item_at(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            item = self.item_at(index.row())
            return "" if item is None else item.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            row = index.row()
            item, tile = self.item_at(row), self.tile_at(row)
            return tile_content.spoken_name(item, row, tile, self._clock())
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
