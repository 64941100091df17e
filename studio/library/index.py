"""The index: SQLite tables computed from the records, so that questions are quick.

It is the only place that speaks SQL. It may be deleted at any time: `Index.open` finds out how far
it has read the log and the library feeds it the rest, from the beginning when it is new, damaged or
of another version. apsw brings a current SQLite; Python's own may have a bug that damages files in
WAL mode (fixed in 3.51.3).
"""

from __future__ import annotations

import logging
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import msgspec

from studio.domain import Flag, Job, JobState, Picture
from studio.errors import Billed, StorageError
from studio.files import storage_error
from studio.library import schema
from studio.library.query import Cost, Counts, PromptUse, Query, Sort, Spend, View
from studio.library.records import BEGINNING, Groups, Place, Record
from studio.words import _

log = logging.getLogger(__name__)

_OLDEST_SAFE = 3_051_003
_CHUNK = 500

_decode_picture = msgspec.json.Decoder(Picture).decode
_decode_job = msgspec.json.Decoder(Job).decode

_ORDER = {
    Sort.NEWEST: "row DESC",
    Sort.OLDEST: "row",
    Sort.RATING: "rating DESC, row DESC",
    Sort.NAME: "name COLLATE NOCASE, row DESC",
    Sort.COST: "cost DESC, row DESC",
}


class Index:
    """One connection to the index. Each thread has its own; only one of them writes."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    @classmethod
    def open(cls, path: Path, *, write: bool) -> Index:
        """Open the index file, made anew when it is missing, damaged or of another version.

        Readers never create: they raise StorageError when there is nothing to read.
        """
        if apsw.SQLITE_VERSION_NUMBER < _OLDEST_SAFE:
            raise StorageError(_("The database library is too old"), apsw.sqlite_lib_version())
        if not write:
            return cls._read_only(path)
        try:
            try:
                return cls._writable(path)
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
                hint=_("Is there room on the disk, and may this user write there?"),
            ) from error

    @classmethod
    def _writable(cls, path: Path) -> Index:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        db = apsw.Connection(str(path))
        try:
            db.set_busy_timeout(5000)
            db.pragma("journal_mode", "wal")
            # Losing the last changes of a computed file at power loss is fine: the log has them.
            db.pragma("synchronous", "normal")
            version = db.pragma("user_version")
            if version == 0:
                with db:
                    db.execute(schema.TABLES)
                    db.pragma("user_version", schema.VERSION)
            elif version != schema.VERSION:
                raise ValueError(f"index version {version}")
        except BaseException:
            db.close()
            raise
        return cls(db)

    @classmethod
    def _read_only(cls, path: Path) -> Index:
        try:
            db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
            db.set_busy_timeout(5000)
            if db.pragma("user_version") != schema.VERSION:
                db.close()
                raise ValueError("another version")
        except (apsw.Error, ValueError) as error:
            raise StorageError(_("The index cannot be read"), str(error)) from error
        return cls(db)

    @classmethod
    def in_memory(cls) -> Index:
        """An index that leaves no trace, for readers of a library whose index is not current."""
        db = apsw.Connection(":memory:")
        db.execute(schema.TABLES)
        return cls(db)

    def close(self) -> None:
        """Close the connection; twice is fine."""
        self._db.close()

    # What was read of the log

    def applied(self) -> Place:
        """How far the log has been read."""
        found = self._db.execute("SELECT file, offset FROM applied").fetchone()
        return Place(*found) if found else BEGINNING

    def apply(self, records: Iterable[tuple[Record, Place, Place]]) -> None:
        """Take over records in the order of the log, all or none. Raises StorageError."""
        try:
            with self._db:
                self._apply(records)
        except apsw.Error as error:
            raise StorageError(_("The index cannot be written"), str(error)) from error

    def _apply(self, records: Iterable[tuple[Record, Place, Place]]) -> None:
        last = None
        for record, begin, end in records:
            if record.kind == "job" and record.job is not None:
                self._take_job(record.job, record.pictures)
            elif record.kind == "change":
                self._take_change(record, begin)
            last = end
        if last is not None:
            self._db.execute("DELETE FROM applied")
            self._db.execute("INSERT INTO applied VALUES (?, ?)", (last.file, last.offset))

    def _take_job(self, job: Job, pictures: list[Picture]) -> None:
        # The order of the log decides: the last word on a job is the true one.
        self._db.execute(
            "INSERT OR REPLACE INTO jobs(id, run, created, state, body) VALUES (?,?,?,?,?)",
            (
                job.id,
                job.run,
                job.created,
                job.state.value,
                msgspec.json.encode(job),
            ),
        )
        self._take_bill(job)
        prompt = job.request.source_prompt or job.request.prompt
        if prompt.strip():
            self._db.execute(
                "INSERT INTO prompts(prompt, last, times, run) VALUES (?1, ?2, 1, ?3)"
                " ON CONFLICT(prompt) DO UPDATE SET last = max(last, ?2),"
                " times = times + (run <> ?3), run = ?3",
                (prompt, job.created, job.run),
            )
        for picture in pictures:
            self._take_picture(picture)

    def _take_bill(self, job: Job) -> None:
        """Each attempt that cost money, or may have, for itself."""
        failure = job.failure
        if failure is not None and failure.billed is not Billed.NO:
            self._db.execute(
                "INSERT OR REPLACE INTO bills VALUES (?,?,?,?,?,?)",
                (
                    job.id,
                    job.attempt,
                    job.finished or job.created,
                    failure.billed.value,
                    job.estimate_usd,
                    failure.kind == StorageError.kind,
                ),
            )
        elif job.state is JobState.DONE:
            # An answer that found no room at first: its picture has the bill now.
            self._db.execute("DELETE FROM bills WHERE job = ? AND kept", (job.id,))

    def _take_picture(self, picture: Picture) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO pictures(id, job, created, path, sha256, name, cost, seconds,"
            " model, size, rating, flag, draft, seen, body)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                picture.id,
                picture.job,
                picture.created,
                picture.path,
                picture.sha256,
                picture.name,
                picture.cost_usd,
                picture.seconds,
                picture.model,
                picture.asked_size,
                picture.rating,
                picture.flag.value,
                picture.draft,
                picture.seen,
                msgspec.json.encode(picture),
            ),
        )
        row = self._row(picture.id)
        if row is None:
            return
        for position, parent in enumerate(picture.parents):
            self._db.execute(
                "INSERT OR REPLACE INTO lineage VALUES (?,?,?,?,?)",
                (row, position, parent.picture, parent.sha256, parent.role.value),
            )
        self._index_words(row, picture)

    def _index_words(self, row: int, picture: Picture) -> None:
        text = "\n".join((picture.title, picture.prompt, picture.note, " ".join(picture.tags)))
        self._db.execute("DELETE FROM words WHERE rowid = ?", (row,))
        self._db.execute("INSERT INTO words(rowid, text) VALUES (?, ?)", (row, text))

    def _take_change(self, record: Record, begin: Place) -> None:
        if record.field == "dismissed":
            for value, ids in record.values:
                for some in _chunks(ids):
                    self._db.execute(
                        f"UPDATE jobs SET dismissed = ? WHERE id IN ({_marks(some)})",
                        (int(value), *some),
                    )
        elif record.field in schema.COLUMNS:
            for value, ids in record.values:
                self._set_field(record.field, value, ids)
        if record.undoes:
            self._db.execute("UPDATE history SET undone = 1 WHERE id = ?", (record.undoes,))
        elif record.redoes:
            self._db.execute("UPDATE history SET undone = 0 WHERE id = ?", (record.redoes,))
        elif record.field != "seen":
            self._db.execute(
                "INSERT OR IGNORE INTO history(id, file, offset) VALUES (?,?,?)",
                (record.id, begin.file, begin.offset),
            )

    def _set_field(self, field: str, value: Any, ids: list[str]) -> None:
        column = schema.COLUMNS[field]
        stored = "\n".join(value) if isinstance(value, list) else value
        for some in _chunks(ids):
            self._db.execute(
                f"UPDATE pictures SET {column} = ? WHERE id IN ({_marks(some)})", (stored, *some)
            )
            if field in ("title", "note", "tags"):
                for picture in self.find(some):
                    self._index_words(picture.row, picture)
                    self._db.execute(
                        "UPDATE pictures SET name = ? WHERE row = ?", (picture.name, picture.row)
                    )

    # Questions

    def _row(self, id: str) -> int | None:
        found = self._db.execute("SELECT row FROM pictures WHERE id = ?", (id,)).fetchone()
        return int(found[0]) if found else None

    def rows(self, query: Query) -> array[int]:
        """Rows of the pictures asked for, in the order asked for; typecode "q"."""
        where, values = _where(query)
        found = self._db.execute(
            f"SELECT row FROM pictures WHERE {where} ORDER BY {_ORDER[query.sort]}", values
        )
        return array("q", (row for (row,) in found))

    def first(self, query: Query, limit: int) -> list[Picture]:
        """The first pictures asked for, however many there are. Raises StorageError."""
        where, values = _where(query)
        try:
            found = self._db.execute(
                f"SELECT {schema.PICTURE} FROM pictures WHERE {where}"
                f" ORDER BY {_ORDER[query.sort]} LIMIT ?",
                (*values, limit),
            )
            return [_picture(one) for one in found]
        except apsw.Error as error:
            raise StorageError(_("The index cannot be read"), str(error)) from error

    def pictures(self, rows: Sequence[int]) -> list[Picture]:
        """The pictures of these rows, in the order asked; unknown ones are left out."""
        return self._pictures("row", rows)

    def find(self, ids: Sequence[str]) -> list[Picture]:
        """The pictures with these ids, in the order asked; unknown ones are left out."""
        return self._pictures("id", ids)

    def _pictures(self, key: str, wanted: Sequence[Any]) -> list[Picture]:
        found: dict[Any, Picture] = {}
        for some in _chunks(wanted):
            for values in self._db.execute(
                f"SELECT {key}, {schema.PICTURE} FROM pictures WHERE {key} IN ({_marks(some)})",
                tuple(some),
            ):
                found[values[0]] = _picture(values[1:])
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

    def every(self) -> Iterator[Picture]:
        """All pictures in order of arrival."""
        for values in self._db.execute(f"SELECT {schema.PICTURE} FROM pictures ORDER BY row"):
            yield _picture(values)

    def field_of(self, field: str, ids: Sequence[str]) -> Groups:
        """What `field` is now for each id, grouped by value; unknown ids are left out."""
        groups: dict[Any, list[str]] = {}
        if field == "dismissed":
            table, column = "jobs", "dismissed"
        else:
            table, column = "pictures", schema.COLUMNS[field]
        for some in _chunks(ids):
            for id, value in self._db.execute(
                f"SELECT id, {column} FROM {table} WHERE id IN ({_marks(some)})", tuple(some)
            ):
                groups.setdefault(value, []).append(id)
        if field == "tags":
            return [(value.split("\n") if value else [], ids) for value, ids in groups.items()]
        if field in ("dismissed", "trashed", "seen"):
            return [(bool(value), ids) for value, ids in groups.items()]
        return list(groups.items())

    def counts(self, since: float) -> Counts:
        """Pictures on each shelf; `since` is the start of this session."""
        row = self._db.execute(schema.COUNTS, (since,)).fetchone()
        (failed,) = self._db.execute(schema.COUNT_FAILED).fetchone() or (0,)
        (prompts,) = self._db.execute("SELECT count(*) FROM prompts").fetchone() or (0,)
        every, session, picks, trash = row or (0, 0, 0, 0)
        return Counts(
            all=every, session=session, picks=picks, failed=failed, trash=trash, prompts=prompts
        )

    def spend(self, day: float, month: float) -> Spend:
        """Money since the start of the local day and month (both seconds since 1970)."""
        row = self._db.execute(schema.SPEND, (day, month)).fetchone()
        today, this_month, unknown, maybe = row or (0.0, 0.0, 0, 0)
        return Spend(
            today=today or 0.0, month=this_month or 0.0, unknown=unknown or 0, maybe=maybe or 0
        )

    def spend_by_day(self, since: float) -> dict[str, float]:
        """Money of each local day that cost any, such as {"2026-11-23": 1.21}."""
        return dict(self._db.execute(schema.SPEND_BY_DAY, (since,)))

    def cost(self, ids: Sequence[str]) -> Cost:
        """What these pictures cost together; one given twice counts once."""
        usd, unknown = 0.0, 0
        for some in _chunks(list(dict.fromkeys(ids))):
            for cost, count in self._db.execute(
                "SELECT total(cost), count(*) - count(cost) FROM pictures"
                f" WHERE id IN ({_marks(some)})",
                tuple(some),
            ):
                usd, unknown = usd + cost, unknown + count
        return Cost(usd, unknown)

    def children(self, id: str) -> list[Picture]:
        """Pictures edited from this one, in order of arrival."""
        rows = [
            row
            for (row,) in self._db.execute(
                "SELECT row FROM lineage WHERE parent = ? AND role = 'edit' ORDER BY row", (id,)
            )
        ]
        return [p for p in self.pictures(rows) if not p.trashed]

    def prompts(self, words: str, limit: int) -> list[PromptUse]:
        """Prompts of the history, the last used first."""
        found = self._db.execute(
            "SELECT prompt, last, times FROM prompts WHERE instr(lower(prompt), lower(?)) > 0"
            " ORDER BY last DESC LIMIT ?",
            (words, limit),
        )
        return [PromptUse(*values) for values in found]

    def failed(self, limit: int) -> list[Job]:
        """Jobs that failed and were not put away, newest first."""
        found = self._db.execute(schema.FAILED, (limit,))
        return [_decode_job(body) for (body,) in found]

    def job_state(self, id: str) -> tuple[str, int] | None:
        """State and attempt of a job the log knows."""
        found = self._db.execute("SELECT state, body FROM jobs WHERE id = ?", (id,)).fetchone()
        return (found[0], _decode_job(found[1]).attempt) if found else None

    def usual_seconds(self, model: str, size: str) -> float | None:
        """Median seconds of the last 25 pictures of that model and size; None below three."""
        found = self._db.execute(
            "SELECT seconds FROM pictures WHERE model = ? AND size = ? AND seconds IS NOT NULL"
            " ORDER BY row DESC LIMIT 25",
            (model, size),
        )
        seconds = sorted(one for (one,) in found)
        return seconds[len(seconds) // 2] if len(seconds) >= 3 else None

    def to_undo(self) -> Place | None:
        """Where the last change that stands begins in the log."""
        found = self._db.execute(schema.TO_UNDO).fetchone()
        return Place(*found) if found else None

    def to_redo(self) -> Place | None:
        """Where the change that was undone last begins; None after a newer change."""
        found = self._db.execute(schema.TO_REDO).fetchone()
        return Place(*found) if found else None


def _picture(values: Sequence[Any]) -> Picture:
    row, rating, flag, title, note, tags, trashed, seen, missing, path, body = values
    stored = _decode_picture(body)
    return replace(
        stored,
        row=row,
        rating=rating,
        flag=Flag(flag),
        title=stored.title if title is None else title,
        note=stored.note if note is None else note,
        tags=stored.tags if tags is None else tuple(tags.split("\n")) if tags else (),
        trashed=bool(trashed),
        seen=bool(seen),
        missing=bool(missing),
        path=path,
    )


def _where(query: Query) -> tuple[str, tuple[Any, ...]]:
    parts = ["trashed = 1" if query.view is View.TRASH else "trashed = 0"]
    values: list[Any] = []
    if query.view is View.SESSION:
        parts.append("created >= ?")
        values.append(query.since)
    elif query.view is View.PICKS:
        parts.append("flag = 'pick'")
    elif query.view is View.FAILED:
        parts.append("0")
    if query.hide_rejected and query.view is not View.TRASH:
        parts.append("flag <> 'reject'")
    if match := _match(query.words):
        parts.append("row IN (SELECT rowid FROM words WHERE words MATCH ?)")
        values.append(match)
    return " AND ".join(parts), tuple(values)


def _match(words: str) -> str:
    """Every word as the beginning of a word, quoted so that nothing in it is an operator."""
    return " ".join('"' + word.replace('"', '""') + '"*' for word in words.split())


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))
