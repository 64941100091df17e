"""The log on disk: lines are decoded, and appended durably.

An invalid line is decoded as far as possible (`lenient_records`), and stays as it is. Everything
here blocks; the library runs it on its writing lane.
"""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from studio.common import files, json_reader
from studio.common.errors import LibraryTooNew
from studio.common.json_reader import JsonReader, NotUnderstood
from studio.library.log import lenient_records, records, validation
from studio.library.log.records import BEGINNING, SUM, VERSION, LogPosition, Record, encode

log = logging.getLogger(__name__)

_reader: JsonReader[Record] = JsonReader(Record)
_BOM = b"\xef\xbb\xbf"
_LONGEST_LINE = 512 << 20
"""Bytes; a change of a million pictures has eighty million."""

_BLOCK = 1 << 20


def decode(line: bytes, odd: list[str] | None = None) -> Record:
    """The record of a line, as far as it is understood; `odd` gets what is not.

    Raises NotUnderstood when the line is torn or damaged, or nothing in it can be meant. Raises
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
        _believe(record)
    except NotUnderstood as error:
        raw = json_reader.plain(body)
        if lenient_records.is_newer(raw, VERSION):
            raise records.too_new() from None
        record = lenient_records.as_far_as_understood(raw, f"odd-{zlib.crc32(body):08x}")
        if odd is not None:
            odd.append(str(error))
    return record


def _believe(record: Record) -> None:
    """Take what a record says for possible. Raises NotUnderstood."""
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

    def strays(self) -> list[Path]:
        """Files beside those of the months: conflict copies of other computers."""
        return sorted(one for one in self.folder.glob("*.jsonl") if not _is_month(one.name))

    def end_position(self) -> LogPosition:
        """Where the log ends now."""
        every = self._files()
        if not every:
            return BEGINNING
        return LogPosition(every[-1].name, every[-1].stat().st_size)

    def emptied(self) -> list[Path]:
        """Files without a line that stand before others: no month begins with nothing."""
        return [path for path in self._files()[:-1] if path.stat().st_size == 0]

    def reaches(self, place: LogPosition) -> bool:
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

    def read(
        self, since: LogPosition = BEGINNING
    ) -> Iterator[tuple[Record, LogPosition, LogPosition]]:
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
                        raise records.too_new()
                    yield record, LogPosition(path.name, begin), LogPosition(path.name, start)

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
        """Add a record, durable when it returns; where it begins and ends."""
        with files.storage_errors(self.folder):
            if not self.reaches(after) or not (self._appender is None or self._appender.in_place()):
                # What goes there now is read by nobody.
                self.close()
                raise records.missing_records_error(self.folder)
            return self._append(record)

    def _append(self, record: Record) -> tuple[LogPosition, LogPosition]:
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
        return LogPosition(name, begin), LogPosition(name, self._appender.size)

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
