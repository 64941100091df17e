"""Recording of finished jobs: originals moved into place, then one record for each.

Jobs that end while others are being recorded are recorded together, with one fsync of the folder
and one of the log.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, field

from studio.common import files
from studio.domain.entities import Job, Picture
from studio.domain.events import PicturesAdded, ProblemOccurred
from studio.library.index.index import DAMAGE
from studio.library.log import records
from studio.library.store import Store

_TOGETHER = 64
"""Limit of jobs that are recorded at once."""


class _FinishedJob(Struct):
    """A job to record, and the result."""

    job: Job
    pictures: Sequence[tuple[Picture, Path]]
    added: list[Picture] = field(default_factory=list)
    error: Exception | None = None

    @property
    def ids(self) -> list[str]:
        return [picture.id for picture, _part in self.pictures]


class JobRecorder:
    """Records finished jobs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[_FinishedJob] = deque()

    async def add(self, job: Job, pictures: Sequence[tuple[Picture, Path]]) -> list[Picture]:
        """Record a finished job, each picture with the complete file that becomes its original.

        Returns the pictures with their rows, without answers that others were made from. Raises
        StorageError; then nothing is recorded and the call can be repeated.
        """
        store, finished = self._store, _FinishedJob(job, pictures)
        self._waiting.append(finished)
        # The call for an earlier job may have recorded this one too; otherwise this call does.
        await store.writing.run(self._record_waiting)
        if finished.error is not None:
            raise finished.error
        store.tidy()
        if pictures and not finished.added:
            lost = not store.index_path.exists()
            store.events.publish(ProblemOccurred(records.unindexed(store.folder, lost=lost)))
        added = [picture for picture in finished.added if not picture.answer]
        if added:
            store.events.publish(
                PicturesAdded(tuple(p.id for p in added), tuple(p.row for p in added), job.id)
            )
        return added

    def _record_waiting(self) -> None:
        while some := self._next_jobs():
            try:
                self._record(some)
            except Exception as error:  # noqa: BLE001 - raised for each job by `add`
                self._record_alone(some, error)

    def _next_jobs(self) -> list[_FinishedJob]:
        some: list[_FinishedJob] = []
        while self._waiting and len(some) < _TOGETHER:
            some.append(self._waiting.popleft())
        return some

    def _record_alone(self, some: list[_FinishedJob], error: Exception) -> None:
        """Record each job separately, so that each has its own error."""
        if len(some) == 1:
            some[0].error = error
            return
        for one in some:
            try:
                self._record([one])
            except Exception as own:  # noqa: BLE001 - raised for this job by `add`
                one.error = own

    def _record(self, some: Sequence[_FinishedJob]) -> None:
        store = self._store
        placed: set[Path] = set()
        for one in some:
            for picture, part in one.pictures:
                target = store.originals.place(part, picture.path, picture.sha256, lasting=False)
                placed.add(target.parent)
        for folder in placed:
            with files.storage_errors(folder):
                files.sync_folder(folder)
        store.append(*(_record_of(one) for one in some))
        try:
            found = store.own.find([id for one in some for id in one.ids])
        except DAMAGE as error:
            store.note_damage(error)
            return
        by_id = {picture.id: picture for picture in found}
        for one in some:
            one.added = [by_id[id] for id in one.ids if id in by_id]


def _record_of(one: _FinishedJob) -> records.Record:
    return records.finished(one.job, [picture for picture, _part in one.pictures])
