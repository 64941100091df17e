"""What is dropped, pasted or picked becomes references: copied into the library first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.common.errors import InputError, StudioError
from studio.common.i18n import _
from studio.domain.entities import ConversationOrigin, Picture, Reference, Role
from studio.ui.support.drop_contents import DropContents, PictureBlob

if TYPE_CHECKING:
    from studio.library.facade import Library


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What became of things that were given.

    Attributes:
        references: those that could be read, in the order given.
        troubles: one for each that could not.
        left: how many were not looked at, because there is no room for more.
    """

    references: tuple[Reference, ...]
    troubles: tuple[StudioError, ...]
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeItem:
    """Bytes or a file that shall become a reference.

    Attributes:
        talk: the conversation that ends with the library's picture, if one was kept.
    """

    source: bytes | Path | PictureBlob
    name: str
    picture: str | None = None
    talk: ConversationOrigin | None = None


TRIED = 16
"""Things that cannot be read, after which no more are tried in their place."""


async def take_in(library: Library, incoming: DropContents, role: Role, room: int) -> IntakeResult:
    """Make references of what came in by drop or paste; the first gets `role`, the others none.

    Of more than `room` the first are taken: what is left costs nothing, however much it is.
    """
    things: list[IntakeItem] = []
    troubles: list[StudioError] = list(incoming.troubles)
    most = room + TRIED
    given = len(incoming.ids) + len(incoming.paths) + len(incoming.blobs)
    if incoming.ids:
        wanted = incoming.ids[:most]
        pictures = await library.find(wanted)
        things += await _of_pictures(library, pictures)
        if len(pictures) < len(wanted):
            given -= len(wanted) - len(pictures)
            troubles.append(InputError(_("A picture that was dropped is not in the library")))
    things += [IntakeItem(source=path, name=path.stem) for path in incoming.paths[:most]]
    things += [IntakeItem(source=blob, name=_("Pasted picture")) for blob in incoming.blobs[:most]]
    if incoming.links and not things and not troubles:
        troubles.append(
            InputError(
                _("A link alone cannot be used"),
                hint=_("Save the picture, then drop the file, or copy the picture itself."),
            )
        )
    taken = await store_items(library, things, role, room)
    looked_at = len(taken.references) + len(taken.troubles)
    return IntakeResult(taken.references, (*troubles, *taken.troubles), given - looked_at)


async def take_pictures(
    library: Library, pictures: Sequence[Picture], role: Role, room: int, *, each: bool = False
) -> IntakeResult:
    """Make references of pictures of the library; all get `role` if `each` does."""
    things = await _of_pictures(library, pictures[: room + TRIED])
    taken = await store_items(library, things, role, room, each=each)
    looked_at = len(taken.references) + len(taken.troubles)
    return IntakeResult(taken.references, taken.troubles, len(pictures) - looked_at)


async def store_items(
    library: Library, things: Sequence[IntakeItem], role: Role, room: int, *, each: bool = False
) -> IntakeResult:
    """Copy them into the library's inputs, as long as there is room.

    One that cannot be read does not cost the others.
    """
    references: list[Reference] = []
    troubles: list[StudioError] = []
    for thing in things:
        if len(references) >= room or len(troubles) >= TRIED:
            break
        try:
            source = thing.source
            data = source if isinstance(source, bytes | Path) else await source.read()
            own = role if each or not references else _next(role)
            kept = await library.keep_input(data, role=own, name=thing.name, picture=thing.picture)
            references.append(replace(kept, talk=thing.talk))
        except StudioError as error:
            troubles.append(error)
    left = len(things) - len(references) - len(troubles)
    return IntakeResult(tuple(references), tuple(troubles), left)


async def _of_pictures(library: Library, pictures: Sequence[Picture]) -> list[IntakeItem]:
    sources = await asyncio.to_thread(lambda: [library.path(picture) for picture in pictures])
    return [
        IntakeItem(source=source, name=picture.name, picture=picture.id, talk=picture.talk)
        for source, picture in zip(sources, pictures, strict=True)
    ]


def _next(role: Role) -> Role:
    """What comes together with a picture to edit goes beside it."""
    return Role.FREE if role is Role.EDIT else role
