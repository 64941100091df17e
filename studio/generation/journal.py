"""Requests, attempts and answers on disk before anything is believed.

Every attempt at a job has a folder of its own while it is alive:

    .gridbrush/journal/<attempt id>/
        queued.json   the job with its whole request          -> not sent, not billed
        told.json     how a question that goes on with a conversation is told
        sent.json     written just before the first byte      -> may have been billed
        answer.json   status and headers of an answer that takes its time; else in the next mark
        answer        the body, as it came
        whole.json    the body is complete and on the disk    -> ingested at the next start
        cut.json      the body ends in the middle, and why    -> kept and offered
        *.part        pictures on their way out of the answer

Each name appears by rename after its bytes were fsynced, so the names alone tell where an attempt
stands. A folder that ends in `.done` is over: the rename is the last durable step of a generation.
Beside the folders, `order.json` holds the order of the queue where the user changed it.
An entry whose request cannot be read any more, because the disk was damaged, is put aside into
`.gridbrush/damaged/` once what came of it is in the library.
All calls block and belong on the journal's lane.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec

from studio.common import directory_handles, files, json_reader
from studio.common.errors import StorageError
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood
from studio.config.settings import USUAL_WIRE
from studio.domain.entities import GenerationRequest, HistoryUse, Job, new_id
from studio.library.files import originals as inside
from studio.library.log import validation

log = logging.getLogger(__name__)

VERSION = 1
_UNKNOWN = "unknown"
DAMAGED = "damaged"
_DONE = ".done"
_ORDER = "order.json"

T = TypeVar("T")


class Stage(StrEnum):
    """How far an attempt came, as its folder tells."""

    QUEUED = "queued"
    SENT = "sent"
    WHOLE = "whole"
    CUT = "cut"


class EndReason(StrEnum):
    """Why an attempt is over. Each is proof of something; "nobody could look" is none of them."""

    RECORDED = "recorded"
    """Its pictures are in a durable record."""

    REFUSED = "refused"
    """The answer was read, and says itself that there is no picture in it."""

    DISCARDED = "discarded"
    """The user has put it away."""

    CANCELLED = "cancelled"
    """The user stopped it. What is whole by then stays."""

    UNANSWERED = "unanswered"
    """Nothing came. What came stays."""


class QueuedFile(msgspec.Struct, frozen=True):
    """What `queued.json` holds."""

    version: int
    job: Job


class AnswerHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `answer.json` holds: the answer's status and headers (names in lower case), its wire."""

    status: int
    headers: dict[str, str]
    wire: str = USUAL_WIRE


class StageMark(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `sent.json`, `whole.json` and `cut.json` hold.

    Attributes:
        at: seconds since 1970.
        bytes: of the answer's body so far.
        seconds: from sending to the last byte.
        reason: why it was cut.
        reader: version of the reader that took it for cut, or could not read it; 0 for none.
        late: whether it came after the time-out.
        status: of the answer, as in `answer.json`, which is not durable by itself; so are headers.
        wire: name of the wire it was asked by; empty where the mark is damaged.
    """

    at: float
    bytes: int = 0
    seconds: float = 0.0
    reason: str = ""
    reader: int = 0
    late: bool = False
    status: int = 0
    headers: dict[str, str] = {}
    wire: str = USUAL_WIRE


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One attempt's folder."""

    folder: Path

    @property
    def attempt(self) -> str:
        """Id of the attempt."""
        return self.folder.name

    @property
    def body(self) -> Path:
        """The answer's body."""
        return self.folder / "answer"

    def part(self, number: int) -> Path:
        """Where picture `number` of the answer is written before it has its place."""
        return self.folder / f"{number}.part"

    def picture_id(self, number: int) -> str:
        """Id of picture `number` of this attempt: the same at every ingest, so none comes twice.

        A UUIDv7 with the attempt's time and a tail drawn from the attempt's id.
        """
        tail = hashlib.sha256(f"{self.attempt}/{number}".encode()).hexdigest()
        variant = "89ab"[int(tail[0], 16) % 4]
        return f"{self.attempt[:18]}-{variant}{tail[1:4]}-{tail[4:16]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAttempt:
    """An attempt found at start.

    Attributes:
        bytes: of an answer that is there, whole or cut.
        marked: False when the process ended while the answer arrived: it may be all there.
        reader: version of the reader that took the answer for cut, or could not read it.
        late: the answer came after the time-out.
        wire: name of the wire it was asked by; empty where nothing was sent, or nobody can tell.
        damaged: what was asked cannot be read; `job` stands for it, with the attempt's id.
    """

    entry: JournalEntry
    stage: Stage
    job: Job
    head: AnswerHead | None = None
    bytes: int = 0
    at: float = 0.0
    seconds: float = 0.0
    marked: bool = True
    reader: int = 0
    late: bool = False
    wire: str = ""
    damaged: bool = False


class Journal:
    """The journal of one library. One process writes: the owner of the lock.

    Attributes:
        unreadable: entries that `recover` could not even look at, each with the reason.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.unreadable: list[tuple[Path, str]] = []

    def queue(self, job: Job) -> JournalEntry:
        """Believe that a job is wanted: from here on it survives any crash."""
        return self.queue_some((job,))[0]

    def queue_some(self, jobs: Sequence[Job]) -> list[JournalEntry]:
        """The same for some jobs at once, which costs fewer waits for the disk than one by one.

        Where the disk gives out in the middle the first ones are queued, and only their entries
        come back. Raises StorageError when not even the first is.
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
            # What is not believed must not be found.
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
        return entries

    def write_history_use(self, entry: JournalEntry, told: HistoryUse) -> None:
        """How a question that goes on with a conversation is told; the last word counts."""
        files.replace(entry.folder / "told.json", msgspec.json.encode(told))

    def read_history_use(self, entry: JournalEntry) -> HistoryUse | None:
        """What `write_history_use` wrote; None for a question without a past."""
        try:
            return _read(entry.folder / "told.json", HistoryUse)
        except (NotUnderstood, OSError) as error:
            log.error("How a question was told cannot be read in %s: %s", entry.folder.name, error)
            return None

    def sent(self, entry: JournalEntry, wire: str = USUAL_WIRE) -> None:
        """The first byte is about to leave: from here on it may cost money."""
        mark = StageMark(at=time.time(), wire=wire)
        files.replace(entry.folder / "sent.json", msgspec.json.encode(mark))

    def begin_answer(
        self,
        entry: JournalEntry,
        status: int,
        headers: Mapping[str, str],
        *,
        at_once: bool = False,
        wire: str = USUAL_WIRE,
    ) -> files.Appender:
        """Keep status and headers; the body is appended to what comes back. Not yet durable.

        With `at_once` the answer is here already and its mark comes next, with status and headers
        in it: a file for those few milliseconds is not written.
        """
        # Both become durable with the mark that says how the answer ended.
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
        """The answer is complete: durable before anything in it is believed.

        `head` is known to whoever has just received it; else it is read from `answer.json`. The
        body is closed, unless a StorageError is raised: then it may be read back.
        """
        try:
            body.sync()
        except StorageError as error:
            log.warning("The answer is written anew: %s", error)
            files.rewrite(body.path)
        else:
            if not body.in_place():
                # The mark would be put beside nothing.
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
        """The answer ends in the middle: what is there is kept. `head` as in `whole`.

        `reader` is the version of whoever found that it does.
        """
        if body is not None:
            body.sync()
            body.close()
        size = body.size if body is not None else 0
        mark = StageMark(at=time.time(), bytes=size, seconds=seconds, reason=reason, reader=reader)
        self._mark(entry, "cut.json", mark, head)

    def looked_at(self, entry: JournalEntry, reader: int) -> None:
        """A reader has looked at an answer in vain: cut, or whole and not to be read."""
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
        """Whether something that was paid for is in it that `why` does not account for."""
        if why is EndReason.CANCELLED:
            return self.has_whole(entry)
        if why is EndReason.UNANSWERED:
            return self.has_whole(entry) or self.has_answer(entry)
        return False

    def close(self, entry: JournalEntry, why: EndReason, *, lasting: bool = True) -> bool:
        """Forget the attempt, unless it `stays`; whether it is over. Last of all steps.

        The one place where an answer is removed; twice is fine. Durable, unless not `lasting`: of
        what is recorded nobody minds to find it once more.
        """
        if self.stays(entry, why):
            log.info("What came of the attempt %s is kept (%s)", entry.attempt, why.value)
            return False
        done = entry.folder.with_name(entry.attempt + _DONE)
        if entry.folder.is_dir():
            files.rename_folder(entry.folder, done, lasting=lasting)
        # Computed rubbish from here on: a crash now leaves a folder that `recover` removes.
        files.remove_folder(done)
        return True

    def take_in(self, spare: JournalEntry) -> None:
        """Copy a whole answer that was kept elsewhere. Twice is fine. Raises StorageError."""
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
        """Remember the order of what is queued, where it is not that of queueing."""
        attempts = [entry.attempt for entry in entries]
        files.replace(self.folder / _ORDER, msgspec.json.encode(attempts))

    def has_whole(self, entry: JournalEntry) -> bool:
        """Whether a whole answer is here already; else there is nothing to `look` for."""
        return (entry.folder / "whole.json").exists()

    @staticmethod
    def has_answer(entry: JournalEntry) -> bool:
        """Whether some of an answer's body is there; so it is where nobody can tell."""
        try:
            return entry.body.stat().st_size > 0
        except FileNotFoundError:
            return False
        except OSError:
            return True

    def read_entry(self, entry: JournalEntry) -> FoundAttempt:
        """How far an attempt came. Raises StorageError when that cannot be read."""
        try:
            return _read_entry(entry)
        except (NotUnderstood, OSError) as error:
            raise StorageError(
                _("The journal cannot be read"), f"{entry.folder}: {error}"
            ) from error

    def has_entries(self) -> bool:
        """Whether there is anything for `recover` to look at."""
        return self.folder.is_dir() and any(one.name != _ORDER for one in self.folder.iterdir())

    def recover(self) -> list[FoundAttempt]:
        """Every attempt that is not over, in the queue's order. Only under the library's lock."""
        self.unreadable = []
        if not self.folder.is_dir():
            return []
        found: list[FoundAttempt] = []
        for folder in directory_handles.folders(self.folder, self.folder):
            try:
                if directory_handles.holds_links(folder):
                    raise OSError(_("it contains a link or a device"))
                if not inside.is_id(folder.name.removesuffix(_DONE)):
                    raise OSError(_("unknown file name"))
                if folder.name.endswith(_DONE) or not _believed(folder):
                    # Over, or ended before it was ever believed.
                    shutil.rmtree(folder, ignore_errors=True)
                else:
                    found.append(_read_entry(JournalEntry(folder)))
            except OSError as error:
                log.error("The journal entry %s cannot be read: %s", folder.name, error)
                self.unreadable.append((folder, error.strerror or str(error)))
        order = self._order()
        return sorted(found, key=lambda one: order.get(one.entry.attempt, len(order)))

    def put_aside(self, entry: JournalEntry) -> Path:
        """Keep the files of a damaged entry where no start looks for work; where that is."""
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
            # The order of queueing is a good order too.
            return {}
        return {attempt: place for place, attempt in enumerate(attempts)}


def missing_folder_error(folder: Path) -> StorageError:
    """For a folder that was taken away while it was used."""
    return StorageError(
        _("A library folder is missing"),
        _("{folder} was renamed, moved or deleted while in use.").format(folder=folder),
        hint=_("Put it back, then restart Gridbrush."),
    )


def _believed(folder: Path) -> bool:
    """Whether an attempt got so far that it counts; where its request is gone, that it was sent."""
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
        # Bytes that came before the process was ended are kept like those of a broken line.
        stage = Stage.CUT if entry.body.exists() and entry.body.stat().st_size else Stage.SENT
    else:
        stage = Stage.QUEUED
    cut = stage is Stage.CUT
    return FoundAttempt(
        entry=entry,
        stage=stage,
        job=job,
        head=head,
        bytes=entry.body.stat().st_size if entry.body.exists() else 0,
        at=mark.at if mark else job.created,
        seconds=mark.seconds if mark else 0.0,
        marked=not cut or mark is not sent,
        reader=mark.reader if mark else 0,
        late=mark is not None and mark.late,
        # The mark of sending has it for sure; an answer that was kept elsewhere has only its own.
        wire=next((one.wire for one in (sent, mark) if one is not None and one.wire), ""),
        damaged=asked is None,
    )


def _asked(entry: JournalEntry) -> Job | None:
    """What was asked; None where the disk has lost it."""
    try:
        queued = _read(entry.folder / "queued.json", QueuedFile)
        if queued is not None and (odd := validation.odd_in_job(queued.job)):
            raise NotUnderstood(", ".join(odd))
    except NotUnderstood as error:
        log.error("The request of the journal entry %s is damaged: %s", entry.attempt, error)
        return None
    return None if queued is None else queued.job


def _stand_in(entry: JournalEntry) -> Job:
    """A job for an attempt of which nobody knows what was asked; the same at every start."""
    request = GenerationRequest(profile=_UNKNOWN, model=_UNKNOWN, prompt=_("The prompt is lost"))
    return Job(
        id=entry.attempt, run=entry.attempt, request=request, created=_written(entry), attempt=0
    )


def _written(entry: JournalEntry) -> float:
    """When an attempt was first written down, as its id tells; else when it was last touched."""
    try:
        return (uuid.UUID(entry.attempt).int >> 80) / 1000
    except ValueError:
        return entry.folder.stat().st_mtime


def _mark_of(entry: JournalEntry, name: str) -> StageMark | None:
    """A mark; one that is damaged still says by its name that the attempt came so far.

    Only a whole answer is not believed without it: then it is read like one that was cut.
    """
    path = entry.folder / name
    try:
        mark = _read(path, StageMark)
        if mark is not None and not _can_be(mark):
            raise NotUnderstood("numbers")
        return mark
    except NotUnderstood as error:
        log.error("%s of the journal entry %s is damaged: %s", name, entry.attempt, error)
        return None if name == "whole.json" else StageMark(at=path.stat().st_mtime, wire="")


def _can_be(mark: StageMark) -> bool:
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
        # The power went before it was durable; so did the answer.
        return None


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return json_reader.load(path, kind)
    except FileNotFoundError:
        return None
