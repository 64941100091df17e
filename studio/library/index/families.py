"""Families from the index: trees of edited pictures, named branches, and money spent on them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from studio.common.json_reader import JsonReader
from studio.domain.entities import Advanced, Flag, Job, Parent, Role, key_of
from studio.domain.family import FamilyNode, FamilyTree, NodeReference, NodeState
from studio.domain.spend import Outlay
from studio.library.index.chunks import chunks
from studio.library.index.lineage_sql import BELOW, EDITED, answer_rows
from studio.library.index.text_normalization import folded

_PORTION = 2000

_ABOVE = f"SELECT l.parent FROM lineage l WHERE l.row = ? AND {EDITED.format('l')}"

_ROW = "SELECT row FROM pictures WHERE id = ?1 UNION ALL SELECT row FROM gone WHERE id = ?1"

_ANSWERS = (
    # The cost of an answer is counted with the first picture that was made from it.
    "(SELECT total(a.cost) FROM lineage l JOIN pictures q ON q.id = l.parent"
    " JOIN facts a ON a.row = q.row AND a.trashed >= 2"
    " WHERE l.row = p.row AND l.role = 'answer' AND NOT EXISTS (SELECT 1 FROM lineage o"
    " JOIN pictures e ON e.row = o.row WHERE o.parent = l.parent AND o.role = 'answer'"
    " AND o.row < l.row))"
)

_NODES = (
    "SELECT p.row, p.id, p.name, f.created, f.width, f.height, f.rating, f.flag, f.trashed,"
    f" f.missing, f.imported, f.cost + {_ANSWERS}, f.drift, b.name, p.sha256, p.body"
    " FROM json_each(?) j"
    " CROSS JOIN pictures p ON p.row = j.value JOIN facts f ON f.row = p.row"
    " LEFT JOIN branches b ON b.row = p.row"
)
_GONE = (
    "SELECT g.row, g.id, g.created, g.cost FROM json_each(?) j CROSS JOIN gone g ON g.row = j.value"
)

_OUTLAY = (
    "SELECT total(cost), total(cost IS NULL AND imported = 0), total(imported = 0 AND trashed < 2),"
    " total(flag = 'pick' AND trashed = 0) FROM facts"
)


class _Body(msgspec.Struct, frozen=True):
    """Fields of a stored picture that a node shows."""

    prompt: str = ""
    model: str = ""
    profile: str = ""
    asked_aspect: str = ""
    asked_size: str = ""
    seed: int | None = None
    colour: int = 0x808080
    parents: tuple[Parent, ...] = ()
    advanced: Advanced | None = None


_bodies: JsonReader[_Body] = JsonReader(_Body)
_jobs: JsonReader[Job] = JsonReader(Job)


class IndexFamilies:
    """Families and spending, through one connection of the index."""

    def __init__(self, db: Any) -> None:
        self._db = db

    def tree(self, id: str) -> FamilyTree | None:
        """The whole family of a picture; None for an unknown one."""
        if self._row(id) is None:
            return None
        root = self._root(id)
        below = list(
            self._db.execute(
                BELOW.format(start="SELECT ?1, ?2, NULL") + " SELECT id, row, parent FROM below",
                (root, self._row(root) or 0),
            )
        )
        # A cycle is broken at its oldest picture.
        parents = {one: parent or "" for one, _row, parent in below if one != root}
        parents[root] = ""
        rows = {one: row for one, row, _parent in below}
        nodes = list(self._nodes(rows, parents))
        if rows[root] == 0:
            nodes.append(FamilyNode(id=root, state=NodeState.UNKNOWN))
        return FamilyTree(nodes, self._failed(list(parents)))

    def _row(self, id: str) -> int | None:
        found = self._db.execute(_ROW, (id,)).fetchone()
        return found[0] if found else None

    def _root(self, id: str) -> str:
        way: dict[str, int] = {}
        while id not in way:
            row = self._row(id)
            if row is None:
                return id
            way[id] = row
            above = self._db.execute(_ABOVE, (row,)).fetchone()
            if above is None:
                return id
            (id,) = above
        every = list(way)
        circle = every[every.index(id) :]
        return min(circle, key=way.__getitem__)

    def _nodes(self, rows: dict[str, int], parents: dict[str, str]) -> Iterator[FamilyNode]:
        wanted = list(rows.values())
        for start in range(0, len(wanted), _PORTION):
            some = json.dumps(wanted[start : start + _PORTION])
            for values in self._db.execute(_NODES, (some,)):
                yield _node(values, parents[values[1]])
            for row, id, created, cost in self._db.execute(_GONE, (some,)):
                yield FamilyNode(
                    id=id,
                    row=row,
                    parent=parents[id],
                    state=NodeState.DELETED,
                    created=created,
                    cost_usd=cost,
                )

    def _failed(self, ids: Sequence[str]) -> list[Job]:
        found: list[Job] = []
        for some in chunks(ids):
            for (body,) in self._db.execute(
                "SELECT b.body FROM json_each(?) j CROSS JOIN jobs b ON b.parent = j.value"
                " WHERE b.dismissed = 0 AND b.body IS NOT NULL",
                (json.dumps(list(some)),),
            ):
                found.append(_jobs.decode(body))
        return sorted(found, key=lambda job: (job.created, job.id))

    def branches(self, start: str, limit: int) -> list[str]:
        """Names of branches that begin with `start`, sorted."""
        begin = folded(start)
        return [
            name
            for (name,) in self._db.execute(
                "SELECT DISTINCT name FROM branches WHERE folded >= ? AND folded < ?"
                " ORDER BY folded, name LIMIT ?",
                (begin, begin + "\U0010ffff", limit),
            )
        ]

    # Money

    def run_outlay(self, run: str) -> Outlay:
        """Money spent on a run, including deleted pictures and failed jobs that were billed."""
        key = key_of(run)
        found = self._outlay("run = ?", (key,))
        for cost, n in self._db.execute(
            "SELECT total(cost), count(*) FROM gone WHERE run = ?", (key,)
        ):
            found += Outlay(usd=cost, made=n)
        for cost, unknown in self._db.execute(
            "SELECT total(b.cost), total(b.cost IS NULL) FROM bills b JOIN jobs j ON j.id = b.job"
            " WHERE b.billed = 'yes' AND j.run = ?",
            (run,),
        ):
            found += Outlay(usd=cost, unknown=int(unknown))
        return found

    def outlay_of(self, rows: Sequence[int]) -> Outlay:
        """Money spent on the pictures of these rows, such as those of a stack or a collection."""
        total, counted = Outlay(), set[int]()
        for start in range(0, len(rows), _PORTION):
            some = list(rows[start : start + _PORTION])
            # Includes the answers that the pictures were made from, each counted once.
            beside = set(answer_rows(self._db, some)) - counted
            counted |= beside
            every = json.dumps([*some, *beside])
            total += self._outlay("row IN (SELECT value FROM json_each(?))", (every,))
        return total

    def _outlay(self, where: str, values: tuple[Any, ...]) -> Outlay:
        ((usd, unknown, made, kept),) = self._db.execute(f"{_OUTLAY} WHERE {where}", values)
        return Outlay(usd=usd, unknown=int(unknown), made=int(made), kept=int(kept))


def _node(values: Sequence[Any], parent: str) -> FamilyNode:
    row, id, name, created, width, height, rating, flag, trashed, *rest = values
    missing, imported, cost, drift, branch, sha256, body = rest
    stored = _bodies.decode(body)
    edited = next((p for p in stored.parents if p.role is Role.EDIT), None)
    others = [p for p in stored.parents if p is not edited and p.role is not Role.ANSWER]
    return FamilyNode(
        id=id,
        row=row,
        parent=parent,
        state=NodeState.TRASHED if trashed else NodeState.PRESENT,
        name=name,
        branch=branch or "",
        sha256=sha256,
        prompt=stored.prompt,
        created=created,
        width=width,
        height=height,
        colour=stored.colour,
        rating=rating,
        flag=Flag(flag),
        missing=bool(missing),
        imported=bool(imported),
        cost_usd=cost,
        drift=drift,
        references=tuple(NodeReference(p.picture, p.role) for p in others if p.picture),
        inputs=tuple(p.sha256 for p in others),
        settings=tuple(_settings(stored)),
    )


def _settings(stored: _Body) -> Iterator[tuple[str, str]]:
    chosen = stored.advanced or Advanced()
    values = {
        "provider": stored.profile,
        "model": stored.model,
        "aspect": stored.asked_aspect,
        "size": stored.asked_size,
        "seed": "" if stored.seed is None else str(stored.seed),
        "system": chosen.system,
        "temperature": "" if chosen.temperature is None else f"{chosen.temperature:g}",
        "thinking": chosen.thinking,
        "search": "yes" if chosen.search else "",
        "image_search": "yes" if chosen.image_search else "",
        "detail": chosen.detail,
        "safety": ", ".join(f"{one.category}={one.threshold}" for one in chosen.safety),
    }
    yield from ((name, value) for name, value in values.items() if value)
