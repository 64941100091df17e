"""Changes of pictures: one durable record each, then the index; and their undo."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from studio.common.errors import StorageError
from studio.common.serial_executor import call_on_loop
from studio.domain.events import Event, ProblemOccurred, RecordsChanged
from studio.library.index.chunks import chunks
from studio.library.log import records
from studio.library.log.records import Groups, Record
from studio.library.operations import history
from studio.library.operations.change_progress import ChangeMonitor
from studio.library.stopped import Stopped
from studio.library.store import Store

Make = Callable[[Groups], Groups]
"""New values of a field, each with its pictures, of what they were."""


def stop(store: Store) -> None:
    """Give up the changes that are not written down yet."""
    for one in store.stops:
        one()


async def change(store: Store, field: str, ids: Sequence[str], make: Make) -> str:
    """Change a field; what was done, in words, or "" where nothing was to be done."""
    return await _follow(store, partial(_write, store, field, ids, make)) or ""


async def set_field(store: Store, field: str, ids: Sequence[str], value: object) -> str:
    """Give all of these the same value of a field; what was done, as for `change`."""
    return await change(store, field, ids, lambda _former: [(value, list(ids))])


async def step(store: Store, *, back: bool) -> str | None:
    """Take the last change back, or do it again; None when there is none."""
    return await _follow(store, partial(history.step, store, back=back))


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


async def _follow(store: Store, work: Callable[[ChangeMonitor], Record | None]) -> str | None:
    loop = asyncio.get_running_loop()

    def tell(event: Event) -> None:
        call_on_loop(loop, store.publish_event, event)

    going = ChangeMonitor(tell)
    store.stops.append(going.stop)
    record = None
    try:
        record = await store.write(partial(work, going))
    except Stopped:
        pass
    finally:
        store.stops.remove(going.stop)
        if (end := going.end_change()) is not None:
            store.publish_event(end)
    if record is None:
        return None
    _publish(store, record)
    (sentence,) = await history.sentences(store, [record])
    return sentence


def _write(
    store: Store, field: str, ids: Sequence[str], make: Make, going: ChangeMonitor
) -> Record | None:
    going.begin_change(len(ids))
    former = store.own.state.field_of(field, ids, going.read)
    values, former = history.former_only(make(former), former)
    if not values:
        return None
    record = records.change(field, values, former)
    going.write(history.number(record))
    store.append(record, going.took)
    return record


def _publish(store: Store, record: Record) -> None:
    ids = [id for _value, ids in record.values for id in ids]
    if record.field == "trashed":
        store.aside(_settle(store, ids))
    store.publish_event(RecordsChanged(tuple(ids), (record.field,)))


async def _settle(store: Store, ids: Sequence[str]) -> None:
    """Let the files of what went into the trash, or came out of it, follow."""
    try:
        for some in chunks(ids):
            for picture in await store.find(some):
                await store.write(partial(store.originals.move_into_place, picture))
    except StorageError as error:
        store.publish_event(ProblemOccurred(error))
