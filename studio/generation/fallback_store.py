"""Fallback store for paid answers outside the library, when the library cannot be written.

Used when its folder is renamed or deleted, or its disk is full, gone or read-only. Each answer is
stored in the state folder in the format of the journal, with the id of its library:

    <state>/answers/<attempt id>/
        home.json     id and folder of the library it belongs to
        queued.json   the job with its whole request
        answer        the body as received
        whole.json    the mark of a complete answer

The folder gets its final name last, so a folder with that name is complete. When the library is
opened next, it is copied into the journal. All calls block and belong on the journal's thread.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from studio.common import files, json_reader
from studio.common.errors import StorageError
from studio.domain.entities import Job
from studio.generation.journal import VERSION, Journal
from studio.generation.journal_entry import JournalEntry, QueuedFile, StageMark
from studio.library.files import originals as inside

log = logging.getLogger(__name__)

_PART = ".part"


class HomeFile(msgspec.Struct, frozen=True):
    """Content of `home.json`: id and folder of the library an answer belongs to."""

    library: str
    folder: str


class FallbackStore:
    """The fallback store of one library."""

    def __init__(self, folder: Path, library: Path) -> None:
        self.folder = folder
        self._library = library
        self._places: dict[str, Path] = {}
        self.library_id = ""
        """Id of the library; set when the library is open."""

    def store_answer(
        self, attempt: str, job: Job, mark: StageMark, content: Callable[[], Iterable[bytes]]
    ) -> Path:
        """Store a complete answer durably; returns its folder. Idempotent.

        If the state folder cannot be written either, a temporary folder is used. No later start
        searches that, so the user has to be told. Raises StorageError.
        """
        if self.has(attempt):
            return self._places.get(attempt, self.folder / attempt)
        try:
            return self._write_answer(self.folder, attempt, job, mark, content)
        except StorageError as error:
            log.warning("A paid answer goes to a temporary folder: %s", error)
            with files.storage_errors(self.folder):
                folder = Path(tempfile.mkdtemp(prefix="gridbrush-answer-"))
            try:
                self._places[attempt] = self._write_answer(folder, attempt, job, mark, content)
            except StorageError:
                files.remove_folder(folder)
                raise
            return self._places[attempt]

    def _write_answer(
        self,
        folder: Path,
        attempt: str,
        job: Job,
        mark: StageMark,
        content: Callable[[], Iterable[bytes]],
    ) -> Path:
        target = folder / attempt
        part = target.with_name(attempt + _PART)
        files.remove_folder(part)
        files.ensure_folder(folder)
        files.new_folder(part)
        try:
            home = HomeFile(library=self.library_id, folder=str(self._library))
            files.replace(part / "home.json", msgspec.json.encode(home))
            queued = QueuedFile(version=VERSION, job=job)
            files.replace(part / "queued.json", msgspec.json.encode(queued))
            files.write_new(part / "answer", content())
            files.replace(part / "whole.json", msgspec.json.encode(mark))
            files.rename_folder(part, target)
        except StorageError:
            files.remove_folder(part)
            raise
        return target

    def has(self, attempt: str) -> bool:
        """Whether the answer to an attempt is here."""
        return self._places.get(attempt, self.folder / attempt).is_dir()

    def remove_attempt(self, attempt: str) -> None:
        """Remove an answer that is now in the library. Idempotent."""
        if self.has(attempt):
            place = self._places.pop(attempt, self.folder / attempt)
            part = place.with_name(attempt + _PART)
            files.rename_folder(place, part)
            files.remove_folder(part if place.parent == self.folder else part.parent)

    def waits(self) -> bool:
        """Whether there is an answer that belongs to this library."""
        return next(self._own(), None) is not None

    def bring_home(self, journal: Journal) -> list[StorageError]:
        """Move every answer of this library to its journal; returns the errors."""
        left: list[StorageError] = []
        for entry in list(self._own()):
            try:
                journal.take_in(entry)
                self.remove_attempt(entry.attempt)
            except StorageError as error:
                log.error("A paid answer stays in %s: %s", entry.folder, error)
                left.append(error)
        return left

    def _own(self) -> Iterator[JournalEntry]:
        if not self.folder.is_dir():
            return
        for folder in sorted(self.folder.iterdir()):
            if not inside.is_id(folder.name) or not folder.is_dir():
                continue
            try:
                home = json_reader.load(folder / "home.json", HomeFile)
            except (OSError, json_reader.NotUnderstood) as error:
                # The answer was paid for, so any library is better than none.
                log.warning("Whose answer %s is cannot be read: %s", folder, error)
                yield JournalEntry(folder)
                continue
            if home.library == self.library_id or home.folder == str(self._library):
                yield JournalEntry(folder)
