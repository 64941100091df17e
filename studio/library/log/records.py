"""The record log: one JSON line per finished job or user's change, appended and fsynced.

Layout: `.gridbrush/records/YYYY-MM.jsonl`, a new file each month (UTC). A line is

    {"v":1,"id":"<uuid7>","at":1700000000.0,"kind":"change",…,"sum":"<crc32 of the rest>"}

The log is the truth: index, counts and history are computed from it by reading it in order. Undo
appends the inverse and names what it undoes, so that what the user sees as history is the log.
Everything here blocks; the library runs it on its writing lane.
"""

from __future__ import annotations

import logging
import os
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any

import msgspec

from studio.common import files, json_reader
from studio.common.errors import LibraryTooNew, StorageError
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood, Reader
from studio.domain.entities import Job, Picture, new_id

log = logging.getLogger(__name__)

VERSION = 1

Groups = list[tuple[Any, list[str]]]
"""Values of a field, each with the ids that have it: one action on a million is one line."""


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the log.

    Attributes:
        kind: "job" (a finished job with its pictures), "import" (pictures from elsewhere),
            "change" (a field of pictures or jobs, or a collection).
        field: which field of the pictures changed; "dismissed" is a field of jobs, "collection"
            is a collection itself: {"name", "search"}, None when there is none.
        values: new values, each with the ids that get it.
        former: the values before, in the same shape.
        undoes, redoes: id of the record this one takes back or does again.
    """

    v: int = VERSION
    id: str
    at: float
    kind: str
    field: str = ""
    values: Groups = []
    former: Groups = []
    undoes: str = ""
    redoes: str = ""
    job: Job | None = None
    pictures: list[Picture] = []


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record ends in the log; everything up to here was read."""

    file: str
    offset: int


BEGINNING = Place("", 0)

_reader: Reader[Record] = Reader(Record)
_SUM = b',"sum":"'
_BOM = b"\xef\xbb\xbf"
_LONGEST_LINE = 512 << 20
"""Bytes; a change of a million pictures has eighty million."""

_BLOCK = 1 << 20


def encode(record: Record) -> bytes:
    """The line of a record, with its checksum and line end."""
    return line_of(msgspec.json.encode(record))


def line_of(body: bytes) -> bytes:
    """The line of a record's JSON."""
    return b'%b%b%08x"}\n' % (body[:-1], _SUM, zlib.crc32(body))


def body_of(line: bytes) -> bytes:
    """The JSON of a line that can be read."""
    return line[: line.rfind(_SUM)] + b"}"


def decode(line: bytes, odd: list[str] | None = None) -> Record:
    """The record of a line, as far as it is understood; `odd` gets what is not.

    Raises NotUnderstood when the line is torn or damaged, or nothing in it can be meant. Raises
    LibraryTooNew for a line of a newer version.
    """
    cut = line.rfind(_SUM)
    if cut < 0:
        raise NotUnderstood("no checksum")
    body = line[line.startswith(_BOM) and len(_BOM) : cut] + b"}"
    if line[cut + len(_SUM) : cut + len(_SUM) + 8] != b"%08x" % zlib.crc32(body):
        raise NotUnderstood("wrong checksum")
    try:
        record = _reader.decode(body)
        _believe(record)
    except NotUnderstood as error:
        from studio.library.log import lenient_records

        raw = json_reader.plain(body)
        if lenient_records.is_newer(raw, VERSION):
            raise too_new() from None
        record = lenient_records.as_far_as_understood(raw, f"odd-{zlib.crc32(body):08x}")
        if odd is not None:
            odd.append(str(error))
    return record


def _believe(record: Record) -> None:
    """Take what a record says for possible. Raises NotUnderstood."""
    from studio.library.log import validation

    odd = []
    if record.v != VERSION:
        if not validation.is_version(record.v):
            odd.append("v")
        elif record.v > VERSION:
            return  # whoever reads on decides
    if not json_reader.is_id(record.id):
        odd.append("id")
    if not validation.is_moment(record.at):
        odd.append("at")
    if record.job is not None:
        odd += validation.odd_in_job(record.job)
    for picture in record.pictures:
        odd += validation.odd_in_picture(picture)
    if record.kind == "change":
        for value, ids in (*record.values, *record.former):
            if not validation.is_value(record.field, value):
                odd.append(record.field)
            elif record.field == "collection" and not all(map(json_reader.is_id, ids)):
                odd.append("ids")
        odd += [one for one in (record.undoes, record.redoes) if one and not json_reader.is_id(one)]
    elif record.kind == "job" and record.job is None and record.pictures:
        odd.append("job")
    if odd:
        raise NotUnderstood(", ".join(odd[:5])[:200])


def too_new() -> LibraryTooNew:
    """The sentence for a library of a newer version."""
    return LibraryTooNew(
        _("This library was written by a newer Gridbrush"),
        _("Nothing in it was touched."),
        hint=_("Install the newest version, or open another library."),
    )


class Identity(msgspec.Struct, frozen=True):
    """What the library's `id` file holds; the id names folders, so it is one word."""

    id: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{1,64}\Z")]
    version: Annotated[int, msgspec.Meta(ge=1, le=1000)] = VERSION


def identity(path: Path, *, create: bool, told: list[StorageError]) -> Identity | None:
    """Who a library is, by its `id` file; None where there is none and none is to be made.

    One that makes no sense is set aside, which is to be `told`: what was computed under it is
    computed anew. Raises StorageError.
    """
    try:
        return json_reader.load(path, Identity)
    except FileNotFoundError:
        if not create:
            return None
    except (NotUnderstood, IsADirectoryError) as error:
        log.warning("The library's identity file is damaged: %s", error)
        if not create:
            return None
        trouble = files.set_aside(path)
        if os.path.lexists(path):
            raise trouble from error
        told.append(trouble)
    except OSError as error:
        raise files.storage_error(error, path) from error
    found = Identity(id=new_id())
    files.replace(path, msgspec.json.encode(found) + b"\n")
    return found


def unindexed(folder: Path, *, lost: bool) -> StorageError:
    """The sentence for a record that stands although the index could not follow.

    `lost`: the index was deleted or renamed.
    """
    again = _("Start Gridbrush again: the index is made anew.")
    room = _("Free some space on the disk; it appears with the next one or at the next start.")
    return StorageError(
        _("A picture was saved but cannot be shown yet"),
        _("The index could not be written; the picture is safe in {folder}.").format(folder=folder),
        hint=again if lost else room,
    )


def gone(folder: Path) -> StorageError:
    """For records that were taken away while they were used."""
    return StorageError(
        _("The records of the library are gone"),
        _("{folder} was renamed, moved or deleted while it was used.").format(folder=folder),
        hint=_("Put it back where it was, then start Gridbrush again."),
    )


def read_only() -> StorageError:
    """The sentence for a change where only reading is possible."""
    return StorageError(
        _("The library is open for reading only"),
        hint=_("Close the other Gridbrush that has it open, then try again."),
    )


def _is_month(name: str) -> bool:
    month, _dot, kind = name.partition(".")
    return kind == "jsonl" and len(month) == 7 and month[4] == "-"


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file; of one that is longer than any record only the end."""
    while line := file.readline(_LONGEST_LINE):
        if not line.endswith(b"\n") and len(line) == _LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = file.readline(_BLOCK)
        yield line


class RecordLog:
    """The log of one library. One process writes; any may read.

    Attributes:
        damaged: lines that could not be read, or not all of them.
        damaged_in: the file of the last of them.
        lenient: lines of a newer version are passed over instead of refused.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged = 0
        self.damaged_in = folder
        self.lenient = False
        self._appender: files.Appender | None = None

    def size(self) -> int:
        """Bytes of all files of the log."""
        return sum(path.stat().st_size for path in self._files())

    def _files(self) -> list[Path]:
        try:
            return sorted(
                one for one in self.folder.iterdir() if _is_month(one.name) and one.is_file()
            )
        except FileNotFoundError:
            return []

    def merge_strays(self) -> None:
        """Take over conflict copies of other computers, if there are any. Raises StorageError."""
        strays = [one for one in self.folder.glob("*.jsonl") if not _is_month(one.name)]
        if strays:
            from studio.library.log import merge_conflicts

            merge_conflicts.merge(self, sorted(strays))

    def end(self) -> Place:
        """Where the log ends now."""
        every = self._files()
        if not every:
            return BEGINNING
        return Place(every[-1].name, every[-1].stat().st_size)

    def emptied(self) -> list[Path]:
        """Files without a line that stand before others: no month begins with nothing."""
        return [path for path in self._files()[:-1] if path.stat().st_size == 0]

    def reaches(self, place: Place) -> bool:
        """Whether the log goes as far as `place`; not so when an older copy was put back."""
        if not place.file:
            return True
        try:
            with (self.folder / place.file).open("rb") as file:
                file.seek(place.offset - 1)
                # Of the last line only the end may be missing.
                return file.read(1) in (b"\n", b"}")
        except (OSError, ValueError):
            return False

    def read(self, since: Place = BEGINNING) -> Iterator[tuple[Record, Place, Place]]:
        """Records after `since`, in order, each with where it begins and ends.

        A torn last line is passed over without a word, a damaged line elsewhere is counted in
        `damaged` and logged. So is one that is understood in part; that part comes. Raises
        LibraryTooNew.
        """
        for path in self._files():
            if path.name < since.file:
                continue
            start = since.offset if path.name == since.file else 0
            with path.open("rb") as file:
                file.seek(start)
                for line in _lines(file):
                    begin, start = start, file.tell()
                    if not line.strip():
                        continue
                    odd: list[str] = []
                    try:
                        record = decode(line, odd)
                    except NotUnderstood as error:
                        if line.endswith(b"\n"):
                            self._note(path, begin, error)
                        continue
                    except LibraryTooNew:
                        if not self.lenient:
                            raise
                        continue
                    if odd:
                        self._note(path, begin, odd[0])
                    if record.v > VERSION and not self.lenient:
                        raise too_new()
                    yield record, Place(path.name, begin), Place(path.name, start)

    def _note(self, path: Path, begin: int, why: object) -> None:
        self.damaged += 1
        self.damaged_in = path
        log.warning("%s at %d is damaged: %s", path.name, begin, why)

    def count_damaged(self) -> int:
        """Lines that cannot be read; every line is looked at."""
        self.damaged = 0
        for _read in self.read():
            pass
        return self.damaged

    def at(self, place: Place) -> Record:
        """The record that begins at `place`. Raises NotUnderstood if there is none."""
        try:
            with (self.folder / place.file).open("rb") as file:
                file.seek(place.offset)
                return decode(file.readline(_LONGEST_LINE))
        except (OSError, ValueError) as error:
            raise NotUnderstood(str(error)) from error

    def append(self, record: Record, *, after: Place = BEGINNING) -> tuple[Place, Place]:
        """Add a record, durable when it returns; where it begins and ends."""
        with files.storage_errors(self.folder):
            if not self.reaches(after) or not (self._appender is None or self._appender.in_place()):
                # What goes there now is read by nobody.
                self.close()
                raise gone(self.folder)
            return self._append(record)

    def _append(self, record: Record) -> tuple[Place, Place]:
        name = self._month()
        if self._appender is None or self._appender.path.name != name:
            self.close()
            self._appender = files.Appender(self.folder / name)
            self._mend_end(self._appender)
        begin = self._appender.append(encode(record))
        try:
            self._appender.sync()
        except BaseException:
            # After a failed sync nothing is known of this file's end: open it anew next time.
            self.close()
            raise
        return Place(name, begin), Place(name, self._appender.size)

    def _month(self) -> str:
        # Never an earlier file than the last: order in the log is order of reading.
        name = time.strftime("%Y-%m.jsonl", time.gmtime())
        every = self._files()
        return max(name, every[-1].name) if every else name

    @staticmethod
    def _mend_end(appender: files.Appender) -> None:
        # A line torn by a crash gets its end, so that the next one stands on its own.
        if appender.size:
            with appender.path.open("rb") as file:
                file.seek(-1, 2)
                torn = file.read(1) != b"\n"
            if torn:
                appender.append(b"\n")

    def close(self) -> None:
        """Close the file that is open for appending."""
        if self._appender is not None:
            self._appender.close()
            self._appender = None


def change(
    field: str, values: Groups, former: Groups, *, undoes: str = "", redoes: str = ""
) -> Record:
    """A record of a user's change, made now."""
    return Record(
        id=new_id(),
        at=time.time(),
        kind="change",
        field=field,
        values=values,
        former=former,
        undoes=undoes,
        redoes=redoes,
    )


def imported(pictures: list[Picture]) -> Record:
    """A record of pictures that came from files."""
    return Record(id=new_id(), at=time.time(), kind="import", pictures=pictures)


def finished(job: Job, pictures: list[Picture]) -> Record:
    """A record of a job that is over, with the pictures it brought."""
    return Record(id=new_id(), at=time.time(), kind="job", job=job, pictures=pictures)
