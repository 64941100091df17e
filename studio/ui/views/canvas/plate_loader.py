"""Loading for large views: pages of the order, previews, then all pixels."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.common.errors import StudioError
from studio.common.i18n import _
from studio.domain.entities import Picture
from studio.ui.support import raster
from studio.ui.support.ports import LibraryProtocol, ScreenDecoderProtocol
from studio.ui.support.raster import Raster
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.views.canvas.plates import Plate

KEPT_PICTURES = 2000  # cached pictures; their values are small


class PageCache(QObject):
    """The order, as index rows, with a cache of its pictures.

    Signals:
        read: requested rows were read (a frozenset).
    """

    read = Signal(object)

    def __init__(self, library: LibraryProtocol, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.order: Sequence[int] = ()
        self._library = library
        self._known: OrderedDict[int, Picture] = OrderedDict()
        self._asked: set[int] = set()

    def __len__(self) -> int:
        return len(self.order)

    def picture(self, index: int) -> Picture | None:
        """Picture at an index of the order; None until it is read."""
        if not 0 <= index < len(self.order):
            return None
        row = self.order[index]
        found = self._known.get(row)
        if found is not None:
            self._known.move_to_end(row)
        return found

    def request_pages(self, indexes: Iterable[int]) -> None:
        """Read the uncached pictures at these indexes; `read` is emitted afterwards."""
        rows = [
            self.order[index]
            for index in indexes
            if 0 <= index < len(self.order) and self.order[index] not in self._known
        ]
        rows = [row for row in rows if row not in self._asked]
        if rows:
            self._asked.update(rows)
            spawn(self._read(rows))

    def refetch_pictures(self, ids: Iterable[str]) -> None:
        """Drop changed pictures from the cache, so that they are read again."""
        gone = set(ids)
        for row in [row for row, picture in self._known.items() if picture.id in gone]:
            del self._known[row]

    async def _read(self, rows: list[int]) -> None:
        try:
            for picture in await self._library.pictures(rows):
                self._known[picture.row] = picture
        finally:
            self._asked.difference_update(rows)
        while len(self._known) > KEPT_PICTURES:
            self._known.popitem(last=False)
        self.read.emit(frozenset(rows))


PREVIEW = 512  # long edge in pixels; usually cached by the grid already
KEPT_BYTES = 320_000_000  # bytes of pixels kept for going back and forth; three pictures of 4K
PAUSE = 0.08  # seconds before decoding while the user steps through pictures


class PlateLoader(QObject):
    """Fills plates, one at a time; a new request cancels the previous one.

    Pictures are converted for the monitor here, once, and never while they are painted.

    Signals:
        changed: a plate has new content (the plate).
    """

    changed = Signal(object)

    def __init__(
        self,
        library: LibraryProtocol,
        decoder: ScreenDecoderProtocol,
        parent: QObject | None = None,
        *,
        most_kept: int = KEPT_BYTES,
    ) -> None:
        """`most_kept` limits the pixels kept for going back, in bytes; the last stay anyway."""
        super().__init__(parent)
        self._library = library
        self._decoder = decoder
        self._most_kept = most_kept
        self._kept: OrderedDict[str, Raster] = OrderedDict()
        self._task: SpawnedTask | None = None

    def plate(self, picture: Picture) -> Plate:
        """Plate of this picture with the cached content; requests nothing.

        The content may be in the colours of a former monitor until `fill` has replaced it.
        """
        kept = self._kept.get(picture.sha256)
        if kept is not None:
            self._kept.move_to_end(picture.sha256)
        return Plate(
            key=picture.id,
            name=picture.name,
            width=kept.width if kept else picture.width,
            height=kept.height if kept else picture.height,
            colour=picture.colour,
            raster=kept,
            trouble=_("File missing") if picture.missing else "",
        )

    def fill(self, plate: Plate, picture: Picture) -> None:
        """Load the missing content of a plate; cancels the previous request."""
        hurried = self._task is not None and not self._task.done()
        self.stop()
        if not self.is_filled(plate):
            self._task = spawn(self._fill(plate, picture, PAUSE if hurried else 0.0))

    def is_filled(self, plate: Plate) -> bool:
        """Whether a plate has all its pixels, in the colours of the monitor."""
        return plate.raster is not None and plate.raster.screen is screen_colours().transform

    def stop(self) -> None:
        """Cancel the current request."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _fill(self, plate: Plate, picture: Picture, pause: float) -> None:
        if plate.raster is None:
            await self._preview(plate, picture)
        if picture.missing:
            return
        if pause:
            await asyncio.sleep(pause)
        try:
            path = await asyncio.to_thread(self._library.path, picture)
            made = await self._raster(path)
        except StudioError as error:
            plate.trouble = error.title
            self._library.doubt(picture)
            self.changed.emit(plate)
            return
        plate.width, plate.height, plate.raster = made.width, made.height, made
        self._store_raster(picture.sha256, made)
        self.changed.emit(plate)

    async def _raster(self, path: Path) -> Raster:
        screen = screen_colours().transform
        if screen is None:
            return await asyncio.to_thread(raster.build, await self._decoder.pixels(path))
        shown = await self._decoder.screen_pixels(path, screen.profile)
        return await asyncio.to_thread(
            raster.build, shown.pixels, screen, converted=shown.converted
        )

    async def _preview(self, plate: Plate, picture: Picture) -> None:
        if plate.preview is not None:
            return
        try:
            data = await self._library.thumbnail(picture, PREVIEW)
        except StudioError:
            return  # decoding the pixels reports any error
        image = await asyncio.to_thread(raster.from_jpeg, data, screen_colours().transform)
        if not image.isNull():
            plate.preview = image
            self.changed.emit(plate)

    def _store_raster(self, key: str, made: Raster) -> None:
        self._kept[key] = made
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and self._kept_bytes() > self._most_kept:
            self._kept.popitem(last=False)

    def _kept_bytes(self) -> int:
        return sum(kept.bytes for kept in self._kept.values())
