"""Pictures that come in, made references one after another, and the thumbnails of inputs."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from studio.common.errors import InputError, StudioError
from studio.common.i18n import _
from studio.domain.drafts import MOST_EDITED
from studio.domain.entities import ConversationOrigin, Picture, Reference, Role
from studio.ui.support import drop_contents
from studio.ui.support.drop_contents import DropContents, PictureBlob
from studio.ui.support.tasks import spawn

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Protocol

    from studio.library.facade import Library

    class _Work(Protocol):
        def __call__(self, *, room: int) -> Awaitable[IntakeResult]: ...


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """Result of an import.

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
    """Bytes or a file to be made a reference.

    Attributes:
        talk: the conversation that ends with the library's picture, if one was kept.
    """

    source: bytes | Path | PictureBlob
    name: str
    picture: str | None = None
    talk: ConversationOrigin | None = None


TRIED = 16
"""Unreadable items after which no more are tried."""


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
            troubles.append(InputError(_("The dropped picture is not in the library")))
    things += [IntakeItem(source=path, name=path.stem) for path in incoming.paths[:most]]
    things += [IntakeItem(source=blob, name=_("Pasted picture")) for blob in incoming.blobs[:most]]
    if incoming.links and not things and not troubles:
        troubles.append(
            InputError(
                _("Links cannot be used"),
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


log = logging.getLogger(__name__)

THUMBNAIL = 256


class InputImport(QObject):
    """Copies what is given into the library's inputs, in the order it was given.

    Signals:
        taken(object, object): references that are ready, and the place of the slot they were
            dropped on (None for the end).
        troubled(object): the StudioErrors of what cannot be used, together.
        limited(int, int, bool): how many were taken of how many, the others not even looked at;
            whether that is because there is room for no more.
        idle: nothing is being copied any more.
    """

    taken = Signal(object, object)
    troubled = Signal(object)
    limited = Signal(int, int, bool)
    idle = Signal()

    def __init__(self, library: Library, room: Callable[[], int], parent: QObject) -> None:
        """`room` is asked how many references there is still room for."""
        super().__init__(parent)
        self._library = library
        self._room = weakref.WeakMethod(room)
        self._order: asyncio.Lock | None = None
        self._waiting = 0

    def _in_order(self) -> asyncio.Lock:
        # Made at first use: the window is built before asyncio is loaded.
        if self._order is None:
            self._order = asyncio.Lock()
        return self._order

    @property
    def busy(self) -> bool:
        """Whether something is still being copied."""
        return self._waiting > 0

    async def find(self, ids: Sequence[str]) -> Sequence[Picture]:
        """Pictures of the library as they are now."""
        return await self._library.find(ids)

    def pictures(self, pictures: Sequence[Picture], role: Role, *, each: bool = False) -> None:
        """Take pictures of the library; all of them with this role if `each` is to have it."""
        take = partial(take_pictures, self._library, tuple(pictures), role, each=each)
        self._start(take, role, sources=MOST_EDITED if each else 1)

    def things(self, things: Sequence[IntakeItem], role: Role) -> None:
        """Take files or bytes."""
        self._start(partial(store_items, self._library, tuple(things), role), role)

    def files(self, paths: Sequence[Path], role: Role) -> None:
        """Take files that were picked."""
        self.incoming(drop_contents.DropContents(paths=tuple(paths)), role)

    def incoming(
        self, incoming: drop_contents.DropContents, role: Role, *, place: int | None = None
    ) -> None:
        """Take what was dropped or pasted."""
        self._start(partial(take_in, self._library, incoming, role), role, place)

    def _start(
        self, work: _Work, role: Role, place: int | None = None, *, sources: int = 1
    ) -> None:
        self._waiting += 1
        spawn(self._run(work, role, place, sources))

    async def _run(self, work: _Work, role: Role, place: int | None, sources: int) -> None:
        try:
            async with self._in_order():
                # Asked now: what came before may have filled it. A source, and what takes another
                # one's place, need none of it.
                ask = self._room()
                room = ask() if ask is not None else 0
                room = sources if sources > 1 else room + (role is Role.EDIT or place is not None)
                taken = await work(room=room)
        finally:
            self._waiting -= 1
        if taken.references:
            self.taken.emit(taken.references, place)
        if taken.troubles:
            self.troubled.emit(taken.troubles)
        if taken.left > 0:
            n = len(taken.references)
            self.limited.emit(n, n + len(taken.troubles) + taken.left, n >= room)
        if not self.busy:
            self.idle.emit()


class InputThumbnails(QObject):
    """Thumbnails of references, each asked for once.

    Attributes:
        notes: by sha256, how an input is sent otherwise than it is, where it is.

    Signals:
        arrived(object, object): sha256 of the input and its QPixmap.
        idle: none is on its way any more.
    """

    arrived = Signal(object, object)
    idle = Signal()

    def __init__(self, library: Library, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
        self.notes: dict[str, str] = {}
        self._asked: set[str] = set()
        self._coming = 0

    @property
    def busy(self) -> bool:
        """Whether any is on its way."""
        return self._coming > 0

    def fetch_missing(self, references: Sequence[Reference]) -> None:
        """Fetch those that were not asked for yet."""
        for reference in references:
            if reference.sha256 not in self._asked:
                self._asked.add(reference.sha256)
                self._coming += 1
                spawn(self._bring(reference))

    async def _bring(self, reference: Reference) -> None:
        try:
            await self._fetch(reference)
        finally:
            self._coming -= 1
        if not self._coming:
            self.idle.emit()

    async def _fetch(self, reference: Reference) -> None:
        try:
            self.notes[reference.sha256] = await self._library.input_note(reference)
            data = await self._library.input_thumbnail(reference, THUMBNAIL)
        except StudioError as error:
            # The slot keeps its name and role; the run itself will say what is wrong.
            log.warning("An input has no thumbnail: %s", error)
            self._asked.discard(reference.sha256)
            return
        image = await asyncio.to_thread(QImage.fromData, data)
        if not image.isNull():
            self.arrived.emit(reference.sha256, QPixmap.fromImage(image))
