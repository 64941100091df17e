"""Reading of kept (truncated or unreadable) answers at the user's request."""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from studio.common import files
from studio.common.errors import Billed, InputError, NoPicture, StorageError, StudioError
from studio.common.file_types import kind_of, unshown_kind_of
from studio.common.i18n import _
from studio.common.serial_executor import SerialExecutor
from studio.domain.entities import Job, JobState
from studio.generation.attempt import AttemptRunner
from studio.generation.failures import failure_of
from studio.generation.journal import Journal
from studio.generation.journal_entry import EndReason, FoundAttempt, JournalEntry, Stage
from studio.generation.queue import JobQueue
from studio.library.files import save_copies
from studio.providers import base64_text
from studio.providers.base import AnswerPicture

log = logging.getLogger(__name__)

_HEAD = 64


class Salvage:
    """Ingests kept answers."""

    def __init__(
        self,
        *,
        journal: Journal,
        journalling: SerialExecutor,
        attempts: AttemptRunner,
        queue: JobQueue,
        library: Path,
    ) -> None:
        """`library` is the library's folder."""
        self._library = library
        self._journal = journal
        self._journalling = journalling
        self._attempts = attempts
        self._queue = queue

    async def read(self, id: str) -> list[str]:
        """Ingest the received part of a job's answer; returns the ids of its pictures.

        Nothing is sent or billed. If nothing can be read, the tile says so, and the answer is kept
        until it is dismissed. Raises InputError if there is no answer, StorageError.
        """
        job, entry, found = await self._kept(id)
        whole = found.stage is Stage.WHOLE
        read = self._attempts.ingest if whole else self._attempts.read_cut
        self._queue.adopt(replace(job, state=JobState.INGESTING), entry)
        try:
            pictures = await read(replace(job, failure=None), found)
        except StudioError as error:
            if error.answered and whole:
                # The answer was read, and states why there is no picture.
                await self._queue.give_up(job, error)
                raise
            if job.failure is not None:
                error.billed = job.failure.billed
                error.kept = error.kept or job.failure.kept
            state = job.state if whole else JobState.CUT
            ended = replace(job, state=state, failure=failure_of(error))
            self._queue.adopt(ended, entry)
            raise
        await self._journalling.run(self._journal.close, entry, EndReason.RECORDED)
        self._queue.leave(job)
        return [picture.id for picture in pictures]

    async def save(self, id: str, folder: Path) -> list[Path]:
        """Write the pictures of a kept answer to a folder, as the service sent them.

        Without a readable picture, the whole answer is written. Nothing is sent, and the answer
        stays. Returns the new files. Raises InputError if there is no answer, StorageError.
        """
        job, _entry, found = await self._kept(id)
        try:
            pictures = await self._attempts.pictures_of(job, found)
        except StorageError:
            raise
        except StudioError as error:
            log.info("The answer of %s is saved as it is: %s", id, error)
            pictures = []
        return await self._journalling.run(
            _write_files, job, found, pictures, folder, self._library
        )

    async def _kept(self, id: str) -> tuple[Job, JournalEntry, FoundAttempt]:
        """A job that is over, with its kept answer. Raises InputError if there is none."""
        job, entry = self._queue.jobs.get(id), self._queue.entry_of(id)
        if job is None or entry is None or job.alive:
            raise nothing_kept()
        found = await self._journalling.run(self._journal.read_entry, entry)
        if found.stage not in (Stage.CUT, Stage.WHOLE) or not found.bytes:
            raise nothing_kept()
        return job, entry, found


def _write_files(
    job: Job,
    found: FoundAttempt,
    pictures: list[tuple[AnswerPicture, Path]],
    folder: Path,
    library: Path,
) -> list[Path]:
    name = f"{files.slug(job.request.prompt[:200]) or 'answer'}-{job.id[-8:]}"
    saved: list[Path] = []
    for picture, body in pictures:
        with contextlib.suppress(NoPicture):
            saved.append(_write_file(picture.chunks(body), folder, name, library))
    if not saved:
        entry = found.entry
        source = entry.encoded if entry.encoded.exists() else entry.body
        saved.append(_write_file(base64_text.whole_file(source), folder, name, library))
    return saved


def _write_file(chunks: Iterator[bytes], folder: Path, name: str, library: Path) -> Path:
    """Write a file under a free name, with the extension of its type.

    Raises InputError for a folder that contains the library's own files, StorageError.
    """
    head = b""
    first: list[bytes] = []
    for chunk in chunks:
        first.append(chunk)
        head += chunk[:_HEAD]
        if len(head) >= _HEAD:
            break
    kind = kind_of(head[:_HEAD]) or unshown_kind_of(head[:_HEAD])
    extension = kind.extension if kind else ".json" if head.lstrip()[:1] in (b"{", b"[") else ".bin"
    content = itertools.chain(first, chunks)
    saved = save_copies.save_named(content, folder / f"{name}{extension}", library)
    assert saved is not None
    return saved


def nothing_kept() -> InputError:
    """Error for a job without a kept answer."""
    return InputError(
        _("Nothing to read"),
        _("No data of this answer is saved."),
        hint=_("Dismiss it, or try again."),
        billed=Billed.MAYBE,
    )
