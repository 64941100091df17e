"""SQL of edits and what was edited from them, shared by search and families."""

from __future__ import annotations

EDITED = (
    "{0}.role = 'edit' AND {0}.parent IS NOT NULL AND {0}.position ="
    " (SELECT min(m.position) FROM lineage m WHERE m.row = {0}.row AND m.role = 'edit'"
    " AND m.parent IS NOT NULL)"
)
"""Condition on a row of `lineage`: the one parent of an edit, so that families are trees."""

BELOW = (
    "WITH RECURSIVE below(id, row, parent) AS ({start} UNION"
    " SELECT coalesce(p.id, g.id), l.row, l.parent FROM below"
    f" CROSS JOIN lineage l ON l.parent = below.id AND {EDITED.format('l')}"
    " LEFT JOIN pictures p ON p.row = l.row LEFT JOIN gone g ON g.row = l.row"
    " WHERE coalesce(p.id, g.id) IS NOT NULL)"
)
"""The pictures that `start` selects (id, row, parent) and all that were edited from them."""
