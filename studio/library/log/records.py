"""Records of the log: one JSON line per finished job or change by the user.

Layout: `.gridbrush/records/YYYY-MM.jsonl`, a new file each month (UTC). A line is

    {"v":1,"id":"<uuid7>","at":1700000000.0,"kind":"change",…,"sum":"<crc32 of the rest>"}

The log is the source of truth: index, counts and history are computed by reading it in order. Undo
appends the inverse change with the id of the undone record, so the log is also the user's history.
Reading and appending are in `record_log`.
"""

from __future__ import annotations

import logging
import os
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from studio.common import files, i18n, json_reader
from studio.common.errors import LibraryTooNew, StorageError
from studio.common.i18n import _, ngettext
from studio.common.json_reader import NotUnderstood
from studio.domain.entities import Job, Picture, new_id

log = logging.getLogger(__name__)

VERSION = 3
"""Newest version of records and libraries that this program understands."""

FIRST = 1
"""Version of a library, and of records that every program understands."""

SECOND = frozenset(
    {"branch", "stack", "cover", "drift", "round", "round_place", "duel", "decision"}
)
"""Fields of version 2: before the first of them is written, the library gets that version."""

THIRD = frozenset({"answer"})
"""Fields of version 3; records of pictures made here also have version 3."""

DERIVED = "derived"
"""Kind of a record of version 3: a picture made here, and the change made together with it."""

Groups = list[tuple[Any, list[str]]]
"""Values of a field, each with the ids that have it: a change of a million pictures is one line."""


class FieldChange(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A changed field; the attributes are those of `Record`."""

    field: str
    values: Groups = []
    former: Groups = []

    @property
    def ids(self) -> list[str]:
        """Ids of everything the change touches."""
        return [id for _value, ids in self.values for id in ids]


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the log.

    Attributes:
        kind: "job" (a finished job with its pictures), "import" (pictures from elsewhere),
            "change" (a field of pictures or jobs, or a collection), "derived" (a picture made
            here; undoing its change moves it to the trash, and restores the picture that it
            replaced).
        field: changed field of the pictures. Some fields do not belong to pictures: "dismissed" is
            a field of jobs; "collection" is a collection itself ({"name", "search"}, or None if it
            does not exist); "collection_place" is its place in the sidebar, from 0; "imported" ends
            an import, and undoing that moves the pictures to the trash. Of version 2: "branch"
            (name of the branch that begins with a picture), "stack" (id of the picture's stack made
            by hand, "-" for none), "cover" (its rank as the cover of a stack, 0 for none), "drift"
            (its difference from its parent); "round" and "duel" (a definition, or None if it does
            not exist), "round_place" and "decision" have ids of rounds and duels. Of version 3:
            "answer" (whether the picture is a hidden answer that another picture was made from).
        values: new values, each with the ids that get it.
        former: the previous values, in the same form.
        also: further fields changed by the same action.
        undoes, redoes: id of the record that this one undoes or redoes.
    """

    v: int = FIRST
    id: str
    at: float
    kind: str
    field: str = ""
    values: Groups = []
    former: Groups = []
    also: list[FieldChange] = []
    undoes: str = ""
    redoes: str = ""
    job: Job | None = None
    pictures: list[Picture] = []

    @property
    def ids(self) -> list[str]:
        """Ids of everything the change touches."""
        return [id for _value, ids in self.values for id in ids]

    @property
    def changes(self) -> list[FieldChange]:
        """All changed fields."""
        first = FieldChange(field=self.field, values=self.values, former=self.former)
        return [first, *self.also]

    @property
    def touched(self) -> list[str]:
        """Ids of everything that any of its fields touches."""
        return list(dict.fromkeys(id for one in self.changes for id in one.ids))


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
    version: Annotated[int, msgspec.Meta(ge=1, le=1000)] = FIRST


def identity(path: Path, *, create: bool, told: list[StorageError]) -> LibraryIdentity | None:
    """Content of the library's `id` file, created if `create`; None if there is no valid one.

    An invalid file is renamed and reported in `told`, and computed files are built again.
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


def raise_version(path: Path, version: int) -> None:
    """Give the library with this `id` file at least this version; blocking.

    Older programs then open it read-only. Raises StorageError.
    """
    try:
        found = json_reader.load(path, LibraryIdentity)
    except FileNotFoundError:
        return  # a log without a library, such as a copy
    except NotUnderstood as error:
        raise StorageError(_("The library's identity file is damaged"), str(path)) from error
    except OSError as error:
        raise files.storage_error(error, path) from error
    if found.version < version:
        raised = LibraryIdentity(id=found.id, version=version)
        files.replace(path, msgspec.json.encode(raised) + b"\n")


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
        ).format(n=i18n.number(number)),
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


UNLISTED = frozenset({"seen", "path", "missing", "drift", "round_place"})
"""Fields whose changes are not in the history and cannot be undone."""

_BEGUN = frozenset({"round", "duel"})
"""Fields whose first record starts a round or duel, which is not an undo step."""


def listed(record: Record) -> bool:
    """Whether a change is in the history, so that it can be undone."""
    if record.field in _BEGUN and all(value is None for value, _ids in record.former):
        return bool(record.undoes or record.redoes)
    return record.field not in UNLISTED


def change(
    field: str,
    values: Groups,
    former: Groups,
    *,
    also: Sequence[FieldChange] = (),
    undoes: str = "",
    redoes: str = "",
) -> Record:
    """A new record of a change by the user."""
    changed = {field, *(one.field for one in also)}
    return Record(
        v=3 if changed & THIRD else 2 if also or changed & SECOND else FIRST,
        id=new_id(),
        at=time.time(),
        kind="change",
        field=field,
        values=values,
        former=former,
        also=list(also),
        undoes=undoes,
        redoes=redoes,
    )


def imported(pictures: list[Picture]) -> Record:
    """A record of pictures that came from files."""
    return Record(
        v=_version(pictures), id=new_id(), at=time.time(), kind="import", pictures=pictures
    )


def finished(job: Job, pictures: list[Picture]) -> Record:
    """A record of a finished job with its pictures."""
    return Record(
        v=_version(pictures), id=new_id(), at=time.time(), kind="job", job=job, pictures=pictures
    )


def derived(
    picture: Picture, replaced: str | None = None, *, also: Sequence[FieldChange] = ()
) -> Record:
    """A record of a picture made here; `replaced` is the id of the one whose place it takes."""
    values: Groups = [(False, [picture.id])]
    former: Groups = [(True, [picture.id])]
    if replaced is not None:
        values.append((True, [replaced]))
        former.append((False, [replaced]))
    return Record(
        v=3,
        id=new_id(),
        at=time.time(),
        kind=DERIVED,
        field="trashed",
        values=values,
        former=former,
        also=list(also),
        pictures=[picture],
    )


def _version(pictures: Sequence[Picture]) -> int:
    """Version of a record with these pictures."""
    return 3 if any(one.answer or one.derivation is not None for one in pictures) else FIRST
