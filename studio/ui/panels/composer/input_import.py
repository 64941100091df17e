"""Where pictures come in, one after another, and where the thumbnails of inputs come from."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from studio.domain import Picture, Reference, Role
from studio.errors import StudioError
from studio.ui import dragging
from studio.ui.composer import intake
from studio.ui.tasks import spawn

if TYPE_CHECKING:
    from studio.library.library import Library

log = logging.getLogger(__name__)

THUMBNAIL = 256


class Reception(QObject):
    """Copies what is given into the library's inputs, in the order it was given.

    Signals:
        taken(object, object): references that are ready, and the place of the slot they were
            dropped on (None for the end).
        troubled(object): a StudioError for each thing that cannot be used.
        idle: nothing is being copied any more.
    """

    taken = Signal(object, object)
    troubled = Signal(object)
    idle = Signal()

    def __init__(self, library: Library, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
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

    def pictures(self, pictures: Sequence[Picture], role: Role, *, each: bool = False) -> None:
        """Take pictures of the library; all of them with this role if `each` is to have it."""
        self._start(intake.take_pictures(self._library, list(pictures), role, each=each), None)

    def things(self, things: Sequence[intake.Thing], role: Role) -> None:
        """Take files or bytes."""
        self._start(intake.keep(self._library, list(things), role), None)

    def files(self, paths: Sequence[Path], role: Role) -> None:
        """Take files that were picked."""
        self.things([intake.Thing(source=path, name=path.stem) for path in paths], role)

    def incoming(
        self, incoming: dragging.Incoming, role: Role, *, place: int | None = None
    ) -> None:
        """Take what was dropped or pasted."""
        self._start(intake.take_in(self._library, incoming, role), place)

    def _start(self, work: Coroutine[Any, Any, intake.Taken], place: int | None) -> None:
        self._waiting += 1
        spawn(self._run(work, place))

    async def _run(self, work: Coroutine[Any, Any, intake.Taken], place: int | None) -> None:
        try:
            async with self._in_order():
                taken = await work
        finally:
            self._waiting -= 1
        if taken.references:
            self.taken.emit(taken.references, place)
        for trouble in taken.troubles:
            self.troubled.emit(trouble)
        if not self.busy:
            self.idle.emit()


class InputThumbnails(QObject):
    """Thumbnails of references, each asked for once.

    Attributes:
        notes: by sha256, how an input is sent otherwise than it is, where it is.

    Signals:
        arrived(object, object): sha256 of the input and its QPixmap.
    """

    arrived = Signal(object, object)

    def __init__(self, library: Library, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
        self.notes: dict[str, str] = {}
        self._asked: set[str] = set()

    def want(self, references: Sequence[Reference]) -> None:
        """Fetch those that were not asked for yet."""
        for reference in references:
            if reference.sha256 not in self._asked:
                self._asked.add(reference.sha256)
                spawn(self._fetch(reference))

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
