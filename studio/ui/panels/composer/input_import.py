"""Import of incoming pictures as references, one at a time, and thumbnails of inputs."""

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
from PySide6.QtGui import QPixmap

from studio.common import user_input
from studio.common.errors import InputError, StudioError
from studio.common.i18n import _
from studio.domain.drafts import MOST_EDITED
from studio.domain.entities import ConversationOrigin, Picture, Reference, Role
from studio.ui.support import drop_contents
from studio.ui.support.drop_contents import DropContents, PictureBlob
from studio.ui.support.raster import from_jpeg
from studio.ui.support.screen_colours import screen_colours
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
        references: the readable items, in the order given.
        troubles: one error per unreadable item.
        left: number of items not tried, for lack of room or after too many errors.
        folders: the folders among the items, which cannot be references.
    """

    references: tuple[Reference, ...]
    troubles: tuple[StudioError, ...]
    left: int = 0
    folders: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeItem:
    """Bytes or a file to import as a reference.

    Attributes:
        talk: the conversation that ends with the library's picture, if one was kept.
    """

    source: bytes | Path | PictureBlob
    name: str
    picture: str | None = None
    talk: ConversationOrigin | None = None


TRIED = 16
"""Maximum number of unreadable items, after which the rest are not tried."""


async def take_in(library: Library, incoming: DropContents, role: Role, room: int) -> IntakeResult:
    """Import dropped or pasted content in a role; for EDIT, only the first item gets it.

    Items are taken in order until `room` is used up; the rest are not even read.
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
    paths = incoming.paths[:most]
    folders = await asyncio.to_thread(lambda: tuple(filter(user_input.is_folder, paths)))
    given -= len(folders)
    things += [IntakeItem(source=path, name=path.stem) for path in paths if path not in folders]
    things += [IntakeItem(source=blob, name=_("Pasted picture")) for blob in incoming.blobs[:most]]
    if incoming.links and not things and not folders and not troubles:
        troubles.append(
            InputError(
                _("Links cannot be used"),
                hint=_("Save the picture, then drop the file, or copy the picture itself."),
            )
        )
    taken = await store_items(library, things, role, room)
    looked_at = len(taken.references) + len(taken.troubles)
    left = given - looked_at
    return IntakeResult(taken.references, (*troubles, *taken.troubles), left, folders)


async def take_pictures(
    library: Library,
    pictures: Sequence[Picture],
    role: Role,
    room: int,
    *,
    each: bool = False,
    then: Role | None = None,
) -> IntakeResult:
    """Import pictures of the library as references; with `each`, all get `role`.

    `then` is the role of the pictures after the first.
    """
    things = await _of_pictures(library, pictures[: room + TRIED])
    taken = await store_items(library, things, role, room, each=each, then=then)
    looked_at = len(taken.references) + len(taken.troubles)
    return IntakeResult(taken.references, taken.troubles, len(pictures) - looked_at)


async def store_items(
    library: Library,
    things: Sequence[IntakeItem],
    role: Role,
    room: int,
    *,
    each: bool = False,
    then: Role | None = None,
) -> IntakeResult:
    """Copy items into the library's inputs while there is room; unreadable ones are skipped."""
    references: list[Reference] = []
    troubles: list[StudioError] = []
    for thing in things:
        if len(references) >= room or len(troubles) >= TRIED:
            break
        try:
            source = thing.source
            data = source if isinstance(source, bytes | Path) else await source.read()
            own = role if each or not references else then or _next(role)
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
    """Role of the items after the first: plain references if the first is to be edited."""
    return Role.FREE if role is Role.EDIT else role


log = logging.getLogger(__name__)

THUMBNAIL = 256


class InputImport(QObject):
    """Copies items into the library's inputs, in the order given.

    Signals:
        taken(object, object): references that are ready, and the index of the slot they were
            dropped on (None for the end).
        troubled(object): the StudioErrors of unusable items, together.
        limited(int, int, bool): number taken, number given, and whether the limit of references is
            the reason; the others were not tried.
        brought(object): a single picture from outside became this reference, after `taken`.
        folders(object): the folders among the given items, which can be imported.
        idle: all copies are done.
    """

    taken = Signal(object, object)
    troubled = Signal(object)
    limited = Signal(int, int, bool)
    brought = Signal(object)
    folders = Signal(object)
    idle = Signal()

    def __init__(self, library: Library, room: Callable[[], int], parent: QObject) -> None:
        """`room` returns the number of references that can still be added."""
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
        """Whether a copy is running or waiting."""
        return self._waiting > 0

    async def find(self, ids: Sequence[str]) -> Sequence[Picture]:
        """Current state of library pictures."""
        return await self._library.find(ids)

    def pictures(self, pictures: Sequence[Picture], role: Role, *, each: bool = False) -> None:
        """Import library pictures; with `each`, all get this role."""
        take = partial(take_pictures, self._library, tuple(pictures), role, each=each)
        self._start(take, role, sources=MOST_EDITED if each else 1)

    def source(self, picture: Picture, style: Picture | None) -> None:
        """Import a picture to edit, and another one as its style reference, as one step."""
        pictures = (picture,) if style is None else (picture, style)
        take = partial(take_pictures, self._library, pictures, Role.EDIT, then=Role.STYLE)
        self._start(take, Role.EDIT)

    def files(self, paths: Sequence[Path], role: Role) -> None:
        """Import files chosen in a dialog."""
        self.incoming(drop_contents.DropContents(paths=tuple(paths)), role)

    def incoming(
        self, incoming: drop_contents.DropContents, role: Role, *, place: int | None = None
    ) -> None:
        """Import dropped or pasted content."""
        alone = not incoming.ids and len(incoming.paths) + len(incoming.blobs) == 1
        work = partial(take_in, self._library, incoming, role)
        self._start(work, role, place, alone=alone)

    def _start(
        self,
        work: _Work,
        role: Role,
        place: int | None = None,
        *,
        sources: int = 1,
        alone: bool = False,
    ) -> None:
        self._waiting += 1
        spawn(self._run(work, role, place, sources, alone=alone))

    async def _run(
        self, work: _Work, role: Role, place: int | None, sources: int, *, alone: bool
    ) -> None:
        try:
            async with self._in_order():
                # Ask only now: earlier imports may have filled the draft. A source or a replacement
                # needs no room.
                ask = self._room()
                room = ask() if ask is not None else 0
                room = sources if sources > 1 else room + (role is Role.EDIT or place is not None)
                taken = await work(room=room)
        finally:
            self._waiting -= 1
        if taken.references:
            self.taken.emit(taken.references, place)
            if alone:
                self.brought.emit(taken.references[0])
        if taken.troubles:
            self.troubled.emit(taken.troubles)
        if taken.folders:
            self.folders.emit(taken.folders)
        if taken.left > 0:
            n = len(taken.references)
            self.limited.emit(n, n + len(taken.troubles) + taken.left, n >= room)
        if not self.busy:
            self.idle.emit()


class InputThumbnails(QObject):
    """Thumbnails of references, each requested once.

    Attributes:
        notes: notes on inputs that are converted for sending, by sha256.

    Signals:
        arrived(object, object): sha256 of the input and its QPixmap.
        idle: no request is pending.
    """

    arrived = Signal(object, object)
    idle = Signal()

    def __init__(self, library: Library, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
        self.notes: dict[str, str] = {}
        self._asked: set[str] = set()
        self._latest: tuple[Reference, ...] = ()
        self._coming = 0
        screen_colours().changed.connect(self.on_screen_colours)

    @property
    def busy(self) -> bool:
        """Whether a request is pending."""
        return self._coming > 0

    def fetch_missing(self, references: Sequence[Reference]) -> None:
        """Request the thumbnails not requested yet."""
        self._latest = tuple(references)
        for reference in references:
            if reference.sha256 not in self._asked:
                self._asked.add(reference.sha256)
                self._coming += 1
                spawn(self._bring(reference))

    def on_screen_colours(self) -> None:
        """Request the visible thumbnails again, in the new monitor's colours."""
        self._asked.clear()
        self.fetch_missing(self._latest)

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
            # The slot keeps its name and role; the run reports the error.
            log.warning("An input has no thumbnail: %s", error)
            self._asked.discard(reference.sha256)
            return
        screen = screen_colours().transform
        image = await asyncio.to_thread(from_jpeg, data, screen)
        if screen is screen_colours().transform and not image.isNull():
            self.arrived.emit(reference.sha256, QPixmap.fromImage(image))
