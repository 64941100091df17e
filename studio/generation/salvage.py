"""What came of an answer that was cut, tried to be read when the user asks for it."""

from __future__ import annotations

from dataclasses import replace

from studio.attempts import Attempts
from studio.domain import JobState
from studio.endings import failure_of
from studio.errors import InputError, StudioError
from studio.jobs import JobQueue
from studio.journal import Journal, Stage
from studio.lanes import Lane
from studio.words import _


class Salvage:
    """Ends kept answers: with a picture, or with the sentence that there is none in them."""

    def __init__(
        self, *, journal: Journal, journalling: Lane, attempts: Attempts, queue: JobQueue
    ) -> None:
        self._journal = journal
        self._journalling = journalling
        self._attempts = attempts
        self._queue = queue

    async def read(self, id: str) -> None:
        """Bring in what is there of a job's answer; nothing is sent, nothing costs money.

        When nothing can be read the tile says so, and what came stays until it is put away. Raises
        InputError when nothing came, StorageError.
        """
        job, entry = self._queue.jobs.get(id), self._queue.entry_of(id)
        if job is None or entry is None or job.alive:
            raise nothing_kept()
        found = await self._journalling.run(self._journal.look, entry)
        if found.stage is not Stage.CUT or not found.bytes:
            raise nothing_kept()
        self._queue.adopt(replace(job, state=JobState.INGESTING), entry)
        try:
            await self._attempts.read_cut(replace(job, failure=None), found)
        except StudioError as error:
            failure = replace(failure_of(error), billed=job.failure.billed) if job.failure else None
            ended = replace(job, state=JobState.CUT, failure=failure or failure_of(error))
            self._queue.adopt(ended, entry)
            raise
        await self._journalling.run(self._journal.close, entry)
        self._queue.leave(job)


def nothing_kept() -> InputError:
    """The sentence for a job of whose answer there is nothing."""
    return InputError(
        _("There is nothing to read"),
        _("Nothing is kept of this answer."),
        hint=_("Put it away, or try again; that may be billed a second time."),
    )
