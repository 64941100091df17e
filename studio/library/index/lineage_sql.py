"""SQL for the lineage of edits, and for the answers that pictures were made from.

Such an answer is hidden: no view shows it, and it follows its pictures into the trash.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from studio.library.index.chunks import marks

EDITED = (
    "{0}.role = 'edit' AND {0}.parent IS NOT NULL AND {0}.position ="
    " (SELECT min(m.position) FROM lineage m WHERE m.row = {0}.row AND m.role = 'edit'"
    " AND m.parent IS NOT NULL)"
)
"""Condition on a row of `lineage`: it is the single parent of an edit; families are trees."""

BELOW = (
    "WITH RECURSIVE below(id, row, parent) AS ({start} UNION"
    " SELECT coalesce(p.id, g.id), l.row, l.parent FROM below"
    f" CROSS JOIN lineage l ON l.parent = below.id AND {EDITED.format('l')}"
    " LEFT JOIN pictures p ON p.row = l.row LEFT JOIN gone g ON g.row = l.row"
    " WHERE coalesce(p.id, g.id) IS NOT NULL)"
)
"""The pictures that `start` selects (id, row, parent) and all their descendants."""


def answers_of(db: Any, rows: Sequence[int]) -> list[str]:
    """Ids of the hidden answers that the pictures of these rows were made from."""
    if not rows or not has_answers(db):
        return []
    found = db.execute(
        "SELECT DISTINCT a.id FROM lineage l JOIN pictures a ON a.id = l.parent"
        " JOIN facts f ON f.row = a.row"
        f" WHERE l.row IN ({marks(rows)}) AND l.role = 'answer' AND f.trashed >= 2",
        tuple(rows),
    )
    return [id for (id,) in found]


def answers_of_ids(db: Any, ids: Sequence[str]) -> list[str]:
    """Ids of the hidden answers that these pictures were made from."""
    if not ids or not has_answers(db):
        return []
    found = db.execute(f"SELECT row FROM pictures WHERE id IN ({marks(ids)})", tuple(ids))
    return answers_of(db, [row for (row,) in found])


def answer_rows(db: Any, rows: Sequence[int]) -> list[int]:
    """Rows of the hidden answers that the pictures of these rows were made from."""
    if not rows or not has_answers(db):
        return []
    found = db.execute(
        "SELECT DISTINCT a.row FROM json_each(?) j CROSS JOIN lineage l ON l.row = j.value"
        " AND l.role = 'answer' JOIN pictures p ON p.id = l.parent"
        " JOIN facts a ON a.row = p.row AND a.trashed >= 2",
        (json.dumps(list(rows)),),
    )
    return [row for (row,) in found]


def has_answers(db: Any) -> bool:
    """Whether the library has hidden answers; most have none."""
    return db.execute("SELECT 1 FROM facts WHERE trashed >= 2 LIMIT 1").fetchone() is not None


def hidden(db: Any, ids: Sequence[str]) -> list[str]:
    """The ids among these that are hidden answers."""
    if not ids or not has_answers(db):
        return []
    found = db.execute(
        "SELECT p.id FROM pictures p JOIN facts f ON f.row = p.row"
        f" WHERE p.id IN ({marks(ids)}) AND f.trashed >= 2",
        tuple(ids),
    )
    return [id for (id,) in found]


def stranded(db: Any, ids: Sequence[str]) -> list[str]:
    """The ids among these that are hidden answers in the trash without all of their pictures.

    An earlier version moved hidden answers to the trash by themselves.
    """
    if not ids or not has_answers(db):
        return []
    found = db.execute(
        "SELECT p.id FROM pictures p JOIN facts f ON f.row = p.row"
        f" WHERE p.id IN ({marks(ids)}) AND f.trashed = 3 AND EXISTS(SELECT 1 FROM lineage l"
        " JOIN facts m ON m.row = l.row"
        " WHERE l.parent = p.id AND l.role = 'answer' AND m.trashed = 0)",
        tuple(ids),
    )
    return [id for (id,) in found]


def made_of(db: Any, answer: str) -> list[str]:
    """Ids of the pictures that were made from an answer and not deleted for good."""
    found = db.execute(
        "SELECT p.id FROM lineage l JOIN pictures p ON p.row = l.row"
        " WHERE l.parent = ? AND l.role = 'answer' ORDER BY p.row",
        (answer,),
    )
    return [id for (id,) in found]


def move_answers(db: Any, answers: Sequence[str]) -> None:
    """Move hidden answers to the trash if all their pictures are there; otherwise out of it."""
    for id in answers:
        db.execute(
            "UPDATE facts SET trashed = 3 - EXISTS(SELECT 1 FROM lineage l"
            " JOIN facts f ON f.row = l.row"
            " WHERE l.parent = ?1 AND l.role = 'answer' AND f.trashed = 0)"
            " WHERE row = (SELECT row FROM pictures WHERE id = ?1) AND trashed >= 2",
            (id,),
        )


def unused(db: Any, answers: Sequence[str]) -> list[str]:
    """The hidden answers among these whose pictures were all deleted permanently."""
    return [id for id in answers if not made_of(db, id)]
