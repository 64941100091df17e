"""Reading of kept answers at the user's request: cut or unreadable ones."""

from __future__ import annotations

from dataclasses import replace

from studio.common.errors import Billed, InputError, StudioError
from studio.common.i18n import _
from studio.common.serial_executor import SerialExecutor
from studio.domain.entities import JobState
from studio.generation.attempt import AttemptRunner
from studio.generation.failures import failure_of
from studio.generation.journal import EndReason, Journal, Stage
from studio.generation.queue import JobQueue


class Salvage:
    """Ingests kept answers."""

    def __init__(
        self,
        *,
        journal: Journal,
        journalling: SerialExecutor,
        attempts: AttemptRunner,
        queue: JobQueue,
    ) -> None:
        self._journal = journal
        self._journalling = journalling
        self._attempts = attempts
        self._queue = queue

    async def read(self, id: str) -> None:
        """Ingest what was received of a job's answer; nothing is sent or billed.

        When nothing can be read the tile says so, and the answer is kept until it is dismissed.
        Raises InputError when there is no answer, StorageError.
        """
        job, entry = self._queue.jobs.get(id), self._queue.entry_of(id)
        if job is None or entry is None or job.alive:
            raise nothing_kept()
        found = await self._journalling.run(self._journal.read_entry, entry)
        if found.stage not in (Stage.CUT, Stage.WHOLE) or not found.bytes:
            raise nothing_kept()
        whole = found.stage is Stage.WHOLE
        read = self._attempts.ingest if whole else self._attempts.read_cut
        self._queue.adopt(replace(job, state=JobState.INGESTING), entry)
        try:
            await read(replace(job, failure=None), found)
        except StudioError as error:
            if error.answered and whole:
                # The answer was read and gives the reason for no picture.
                await self._queue.give_up(job, error)
                raise
            if job.failure is not None:
                error.billed = job.failure.billed
            state = job.state if whole else JobState.CUT
            ended = replace(job, state=state, failure=failure_of(error))
            self._queue.adopt(ended, entry)
            raise
        await self._journalling.run(self._journal.close, entry, EndReason.RECORDED)
        self._queue.leave(job)


def nothing_kept() -> InputError:
    """Error for a job without a kept answer."""
    return InputError(
        _("Nothing to read"),
        _("No data of this answer is saved."),
        hint=_("Dismiss it, or try again."),
        billed=Billed.MAYBE,
    )
