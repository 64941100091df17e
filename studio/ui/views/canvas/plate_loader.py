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
        read: pictures of requested rows were read (a frozenset of these rows).
    """

    read = Signal(object)

    def __init__(self, library: LibraryProtocol, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.order: Sequence[int] = ()
        self._library = library
        self._known: OrderedDict[int, Picture] = OrderedDict()
        self._asked: set[int] = set()
        self._changed_meanwhile: list[set[str]] = []  # ids, for each read under way

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
        """Read the uncached pictures at these indexes; `read` is emitted if any was found.

        Views ask whenever they paint, and paint whenever something was read: for pictures that
        were deleted meanwhile they would do so for ever.
        """
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
        changed = set(ids)
        for row in [row for row, picture in self._known.items() if picture.id in changed]:
            del self._known[row]
        for meanwhile in self._changed_meanwhile:
            meanwhile.update(changed)

    async def _read(self, rows: list[int]) -> None:
        changed: set[str] = set()
        self._changed_meanwhile.append(changed)
        try:
            pictures = await self._library.pictures(rows)
            # What was read may be older than a change that came in meanwhile.
            while not changed.isdisjoint(picture.id for picture in pictures):
                changed.clear()
                pictures = await self._library.pictures(rows)
        finally:
            self._changed_meanwhile = [one for one in self._changed_meanwhile if one is not changed]
            self._asked.difference_update(rows)
        self._known.update((picture.row, picture) for picture in pictures)
        while len(self._known) > KEPT_PICTURES:
            self._known.popitem(last=False)
        if pictures:
            self.read.emit(frozenset(picture.row for picture in pictures))


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
        """`most_kept` limits the pixels kept for going back, in bytes; the latest always stay."""
        super().__init__(parent)
        self._library = library
        self._decoder = decoder
        self._most_kept = most_kept
        self._kept: OrderedDict[str, Raster] = OrderedDict()
        self._task: SpawnedTask | None = None
        self._filling: object | None = None
        self._shown = ""  # checksum of the picture filled last
        # Decoded ahead: the pictures, the one in progress, and those that could not be read.
        self._ahead: tuple[Picture, ...] = ()
        self._preparing: SpawnedTask | None = None
        self._in_progress = ""
        self._unreadable: set[str] = set()

    def plate(self, picture: Picture) -> Plate:
        """Plate of this picture with the cached content; requests nothing.

        The content may be in the colours of the previous monitor until `fill` has replaced it.
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
        self._shown = picture.sha256
        hurried = self._filling is not None
        self._stop_filling()
        if not self.is_filled(plate):
            self._filling = token = object()
            self._task = spawn(self._fill(plate, picture, PAUSE if hurried else 0.0, token))

    def is_filled(self, plate: Plate) -> bool:
        """Whether a plate has all its pixels, in the colours of the monitor."""
        return plate.raster is not None and plate.raster.screen is screen_colours().transform

    def prepare(self, pictures: Sequence[Picture]) -> None:
        """Decode these pictures, nearest first, while nothing is being filled.

        As many as fit the limit together; the pixels of others are dropped first.
        """
        self._ahead = tuple(one for one in pictures if not one.missing)
        for one in reversed(self._ahead):
            if one.sha256 in self._kept:
                self._kept.move_to_end(one.sha256)
        self._prepare_next()

    @property
    def prepared(self) -> list[str]:
        """Checksums of the pictures whose pixels are kept, longest unused first."""
        return list(self._kept)

    @property
    def kept_bytes(self) -> int:
        """Memory of the pixels kept, in bytes."""
        return sum(kept.bytes for kept in self._kept.values())

    def stop(self) -> None:
        """Cancel the current request, and stop decoding ahead."""
        self._stop_filling()
        self._ahead = ()
        if self._preparing is not None:
            self._preparing.cancel()
            self._preparing = None

    def release(self) -> None:
        """Stop, and free all cached pixels."""
        self.stop()
        self._kept.clear()

    def _stop_filling(self) -> None:
        self._filling = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _prepare_next(self) -> None:
        busy = self._preparing is not None and not self._preparing.done()
        if not busy and self._filling is None and self._next_ahead() is not None:
            self._preparing = spawn(self._prepare())

    def _next_ahead(self) -> Picture | None:
        """The nearest picture not decoded yet that fits the limit together with those before it."""
        last = next(reversed(self._kept.values()), None)
        used = 0 if last is None else last.bytes
        for one in self._ahead:
            kept = self._kept.get(one.sha256)
            used += kept.bytes if kept else _bytes_of(one)
            if used > self._most_kept:
                return None
            if kept is None and one.sha256 not in self._unreadable:
                return one
        return None

    async def _prepare(self) -> None:
        while self._filling is None and (picture := self._next_ahead()) is not None:
            self._in_progress = picture.sha256
            self._make_room(picture)
            try:
                path = await asyncio.to_thread(self._library.path, picture)
                made = await self._raster(path)
            except StudioError:
                # Reported when the picture itself is shown.
                self._unreadable.add(picture.sha256)
                continue
            finally:
                self._in_progress = ""
            current = next(reversed(self._kept), None)
            self._store_raster(picture.sha256, made)
            if current is not None and current in self._kept:
                self._kept.move_to_end(current)

    def _make_room(self, picture: Picture) -> None:
        """Drop pixels that are not needed, longest unused first, before more are decoded."""
        needed = {self._shown, *(one.sha256 for one in self._ahead)}
        for key in list(self._kept):
            if self.kept_bytes + _bytes_of(picture) <= self._most_kept:
                return
            if key not in needed:
                del self._kept[key]

    async def _fill(self, plate: Plate, picture: Picture, pause: float, token: object) -> None:
        try:
            await self._load(plate, picture, pause)
        finally:
            if self._filling is token:
                self._filling = None
        self._prepare_next()

    async def _load(self, plate: Plate, picture: Picture, pause: float) -> None:
        preparing = self._preparing
        if preparing is not None and self._in_progress == picture.sha256:
            # It is being decoded ahead already.
            await preparing.wait_until_ended()
            kept = self._kept.get(picture.sha256)
            if kept is not None:
                plate.width, plate.height, plate.raster = kept.width, kept.height, kept
                self.changed.emit(plate)
                if self.is_filled(plate):
                    return
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
        while len(self._kept) > 1 and self.kept_bytes > self._most_kept:
            self._kept.popitem(last=False)


def _bytes_of(picture: Picture) -> int:
    """Memory of a picture's pixels with their half-size copies, which add a third."""
    return picture.width * picture.height * 4 * 4 // 3
