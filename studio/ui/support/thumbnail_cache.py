"""Thumbnails for the screen, in the size they are painted.

The library supplies JPEG bytes; they are decoded, scaled and converted for the monitor in threads
and kept as pixmaps, within a bound. Only the latest request is fetched: tiles scrolled off screen
are dropped.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPixmap

from studio.common.errors import StudioError
from studio.domain.entities import Picture, Reference
from studio.ui.support.screen_colours import ScreenTransform, screen_colours, to_screen
from studio.ui.support.tasks import SpawnedTask, held, spawn

if TYPE_CHECKING:
    from pathlib import Path

STEPS = (256, 512, 1024)
BOUND = 40 * 1024 * 1024  # bytes of pixmaps; more on large screens
AT_ONCE = 4
FADE = 0.12  # seconds
GHOST = 16  # pixels
CARD = 128
RADIUS = 2


class ThumbnailSource(Protocol):
    """Source of thumbnails: JPEG bytes, long edge at least `edge` if the picture has it."""

    async def thumbnail(self, picture: Picture, edge: int) -> bytes: ...

    def kept_thumbnail(self, picture: Picture, edge: int) -> Path | None:
        """File of a cached thumbnail; None without one. Called in a thread."""

    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes: ...


class ThumbnailRequest(Struct, frozen=True):
    """Request for a thumbnail.

    Attributes:
        size: device pixels of the rectangle it is painted into.
        radius: radius of its corners, in device pixels.
    """

    picture: Picture
    size: QSize
    radius: float = RADIUS


class _CachedThumbnail(Struct):
    pixmap: QPixmap
    since: float
    screen: ScreenTransform | None


class ThumbnailCache(QObject):
    """Cache of thumbnail pixmaps that fetches the requested ones.

    Signals:
        ready: the thumbnail of this picture id was loaded, or failed.
    """

    ready = Signal(str)

    def __init__(
        self,
        source: ThumbnailSource,
        parent: QObject | None = None,
        *,
        bound: int = BOUND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._bound = bound
        self._clock = clock
        self._held: OrderedDict[str, _CachedThumbnail] = OrderedDict()
        self._bytes = 0
        self._faults: dict[str, str] = {}
        self._wanted: OrderedDict[str, ThumbnailRequest] = OrderedDict()
        self._latest: tuple[ThumbnailRequest, ...] = ()
        self._running: dict[str, tuple[ThumbnailRequest, SpawnedTask]] = {}
        self._ghosts: dict[str, QPixmap | None] = {}
        self._pools: list[ThreadPoolExecutor] = []
        pools = self._pools

        def on_destroyed() -> None:
            for pool in pools:
                pool.shutdown(wait=False, cancel_futures=True)

        self.destroyed.connect(on_destroyed)
        screen_colours().changed.connect(self.on_screen_colours)

    @property
    def _pool(self) -> ThreadPoolExecutor:
        # Decoding releases the interpreter, but at a cost: one thread keeps the window smooth.
        if not self._pools:
            self._pools.append(ThreadPoolExecutor(1, thread_name_prefix="thumbnail"))
        return self._pools[0]

    # --- queries --------------------------------------------------------------------------

    def pixmap(self, picture: str) -> QPixmap | None:
        """Pixmap of a picture; one of another size while the right one is loading."""
        held = self._held.get(picture)
        if held is None:
            return None
        self._held.move_to_end(picture)
        return held.pixmap

    def strength(self, picture: str) -> float:
        """Opacity of a thumbnail while it fades in, 0 to 1."""
        held = self._held.get(picture)
        if held is None:
            return 0.0
        return min(1.0, max(0.0, (self._clock() - held.since) / FADE))

    @property
    def idle(self) -> bool:
        """Whether all requests are done."""
        return not self._wanted and not self._running

    def make_room(self, bound: int) -> None:
        """Set the bound in bytes of pixmaps."""
        self._bound = bound

    def finish_fading(self) -> None:
        """End all fades at once; nothing is animated while the user scrolls."""
        for shown in self._held.values():
            shown.since = float("-inf")

    def end_fade(self, picture: str) -> None:
        """Show a thumbnail whole from now on."""
        held = self._held.get(picture)
        if held is not None:
            held.since = float("-inf")

    def fault(self, picture: str) -> str:
        """Reason for a missing thumbnail; empty if it exists, or was not requested."""
        return self._faults.get(picture, "")

    def request_thumbnails(self, wishes: Iterable[ThumbnailRequest]) -> None:
        """Fetch these thumbnails in order, and cancel all other requests.

        The last of several requests for one picture applies.
        """
        self._latest = tuple(wishes)
        # Deduplicate before checking the cache; otherwise an earlier request would win.
        last = OrderedDict((wish.picture.id, wish) for wish in self._latest)
        self._wanted = OrderedDict((id_, wish) for id_, wish in last.items() if not self._has(wish))
        for id_, (wish, task) in list(self._running.items()):
            wanted = self._wanted.get(id_)
            if wanted is not None and _alike(wanted.size, wish.size):
                del self._wanted[id_]
            else:
                task.cancel()
                del self._running[id_]
        self._next()

    def on_screen_colours(self) -> None:
        """Render the latest request for the new monitor; the old pixmaps are shown meanwhile."""
        for _wish, task in self._running.values():
            task.cancel()
        self._running.clear()
        self._ghosts.clear()
        self.request_thumbnails(self._latest)

    def add_thumbnail(
        self, wish: ThumbnailRequest, image: QImage, screen: ScreenTransform | None = None
    ) -> None:
        """Add an image decoded elsewhere and converted for `screen`; it does not fade in."""
        image = fitted(image, wish.size.width(), wish.size.height(), wish.radius)
        self._store_pixmap(wish.picture.id, QPixmap.fromImage(image), screen)
        self._held[wish.picture.id].since = float("-inf")

    def ghost(self, reference: Reference) -> QPixmap | None:
        """Source of a job, 16 pixels wide; None until it is loaded (then `ready` is emitted)."""
        key = reference.sha256
        if key not in self._ghosts:
            self._ghosts[key] = None
            spawn(self._read_ghost(reference))
        return self._ghosts[key]

    def card(self, picture: Picture) -> QPixmap:
        """Thumbnail of a picture, or its average colour."""
        found = self.pixmap(picture.id)
        if found is not None:
            return found
        scale = CARD / max(1, picture.width, picture.height)
        plain = QPixmap(max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        plain.fill(screen_colours().colour(picture.colour))
        return plain

    def refetch_thumbnails(self, pictures: Iterable[str]) -> None:
        """Drop the thumbnails of changed or newly readable originals, to fetch them again."""
        for picture in pictures:
            self._faults.pop(picture, None)
            held = self._held.pop(picture, None)
            if held is not None:
                self._bytes -= _size(held.pixmap)

    @property
    def bytes(self) -> int:
        """Memory used, in bytes."""
        return self._bytes

    # --- fetching -------------------------------------------------------------------------

    def _has(self, wish: ThumbnailRequest) -> bool:
        id_ = wish.picture.id
        if id_ in self._faults:
            return True
        held = self._held.get(id_)
        return (
            held is not None
            and held.screen is screen_colours().transform
            and _alike(held.pixmap.size(), wish.size)
        )

    def _next(self) -> None:
        if held():
            return
        while self._wanted and len(self._running) < AT_ONCE:
            id_, wish = self._wanted.popitem(last=False)
            self._running[id_] = wish, spawn(self._fetch(wish))

    async def _fetch(self, wish: ThumbnailRequest) -> None:
        id_ = wish.picture.id
        try:
            long = max(wish.size.width(), wish.size.height())
            edge = next((step for step in STEPS if step >= long), STEPS[-1])
            loop = asyncio.get_running_loop()
            screen = screen_colours().transform
            image = await loop.run_in_executor(self._pool, kept, self._source, wish, edge, screen)
            if image is None:
                data = await self._source.thumbnail(wish.picture, edge)
                image = await loop.run_in_executor(self._pool, decode, data, wish, screen)
            self._store_pixmap(id_, QPixmap.fromImage(image), screen)
        except asyncio.CancelledError:
            # The program is ending, or the request was cancelled: start nothing else for it.
            if id_ in self._running and self._running[id_][1].runs_here():
                del self._running[id_]
            raise
        except (StudioError, OSError, ValueError) as error:
            self._faults[id_] = str(error)
        finally:
            running = self._running.get(id_)
            if running is not None and running[1].runs_here():
                del self._running[id_]
                self._next()
        self.ready.emit(id_)

    def _store_pixmap(self, id_: str, pixmap: QPixmap, screen: ScreenTransform | None) -> None:
        old = self._held.pop(id_, None)
        if old is not None:
            self._bytes -= _size(old.pixmap)
        # A sharper copy of a visible thumbnail does not fade in.
        since = old.since if old is not None else self._clock()
        self._held[id_] = _CachedThumbnail(pixmap, since, screen)
        self._bytes += _size(pixmap)
        while self._bytes > self._bound and len(self._held) > 1:
            _id, held = self._held.popitem(last=False)
            self._bytes -= _size(held.pixmap)

    async def _read_ghost(self, reference: Reference) -> None:
        try:
            data = await self._source.input_thumbnail(reference, STEPS[0])
            loop = asyncio.get_running_loop()
            screen = screen_colours().transform
            image = await loop.run_in_executor(self._pool, _decode_tiny, data, screen)
        except (StudioError, OSError, ValueError):
            return  # the waiting tile works without it
        if screen is not screen_colours().transform:
            self._ghosts.pop(reference.sha256, None)
            return
        self._ghosts[reference.sha256] = QPixmap.fromImage(image)
        self.ready.emit(reference.picture or "")


def kept(
    source: ThumbnailSource, wish: ThumbnailRequest, edge: int, screen: ScreenTransform | None
) -> QImage | None:
    """Decode a cached thumbnail from disk; None if it must be made.

    Runs in a thread, so it is not a method: a Qt object must not be used there.
    """
    path = source.kept_thumbnail(wish.picture, edge)
    if path is None:
        return None
    image = decoded(path, wish.size)
    if image is None:
        return None
    return fitted(image, wish.size.width(), wish.size.height(), wish.radius, screen)


def decoded(path: Path, size: QSize) -> QImage | None:
    """Decode our own JPEG file to this size; None if it is not a picture. Runs in a thread.

    The decoder scales while reading, and releases the interpreter only for a file.
    """
    reader = QImageReader(str(path), b"jpg")
    reader.setScaledSize(size)
    image = reader.read()
    return None if image.isNull() else image


def decode(data: bytes, wish: ThumbnailRequest, screen: ScreenTransform | None) -> QImage:
    """Decode our own JPEG to the requested pixels with round corners. Runs in a thread.

    Raises ValueError for bytes that are not a picture.
    """
    image = _image(data)
    if image.isNull():
        raise ValueError("no picture")
    return fitted(image, wish.size.width(), wish.size.height(), wish.radius, screen)


def fitted(
    image: QImage, width: int, height: int, radius: float, screen: ScreenTransform | None = None
) -> QImage:
    """Scale a decoded thumbnail to exactly these pixels, for this screen, with round corners."""
    if (image.width(), image.height()) != (width, height):
        # Small originals are enlarged here too, so that painting never has to scale.
        image = image.scaled(
            width,
            height,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    image = to_screen(image, screen)
    if radius <= 0:
        return image.convertToFormat(QImage.Format.Format_RGB32)
    round_ = QImage(image.size(), QImage.Format.Format_ARGB32_Premultiplied)
    round_.fill(QColor(0, 0, 0, 0))
    painter = QPainter(round_)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(0, 0, 0))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(round_.rect(), radius, radius)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.drawImage(0, 0, image)
    painter.end()
    return round_


def _image(data: bytes) -> QImage:
    # No QImageReader on a QBuffer: Qt reads the buffer while it holds its decoder lock, the buffer
    # calls Python, and Python may be waiting for that lock. The explicit format keeps Qt from
    # loading all its decoders. PySide6 takes it as text, contrary to its stubs.
    return QImage.fromData(data, "JPG")  # type: ignore[arg-type]


def _decode_tiny(data: bytes, screen: ScreenTransform | None) -> QImage:
    image = _image(data)
    if image.isNull():
        raise ValueError("no picture")
    return to_screen(_tiny(image), screen)


def _tiny(image: QImage) -> QImage:
    return image.scaled(
        GHOST,
        GHOST,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def _size(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4


def _alike(one: QSize, other: QSize) -> bool:
    return abs(one.width() - other.width()) <= 1 and abs(one.height() - other.height()) <= 1
