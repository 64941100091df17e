"""Arrival of a finished job: originals moved into place, then one record."""

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
    """Take in a job as it ended, each picture with the finished file that becomes its original.

    The pictures come back with their rows. Raises StorageError; then nothing is recorded and the
    files can be taken again.
    """
    taken = await store.writing.run(_take, store, job, pictures)
    store.tidy()
    if taken:
        store.events.publish(
            PicturesAdded(tuple(p.id for p in taken), tuple(p.row for p in taken), job.id)
        )
    elif pictures:
        lost = not store.index_path.exists()
        store.events.publish(ProblemOccurred(records.unindexed(store.folder, lost=lost)))
    return taken


def _take(store: Store, job: Job, pictures: Sequence[tuple[Picture, Path]]) -> list[Picture]:
    for picture, part in pictures:
        store.originals.place(part, picture.path, picture.sha256)
    store.append(records.finished(job, [picture for picture, _part in pictures]))
    try:
        return store.own.find([picture.id for picture, _part in pictures])
    except DAMAGE as error:
        store.note_damage(error)
        return []
