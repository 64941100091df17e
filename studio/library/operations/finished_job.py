"""Recording of a finished job: originals moved into place, then one record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio.domain.entities import Job, Picture
from studio.domain.events import PicturesAdded, ProblemOccurred
from studio.library.index.index import DAMAGE
from studio.library.log import records
from studio.library.store import Store


async def add_finished_job(
    store: Store, job: Job, pictures: Sequence[tuple[Picture, Path]]
) -> list[Picture]:
    """Record a finished job, each picture with the complete file that becomes its original.

    Returns the pictures with their rows. Raises StorageError; then nothing is recorded and the
    call can be repeated.
    """
    added = await store.writing.run(_record, store, job, pictures)
    store.tidy()
    if added:
        store.events.publish(
            PicturesAdded(tuple(p.id for p in added), tuple(p.row for p in added), job.id)
        )
    elif pictures:
        lost = not store.index_path.exists()
        store.events.publish(ProblemOccurred(records.unindexed(store.folder, lost=lost)))
    return added


def _record(store: Store, job: Job, pictures: Sequence[tuple[Picture, Path]]) -> list[Picture]:
    for picture, part in pictures:
        store.originals.place(part, picture.path, picture.sha256)
    store.append(records.finished(job, [picture for picture, _part in pictures]))
    try:
        return store.own.find([picture.id for picture, _part in pictures])
    except DAMAGE as error:
        store.note_damage(error)
        return []
