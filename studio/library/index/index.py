"""Index: SQLite tables computed from the records, for fast queries.

The only module that opens SQLite connections; more SQL is in `schema`, `search_sql` and `writer`.
The index may be deleted at any time: it stores the position up to which the log was applied, and
the library applies the rest, which is the whole log if the index is new, damaged or of another
version. apsw includes a current SQLite; Python's may have a bug that damages files in WAL mode
(fixed in 3.51.3).
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw

from studio.common.errors import InputError, StorageError
from studio.common.files import private_folder, storage_error
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood
from studio.domain.entities import Flag, Picture, Role
from studio.library.index import index_file, schema
from studio.library.index.chunks import chunks, ignore_progress, marks
from studio.library.index.rows import picture_of
from studio.library.index.search_sql import USUAL_COSTS, CompiledQuery
from studio.library.index.state import IndexState
from studio.library.index.statistics import IndexStatistics
from studio.library.index.text_normalization import folded
from studio.library.index.writer import IndexWriter
from studio.library.log.records import BEGINNING, LogPosition, Record
from studio.library.query import Collection, Family, Query, Sort, View

if TYPE_CHECKING:
    from studio.domain.stacks import StackBy
    from studio.library.index.families import IndexFamilies
    from studio.library.index.stacks import FirstStacks, IndexStacks

log = logging.getLogger(__name__)

_OLDEST_SAFE = 3_051_003
_PORTION = 20_000
MOST_ANCESTORS = 20

# With a journal in memory, because a record that cannot be applied is rolled back.
_BUILD_PRAGMAS = {"journal_mode": "memory", "synchronous": "off", "cache_size": -65536}
# A power failure may lose the last changes of this computed file: the log still has them.
_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "normal",
    "cache_size": -4096,
    "wal_autocheckpoint": 0,
}
_CHECKPOINT_BYTES = 4 << 20
_PAGE = 4096

Interrupted = apsw.InterruptError
"""The query was cancelled."""


class IndexDamaged(StorageError):
    """The index file is corrupt and can be rebuilt."""


DAMAGE = (
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.FormatError,
    apsw.SQLError,
    NotUnderstood,
    IndexDamaged,
)
"""Errors of a query on a corrupt file."""

_INVALID_RECORD = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
    *(apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError, apsw.RangeError),
)
"""Errors of an invalid record; a full disk is not among them."""


def _always() -> bool:
    return True


def missing_index_error(path: Path) -> StorageError:
    """Error for an index that was removed while in use."""
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
        new: whether no log was applied yet; `apply` must be called even for an empty log.
        refused: number of records that could not be applied.
        wanted: returns False once the running query has been cancelled.
        costs: costs for the query planner.
        digits: number of hex digits of row numbers decoded at once, eight for each row.
    """

    def __init__(self, connection: apsw.Connection, *, new: bool = False) -> None:
        self._db = connection
        self.new = new
        self.refused = 0
        self.wanted: Callable[[], bool] = _always
        self.costs = USUAL_COSTS
        self.digits = 800_000
        self._wal_pages = 0
        connection.set_wal_hook(self._on_wal_write)

    @classmethod
    def open(cls, path: Path, *, write: bool) -> Index:
        """Open the index file, which is created if it is missing or of another version.

        Readers never create it: they raise StorageError if there is nothing to read. Raises
        IndexDamaged if the file is corrupt.
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
                index_file.remove(path)
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
            _set_pragmas(db, _PRAGMAS)
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
        """Open an index of any version read-only, without checks. Raises StorageError."""
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
        """An index in memory, for readers of a library whose index is not current."""
        db = apsw.Connection(":memory:")
        db.execute(schema.TABLES)
        return cls(db, new=True)

    def close(self) -> None:
        """Close the connection; idempotent."""
        self._db.close()

    def interrupt(self) -> None:
        """End the running query with `Interrupted`; thread-safe."""
        self._db.interrupt()

    def _check_cancelled(self) -> None:
        # An interrupt between two statements has no effect.
        if not self.wanted():
            raise Interrupted

    @property
    def ledger(self) -> IndexStatistics:
        return IndexStatistics(self._db)

    @property
    def families(self) -> IndexFamilies:
        # Not before the first screen, because the import takes 20 ms, mostly for difflib.
        from studio.library.index.families import IndexFamilies

        return IndexFamilies(self._db)

    @property
    def stacks(self) -> IndexStacks:
        # Not before the first screen, because the import takes 14 ms.
        from studio.library.index.stacks import IndexStacks

        return IndexStacks(self._db, self._check_cancelled)

    @property
    def state(self) -> IndexState:
        return IndexState(self._db)

    # Reading the log

    def applied(self) -> LogPosition:
        """Position in the log up to which records are applied."""
        try:
            found = self._db.execute("SELECT file, offset FROM applied").fetchone()
            if found and not (isinstance(found[0], str) and isinstance(found[1], int)):
                raise NotUnderstood("no place in the log")
        except DAMAGE as error:
            raise damaged(error) from error
        return LogPosition(*found) if found else BEGINNING

    def reached(self) -> LogPosition:
        """The position of `applied`, or the beginning of the log if the index is damaged."""
        try:
            return self.applied()
        except (StorageError, apsw.Error):
            return BEGINNING

    def apply(
        self,
        records: Iterable[tuple[Record, LogPosition, LogPosition]],
        taken: Callable[[int], None] = ignore_progress,
    ) -> None:
        """Apply records, each with its start and end position, in the order of the log.

        They are applied in portions, one transaction each. `taken` is called with the number of
        further pictures changed. Raises StorageError.
        """
        try:
            if not self.new:
                self._apply(records, taken)
                return
            # A new index need not be durable while it is built: an unfinished one is built again.
            _set_pragmas(self._db, _BUILD_PRAGMAS)
            self._db.execute("INSERT INTO words(words, rank) VALUES ('hashsize', 16777216)")
            self._apply(records, taken)
            with self._transaction():
                self._db.execute(schema.INDEXES)
            self._db.pragma("user_version", schema.VERSION)
            self._db.execute("INSERT INTO words(words, rank) VALUES ('hashsize', 1048576)")
            _set_pragmas(self._db, _PRAGMAS)
            self.new = False
        except DAMAGE as error:
            raise damaged(error) from error
        except apsw.Error as error:
            raise StorageError(_("The index cannot be written"), str(error)) from error

    def append_records(
        self,
        added: Sequence[tuple[Record, LogPosition, LogPosition]],
        taken: Callable[[int], None] = ignore_progress,
    ) -> bool:
        """Apply records that were just written; False if records before them are missing.

        `added` and `taken` as for `apply`. Raises StorageError.
        """
        if self.new or self.applied() != added[0][1]:
            return False
        self.apply(added, taken)
        return True

    @property
    def untidy(self) -> bool:
        """Whether the write-ahead log has grown large; see `tidy`."""
        return self._wal_pages * _PAGE > _CHECKPOINT_BYTES

    def _on_wal_write(self, _db: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """A transaction by SQL statements: apsw's own blocks all threads while committing."""
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
                with self._transaction():
                    IndexWriter(self._db, taken).write_records(portion)
            except NotUnderstood:
                raise  # the index is invalid, not the record
            except _INVALID_RECORD as error:
                log.warning("A record cannot be taken: %s", error)
                for entry in portion:
                    self._apply_alone(entry, taken)

    def _apply_alone(
        self, entry: tuple[Record, LogPosition, LogPosition], taken: Callable[[int], None]
    ) -> None:
        """Apply a record that may be invalid, in a transaction of its own."""
        try:
            with self._transaction():
                IndexWriter(self._db, taken).write_records([entry])
        except NotUnderstood:
            raise
        except _INVALID_RECORD as error:
            record, begin, end = entry
            log.warning("Record %s in %s is passed over: %s", record.id, begin.file, error)
            self.refused += 1
            with self._transaction():
                IndexWriter(self._db, taken).reached(end)

    # Queries

    def rows(self, query: Query, limit: int | None = None) -> array[int]:
        """Rows of the matching pictures, sorted; typecode "q"."""
        sql, values = self._statement(query, limit)
        self._check_cancelled()
        if limit is not None:
            return array("q", (row for (row,) in self._db.execute(sql, values)))
        # Stepping through a million rows would block other Python threads a million times.
        ((text,),) = self._db.execute(
            f"SELECT group_concat(printf('%08x', row), '') FROM ({sql})", values
        )
        found = array("q")
        for start in range(0, len(text or ""), self.digits):
            self._check_cancelled()
            part = array("I", bytes.fromhex(text[start : start + self.digits]))
            if sys.byteorder == "little":
                part.byteswap()
            found.extend(array("q", part))
        return found

    def _statement(self, query: Query, limit: int | None) -> tuple[str, tuple[Any, ...]]:
        plain = not query.words and not query.collection and query.view is View.ALL
        plain = plain and not query.least_stars
        if plain and query.sort in (Sort.NEWEST, Sort.OLDEST):
            # The first page at startup needs neither the parser nor the planner.
            hide = " AND flag <> 'reject'" if query.hide_rejected else ""
            turn = " DESC" if query.sort is Sort.NEWEST else ""
            return (
                f"SELECT row FROM facts WHERE trashed = 0{hide} ORDER BY row{turn} LIMIT ?",
                (-1 if limit is None else limit,),
            )
        statement = self.compile(query).rows(limit)
        return statement.sql, statement.values

    def compile(self, query: Query) -> CompiledQuery:
        """A query compiled to its statements."""
        return CompiledQuery(query, self._db.execute, self.costs)

    def filter_rows(self, query: Query, rows: Sequence[int]) -> set[int]:
        """The matching rows among these."""
        found: set[int] = set()
        for some in chunks(rows):
            statement = self.compile(query).filter_statement(some)
            found.update(row for (row,) in self._db.execute(statement.sql, statement.values))
        return found

    def count(self, query: Query) -> int:
        statement = self.compile(query).count()
        self._check_cancelled()
        ((found,),) = self._db.execute(statement.sql, statement.values)
        return int(found)

    def first(self, query: Query, limit: int) -> list[Picture]:
        """The first matching pictures. Raises StorageError."""
        try:
            return self.pictures(self.rows(query, limit))
        except (apsw.Error, NotUnderstood) as error:
            raise StorageError(_("The index cannot be read"), str(error)) from error

    def first_stacks(self, query: Query, by: StackBy, limit: int) -> FirstStacks:
        """The first pictures in stacks, those of `limit` tiles. Raises StorageError."""
        try:
            return self.stacks.first(lambda most: self.rows(query, most), self.pictures, by, limit)
        except (apsw.Error, NotUnderstood) as error:
            raise StorageError(_("The index cannot be read"), str(error)) from error

    def pictures(self, rows: Sequence[int]) -> list[Picture]:
        """The pictures of these rows, in this order; unknown ones are left out."""
        return self._pictures("row", rows)

    def ids(self, rows: Sequence[int]) -> list[str]:
        """The ids of the pictures of these rows; fast even for a million rows."""
        found: list[str] = []
        for some in self._portions(rows):
            ((text,),) = self._db.execute(
                "SELECT group_concat(p.id, char(10)) FROM json_each(?) j"
                " CROSS JOIN pictures p ON p.row = j.value",
                (some,),
            )
            found += text.split("\n") if text else []
        return found

    def rows_of(self, ids: Sequence[str]) -> dict[int, bool]:
        """Rows of these pictures, in order, and whether each is trashed; without unknown ones.

        Takes few steps of SQLite, like `ids`, because there may be ten thousand.
        """
        found: dict[int, bool] = {}
        for some in self._portions(ids):
            ((text,),) = self._db.execute(
                "SELECT group_concat(p.row * 2 + (f.trashed & 1)) FROM json_each(?) j"
                " CROSS JOIN pictures p ON p.id = j.value JOIN facts f ON f.row = p.row",
                (some,),
            )
            found.update(
                (int(one) >> 1, int(one) % 2 == 1) for one in (text or "").split(",") if one
            )
        return found

    def all_flagged(self, rows: Sequence[int], flag: Flag) -> bool:
        return all(
            self._db.execute(
                "SELECT 1 FROM json_each(?) j CROSS JOIN facts f ON f.row = j.value"
                " WHERE f.flag <> ? LIMIT 1",
                (some, flag.value),
            ).fetchone()
            is None
            for some in self._portions(rows)
        )

    def _portions(self, rows: Sequence[int] | Sequence[str]) -> Iterator[str]:
        """Rows or ids as JSON, in portions small enough not to hold up another query."""
        for start in range(0, len(rows), _PORTION):
            self._check_cancelled()
            yield json.dumps(list(rows[start : start + _PORTION]))

    def find(self, ids: Sequence[str]) -> list[Picture]:
        """The pictures with these ids, in this order; unknown ones are left out."""
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
        return [id for (id,) in self._db.execute(schema.IDS_BY_PREFIX, (escaped,))]

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
        """All collections: the arranged ones in order, then the others by name.

        Manual collections have their number of pictures.
        """
        found = self._db.execute(
            "SELECT id, name, search, CASE WHEN search = '' THEN"
            " (SELECT count(*) FROM members m WHERE m.collection = c.number) -"
            " (SELECT count(*) FROM facts f JOIN members m ON m.row = f.row"
            "  WHERE f.trashed = 1 AND m.collection = c.number) END"
            " FROM collections c WHERE name IS NOT NULL"
            " ORDER BY place IS NULL, place, folded, id"
        )
        return [
            Collection(id=id, name=name, search=search or "", pictures=pictures)
            for id, name, search, pictures in found
        ]

    def tags(self, start: str, limit: int) -> list[tuple[str, int]]:
        """Tags that begin with `start`, and the number of pictures of each, most used first."""
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
        """Models of the pictures, by name."""
        return [m for (m,) in self._db.execute("SELECT DISTINCT model FROM facts ORDER BY model")]

    def family(self, id: str) -> Family:
        """A picture, those it was edited from and those edited from it. Raises InputError."""
        found = self.find([id])
        if not found:
            raise InputError(_("Picture {id} not found").format(id=id))
        picture = found[0]
        ancestors: list[Picture] = []
        current, seen = picture, {picture.id}
        while len(ancestors) < MOST_ANCESTORS:
            edited = next((p for p in current.parents if p.role is Role.EDIT and p.picture), None)
            above = self.find([edited.picture]) if edited and edited.picture else []
            if not above or above[0].id in seen:
                break
            current = above[0]
            seen.add(current.id)
            ancestors.insert(0, current)
        return Family(
            picture=picture,
            ancestors=tuple(ancestors),
            children=tuple(self._children(id)),
            drift=self.stacks.drifts([id]).get(id),
        )

    def _children(self, id: str) -> list[Picture]:
        rows = [
            row
            for (row,) in self._db.execute(
                "SELECT row FROM lineage WHERE parent = ? AND role = 'edit' ORDER BY row", (id,)
            )
        ]
        return [p for p in self.pictures(rows) if not p.trashed]


def _set_pragmas(db: apsw.Connection, pragmas: Mapping[str, Any]) -> None:
    for name, value in pragmas.items():
        db.pragma(name, value)


def damaged(error: Exception) -> IndexDamaged:
    """Error for a corrupt index."""
    return IndexDamaged(
        _("The index was damaged"),
        str(error),
        hint=_("It is being rebuilt from the records; try again in a moment."),
    )


def made_anew() -> StorageError:
    """Error for a corrupt index that was rebuilt."""
    return StorageError(
        _("The library index was damaged"),
        _("It was rebuilt from the records; no picture is lost."),
        hint=_("If this happens again, check the disk."),
    )


def tidy(path: Path) -> None:
    """Checkpoint the write-ahead log of the index at `path`, see `Index.untidy`.

    Uses its own connection, beside readers and the writer. Blocking.
    """
    with contextlib.suppress(apsw.Error):
        db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        finally:
            db.close()
