"""Changes of pictures and their undo: one durable record each, then the index."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from msgspec import Struct

from studio.common.errors import StorageError
from studio.common.serial_executor import call_on_loop
from studio.domain.events import ChangeRecorded, Event, ProblemOccurred, RecordsChanged
from studio.library.index.chunks import chunks
from studio.library.index.index import Index
from studio.library.log import records
from studio.library.log.records import Groups, LogPosition, Record
from studio.library.operations import history
from studio.library.operations.change_progress import ChangeMonitor
from studio.library.stopped import Stopped
from studio.library.store import Store

Make = Callable[[Groups], Groups]
"""Computes the new values of a field from the old ones, each with its pictures."""


def stop(store: Store) -> None:
    """Cancel changes that are not recorded yet."""
    for stop_change in store.stops:
        stop_change()


async def change(store: Store, field: str, ids: Sequence[str], make: Make) -> str:
    """Change a field; returns a sentence about it, or "" if nothing changed."""
    return await _run(store, partial(_write, store, field, ids, make)) or ""


async def set_field(store: Store, field: str, ids: Sequence[str], value: object) -> str:
    """Set a field of all these pictures to one value; returns a sentence like `change`."""
    return await change(store, field, ids, lambda _former: [(value, list(ids))])


async def change_together(store: Store, make: Callable[[], Record]) -> str:
    """Append a change of several fields; `make` returns its record on the writing thread.

    Returns a sentence about it.
    """

    def work(monitor: ChangeMonitor) -> Record:
        record = make()
        monitor.begin_change(len(record.ids))
        monitor.write(len(record.ids))
        store.append(record, taken=monitor.took)
        return record

    return await _run(store, work) or ""


class HistoryStep(Struct, frozen=True, kw_only=True):
    """An undo or redo, in sentences.

    Attributes:
        change: the change undone or redone: "1 picture rated".
        effect: the result: "Rating of 1 picture cleared".
    """

    change: str
    effect: str


async def step(store: Store, *, back: bool, only: str = "") -> HistoryStep | None:
    """Undo or redo a change; None if there is none.

    `only` is the id of the change to undo, if it is still the last one.
    """
    changes: list[Record] = []

    def work(monitor: ChangeMonitor) -> Record | None:
        found = history.step(store, monitor, back=back, only=only)
        if found is None:
            return None
        changes.append(found[0])
        return found[1]

    effect = await _run(store, work)
    if effect is None:
        return None
    (change,) = await history.sentences(store, changes)
    return HistoryStep(change=change, effect=effect)


async def tag(
    store: Store, ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> str:
    """Add and remove tags."""
    clean = [" ".join(tag.split()) for tag in add]

    def make(former: Groups) -> Groups:
        return [
            (sorted((set(tags) | {t for t in clean if t}) - set(remove)), ids)
            for tags, ids in former
        ]

    return await change(store, "tags", ids, make)


async def write_record(store: Store, make: Callable[[], Record | None]) -> Record | None:
    """Append a record and publish its change; `make` returns it on the writing thread, or None."""

    def work() -> Record | None:
        record = make()
        if record is not None:
            store.append(record)
        return record

    record = await store.write(work)
    if record is not None:
        _publish_change(store, record)
    return record


async def take_back(store: Store, find: Callable[[], LogPosition | None]) -> str | None:
    """Undo a change, even if others followed; `find` returns its position on the writing thread.

    Returns a sentence about it, or None if there is none.
    """

    def work(monitor: ChangeMonitor) -> Record | None:
        place = find()
        return None if place is None else history.take_back(store, monitor, place)

    return await _run(store, work)


async def _run(store: Store, work: Callable[[ChangeMonitor], Record | None]) -> str | None:
    loop = asyncio.get_running_loop()

    def publish(event: Event) -> None:
        call_on_loop(loop, store.publish_event, event)

    monitor = ChangeMonitor(publish)
    store.stops.append(monitor.stop)
    record = None
    try:
        record = await store.write(partial(work, monitor))
    except Stopped:
        pass
    finally:
        store.stops.remove(monitor.stop)
        if (end := monitor.end_change()) is not None:
            store.publish_event(end)
    if record is None:
        return None
    _publish_change(store, record)
    (sentence,) = await history.sentences(store, [record])
    if records.listed(record):
        store.publish_event(ChangeRecorded(record.id, sentence))
    return sentence


def _write(
    store: Store, field: str, ids: Sequence[str], make: Make, monitor: ChangeMonitor
) -> Record | None:
    monitor.begin_change(len(ids))
    former = store.own.state.field_of(field, ids, monitor.read)
    values, former = history.former_only(make(former), former)
    if not values:
        return None
    record = records.change(field, values, former)
    monitor.write(len(record.ids))
    store.append(record, taken=monitor.took)
    return record


def _publish_change(store: Store, record: Record) -> None:
    for one in record.changes:
        if one.field in ("trashed", "answer"):
            store.run_in_background(move_files(store, one.ids))
    fields = tuple(one.field for one in record.changes)
    store.publish_event(RecordsChanged(tuple(record.touched), fields))


def _answers_of(index: Index, ids: Sequence[str]) -> list[str]:
    return index.state.answers_of(ids)


async def move_files(store: Store, ids: Sequence[str]) -> None:
    """Move the files of trashed or restored pictures."""
    try:
        for some in chunks(ids):
            answers = await store.query_index(partial(_answers_of, ids=some))
            for picture in await store.find([*some, *answers]):
                await store.write(partial(store.originals.move_into_place, picture))
    except StorageError as error:
        store.publish_event(ProblemOccurred(error))
