"""Queries of the index for changes and for maintenance of files.

Values of a field before a change, known contents and files, pictures in the trash or deleted for
good, and log positions of changes that can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from studio.common import json_reader
from studio.library.index import lineage_sql, schema
from studio.library.index.chunks import chunks, ignore_progress, marks
from studio.library.log.records import Groups, LogPosition


class IndexState:
    """Reads the state of pictures and the history over one connection to the index."""

    def __init__(self, db: Any) -> None:
        self._db = db

    def field_of(
        self, field: str, ids: Sequence[str], read: Callable[[int], None] = ignore_progress
    ) -> Groups:
        """Current value of `field` for each id, grouped by value; unknown ids are left out.

        `read` is called with the number of further ids read; an exception ends the query.
        """
        if field == "collection":
            return [(self._collection_value(id), [id]) for id in ids]
        if field == "collection_place":
            return [(self._collection_place(id), [id]) for id in ids]
        groups: dict[Any, list[str]] = {}
        if field == "dismissed":
            source, column = "jobs", "dismissed"
        elif field in ("round", "duel", "round_place"):
            return [(self._round_value(field, id), [id]) for id in ids]
        elif (table := schema.COLUMNS[field][0]) not in ("facts", "pictures"):
            source = f"pictures p LEFT JOIN {table} b ON b.row = p.row"
            column = "b.body" if field == "drift" else f"coalesce(b.{schema.COLUMNS[field][1]}, '')"
        else:
            source = "pictures p JOIN facts f ON f.row = p.row"
            column = schema.COLUMNS[field][1]
        for some in chunks(ids):
            read(len(some))
            for id, value in self._db.execute(
                f"SELECT id, {column} FROM {source} WHERE id IN ({marks(some)})", tuple(some)
            ):
                groups.setdefault(value, []).append(id)
        if field in ("tags", "collections"):
            return [(value.split("\n") if value else [], ids) for value, ids in groups.items()]
        if field in ("dismissed", "trashed", "answer", "seen"):
            return [(bool(value), ids) for value, ids in groups.items()]
        if field == "drift":
            return [
                (json_reader.plain(value) if value else None, ids) for value, ids in groups.items()
            ]
        return list(groups.items())

    def _round_value(self, field: str, id: str) -> Any:
        found = self._db.execute("SELECT body, place FROM rounds WHERE id = ?", (id,)).fetchone()
        if field == "round_place":
            return found[1] if found else 0
        return json_reader.plain(found[0]) if found and found[0] else None

    def _collection_value(self, id: str) -> dict[str, str] | None:
        found = self._db.execute(
            "SELECT name, search FROM collections WHERE id = ? AND name IS NOT NULL", (id,)
        ).fetchone()
        return {"name": found[0], "search": found[1]} if found else None

    def _collection_place(self, id: str) -> int | None:
        found = self._db.execute("SELECT place FROM collections WHERE id = ?", (id,)).fetchone()
        return found[0] if found else None

    def names(self, ids: Sequence[str]) -> dict[str, str]:
        """Names of pictures by id; unknown ids are left out."""
        return {
            id: name
            for some in chunks(ids)
            for id, name in self._db.execute(
                f"SELECT id, name FROM pictures WHERE id IN ({marks(some)})", tuple(some)
            )
        }

    def known(self, digests: Sequence[str]) -> dict[str, str]:
        """Ids of pictures by sha256, one for each; unknown ones are left out."""
        found: dict[str, str] = {}
        for some in chunks(digests):
            starts = [one[:16] for one in some]
            found.update(
                self._db.execute(
                    "SELECT sha256, id FROM pictures"
                    f" WHERE substr(sha256, 1, 16) IN ({marks(starts)})",
                    starts,
                )
            )
        return {one: found[one] for one in digests if one in found}

    def trashed(self) -> list[tuple[str, str, str, int]]:
        """Id, path, sha256 and size in bytes of each picture in the trash."""
        return list(
            self._db.execute(
                "SELECT p.id, p.path, p.sha256, CAST(p.body AS TEXT) ->> '$.bytes'"
                " FROM facts f JOIN pictures p ON p.row = f.row WHERE f.trashed = 1 ORDER BY f.row"
            )
        )

    def answers_of(self, ids: Sequence[str]) -> list[str]:
        """Ids of the hidden answers that these pictures were made from."""
        return list(
            dict.fromkeys(
                id for some in chunks(ids) for id in lineage_sql.answers_of_ids(self._db, some)
            )
        )

    def hidden_answers(self, ids: Sequence[str]) -> set[str]:
        """The ids among these that are hidden answers."""
        return {id for some in chunks(ids) for id in lineage_sql.hidden(self._db, some)}

    def stranded_answers(self, ids: Sequence[str]) -> set[str]:
        """The ids among these that are answers in the trash without all of their pictures."""
        return {id for some in chunks(ids) for id in lineage_sql.stranded(self._db, some)}

    def made_of(self, answer: str) -> list[str]:
        """Ids of the pictures that were made from an answer, including those in the trash."""
        return lineage_sql.made_of(self._db, answer)

    def files_with(self, ids: Sequence[str]) -> list[tuple[str, str, int]]:
        """Path, sha256 and size in bytes of the answers deleted for good with these pictures."""
        going = set(ids)
        return [
            values
            for answer in self.answers_of(ids)
            if going.issuperset(self.made_of(answer))
            for values in self._db.execute(
                "SELECT path, sha256, CAST(body AS TEXT) ->> '$.bytes' FROM pictures WHERE id = ?",
                (answer,),
            )
        ]

    def missing(self) -> list[str]:
        """Ids of pictures marked as missing."""
        return [
            id
            for (id,) in self._db.execute(
                "SELECT p.id FROM facts f JOIN pictures p ON p.row = f.row WHERE f.missing = 1"
                " ORDER BY f.row"
            )
        ]

    def places(self, after: int, limit: int) -> list[tuple[int, str, str, bool, bool]]:
        """Row, id, path and flags (trashed, missing) of the next pictures in order of arrival."""
        return [
            (row, id, path, bool(trashed & 1), bool(missing))
            for row, id, path, trashed, missing in self._db.execute(
                "SELECT f.row, p.id, p.path, f.trashed, f.missing FROM facts f"
                " JOIN pictures p ON p.row = f.row WHERE f.row > ? ORDER BY f.row LIMIT ?",
                (after, limit),
            )
        ]

    def paths_of(self, sha256: str) -> list[str]:
        """Recorded paths of pictures with this content."""
        found = self._db.execute(
            "SELECT path FROM pictures WHERE substr(sha256, 1, 16) = ? AND sha256 = ?",
            (sha256[:16], sha256),
        )
        return [path for (path,) in found]

    def deleted_ids(self, ids: Sequence[str]) -> set[str]:
        """Ids among these that were deleted permanently."""
        if self._db.execute("SELECT 1 FROM gone LIMIT 1").fetchone() is None:
            return set()
        return {
            id
            for some in chunks(ids)
            for (id,) in self._db.execute(
                f"SELECT id FROM gone WHERE id IN ({marks(some)})", tuple(some)
            )
        }

    def history(self, limit: int) -> list[tuple[LogPosition, bool]]:
        """Log positions of the last changes, newest first, and whether they were undone."""
        return [
            (LogPosition(file, offset), undone == 1)
            for file, offset, undone in self._db.execute(
                "SELECT file, offset, undone FROM history ORDER BY seq DESC LIMIT ?", (limit,)
            )
        ]

    def to_undo(self) -> LogPosition | None:
        """Log position of the last change that is not undone; None if there is none."""
        found = self._db.execute(schema.TO_UNDO).fetchone()
        return LogPosition(*found) if found else None

    def to_redo(self) -> LogPosition | None:
        """Log position of the most recently undone change; None after a newer change."""
        found = self._db.execute(schema.TO_REDO).fetchone()
        return LogPosition(*found) if found else None
