"""The index: SQLite tables computed from the records, so that questions are quick.

It alone talks to SQLite; `schema`, `search_sql` and `writer` hold more of the SQL. It may be
deleted at any time: `Index.open` finds out how far it has read the log and the library feeds it the
rest, from the beginning when it is new, damaged or of another version. apsw brings a current
SQLite; Python's own may have a bug that damages files in WAL mode (fixed in 3.51.3).
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import apsw

from studio.common.errors import StorageError
from studio.common.files import private_folder, storage_error
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood
from studio.domain.entities import Flag, Picture
from studio.library.index import schema
from studio.library.index.chunks import chunks, marks, unheard
from studio.library.index.rows import picture_of
from studio.library.index.search_sql import CompiledQuery
from studio.library.index.state import IndexState
from studio.library.index.statistics import IndexStatistics
from studio.library.index.text_normalization import folded
from studio.library.index.writer import IndexWriter
from studio.library.log.records import BEGINNING, LogPosition, Record
from studio.library.query import Collection, Query, Sort, View

log = logging.getLogger(__name__)

_OLDEST_SAFE = 3_051_003
_PORTION = 20_000

# Not without a journal: a record that cannot be taken is taken back.
_CARELESS = {"journal_mode": "memory", "synchronous": "off", "cache_size": -65536}
# Losing the last changes of a computed file at power loss is fine: the log has them.
_CAREFUL = {
    "journal_mode": "wal",
    "synchronous": "normal",
    "cache_size": -4096,
    "wal_autocheckpoint": 0,
}
_MUCH = 4 << 20
_PAGE = 4096
_PART = 800_000
"""Digits of rows turned into numbers at once: a hundred thousand of them, in some milliseconds."""

Interrupted = apsw.InterruptError
"""Nobody waits any more for the answer to a question."""


class IndexDamaged(StorageError):
    """The index has other bytes than were written; it can be made anew."""


DAMAGE = (
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.FormatError,
    apsw.SQLError,
    NotUnderstood,
    IndexDamaged,
)
"""What a question ends with where the file has other bytes than were written."""

_ODD = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
    *(apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError, apsw.RangeError),
)
"""What a record ends with that nobody can take; a disk that is full is none of it."""


def _always() -> bool:
    return True


def missing_index_error(path: Path) -> StorageError:
    """For an index that was taken away while it was used."""
    return StorageError(
        _("The index is missing"),
        _("{folder} was renamed, moved or deleted. Pictures and records are not affected.").format(
            folder=path.parent
        ),
        hint=_("Restart Gridbrush to rebuild the index."),
    )


class Index:
    """One connection to the index. Each thread has its own; only one of them writes.

    Attributes:
        new: it has not read the log yet; `apply` must be called, be the log empty or not.
        refused: records of the log that it could not take.
        wanted: whether somebody still waits for the answer to the question it is at.
    """

    def __init__(self, connection: apsw.Connection, *, new: bool = False) -> None:
        self._db = connection
        self.new = new
        self.refused = 0
        self.wanted: Callable[[], bool] = _always
        self._lately = 0
        connection.set_wal_hook(self._written)

    @classmethod
    def open(cls, path: Path, *, write: bool) -> Index:
        """Open the index file, made anew when it is missing or of another version.

        Readers never create: they raise StorageError when there is nothing to read. Raises
        IndexDamaged where a file is there that is no index any more.
        """
        if apsw.SQLITE_VERSION_NUMBER < _OLDEST_SAFE:
            raise StorageError(_("The database library is too old"), apsw.sqlite_lib_version())
        if not write:
            return cls._read_only(path)
        try:
            try:
                return cls._writable(path)
            except DAMAGE as error:
                raise damaged(error) from error
            except (apsw.Error, ValueError) as error:
                log.warning("The index is made anew: %s", error)
                for part in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
                    part.unlink(missing_ok=True)
                return cls._writable(path)
        except OSError as error:
            raise storage_error(error, path.parent) from error
        except (apsw.Error, ValueError) as error:
            raise StorageError(
                _("The index cannot be written"),
                f"{path}: {error}",
                hint=_("Check free disk space and your permission to write there."),
            ) from error

    @classmethod
    def _writable(cls, path: Path) -> Index:
        private_folder(path.parent)
        db = apsw.Connection(str(path))
        try:
            db.set_busy_timeout(5000)
            for name, value in _CAREFUL.items():
                db.pragma(name, value)
            version = db.pragma("user_version")
            if version == 0:
                with db:
                    db.execute(schema.TABLES)
                    db.pragma("user_version", schema.UNFINISHED)
            elif version != schema.VERSION:
                raise ValueError(f"index version {version}")
        except BaseException:
            db.close()
            raise
        return cls(db, new=version == 0)

    @classmethod
    def open_old(cls, path: Path) -> Index:
        """Open an index of any version, to be read as far as that goes. Raises StorageError."""
        return cls._read_only(path, old=True)

    @classmethod
    def _read_only(cls, path: Path, *, old: bool = False) -> Index:
        try:
            db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
            db.set_busy_timeout(5000)
            if db.pragma("user_version") != schema.VERSION and not old:
                db.close()
                raise ValueError("another version")
        except (apsw.Error, ValueError) as error:
            if not path.exists():
                raise missing_index_error(path) from error
            raise StorageError(_("The index cannot be read"), str(error)) from error
        return cls(db)

    @classmethod
    def in_memory(cls) -> Index:
        """An index that leaves no trace, for readers of a library whose index is not current."""
        db = apsw.Connection(":memory:")
        db.execute(schema.TABLES)
        return cls(db, new=True)

    def close(self) -> None:
        """Close the connection; twice is fine."""
        self._db.close()

    def interrupt(self) -> None:
        """End the question it is at with `Interrupted`; any thread may call this."""
        self._db.interrupt()

    def _go_on(self) -> None:
        # Between two statements there is nothing that an interrupt could end.
        if not self.wanted():
            raise Interrupted

    @property
    def ledger(self) -> IndexStatistics:
        """What it counts and sums up."""
        return IndexStatistics(self._db)

    @property
    def state(self) -> IndexState:
        """How things stand, for whoever changes them."""
        return IndexState(self._db)

    # What was read of the log

    def applied(self) -> LogPosition:
        """How far the log has been read."""
        try:
            found = self._db.execute("SELECT file, offset FROM applied").fetchone()
            if found and not (isinstance(found[0], str) and isinstance(found[1], int)):
                raise NotUnderstood("no place in the log")
        except DAMAGE as error:
            raise damaged(error) from error
        return LogPosition(*found) if found else BEGINNING

    def reached(self) -> LogPosition:
        """The same; the beginning where a damaged index cannot tell."""
        try:
            return self.applied()
        except (StorageError, apsw.Error):
            return BEGINNING

    def apply(
        self,
        records: Iterable[tuple[Record, LogPosition, LogPosition]],
        taken: Callable[[int], None] = unheard,
    ) -> None:
        """Take over records in the order of the log. Raises StorageError.

        Many are taken in portions; each stands for itself with the place it reaches. `taken` hears
        how many pictures more a change was made to.
        """
        try:
            if not self.new:
                self._apply(records, taken)
                return
            # What is computed anew needs no care on its way: it is finished or made again.
            for name, value in _CARELESS.items():
                self._db.pragma(name, value)
            self._db.execute("INSERT INTO words(words, rank) VALUES ('hashsize', 16777216)")
            self._apply(records, taken)
            with self._whole():
                self._db.execute(schema.INDEXES)
            self._db.pragma("user_version", schema.VERSION)
            self._db.execute("INSERT INTO words(words, rank) VALUES ('hashsize', 1048576)")
            for name, value in _CAREFUL.items():
                self._db.pragma(name, value)
            self.new = False
        except DAMAGE as error:
            raise damaged(error) from error
        except apsw.Error as error:
            raise StorageError(_("The index cannot be written"), str(error)) from error

    def append_record(
        self,
        record: Record,
        begin: LogPosition,
        end: LogPosition,
        taken: Callable[[int], None] = unheard,
    ) -> bool:
        """Take over one record that was just written; False when others came before it.

        `taken` as for `apply`. Raises StorageError.
        """
        if self.new or self.applied() != begin:
            return False
        self.apply([(record, begin, end)], taken)
        return True

    @property
    def untidy(self) -> bool:
        """Whether what was written lately is much; see `tidy`."""
        return self._lately * _PAGE > _MUCH

    def _written(self, _db: apsw.Connection, _name: str, pages: int) -> int:
        self._lately = pages
        return apsw.SQLITE_OK

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """All or nothing. By statements: apsw's own way holds up every thread while it commits."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _apply(
        self,
        records: Iterable[tuple[Record, LogPosition, LogPosition]],
        taken: Callable[[int], None],
    ) -> None:
        waiting = iter(records)
        while portion := list(islice(waiting, _PORTION)):
            try:
                with self._whole():
                    IndexWriter(self._db, taken).write_records(portion)
            except NotUnderstood:
                raise  # it is the index that is odd
            except _ODD as error:
                log.warning("A record cannot be taken: %s", error)
                for one in portion:
                    self._take_alone(one, taken)

    def _take_alone(
        self, one: tuple[Record, LogPosition, LogPosition], taken: Callable[[int], None]
    ) -> None:
        """Take a record that may be odd; one that nobody can take costs no other."""
        try:
            with self._whole():
                IndexWriter(self._db, taken).write_records([one])
        except NotUnderstood:
            raise
        except _ODD as error:
            record, begin, end = one
            log.warning("Record %s in %s is passed over: %s", record.id, begin.file, error)
            self.refused += 1
            with self._whole():
                IndexWriter(self._db, taken).reached(end)

    # Questions

    def rows(self, query: Query, limit: int | None = None) -> array[int]:
        """Rows of the pictures asked for, in the order asked for; typecode "q"."""
        sql, values = self._statement(query, limit)
        self._go_on()
        if limit is not None:
            return array("q", (row for (row,) in self._db.execute(sql, values)))
        # A million steps would hold up every other thread of Python a million times.
        ((text,),) = self._db.execute(
            f"SELECT group_concat(printf('%08x', row), '') FROM ({sql})", values
        )
        found = array("q")
        for start in range(0, len(text or ""), _PART):
            self._go_on()
            part = array("I", bytes.fromhex(text[start : start + _PART]))
            if sys.byteorder == "little":
                part.byteswap()
            found.extend(array("q", part))
        return found

    def _statement(self, query: Query, limit: int | None) -> tuple[str, tuple[Any, ...]]:
        plain = not query.words and not query.collection and query.view is View.ALL
        if plain and query.sort in (Sort.NEWEST, Sort.OLDEST):
            # The first page of a start: nothing has to be understood or planned for it.
            hide = " AND flag <> 'reject'" if query.hide_rejected else ""
            turn = " DESC" if query.sort is Sort.NEWEST else ""
            return (
                f"SELECT row FROM facts WHERE trashed = 0{hide} ORDER BY row{turn} LIMIT ?",
                (-1 if limit is None else limit,),
            )
        statement = CompiledQuery(query, self._db.execute).rows(limit)
        return statement.sql, statement.values

    def filter_rows(self, query: Query, rows: Sequence[int]) -> set[int]:
        """Those of these rows that are asked for."""
        found: set[int] = set()
        for some in chunks(rows):
            statement = CompiledQuery(query, self._db.execute).filter_statement(some)
            found.update(row for (row,) in self._db.execute(statement.sql, statement.values))
        return found

    def count(self, query: Query) -> int:
        """How many pictures are asked for."""
        statement = CompiledQuery(query, self._db.execute).count()
        self._go_on()
        ((found,),) = self._db.execute(statement.sql, statement.values)
        return int(found)

    def first(self, query: Query, limit: int) -> list[Picture]:
        """The first pictures asked for, however many there are. Raises StorageError."""
        try:
            return self.pictures(self.rows(query, limit))
        except (apsw.Error, NotUnderstood) as error:
            raise StorageError(_("The index cannot be read"), str(error)) from error

    def pictures(self, rows: Sequence[int]) -> list[Picture]:
        """The pictures of these rows, in the order asked; unknown ones are left out."""
        return self._pictures("row", rows)

    def ids(self, rows: Sequence[int]) -> list[str]:
        """The ids of the pictures of these rows, a million of them if need be."""
        found: list[str] = []
        for some in self._portions(rows):
            ((text,),) = self._db.execute(
                "SELECT group_concat(p.id, char(10)) FROM json_each(?) j"
                " CROSS JOIN pictures p ON p.row = j.value",
                (some,),
            )
            found += text.split("\n") if text else []
        return found

    def all_flagged(self, rows: Sequence[int], flag: Flag) -> bool:
        """Whether every picture of these rows has this mark."""
        return all(
            self._db.execute(
                "SELECT 1 FROM json_each(?) j CROSS JOIN facts f ON f.row = j.value"
                " WHERE f.flag <> ? LIMIT 1",
                (some, flag.value),
            ).fetchone()
            is None
            for some in self._portions(rows)
        )

    def _portions(self, rows: Sequence[int]) -> Iterator[str]:
        """Many rows as JSON, so many at a time that nothing else is held up."""
        for start in range(0, len(rows), _PORTION):
            self._go_on()
            yield json.dumps(list(rows[start : start + _PORTION]))

    def find(self, ids: Sequence[str]) -> list[Picture]:
        """The pictures with these ids, in the order asked; unknown ones are left out."""
        return self._pictures("id", ids)

    def _pictures(self, key: str, wanted: Sequence[Any]) -> list[Picture]:
        found: dict[Any, Picture] = {}
        for some in chunks(wanted):
            for values in self._db.execute(
                f"SELECT p.{key}, {schema.PICTURE} FROM pictures p JOIN facts f ON f.row = p.row"
                f" WHERE p.{key} IN ({marks(some)})",
                tuple(some),
            ):
                found[values[0]] = picture_of(values[1:])
        return [found[one] for one in wanted if one in found]

    def prefix(self, start: str) -> list[str]:
        """Ids of pictures that begin or end with `start`; at most 20."""
        escaped = start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found = self._db.execute(
            "SELECT id FROM pictures WHERE id LIKE ?1 || '%' ESCAPE '\\'"
            " OR id LIKE '%' || ?1 ESCAPE '\\' LIMIT 20",
            (escaped,),
        )
        return [id for (id,) in found]

    def following(self, row: int, limit: int) -> list[Picture]:
        """The next pictures after a row, in order of arrival."""
        return [
            picture_of(values)
            for values in self._db.execute(
                f"SELECT {schema.PICTURE} FROM pictures p JOIN facts f ON f.row = p.row"
                " WHERE p.row > ? ORDER BY p.row LIMIT ?",
                (row, limit),
            )
        ]

    def collections(self) -> list[Collection]:
        """All collections by name; those filled by hand with the number of their pictures."""
        found = self._db.execute(
            "SELECT id, name, search, CASE WHEN search = '' THEN"
            " (SELECT count(*) FROM members m WHERE m.collection = c.number) -"
            " (SELECT count(*) FROM facts f JOIN members m ON m.row = f.row"
            "  WHERE f.trashed = 1 AND m.collection = c.number) END"
            " FROM collections c WHERE name IS NOT NULL ORDER BY folded, id"
        )
        return [
            Collection(id=id, name=name, search=search or "", pictures=pictures)
            for id, name, search, pictures in found
        ]

    def tags(self, start: str, limit: int) -> list[tuple[str, int]]:
        """Tags that begin with `start`, the most used first, each with its pictures."""
        begin = folded(start)
        return list(
            self._db.execute(
                "SELECT name, n FROM (SELECT name,"
                " (SELECT count(*) FROM tagged g WHERE g.tag = t.tag) AS n"
                " FROM tags t WHERE folded >= ? AND folded < ?) WHERE n > 0"
                " ORDER BY n DESC, name LIMIT ?",
                (begin, begin + "\U0010ffff", limit),
            )
        )

    def models(self) -> list[str]:
        """Every model that made a picture here."""
        return [m for (m,) in self._db.execute("SELECT DISTINCT model FROM facts ORDER BY model")]

    def children(self, id: str) -> list[Picture]:
        """Pictures edited from this one, in order of arrival."""
        rows = [
            row
            for (row,) in self._db.execute(
                "SELECT row FROM lineage WHERE parent = ? AND role = 'edit' ORDER BY row", (id,)
            )
        ]
        return [p for p in self.pictures(rows) if not p.trashed]


def damaged(error: Exception) -> IndexDamaged:
    """The sentence for an index with other bytes than were written."""
    return IndexDamaged(
        _("The index was damaged"),
        str(error),
        hint=_("It is being rebuilt from the records; try again in a moment."),
    )


def made_anew() -> StorageError:
    """The sentence for a damaged index that was made anew."""
    return StorageError(
        _("The index of the library was damaged"),
        _("It was rebuilt from the records; no picture is lost."),
        hint=_("If this happens again, check the disk."),
    )


def tidy(path: Path) -> None:
    """Bring what was written lately to its place in the index at `path`, see `Index.untidy`.

    On a connection of its own, beside reading and writing; nobody waits for it. Blocking.
    """
    with contextlib.suppress(apsw.Error):
        db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        finally:
            db.close()
