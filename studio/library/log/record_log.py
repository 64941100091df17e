"""The log on disk: decoding of lines, and durable appends.

An invalid line is decoded as far as possible (`lenient_records`), and stays as it is. All calls
block; the library makes them on its writing thread.
"""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import IO

from studio.common import files, json_reader
from studio.common.errors import LibraryTooNew
from studio.common.json_reader import JsonReader, NotUnderstood
from studio.library.log import lenient_records, records, validation
from studio.library.log.records import BEGINNING, FIRST, SUM, VERSION, LogPosition, Record, encode

log = logging.getLogger(__name__)

_reader: JsonReader[Record] = JsonReader(Record)
_BOM = b"\xef\xbb\xbf"
_LONGEST_LINE = 512 << 20
"""Limit of a line in bytes; a change of a million pictures has eighty million."""

_BLOCK = 1 << 20


def decode(line: bytes, odd: list[str] | None = None) -> Record:
    """The record of a line without its invalid parts, whose names are added to `odd`.

    Raises NotUnderstood if the line is truncated, damaged or invalid altogether. Raises
    LibraryTooNew for a line of a newer version.
    """
    cut = line.rfind(SUM)
    if cut < 0:
        raise NotUnderstood("no checksum")
    body = line[line.startswith(_BOM) and len(_BOM) : cut] + b"}"
    if line[cut + len(SUM) : cut + len(SUM) + 8] != b"%08x" % zlib.crc32(body):
        raise NotUnderstood("wrong checksum")
    try:
        record = _reader.decode(body)
        _validate(record)
    except NotUnderstood as error:
        raw = json_reader.plain(body)
        if lenient_records.is_newer(raw, VERSION):
            raise records.too_new() from None
        record = lenient_records.as_far_as_understood(raw, f"odd-{zlib.crc32(body):08x}")
        if odd is not None:
            odd.append(str(error))
    return record


def _validate(record: Record) -> None:
    """Raise NotUnderstood for invalid fields."""
    odd = []
    if record.v != FIRST:
        if not validation.is_version(record.v):
            odd.append("v")
        elif record.v > VERSION:
            return  # the caller decides
    if not json_reader.is_id(record.id):
        odd.append("id")
    if not validation.is_moment(record.at):
        odd.append("at")
    if record.job is not None:
        odd += validation.odd_in_job(record.job)
    for picture in record.pictures:
        odd += validation.odd_in_picture(picture)
    if record.kind in ("change", records.DERIVED):
        for one in record.changes:
            for value, ids in (*one.values, *one.former):
                if not validation.is_value(one.field, value):
                    odd.append(one.field)
                elif one.field in validation.NOT_PICTURES and not all(map(json_reader.is_id, ids)):
                    odd.append("ids")
        odd += [id for id in (record.undoes, record.redoes) if id and not json_reader.is_id(id)]
    elif record.kind == "job" and record.job is None and record.pictures:
        odd.append("job")
    if odd:
        raise NotUnderstood(", ".join(odd[:5])[:200])


def _is_month(name: str) -> bool:
    month, _dot, kind = name.partition(".")
    return kind == "jsonl" and len(month) == 7 and month[4] == "-"


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file; of a line that exceeds the limit, only the end."""
    while line := file.readline(_LONGEST_LINE):
        if not line.endswith(b"\n") and len(line) == _LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = file.readline(_BLOCK)
        yield line


class RecordLog:
    """The log of one library. One process writes; any may read.

    Attributes:
        damaged: number of lines that could not be read completely.
        damaged_in: file of the last of them.
        lenient: skip lines of a newer version instead of raising LibraryTooNew.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged = 0
        self.damaged_in = folder
        self.lenient = False
        self._appender: files.Appender | None = None
        self._version = FIRST

    def size(self) -> int:
        """Bytes of all files of the log."""
        return sum(path.stat().st_size for path in self._files())

    def _files(self) -> list[Path]:
        try:
            return sorted(
                path for path in self.folder.iterdir() if _is_month(path.name) and path.is_file()
            )
        except FileNotFoundError:
            return []

    def strays(self) -> list[Path]:
        """Conflict copies of other computers, next to the monthly files."""
        return sorted(path for path in self.folder.glob("*.jsonl") if not _is_month(path.name))

    def end_position(self) -> LogPosition:
        """Position after the last record."""
        every = self._files()
        if not every:
            return BEGINNING
        return LogPosition(every[-1].name, every[-1].stat().st_size)

    def emptied(self) -> list[Path]:
        """Files that lost all their lines: the empty files before the newest file."""
        return [path for path in self._files()[:-1] if path.stat().st_size == 0]

    def reaches(self, place: LogPosition) -> bool:
        """Whether the log reaches this position; False if an older copy was restored."""
        if not place.file:
            return True
        try:
            with (self.folder / place.file).open("rb") as file:
                file.seek(place.offset - 1)
                # The last line may lack its line ending.
                return file.read(1) in (b"\n", b"}")
        except (OSError, ValueError):
            return False

    def read(
        self, since: LogPosition = BEGINNING
    ) -> Iterator[tuple[Record, LogPosition, LogPosition]]:
        """Records after `since` in order, each with its start and end.

        A truncated last line is skipped silently. Other damaged lines are counted in `damaged` and
        logged; if a part of a line is valid, that part is returned. Raises LibraryTooNew.
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
                        raise records.too_new()
                    yield record, LogPosition(path.name, begin), LogPosition(path.name, start)

    def _note(self, path: Path, begin: int, why: object) -> None:
        self.damaged += 1
        self.damaged_in = path
        log.warning("%s at %d is damaged: %s", path.name, begin, why)

    def count_damaged(self) -> int:
        """Read every line; returns the number of unreadable ones."""
        self.damaged = 0
        for _read in self.read():
            pass
        return self.damaged

    def at(self, place: LogPosition) -> Record:
        """The record that begins at `place`. Raises NotUnderstood if there is none."""
        try:
            with (self.folder / place.file).open("rb") as file:
                file.seek(place.offset)
                return decode(file.readline(_LONGEST_LINE))
        except (OSError, ValueError) as error:
            raise NotUnderstood(str(error)) from error

    def append(
        self, record: Record, *, after: LogPosition = BEGINNING
    ) -> tuple[LogPosition, LogPosition]:
        """Append a record durably; returns its start and end."""
        ((_record, begin, end),) = self.append_all([record], after=after)
        return begin, end

    def append_all(
        self, added: Sequence[Record], *, after: LogPosition = BEGINNING
    ) -> list[tuple[Record, LogPosition, LogPosition]]:
        """Append records durably, with one fsync; returns each with its start and end."""
        with files.storage_errors(self.folder):
            if not self.reaches(after) or not (self._appender is None or self._appender.in_place()):
                # Records appended here would never be read.
                self.close()
                raise records.missing_records_error(self.folder)
            return self._append(added)

    def _append(self, added: Sequence[Record]) -> list[tuple[Record, LogPosition, LogPosition]]:
        if (version := max(record.v for record in added)) > self._version:
            # The version first, so that older programs never read a record they do not support.
            records.raise_version(self.folder.with_name("id"), version)
            self._version = version
        name = self._month()
        if self._appender is None or self._appender.path.name != name:
            self.close()
            self._appender = files.Appender(self.folder / name)
            self._complete_last_line(self._appender)
        lines = [encode(record) for record in added]
        start = self._appender.append(b"".join(lines))
        try:
            self._appender.sync()
        except BaseException:
            # After a failed sync the end of the file is uncertain: it is reopened next time.
            self.close()
            raise
        ends = list(accumulate(map(len, lines), initial=start))
        return [
            (record, LogPosition(name, begin), LogPosition(name, end))
            for record, (begin, end) in zip(added, pairwise(ends), strict=True)
        ]

    def _month(self) -> str:
        # Never earlier than the last file, because the log is read in order of names.
        name = time.strftime("%Y-%m.jsonl", time.gmtime())
        every = self._files()
        return max(name, every[-1].name) if every else name

    @staticmethod
    def _complete_last_line(appender: files.Appender) -> None:
        # A line truncated by a crash gets a line ending, so that the next one is readable.
        if appender.size:
            with appender.path.open("rb") as file:
                file.seek(-1, 2)
                torn = file.read(1) != b"\n"
            if torn:
                appender.append(b"\n")

    def close(self) -> None:
        """Close the file opened for appending."""
        if self._appender is not None:
            self._appender.close()
            self._appender = None
