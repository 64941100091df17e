"""Records of the log: one JSON line per finished job or user's change.

Layout: `.gridbrush/records/YYYY-MM.jsonl`, a new file each month (UTC). A line is

    {"v":1,"id":"<uuid7>","at":1700000000.0,"kind":"change",…,"sum":"<crc32 of the rest>"}

The log is the source of truth: index, counts and history are computed by reading it in order. Undo
appends the inverse with the id of what it undoes, so the user's history is the log. Reading and
appending are in `record_log`.
"""

from __future__ import annotations

import logging
import os
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from studio.common import files, json_reader
from studio.common.errors import LibraryTooNew, StorageError
from studio.common.i18n import _, ngettext
from studio.common.json_reader import NotUnderstood
from studio.domain.entities import Job, Picture, new_id

log = logging.getLogger(__name__)

VERSION = 1

Groups = list[tuple[Any, list[str]]]
"""Values of a field, each with the ids that have it: an action on a million is one line."""


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the log.

    Attributes:
        kind: "job" (a finished job with its pictures), "import" (pictures from elsewhere),
            "change" (a field of pictures or jobs, or a collection).
        field: changed field of the pictures; "dismissed" is a field of jobs, "collection" is a
            collection itself: {"name", "search"}, or None if it does not exist;
            "collection_place" is its place in the sidebar, from 0; "imported" ends an import, and
            its undo moves the pictures to the trash.
        values: new values, each with the ids that get it.
        former: the values before, in the same shape.
        undoes, redoes: id of the record that this one undoes or redoes.
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

    @property
    def ids(self) -> list[str]:
        """Ids of everything the change touches."""
        return [id for _value, ids in self.values for id in ids]


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Position between two records in the log: file and offset in bytes."""

    file: str
    offset: int


BEGINNING = LogPosition("", 0)

SUM = b',"sum":"'
"""Bytes before the checksum of a line."""


def encode(record: Record) -> bytes:
    """The line of a record, with its checksum and line end."""
    return line_of(msgspec.json.encode(record))


def line_of(body: bytes) -> bytes:
    """The line of a record's JSON."""
    return b'%b%b%08x"}\n' % (body[:-1], SUM, zlib.crc32(body))


def body_of(line: bytes) -> bytes:
    """The JSON of a valid line."""
    return line[: line.rfind(SUM)] + b"}"


def too_new() -> LibraryTooNew:
    """Error for a library of a newer version."""
    return LibraryTooNew(
        _("This library was written by a newer version of Gridbrush"),
        _("Nothing was changed."),
        hint=_("Install the newest version, or open another library."),
    )


class LibraryIdentity(msgspec.Struct, frozen=True):
    """Content of the library's `id` file; the id names folders, so it is one word."""

    id: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{1,64}\Z")]
    version: Annotated[int, msgspec.Meta(ge=1, le=1000)] = VERSION


def identity(path: Path, *, create: bool, told: list[StorageError]) -> LibraryIdentity | None:
    """The library's `id` file, created if `create`; None if there is no valid one.

    An invalid file is renamed, which is added to `told`, and computed files are built again.
    Raises StorageError.
    """
    try:
        return json_reader.load(path, LibraryIdentity)
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
    found = LibraryIdentity(id=new_id())
    files.replace(path, msgspec.json.encode(found) + b"\n")
    return found


def unindexed(folder: Path, *, lost: bool) -> StorageError:
    """Error for a record that the index could not apply; `lost`: the index is gone."""
    again = _("Restart Gridbrush to rebuild the index.")
    room = _("Free some disk space. The picture appears with the next one or at the next start.")
    return StorageError(
        _("A picture was saved but cannot be shown yet"),
        _("The index could not be written; the picture is safe in {folder}.").format(folder=folder),
        hint=again if lost else room,
    )


def not_understood(number: int, where: Path) -> StorageError:
    """Error for lines of the log that cannot be read completely."""
    return StorageError(
        ngettext(
            "{n} line in the records is unreadable",
            "{n} lines in the records are unreadable",
            number,
        ).format(n=f"{number:,}"),
        _("Everything else is available. {name} is not changed.").format(name=where),
        hint=_("Recover recent entries with Library > Check all pictures."),
    )


def missing_records_error(folder: Path) -> StorageError:
    """Error for records that were removed while in use."""
    return StorageError(
        _("The library's records are missing"),
        _("{folder} was renamed, moved or deleted while in use.").format(folder=folder),
        hint=_("Put it back, then restart Gridbrush."),
    )


def read_only() -> StorageError:
    """Error for a change in a library that is open for reading only."""
    return StorageError(
        _("The library is read-only"),
        hint=_("Close the other Gridbrush that has it open, then try again."),
    )


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
    """A record of a finished job with its pictures."""
    return Record(id=new_id(), at=time.time(), kind="job", job=job, pictures=pictures)
