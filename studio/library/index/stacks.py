"""Stacks, rounds and duels from the index."""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.common.json_reader import JsonReader
from studio.domain.choices import Decision, DuelDefinition, RoundDefinition
from studio.domain.duel import Duel
from studio.domain.entities import Drift, Picture
from studio.domain.pick_round import PickRound
from studio.domain.stacked_rows import Stacking
from studio.domain.stacks import StackBy, StackFacts, StackMember, cover_of, rank_of
from studio.library.index.chunks import chunks, marks
from studio.library.log.records import LogPosition

_PORTION = 20_000
_DIGITS = 16

_by_hand = "CASE WHEN f.stack > 0 THEN f.stack ELSE 0 END"
_KEYS = {
    StackBy.OFF: "0",
    StackBy.HAND: _by_hand,
    StackBy.RUN: "CASE f.stack WHEN 0 THEN coalesce(f.run, 0) WHEN -1 THEN 0 ELSE f.stack END",
    StackBy.PARENT: (
        "CASE f.stack WHEN 0 THEN coalesce(f.parent, 0) WHEN -1 THEN 0 ELSE f.stack END"
    ),
}
"""Key of a picture's stack, from `facts f`; 0 for none."""

# `f.stack > 0` is the condition of the partial index, without which SQLite would not use it.
_HAND = "f.stack > 0 AND f.stack = ?1"
_MEMBERS = {
    StackBy.RUN: "f.run = ?1 AND f.stack = 0",
    StackBy.PARENT: "f.parent = ?1 AND f.stack = 0",
}

_rounds: JsonReader[RoundDefinition] = JsonReader(RoundDefinition)
_duels: JsonReader[DuelDefinition] = JsonReader(DuelDefinition)
_decisions: JsonReader[Decision] = JsonReader(Decision)
_drifts: JsonReader[Drift] = JsonReader(Drift)

_STANDING = "FROM decisions d JOIN history h ON h.id = d.record WHERE d.round = ? AND h.undone = 0"


_ROWS_PER_TILE = 8
"""Rows read for a tile of the first screen."""


@dataclass(frozen=True, slots=True)
class FirstStacks:
    """First pictures of a stacked grid.

    Attributes:
        rows: in the order of the grid without stacks.
        stacking: their stacks, all closed.
        pictures: the pictures of the first tiles.
    """

    rows: array[int]
    stacking: Stacking
    pictures: list[Picture]


class IndexStacks:
    """Stacks, rounds and duels, through one connection of the index."""

    def __init__(self, db: Any, check: Callable[[], None]) -> None:
        """`check` raises if the query was cancelled."""
        self._db = db
        self._check = check

    # Stacks

    def keys(self, rows: Sequence[int], by: StackBy) -> array[int]:
        """Key of the stack of each row, 0 for none and for unknown rows; typecode "q"."""
        found = array("q")
        for start in range(0, len(rows), _PORTION):
            self._check()
            some = json.dumps(list(rows[start : start + _PORTION]))
            ((text,),) = self._db.execute(
                f"SELECT group_concat(printf('%0{_DIGITS}x', coalesce({_KEYS[by]}, 0)), '')"
                " FROM json_each(?) j LEFT JOIN facts f ON f.row = j.value",
                (some,),
            )
            part = array("q", bytes.fromhex(text or ""))
            if sys.byteorder == "little":
                part.byteswap()
            found.extend(part)
        return found

    def stacking(
        self,
        rows: Sequence[int],
        by: StackBy,
        opened: Mapping[int, bool] | None,
        given: Mapping[int, int] | None = None,
    ) -> Stacking:
        """Stacks of rows in the order of the grid; `given` has keys of rows without a picture."""
        keys = self.keys(rows, by)
        if given:
            for at, row in enumerate(rows):
                if row < 0:
                    keys[at] = given.get(row, 0)
        ranks = self._every_rank()
        return Stacking.of(rows, keys, ranks=ranks, opened=opened, check=self._check)

    def first(
        self,
        read: Callable[[int], array[int]],
        pictures: Callable[[Sequence[int]], list[Picture]],
        by: StackBy,
        limit: int,
    ) -> FirstStacks:
        """Stacks of the first pictures, and the pictures of `limit` tiles.

        `read(n)` returns the first n rows of the grid; `pictures(rows)` returns their pictures.
        """
        rows = read(_ROWS_PER_TILE * limit)
        stacking = Stacking.of(rows, self.keys(rows, by), ranks=self.ranks(rows))
        return FirstStacks(rows, stacking, pictures(stacking.shown(0, limit - 1)))

    def ranks(self, rows: Sequence[int]) -> dict[int, int]:
        """Ranks of these pictures as covers."""
        found: dict[int, int] = {}
        for some in chunks(rows):
            found |= self._ranks(f"row IN ({marks(some)})", tuple(some))
        return found

    def _every_rank(self) -> dict[int, int]:
        """Ranks of all pictures whose rank is not 0."""
        self._check()
        return self._ranks("flag = 'pick' OR rating > 0 OR cover > 0", ())

    def _ranks(self, where: str, values: tuple[int, ...]) -> dict[int, int]:
        sql = f"SELECT row, flag = 'pick', rating, cover FROM facts WHERE {where}"
        return {
            row: rank_of(StackMember(row=row, picked=bool(picked), rating=rating, cover=cover))
            for row, picked, rating, cover in self._db.execute(sql, values)
        }

    def members(self, key: int, by: StackBy) -> array[int]:
        """Rows of all pictures of a stack outside the trash, in order of arrival."""
        parts = [f"SELECT f.row FROM facts f WHERE {_HAND} AND f.trashed = 0"]
        if by in _MEMBERS:
            parts.append(f"SELECT f.row FROM facts f WHERE {_MEMBERS[by]} AND f.trashed = 0")
        sql = " UNION ALL ".join(parts)
        return array("q", sorted(row for (row,) in self._db.execute(sql, (key,))))

    def facts(self, keys: Sequence[int], by: StackBy) -> dict[int, StackFacts]:
        """Facts of each stack in the whole library, including pictures the grid does not show."""
        wheres = [_HAND, *([_MEMBERS[by]] if by in _MEMBERS else [])]
        found = {}
        for key in keys:
            self._check()
            size = fresh = 0
            for where in wheres:
                ((n, new),) = self._db.execute(
                    "SELECT count(*), coalesce(sum(f.seen = 0), 0) FROM facts f"
                    f" WHERE {where} AND f.trashed = 0",
                    (key,),
                )
                size, fresh = size + n, fresh + new
            found[key] = StackFacts(size=size, fresh=fresh)
        return found

    def covers(self, stacks: Sequence[Sequence[int]]) -> list[int]:
        """Row of the cover of each stack, given its rows; 0 for a stack of unknown rows."""
        members: dict[int, StackMember] = {}
        for some in chunks([row for stack in stacks for row in stack]):
            for row, picked, rating, cover in self._db.execute(
                f"SELECT row, flag = 'pick', rating, cover FROM facts WHERE row IN ({marks(some)})",
                tuple(some),
            ):
                members[row] = StackMember(row=row, picked=picked, rating=rating, cover=cover)
        return [
            cover_of(known) if (known := [members[r] for r in stack if r in members]) else 0
            for stack in stacks
        ]

    def highest_cover(self) -> int:
        """Rank of the most recently chosen cover; 0 for none."""
        ((rank,),) = self._db.execute("SELECT coalesce(max(cover), 0) FROM facts WHERE cover > 0")
        return int(rank)

    def drifts(self, ids: Sequence[str]) -> dict[str, Drift]:
        """Measured drift of these pictures, by id."""
        return {
            id: _drifts.decode(body.encode())
            for some in chunks(ids)
            for id, body in self._db.execute(
                "SELECT p.id, d.body FROM pictures p JOIN drifts d ON d.row = p.row"
                f" WHERE p.id IN ({marks(some)})",
                tuple(some),
            )
        }

    def without_drift(self, limit: int, before: int) -> list[str]:
        """Ids of edited pictures whose drift was not measured, newest first.

        `before`: only pictures that arrived before this row; 0 for all.
        """
        return [
            id
            for (id,) in self._db.execute(
                "SELECT p.id FROM facts f JOIN pictures p ON p.row = f.row"
                " WHERE f.edited = 1 AND f.trashed = 0 AND (?1 = 0 OR f.row < ?1)"
                " AND NOT EXISTS (SELECT 1 FROM drifts d WHERE d.row = f.row)"
                " ORDER BY f.row DESC LIMIT ?2",
                (before, limit),
            )
        ]

    def runs(self, ids: Sequence[str]) -> dict[str, str]:
        """Name of each picture's run, by the picture's id; pictures without a run are left out."""
        return {
            id: str(run)
            for some in chunks(ids)
            for id, run in self._db.execute(
                "SELECT p.id, f.run FROM pictures p JOIN facts f ON f.row = p.row"
                f" WHERE p.id IN ({marks(some)}) AND f.run IS NOT NULL",
                tuple(some),
            )
        }

    # Rounds and duels

    def rounds(self) -> list[PickRound | Duel]:
        """All rounds and duels, newest first."""
        ids = [id for (id,) in self._db.execute("SELECT id FROM rounds WHERE body IS NOT NULL")]
        found = [one for id in ids if (one := self.round(id)) is not None]
        return sorted(found, key=lambda one: (one.definition.created, one.id), reverse=True)

    def round(self, id: str) -> PickRound | Duel | None:
        """A round or duel with its decisions; None for an unknown one."""
        found = self._db.execute(
            "SELECT field, body, place FROM rounds WHERE id = ? AND body IS NOT NULL", (id,)
        ).fetchone()
        if found is None:
            return None
        field, body, place = found
        decisions = tuple(
            _decisions.decode(one.encode())
            for (one,) in self._db.execute(f"SELECT d.body {_STANDING} ORDER BY d.seq", (id,))
        )
        if field == "duel":
            duel = _duels.decode(body.encode())
            gone = self._gone(duel.pictures)
            return Duel(id=id, definition=duel, decisions=decisions, gone=gone)
        pick = _rounds.decode(body.encode())
        gone = self._gone(pick.pictures)
        return PickRound(id=id, definition=pick, place=place, decisions=decisions, gone=gone)

    def last_decision(self, id: str) -> LogPosition | None:
        """Log position of the last decision of a round or duel that is not undone, if any."""
        found = self._db.execute(
            f"SELECT h.file, h.offset {_STANDING} ORDER BY d.seq DESC LIMIT 1", (id,)
        ).fetchone()
        return LogPosition(*found) if found else None

    def _gone(self, ids: Sequence[str]) -> frozenset[str]:
        present: set[str] = set()
        for some in chunks(ids):
            present.update(
                id
                for (id,) in self._db.execute(
                    "SELECT p.id FROM pictures p JOIN facts f ON f.row = p.row"
                    f" WHERE p.id IN ({marks(some)}) AND f.trashed = 0",
                    tuple(some),
                )
            )
        return frozenset(id for id in ids if id not in present)
