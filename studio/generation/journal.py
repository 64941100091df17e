"""Journal of requests, attempts and answers, written before each step takes effect.

Every attempt at a job has a folder of its own until it is over:

    .gridbrush/journal/<attempt id>/
        queued.json   the job with its whole request          -> not sent, not billed
        told.json     how much of a conversation's history is sent
        changes.json  choices that are not sent, if any
        sent.json     written just before the first byte      -> may have been billed
        answer.json   status and headers of a slow answer; else in the next mark
        answer        the body, decoded where it was compressed
        encoded       a compressed body as received, until it is decoded completely
        whole.json    the body is complete and durable        -> ingested at the next start
        cut.json      the body is truncated, and the reason   -> kept and offered
        *.part        pictures decoded from the answer
        *.fetched     pictures fetched from addresses in it, which expire

Each file is renamed into place after an fsync, so the names alone show the stage of an attempt. The
name of a finished attempt's folder ends in `.done`: the rename is the last durable step of a
generation. Beside the folders, `order.json` has the order of the queue if the user changed it. An
entry with a damaged request is moved to `.gridbrush/damaged/` once its answer is in the library.
All calls block; none is made on the loop's thread.
"""

from __future__ import annotations

import logging
import shutil
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from studio.common import directory_handles, files, json_reader
from studio.common.errors import StorageError
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood
from studio.config.settings import USUAL_WIRE
from studio.domain.entities import GenerationRequest, HistoryUse, Job, new_id
from studio.domain.request_fields import RequestChanges
from studio.generation.journal_entry import (
    AnswerHead,
    EndReason,
    FoundAttempt,
    JournalEntry,
    QueuedFile,
    Stage,
    StageMark,
)
from studio.library.files import originals as inside
from studio.library.log import validation

log = logging.getLogger(__name__)

VERSION = 1
_UNKNOWN = "unknown"
DAMAGED = "damaged"
_DONE = ".done"
_TRIES = 5  # to read an entry that is being written
_CHANGES = "changes.json"
_ORDER = "order.json"

T = TypeVar("T")


class Journal:
    """The journal of one library. One process writes: the owner of the lock.

    Attributes:
        unreadable: entries that `recover` could not read, each with the reason.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.unreadable: list[tuple[Path, str]] = []
        self._unsent: set[str] = set()

    def queue(self, job: Job) -> JournalEntry:
        """Journal a job, which survives any crash from then on. Raises StorageError."""
        return self.queue_some((job,))[0]

    def queue_some(self, jobs: Sequence[Job]) -> list[JournalEntry]:
        """Journal several jobs, with fewer fsyncs than one by one.

        If the disk fails in between, returns the entries journalled so far. Raises StorageError if
        none was journalled.
        """
        entries: list[JournalEntry] = []
        files.ensure_folder(self.folder)
        entry: JournalEntry | None = None
        try:
            for job in jobs:
                entry = JournalEntry(self.folder / new_id())
                files.new_folder(entry.folder)
                files.replace(
                    entry.folder / "queued.json",
                    msgspec.json.encode(QueuedFile(version=VERSION, job=job)),
                )
                entries.append(entry)
        except StorageError as error:
            # A job that was not queued must not be recovered.
            if entry is not None:
                files.remove_folder(entry.folder)
            if not entries:
                raise
            log.warning("Only %d of %d jobs could be queued: %s", len(entries), len(jobs), error)
        try:
            files.sync_folder(self.folder)
        except OSError as error:
            for one in entries:
                files.remove_folder(one.folder)
            raise files.storage_error(error, self.folder) from error
        self._unsent.update(one.attempt for one in entries)
        return entries

    def is_unsent(self, entry: JournalEntry) -> bool:
        """Whether this process wrote only the job of an entry. Thread-safe; does not block."""
        return entry.attempt in self._unsent

    def write_history_use(self, entry: JournalEntry, use: HistoryUse) -> None:
        """Record how the history of a conversation is sent; replaces an earlier record."""
        files.replace(entry.folder / "told.json", msgspec.json.encode(use))

    def read_history_use(self, entry: JournalEntry) -> HistoryUse | None:
        """Record of `write_history_use`; None for a request without history."""
        try:
            return _read(entry.folder / "told.json", HistoryUse)
        except (NotUnderstood, OSError) as error:
            log.error("How a question was told cannot be read in %s: %s", entry.folder.name, error)
            return None

    def write_changes(self, entry: JournalEntry, changes: RequestChanges) -> None:
        """Record how the request as sent differs from the choices; replaces an earlier record."""
        self._unsent.discard(entry.attempt)
        files.replace(entry.folder / _CHANGES, msgspec.json.encode(changes))

    def clear_changes(self, entry: JournalEntry) -> None:
        """Remove the changes recorded by an earlier attempt. Raises StorageError."""
        if (entry.folder / _CHANGES).exists():
            files.remove(entry.folder / _CHANGES)

    def read_changes(self, entry: JournalEntry) -> RequestChanges:
        """Changes recorded by `write_changes`; empty if none were."""
        try:
            return _read(entry.folder / _CHANGES, RequestChanges) or RequestChanges()
        except (NotUnderstood, OSError) as error:
            log.error("What was not sent cannot be read in %s: %s", entry.folder.name, error)
            return RequestChanges()

    def sent(self, entry: JournalEntry, wire: str = USUAL_WIRE) -> None:
        """Mark a request as sent, just before its first byte: it may be billed from then on."""
        self._unsent.discard(entry.attempt)
        mark = StageMark(at=time.time(), wire=wire)
        files.replace(entry.folder / "sent.json", msgspec.json.encode(mark))

    def begin_encoded(self, entry: JournalEntry) -> files.Appender:
        """The file for a compressed body as received, which becomes durable with the mark."""
        return files.Appender(entry.encoded, lasting=False)

    def drop_encoded(self, entry: JournalEntry) -> None:
        """Remove a compressed body that was decoded completely."""
        entry.encoded.unlink(missing_ok=True)

    def begin_answer(
        self,
        entry: JournalEntry,
        status: int,
        headers: Mapping[str, str],
        *,
        at_once: bool = False,
        wire: str = USUAL_WIRE,
    ) -> files.Appender:
        """Store status and headers, not durably; returns the file for the body.

        With `at_once`, the answer is already complete: its mark, which includes status and headers,
        follows, so they need no file of their own.
        """
        # Both become durable with the mark for the end of the answer.
        body = files.Appender(entry.body, lasting=False)
        try:
            if not at_once:
                head = AnswerHead(status, dict(headers), wire)
                files.write_file(entry.folder / "answer.json", msgspec.json.encode(head))
        except BaseException:
            body.close()
            raise
        return body

    def whole(
        self,
        entry: JournalEntry,
        body: files.Appender,
        seconds: float,
        *,
        late: bool = False,
        head: AnswerHead | None = None,
    ) -> None:
        """Make an answer durable and mark it as complete.

        `head` is that of a new answer; None to read it from `answer.json`. The body is closed,
        unless a StorageError is raised: then it can still be read.
        """
        try:
            body.sync()
        except StorageError as error:
            log.warning("The answer is written anew: %s", error)
            files.rewrite(body.path)
        else:
            if not body.in_place():
                # The folder was moved away, so the mark would be without its answer.
                raise missing_folder_error(entry.folder)
        mark = StageMark(at=time.time(), bytes=body.size, seconds=seconds, late=late)
        self._mark(entry, "whole.json", mark, head)
        body.close()

    def cut(
        self,
        entry: JournalEntry,
        body: files.Appender | None,
        reason: str,
        seconds: float,
        *,
        head: AnswerHead | None = None,
        reader: int = 0,
    ) -> None:
        """Make a part of an answer durable and mark it as truncated. `head` as in `whole`.

        `reader` is the version of the reader that found it truncated.
        """
        if body is not None:
            body.sync()
            body.close()
        size = body.size if body is not None else 0
        mark = StageMark(at=time.time(), bytes=size, seconds=seconds, reason=reason, reader=reader)
        self._mark(entry, "cut.json", mark, head)

    def looked_at(self, entry: JournalEntry, reader: int) -> None:
        """Record the version of a reader that found an answer truncated or unreadable."""
        for name in ("whole.json", "cut.json"):
            if (mark := _mark_of(entry, name)) is not None:
                mark = msgspec.structs.replace(mark, reader=reader)
                files.replace(entry.folder / name, msgspec.json.encode(mark))
                return

    @staticmethod
    def _mark(entry: JournalEntry, name: str, mark: StageMark, head: AnswerHead | None) -> None:
        head = head or _head(entry, None)
        if head is not None:
            mark = msgspec.structs.replace(
                mark, status=head.status, headers=head.headers, wire=head.wire
            )
        files.replace(entry.folder / name, msgspec.json.encode(mark))

    def stays(self, entry: JournalEntry, why: EndReason) -> bool:
        """Whether the entry has paid data that must not be removed for the reason `why`."""
        if why is EndReason.CANCELLED:
            return self.has_whole(entry)
        if why is EndReason.UNANSWERED:
            return self.has_whole(entry) or self.has_answer(entry)
        return False

    def close(self, entry: JournalEntry, why: EndReason, *, lasting: bool = True) -> bool:
        """Remove an attempt unless it `stays`, as the last step; returns whether it was removed.

        The only place where an answer is removed. Idempotent. Durable if `lasting`; recorded
        attempts need not be, because recovering them again is harmless.
        """
        if self.stays(entry, why):
            log.info("The answer to attempt %s is kept (%s)", entry.attempt, why.value)
            return False
        self._unsent.discard(entry.attempt)
        done = entry.folder.with_name(entry.attempt + _DONE)
        if entry.folder.is_dir():
            files.rename_folder(entry.folder, done, lasting=lasting)
        # A crash from here on leaves a folder that `recover` removes.
        files.remove_folder(done)
        return True

    def take_in(self, spare: JournalEntry) -> None:
        """Copy a complete answer from the fallback store. Idempotent. Raises StorageError."""
        entry = JournalEntry(self.folder / spare.attempt)
        if self.has_whole(entry):
            return
        files.ensure_folder(entry.folder)
        if not (entry.folder / "queued.json").exists():
            files.copy_over(spare.folder / "queued.json", entry.folder / "queued.json")
        files.copy_over(spare.body, entry.body)
        files.copy_over(spare.folder / "whole.json", entry.folder / "whole.json")
        files.sync_folder(self.folder)

    def keep_order(self, entries: Sequence[JournalEntry]) -> None:
        """Store the order of the queue."""
        attempts = [entry.attempt for entry in entries]
        files.replace(self.folder / _ORDER, msgspec.json.encode(attempts))

    def has_whole(self, entry: JournalEntry) -> bool:
        """Whether there is a complete answer."""
        return (entry.folder / "whole.json").exists()

    @staticmethod
    def has_answer(entry: JournalEntry) -> bool:
        """Whether there is at least a part of an answer; True if that cannot be determined."""
        return any(_has_bytes(path) for path in (entry.body, entry.encoded))

    def read_entry(self, entry: JournalEntry) -> FoundAttempt:
        """Read an entry. Raises StorageError."""
        try:
            return _read_entry(entry)
        except (NotUnderstood, OSError) as error:
            raise StorageError(
                _("The journal cannot be read"), f"{entry.folder}: {error}"
            ) from error

    def has_entries(self) -> bool:
        """Whether there are entries."""
        return self.folder.is_dir() and any(one.name != _ORDER for one in self.folder.iterdir())

    def recover(self) -> list[FoundAttempt]:
        """Every unfinished attempt, in the queue's order. Requires the library's lock."""
        self.unreadable = []
        if not self.folder.is_dir():
            return []
        found: list[FoundAttempt] = []
        for folder in directory_handles.folders(self.folder, self.folder):
            try:
                entry = _recovered(folder)
                if entry is not None:
                    found.append(entry)
            except OSError as error:
                log.error("The journal entry %s cannot be read: %s", folder.name, error)
                self.unreadable.append((folder, error.strerror or str(error)))
        order = self._order()
        return sorted(found, key=lambda one: order.get(one.entry.attempt, len(order)))

    def put_aside(self, entry: JournalEntry) -> Path:
        """Move a damaged entry out of the way of the next start; returns its new folder."""
        aside = self.folder.with_name(DAMAGED)
        files.ensure_folder(aside)
        target = aside / entry.attempt
        if target.exists():
            target = aside / f"{entry.attempt}-{new_id()[-6:]}"
        files.rename_folder(entry.folder, target)
        return target

    def _order(self) -> dict[str, int]:
        try:
            with directory_handles.open_file(self.folder, self.folder / _ORDER) as file:
                attempts = json_reader.read_value(file, list[str])
        except (OSError, NotUnderstood):
            # Fall back to the order of queueing.
            return {}
        return {attempt: place for place, attempt in enumerate(attempts)}


def missing_folder_error(folder: Path) -> StorageError:
    """Error for a folder that was removed while in use."""
    return StorageError(
        _("A library folder is missing"),
        _("{folder} was renamed, moved or deleted while in use.").format(folder=folder),
        hint=_("Put it back, then restart Gridbrush."),
    )


def _is_valid(folder: Path) -> bool:
    """Whether a folder has files of an attempt, with or without its request."""
    marks = ("queued.json", "sent.json", "whole.json", "cut.json")
    return any((folder / name).exists() for name in marks) or Journal.has_answer(
        JournalEntry(folder)
    )


def _read_entry(entry: JournalEntry) -> FoundAttempt:
    asked = _asked(entry)
    job = asked or _stand_in(entry)
    sent = _mark_of(entry, "sent.json")
    mark = _mark_of(entry, "whole.json")
    head = _head(entry, mark)
    if mark is not None and head is not None:
        stage = Stage.WHOLE
    elif mark := _mark_of(entry, "cut.json"):
        head = _head(entry, mark)
        stage = Stage.CUT
    elif sent is not None:
        mark = sent
        # Bytes received before the process died are kept like those of a broken connection.
        stage = Stage.CUT if _size(entry) else Stage.SENT
    else:
        stage = Stage.QUEUED
    cut = stage is Stage.CUT
    return FoundAttempt(
        entry=entry,
        stage=stage,
        job=job,
        head=head,
        bytes=_size(entry),
        at=mark.at if mark else job.created,
        seconds=mark.seconds if mark else 0.0,
        marked=not cut or mark is not sent,
        reader=mark.reader if mark else 0,
        late=mark is not None and mark.late,
        # Always in `sent.json`, which answers from the fallback store do not have.
        wire=next((one.wire for one in (sent, mark) if one is not None and one.wire), ""),
        damaged=asked is None,
    )


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _size(entry: JournalEntry) -> int:
    """Bytes of an answer, or of its compressed form if nothing could be decoded."""
    sizes = [one.stat().st_size for one in (entry.body, entry.encoded) if one.exists()]
    return next((size for size in sizes if size), 0)


def _asked(entry: JournalEntry) -> Job | None:
    """The job of an entry; None if it is damaged."""
    try:
        queued = _read(entry.folder / "queued.json", QueuedFile)
        if queued is not None and (odd := validation.odd_in_job(queued.job)):
            raise NotUnderstood(", ".join(odd))
    except NotUnderstood as error:
        log.error("The request of the journal entry %s is damaged: %s", entry.attempt, error)
        return None
    return None if queued is None else queued.job


def _stand_in(entry: JournalEntry) -> Job:
    """A substitute for the job of a damaged entry; the same at every start."""
    request = GenerationRequest(profile=_UNKNOWN, model=_UNKNOWN, prompt=_("The prompt is lost"))
    return Job(
        id=entry.attempt, run=entry.attempt, request=request, created=_written(entry), attempt=0
    )


def _written(entry: JournalEntry) -> float:
    """Creation time of an attempt according to its id, or else its folder's modification time."""
    try:
        return (uuid.UUID(entry.attempt).int >> 80) / 1000
    except ValueError:
        return entry.folder.stat().st_mtime


def _recovered(folder: Path) -> FoundAttempt | None:
    """The attempt in a folder; None if it is finished (and then removed) or gone.

    Raises OSError if it cannot be read.
    """
    for tries in range(_TRIES, 0, -1):
        try:
            if directory_handles.holds_links(folder):
                raise OSError(_("it contains a link or a device"))
            if not inside.is_id(folder.name.removesuffix(_DONE)):
                raise OSError(_("unknown file name"))
            if folder.name.endswith(_DONE) or not _is_valid(folder):
                # Finished, or never completely queued.
                shutil.rmtree(folder, ignore_errors=True)
                return None
            return _read_entry(JournalEntry(folder))
        except FileNotFoundError:
            # A request of this session writes and renames files here at the same time.
            if not folder.is_dir():
                return None
            if tries == 1:
                raise
    return None


def _mark_of(entry: JournalEntry, name: str) -> StageMark | None:
    """A mark of an entry. If its content is damaged, the file name alone determines the stage.

    If `whole.json` is damaged, however, the answer is read like a truncated one.
    """
    path = entry.folder / name
    try:
        mark = _read(path, StageMark)
        if mark is not None and not _is_possible(mark):
            raise NotUnderstood("numbers")
        return mark
    except NotUnderstood as error:
        log.error("%s of the journal entry %s is damaged: %s", name, entry.attempt, error)
        return None if name == "whole.json" else StageMark(at=path.stat().st_mtime, wire="")


def _is_possible(mark: StageMark) -> bool:
    return (
        validation.is_moment(mark.at)
        and 0 <= mark.bytes < json_reader.MOST
        and 0 <= mark.seconds < validation.LAST_TIME
        and 0 <= mark.status < 1000
    )


def _head(entry: JournalEntry, mark: StageMark | None) -> AnswerHead | None:
    if mark is not None and mark.status:
        return AnswerHead(mark.status, mark.headers, mark.wire)
    try:
        return _read(entry.folder / "answer.json", AnswerHead)
    except NotUnderstood:
        # Lost in a power failure before it was durable, like the answer.
        return None


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return json_reader.load(path, kind)
    except FileNotFoundError:
        return None
