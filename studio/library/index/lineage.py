"""Family of a picture: those it was edited from and those edited from it."""

from __future__ import annotations

from studio.common.errors import InputError
from studio.common.i18n import _
from studio.domain.entities import Picture, Role
from studio.library.index.index import Index
from studio.library.query import Family

MOST_ANCESTORS = 20


def of(index: Index, *, id: str) -> Family:
    """A picture among those it was edited from and those edited from it. Raises InputError."""
    found = index.find([id])
    if not found:
        raise InputError(_("Picture {id} not found").format(id=id))
    picture = found[0]
    ancestors: list[Picture] = []
    current, seen = picture, {picture.id}
    while len(ancestors) < MOST_ANCESTORS:
        edited = next((p for p in current.parents if p.role is Role.EDIT and p.picture), None)
        above = index.find([edited.picture]) if edited and edited.picture else []
        if not above or above[0].id in seen:
            break
        current = above[0]
        seen.add(current.id)
        ancestors.insert(0, current)
    return Family(
        picture=picture,
        ancestors=tuple(ancestors),
        inputs=picture.parents,
        children=tuple(index.children(id)),
    )
