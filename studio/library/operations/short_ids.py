"""Lookup of a picture by a few characters of its id, as people type them."""

from __future__ import annotations

from studio.common.errors import InputError
from studio.common.i18n import _
from studio.domain.entities import Picture
from studio.library.store import Store


async def resolve(store: Store, start: str) -> Picture:
    """The picture whose id begins or ends with `start`. Raises InputError."""
    ids = (
        [start] if len(start) == 36 else await store.query_index(lambda index: index.prefix(start))
    )
    if len(ids) > 1 and start not in ids:
        raise InputError(
            _("{id} matches more than one picture").format(id=start),
            ", ".join(ids),
            hint=_("Enter more of the id."),
        )
    found = await store.find(ids)
    if not found or len(start) < 4:
        raise InputError(
            _("Picture {id} not found").format(id=start),
            hint=_("Enter at least four characters; `gridbrush library list` shows the ids."),
        )
    return found[0]
