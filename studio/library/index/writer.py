"""Index writer: applies records of the log to the tables, in order.

Writes through a connection that the index opened, within one of the index's transactions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, fields
from operator import attrgetter
from typing import Any

import msgspec

from studio.common.errors import Billed, StorageError
from studio.domain.aspect_ratios import ratio_name, size_tier
from studio.domain.choices import ALONE
from studio.domain.entities import Job, JobState, Picture, Role, key_of
from studio.library.index import schema
from studio.library.index.chunks import chunks, ignore_progress, marks
from studio.library.index.lineage_sql import answers_of, move_answers, unused
from studio.library.index.rows import with_texts
from studio.library.index.text_normalization import folded, terms
from studio.library.log.records import DERIVED, FieldChange, LogPosition, Record, listed

_FOR_GOOD = 2
"""State in the history of a change that cannot be undone."""

_ROUND_FIELDS = frozenset({"round", "duel", "round_place", "decision"})
_BESIDE = frozenset({"branches", "stacked", "drifts"})
_OF_PICTURES = (
    *("texts", "tagged", "members", "facts", "pictures"),
    *sorted(_BESIDE),
)
"""Tables from which deleted pictures are removed; `lineage` keeps them."""

_FIELDS = [field for field in fields(Picture) if field.name != "row"]
_NAMES = [field.name for field in _FIELDS]
_DEFAULTS = [None if field.default is MISSING else field.default for field in _FIELDS]
_values = attrgetter(*_NAMES)


def _body(picture: Picture) -> bytes:
    """JSON of a picture, without fields that have their defaults, to save space and time."""
    told = {
        name: value
        for name, value, default in zip(_NAMES, _values(picture), _DEFAULTS, strict=True)
        if value is not default and value != default
    }
    return msgspec.json.encode(told)


class IndexWriter:
    """Applies records through an apsw connection, within one transaction.

    Pictures are collected and inserted together, at the latest before the next change record.
    """

    def __init__(self, db: Any, taken: Callable[[int], None] = ignore_progress) -> None:
        """`taken` is called with the number of further pictures changed."""
        self._db = db
        self._taken = taken
        self._new_terms: Counter[str] = Counter()
        self._pictures: dict[str, Picture] = {}
        self._jobs: list[tuple[Any, ...]] = []
        self._prompts: list[tuple[Any, ...]] = []
        self._tags: dict[str, int] = {}
        ((self._bills,),) = db.execute("SELECT count(*) FROM bills")

    def write_records(self, records: Iterable[tuple[Record, LogPosition, LogPosition]]) -> None:
        """Apply records, each with its start and end, and store the position reached."""
        last = None
        for record, begin, end in records:
            if record.kind == "job" and record.job is not None:
                self._take_job(record.job, record.pictures)
                self._collect(record.pictures)
            elif record.kind == "import":
                self._collect(record.pictures)
            elif record.kind in ("change", DERIVED):
                self._collect(record.pictures)
                self._flush()
                self._take_change(record, begin)
            last = end
        self._flush()
        self._keep_terms()
        if last is not None:
            self.reached(last)

    def reached(self, place: LogPosition) -> None:
        """Store the position in the log up to which records are applied."""
        self._db.execute("DELETE FROM applied")
        self._db.execute("INSERT INTO applied VALUES (?, ?)", (place.file, place.offset))

    def _collect(self, pictures: Iterable[Picture]) -> None:
        for picture in pictures:
            self._pictures.setdefault(picture.id, picture)

    def _keep_terms(self) -> None:
        if self._new_terms:
            self._db.executemany(
                "INSERT INTO terms VALUES (?1, ?2)"
                " ON CONFLICT(term) DO UPDATE SET docs = docs + ?2",
                sorted(self._new_terms.items()),
            )
            self._new_terms.clear()

    def _take_job(self, job: Job, pictures: Sequence[Picture]) -> None:
        # If the log has several records of a job, the last one counts.
        self._jobs.append(
            (
                job.id,
                job.run,
                job.created,
                job.state.value,
                job.attempt,
                # Only failed jobs are read back.
                None if job.state is JobState.DONE else msgspec.json.encode(job),
                None if job.state is JobState.DONE else _edited(job),
            )
        )
        self._take_bill(job)
        prompt = job.request.source_prompt or job.request.prompt
        if prompt.strip():
            picture = pictures[0].id if pictures else None
            self._prompts.append((prompt, job.created, job.run, picture))

    def _flush(self) -> None:
        """Insert collected jobs, prompts and pictures."""
        self._db.executemany(
            "INSERT OR REPLACE INTO jobs(id, run, created, state, attempt, body, parent)"
            " VALUES (?,?,?,?,?,?,?)",
            self._jobs,
        )
        self._db.executemany(
            "INSERT INTO prompts(prompt, last, times, run, picture) VALUES (?1, ?2, 1, ?3, ?4)"
            " ON CONFLICT(prompt) DO UPDATE SET last = max(last, ?2),"
            " times = times + (run <> ?3), run = ?3, picture = coalesce(?4, picture)",
            self._prompts,
        )
        self._jobs.clear()
        self._prompts.clear()
        self._take_pictures(list(self._pictures.values()))
        self._pictures.clear()

    def _take_bill(self, job: Job) -> None:
        """Store each failed attempt that was, or may have been, billed."""
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
            self._bills += 1
        elif job.state is JobState.DONE and self._bills:
            # A kept or truncated answer was read after all: its picture has the cost now.
            self._db.execute(
                "DELETE FROM bills WHERE job = ? AND (kept OR attempt = ?)", (job.id, job.attempt)
            )

    def _take_pictures(self, every: Sequence[Picture]) -> None:
        known = {
            id
            for some in chunks([picture.id for picture in every])
            for (id,) in self._db.execute(
                f"SELECT id FROM pictures WHERE id IN ({marks(some)})"
                f" UNION ALL SELECT id FROM gone WHERE id IN ({marks(some)})",
                (*some, *some),
            )
        }
        # Rows are never reused: views identify pictures by them.
        ((last,),) = self._db.execute(
            "SELECT max(coalesce((SELECT max(row) FROM pictures), 0),"
            " coalesce((SELECT max(row) FROM gone), 0))"
        )
        new = [picture for picture in every if picture.id not in known]
        numbered = list(enumerate(new, start=last + 1))
        self._db.executemany(
            "INSERT INTO pictures"
            "(row, id, job, path, sha256, name, seconds, model, size, tags, body)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (
                (
                    *(row, p.id, p.job, p.path, p.sha256, p.name, p.seconds, p.model),
                    *(p.asked_size, "\n".join(p.tags) or None, _body(p)),
                )
                for row, p in numbered
            ),
        )
        self._db.executemany(
            "INSERT INTO facts(row, created, model, aspect, tier, width, height, cost, rating,"
            " flag, seen, draft, late, offline, edited, imported, run, parent, trashed)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (_facts(row, picture) for row, picture in numbered),
        )
        # Hidden answers are not part of a family.
        self._add_lineage([(row, picture) for row, picture in numbered if not picture.answer])
        self._set_tags((row, name) for row, picture in numbered for name in picture.tags)
        self._index_words(numbered)

    def _add_lineage(self, numbered: Sequence[tuple[int, Picture]]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO lineage VALUES (?,?,?,?,?)",
            (
                (row, position, parent.picture, parent.sha256, parent.role.value)
                for row, picture in numbered
                for position, parent in enumerate(picture.parents)
            ),
        )

    def _index_words(self, numbered: Sequence[tuple[int, Picture]]) -> None:
        words: list[tuple[int, str]] = []
        for row, picture in numbered:
            text = picture.prompt
            if picture.title or picture.note or picture.tags:
                tags = "\n".join(picture.tags)
                text = f"{picture.title}\n{text}\n{picture.note}\n{tags}"
            found = terms(text)
            self._new_terms.update(set(found))
            words.append((row, " ".join(found)))
        self._db.executemany("INSERT INTO words(rowid, text) VALUES (?, ?)", words)
        self._db.executemany("INSERT OR REPLACE INTO texts VALUES (?, ' ' || ? || ' ')", words)

    def _set_tags(self, tagged: Iterable[tuple[int, str]]) -> None:
        """Add tags, each with the row of its picture."""
        self._db.executemany(
            "INSERT OR IGNORE INTO tagged VALUES (?, ?)",
            [(self._tag(name), row) for row, name in tagged],
        )

    def _tag(self, name: str) -> int:
        """Number of a tag; a new tag is added."""
        number = self._tags.get(name)
        if number is None:
            self._db.execute(
                "INSERT OR IGNORE INTO tags(name, folded) VALUES (?, ?)", (name, folded(name))
            )
            ((number,),) = self._db.execute("SELECT tag FROM tags WHERE name = ?", (name,))
            self._tags[name] = number
        return number

    def _set_members(self, rows: Sequence[int], ids: Sequence[str]) -> None:
        for id in ids:
            self._db.execute("INSERT OR IGNORE INTO collections(id) VALUES (?)", (id,))
            ((number,),) = self._db.execute("SELECT number FROM collections WHERE id = ?", (id,))
            self._db.executemany(
                "INSERT OR IGNORE INTO members VALUES (?, ?)", [(number, row) for row in rows]
            )

    def _set_collection(self, id: str, value: dict[str, str] | None) -> None:
        name = value.get("name") if value else None
        self._db.execute(
            "INSERT INTO collections(id, name, folded, search) VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT(id) DO UPDATE SET name = ?2, folded = ?3, search = ?4",
            (id, name, folded(name) if name else None, value.get("search", "") if value else ""),
        )

    def _take_change(self, record: Record, begin: LogPosition) -> None:
        for one in record.changes:
            self._take_field(record, one)
        if record.undoes:
            self._db.execute("UPDATE history SET undone = 1 WHERE id = ?", (record.undoes,))
        elif record.redoes:
            self._db.execute("UPDATE history SET undone = 0 WHERE id = ?", (record.redoes,))
        elif listed(record):
            self._db.execute(
                "INSERT OR IGNORE INTO history(id, file, offset, undone) VALUES (?,?,?,?)",
                (record.id, begin.file, begin.offset, _FOR_GOOD * (record.field == "purged")),
            )

    def _take_field(self, record: Record, change: FieldChange) -> None:
        field, groups = change.field, change.values
        if field == "dismissed":
            for value, ids in groups:
                for some in chunks(ids):
                    self._db.execute(
                        f"UPDATE jobs SET dismissed = ? WHERE id IN ({marks(some)})",
                        (int(value), *some),
                    )
        elif field == "collection":
            for value, ids in groups:
                for id in ids:
                    self._set_collection(id, value)
        elif field == "collection_place":
            self._db.executemany(
                "UPDATE collections SET place = ? WHERE id = ?",
                [(value, id) for value, ids in groups for id in ids],
            )
        elif field in _ROUND_FIELDS:
            for value, ids in groups:
                for id in ids:
                    self._set_round(record, field, value, id)
        elif field == "purged":
            for _value, ids in groups:
                self._purge(ids)
        elif field in schema.COLUMNS:
            for value, ids in groups:
                self._set_field(field, value, ids)

    def _set_round(self, record: Record, field: str, value: Any, id: str) -> None:
        if field in ("round", "duel"):
            body = None if value is None else msgspec.json.encode(value).decode()
            self._db.execute(
                "INSERT INTO rounds(id, field, body) VALUES (?1, ?2, ?3)"
                " ON CONFLICT(id) DO UPDATE SET body = ?3",
                (id, field, body),
            )
            return
        place = value if field == "round_place" else value.get("place", 0)
        self._db.execute("UPDATE rounds SET place = ? WHERE id = ?", (place, id))
        if field == "decision" and not (record.undoes or record.redoes):
            # Undo and redo records are in the history, which tells whether a decision is undone.
            self._db.execute(
                "INSERT OR IGNORE INTO decisions(record, round, body) VALUES (?,?,?)",
                (record.id, id, msgspec.json.encode(value).decode()),
            )

    def _purge(self, ids: Sequence[str]) -> None:
        """Remove pictures from the index, but keep their cost."""
        for some in chunks(ids):
            self._db.execute(
                "INSERT OR IGNORE INTO gone(row, id, created, cost, run) SELECT f.row, p.id,"
                " f.created, CASE WHEN f.imported THEN 0.0 ELSE f.cost END, f.run"
                " FROM pictures p JOIN facts f ON f.row = p.row"
                f" WHERE p.id IN ({marks(some)})",
                tuple(some),
            )
            rows = self._rows(some)
            answers = answers_of(self._db, rows)
            self._db.executemany("DELETE FROM words WHERE rowid = ?", [(row,) for row in rows])
            for table in _OF_PICTURES:
                self._db.execute(f"DELETE FROM {table} WHERE row IN ({marks(rows)})", rows)
            if left := unused(self._db, answers):
                self._purge(left)

    def _set_field(self, field: str, value: Any, ids: list[str]) -> None:
        table, column = schema.COLUMNS[field]
        stored = "\n".join(value) if isinstance(value, list) else value
        for some in chunks(ids):
            self._taken(len(some))
            if field in ("trashed", "answer"):
                self._set_trashed(field, value, some)
                continue
            if table == "facts":
                self._db.execute(
                    f"UPDATE facts SET {column} = ? WHERE row IN"
                    f" (SELECT row FROM pictures WHERE id IN ({marks(some)}))",
                    (stored, *some),
                )
                continue
            rows = self._rows(some)
            within = f"row IN ({marks(rows)})"
            if table in _BESIDE:
                self._set_beside(field, value, rows)
                continue
            self._db.execute(f"UPDATE {table} SET {column} = ? WHERE {within}", (stored, *rows))
            if field == "tags":
                self._db.execute(f"DELETE FROM tagged WHERE {within}", rows)
                self._set_tags((row, name) for name in value for row in rows)
            elif field == "collections":
                self._db.execute(f"DELETE FROM members WHERE {within}", rows)
                self._set_members(rows, value)
            if field in ("title", "note", "tags"):
                self._reindex_words(rows)

    def _set_trashed(self, field: str, value: Any, ids: Sequence[str]) -> None:
        """Set one bit of `facts.trashed`; hidden answers follow their pictures."""
        kept, new = ("2", int(value)) if field == "trashed" else ("1", 2 * int(value))
        rows = self._rows(ids)
        self._db.execute(
            f"UPDATE facts SET trashed = ? + (trashed & {kept}) WHERE row IN ({marks(rows)})",
            (new, *rows),
        )
        if field == "answer":
            self._db.execute(f"DELETE FROM lineage WHERE row IN ({marks(rows)})", rows)
            if not value:
                self._add_lineage(self._stored(rows))
        move_answers(
            self._db, answers_of(self._db, rows) + (list(ids) if field == "answer" else [])
        )

    def _stored(self, rows: Sequence[int]) -> list[tuple[int, Picture]]:
        return [
            (row, with_texts(body, title, note, tags))
            for row, title, note, tags, body in self._db.execute(
                f"SELECT row, title, note, tags, body FROM pictures WHERE row IN ({marks(rows)})",
                tuple(rows),
            )
        ]

    def _set_beside(self, field: str, value: Any, rows: Sequence[int]) -> None:
        """Set a field that few pictures have, which is stored in a table of its own."""
        table, column = schema.COLUMNS[field]
        within = f"row IN ({marks(rows)})"
        self._db.execute(f"DELETE FROM {table} WHERE {within}", rows)
        text, number = value, None
        if field == "drift":
            text = None if value is None else msgspec.json.encode(value).decode()
            number = None if value is None else value.get("share")
        elif field == "stack":
            number = 0 if not value else -1 if value == ALONE else key_of(value)
        if field != "branch":
            sql = f"UPDATE facts SET {field} = ? WHERE {within}"
            self._db.execute(sql, (number, *rows))
        if text and field == "branch":
            self._db.executemany(
                "INSERT INTO branches VALUES (?, ?, ?)", [(row, text, folded(text)) for row in rows]
            )
        elif text:
            self._db.executemany(
                f"INSERT INTO {table}(row, {column}) VALUES (?, ?)", [(row, text) for row in rows]
            )

    def _rows(self, ids: Sequence[str]) -> list[int]:
        sql = f"SELECT row FROM pictures WHERE id IN ({marks(ids)})"
        return [row for (row,) in self._db.execute(sql, tuple(ids))]

    def _reindex_words(self, rows: Sequence[int]) -> None:
        changed = self._stored(rows)
        self._db.executemany("DELETE FROM words WHERE rowid = ?", [(row,) for row, _p in changed])
        self._index_words(changed)
        self._db.executemany(
            "UPDATE pictures SET name = ? WHERE row = ?", [(p.name, row) for row, p in changed]
        )


def _facts(row: int, picture: Picture) -> tuple[Any, ...]:
    return (
        row,
        picture.created,
        picture.model,
        ratio_name(picture.width, picture.height),
        size_tier(picture.width, picture.height),
        picture.width,
        picture.height,
        picture.cost_usd,
        picture.rating,
        picture.flag.value,
        picture.seen,
        picture.draft,
        picture.late,
        picture.offline,
        any(parent.role is Role.EDIT for parent in picture.parents),
        bool(picture.imported),
        None if picture.run is None else key_of(picture.run),
        next(
            (key_of(p.picture) for p in picture.parents if p.role is Role.EDIT and p.picture), None
        ),
        2 * picture.answer,
    )


def _edited(job: Job) -> str | None:
    edited = job.request.edited
    return edited.picture if edited is not None else None
