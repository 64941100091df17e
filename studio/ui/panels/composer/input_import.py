"""Where pictures come in, one after another, and where the thumbnails of inputs come from."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from studio.common.errors import StudioError
from studio.domain.drafts import MOST_EDITED
from studio.domain.entities import Picture, Reference, Role
from studio.ui.panels.composer import drop_intake
from studio.ui.support import drop_contents
from studio.ui.support.tasks import spawn

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Protocol

    from studio.library.facade import Library

    class _Work(Protocol):
        def __call__(self, *, room: int) -> Awaitable[drop_intake.IntakeResult]: ...


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
        take = partial(drop_intake.take_pictures, self._library, tuple(pictures), role, each=each)
        self._start(take, role, sources=MOST_EDITED if each else 1)

    def things(self, things: Sequence[drop_intake.IntakeItem], role: Role) -> None:
        """Take files or bytes."""
        self._start(partial(drop_intake.store_items, self._library, tuple(things), role), role)

    def files(self, paths: Sequence[Path], role: Role) -> None:
        """Take files that were picked."""
        self.incoming(drop_contents.DropContents(paths=tuple(paths)), role)

    def incoming(
        self, incoming: drop_contents.DropContents, role: Role, *, place: int | None = None
    ) -> None:
        """Take what was dropped or pasted."""
        self._start(partial(drop_intake.take_in, self._library, incoming, role), role, place)

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
