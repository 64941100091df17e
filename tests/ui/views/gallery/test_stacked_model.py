"""Stacks in the rows of the gallery, against a plain list of lists."""

from __future__ import annotations

import random
from array import array
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester

from studio.domain.entities import Job, JobState, key_of
from studio.domain.stacked_rows import Stacking
from studio.domain.stacks import StackBy
from studio.ui.views.gallery.model import GalleryModel
from tests.ui import scripted

RUNS = ["r0", "r1", "r2", "r3"]


def made(id: str, state: JobState, run: str) -> Job:
    """A job without a name: the first tile of a stack shows another picture once it is open."""
    return replace(scripted.job(id, state, run=run), name="")


class StackedLibrary:
    """Pictures with their runs, stacked by run as the library does it."""

    def __init__(self, model: GalleryModel, pictures: dict[int, str]) -> None:
        self.model = model
        self.pictures = pictures
        self.hidden: set[int] = set()

    def key(self, row: int) -> int:
        run = self.pictures[row]
        return key_of(run) if run else 0

    def load(self, *, late: list[Job] | None = None) -> None:
        """Show what is not hidden; `late` jobs change while the stacks are made."""
        shown = sorted((row for row in self.pictures if row not in self.hidden), reverse=True)
        rows = array("q", shown)
        plan = self.model.plan_stacks(StackBy.RUN, rows, newest_first=True, shown=None, older=())
        keys = [plan.keys.get(row, 0) if row < 0 else self.key(row) for row in plan.rows]
        stacking = Stacking.of(plan.rows, keys, opened=self.model.open_stacks())
        for job in late or ():
            self.model.job_changed(job)
        assert self.model.set_rows(rows, plan=plan, stacking=stacking)


class Mirror:
    """The rows as a view knows them: it reads only those that it is told of."""

    def __init__(self, model: GalleryModel) -> None:
        self.model = model
        self.keys = self.read()
        model.modelReset.connect(self.on_reset)
        model.rowsInserted.connect(self.on_inserted)
        model.rowsRemoved.connect(self.on_removed)
        model.dataChanged.connect(self.on_changed)

    def read(self) -> list[int | str]:
        return [self.model.key_at(row) for row in range(self.model.rowCount())]

    def on_reset(self) -> None:
        self.keys = self.read()

    def on_inserted(self, _parent: object, first: int, last: int) -> None:
        self.keys[first:first] = [self.model.key_at(row) for row in range(first, last + 1)]

    def on_removed(self, _parent: object, first: int, last: int) -> None:
        del self.keys[first : last + 1]

    def on_changed(self, first: object, last: object) -> None:
        for row in range(first.row(), last.row() + 1):  # type: ignore[attr-defined]
            self.keys[row] = self.model.key_at(row)


def expected(model: GalleryModel, library: StackedLibrary, opened: set[int]) -> list[int | str]:
    """Keys of the rows that a plain list gives."""
    order = model._order
    under_way = {job.id: job for job in model.jobs()}
    groups: dict[object, list[int | str]] = {}
    for entry in (order.entry(at) for at in range(len(order))):
        key: object = entry
        if isinstance(entry, int):
            key = library.key(entry) or entry
        elif under_way[entry].alive:
            key = key_of(under_way[entry].run)
        groups.setdefault(key, []).append(entry)
    opened &= {key for key, group in groups.items() if isinstance(key, int) and len(group) > 1}
    found: list[int | str] = []
    for key, group in groups.items():
        jobs = [one for one in group if isinstance(one, str)]
        if key in opened:
            found += group
        elif jobs:
            found.append(jobs[0])
        else:
            found.append(max(one for one in group if isinstance(one, int)))
    return found


@settings(deadline=None, max_examples=40)
@given(seed=st.integers())
def test_rows_in_stacks_are_those_of_a_plain_list(seed: int) -> None:
    draw = random.Random(seed)
    model = GalleryModel(scripted.ScriptedLibrary(), clock=lambda: 1000.0)
    # Nothing is read: there is no loop.
    model._reading = True
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(model, mode, model)
    assert tester.model() is model
    pictures = {row: draw.choice(["", *RUNS[:2], "old"]) for row in range(1, draw.randint(2, 30))}
    library = StackedLibrary(model, pictures)
    library.load()
    mirror = Mirror(model)
    opened: set[int] = set()
    jobs: dict[str, Job] = {}
    fresh = 100
    for step in range(50):
        action = draw.random()
        alive = [job for job in jobs.values() if job.alive]
        if action < 0.2:
            row = draw.randrange(model.rowCount()) if model.rowCount() else -1
            tile = model.tile_at(row)
            if tile is not None and tile.size > 1:
                (opened.discard if tile.open else opened.add)(tile.key)
                model.set_open(row, opened=not tile.open)
        elif action < 0.45:
            # Runs rise with time, as their ids do.
            run = draw.choice(RUNS[min(3, step // 12) :])
            job = made(f"j{step:02}", JobState.QUEUED, run=run)
            jobs[job.id] = job
            model.job_changed(job)
        elif action < 0.65 and alive:
            job = draw.choice(alive)
            del jobs[job.id]
            pictures[fresh] = job.run
            model.insert_pictures([fresh], job.id)
            fresh += 1
        elif action < 0.75 and alive:
            state = draw.choice([JobState.FAILED, JobState.CANCELLED, JobState.WAITING])
            job = draw.choice(alive)
            jobs[job.id] = made(job.id, state, run=job.run)
            model.job_changed(jobs[job.id])
        elif action < 0.8 and len(alive) < len(jobs):
            over = next(job for job in jobs.values() if not job.alive)
            jobs[over.id] = made(over.id, JobState.QUEUED, run=over.run)
            model.job_changed(jobs[over.id])
        elif action < 0.9:
            opened = set() if opened else {key_of(run) for run in (*RUNS, "old")}
            model.set_all_open(opened=bool(opened))
        else:
            # A filter, the trash or an undo: the library is asked again.
            library.hidden = {row for row in pictures if draw.random() < 0.2}
            late = []
            if key_of(RUNS[-1]) not in opened:
                job = made(f"k{step:02}", JobState.QUEUED, run=RUNS[-1])
                jobs[job.id] = job
                late.append(job)
            library.load(late=late)
        wanted = expected(model, library, opened)
        assert mirror.read() == wanted
        assert mirror.keys == wanted
        for row, key in enumerate(wanted):
            assert model.row_of(key) == row
        assert sorted(model.every_picture()) == sorted(
            row for row in pictures if row not in library.hidden
        )
    model.deleteLater()
