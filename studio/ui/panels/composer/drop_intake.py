"""What is dropped, pasted or picked becomes references: copied into the library first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData

from studio.domain import Picture, Reference, Role, Talk
from studio.errors import InputError, StudioError
from studio.ui import dragging
from studio.values import dataclass
from studio.words import _

if TYPE_CHECKING:
    from studio.library.library import Library


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of things that were given.

    Attributes:
        references: those that could be read, in the order given.
        troubles: one for each that could not.
    """

    references: tuple[Reference, ...]
    troubles: tuple[StudioError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Bytes or a file that shall become a reference.

    Attributes:
        talk: the conversation that ends with the library's picture, if one was kept.
    """

    source: bytes | Path | dragging.Blob
    name: str
    picture: str | None = None
    talk: Talk | None = None


def has_pictures(mime: QMimeData) -> bool:
    """Whether anything in there could become a reference."""
    return dragging.accepts(mime)


async def take_in(library: Library, incoming: dragging.Incoming, role: Role) -> Taken:
    """Make references of what came in by drop or paste; the first gets `role`, the others none."""
    things: list[Thing] = []
    troubles: list[StudioError] = []
    if incoming.ids:
        pictures = await library.find(incoming.ids)
        things += [_of_picture(library, picture) for picture in pictures]
        if len(pictures) < len(incoming.ids):
            troubles.append(InputError(_("A picture that was dropped is not in the library")))
    things += [Thing(source=path, name=path.stem) for path in incoming.paths]
    things += [Thing(source=blob, name=_("Pasted picture")) for blob in incoming.blobs]
    if incoming.links and not things:
        troubles.append(
            InputError(
                _("A link alone cannot be used"),
                hint=_("Save the picture, then drop the file, or copy the picture itself."),
            )
        )
    taken = await keep(library, things, role)
    return Taken(taken.references, (*troubles, *taken.troubles))


async def take_pictures(
    library: Library, pictures: list[Picture], role: Role, *, each: bool = False
) -> Taken:
    """Make references of pictures of the library; all get `role` if `each` does."""
    things = [_of_picture(library, picture) for picture in pictures]
    return await keep(library, things, role, each=each)


async def keep(library: Library, things: list[Thing], role: Role, *, each: bool = False) -> Taken:
    """Copy each into the library's inputs. One that cannot be read does not cost the others."""
    references: list[Reference] = []
    troubles: list[StudioError] = []
    for thing in things:
        try:
            source = thing.source
            data = source if isinstance(source, bytes | Path) else await source.read()
            own = role if each or not references else _next(role)
            kept = await library.keep_input(data, role=own, name=thing.name, picture=thing.picture)
            references.append(replace(kept, talk=thing.talk))
        except StudioError as error:
            troubles.append(error)
    return Taken(tuple(references), tuple(troubles))


def _of_picture(library: Library, picture: Picture) -> Thing:
    return Thing(
        source=library.path(picture), name=picture.name, picture=picture.id, talk=picture.talk
    )


def _next(role: Role) -> Role:
    """What comes together with a picture to edit goes beside it."""
    return Role.FREE if role is Role.EDIT else role
