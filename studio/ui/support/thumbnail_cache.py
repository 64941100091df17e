"""Thumbnails of what is on screen, at the pixels they are painted with.

The library gives JPEG bytes; they are decoded and scaled in threads and kept as pixmaps, within a
bound. Only what was asked for last is fetched: what left the screen is dropped.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPixmap

from studio.common.errors import StudioError
from studio.domain.entities import Picture, Reference
from studio.ui.support.tasks import SpawnedTask, held, spawn

if TYPE_CHECKING:
    from pathlib import Path

STEPS = (256, 512, 1024)
BOUND = 40 * 1024 * 1024  # bytes of pixmaps; more where a screen is large
AT_ONCE = 4
FADE = 0.12  # seconds
GHOST = 16  # pixels
CARD = 128
RADIUS = 2


class ThumbnailSource(Protocol):
    """Where thumbnails come from: JPEG bytes, long edge at least `edge` if the picture has it."""

    async def thumbnail(self, picture: Picture, edge: int) -> bytes: ...

    def kept_thumbnail(self, picture: Picture, edge: int) -> Path | None:
        """The file of one that is there; called in a thread."""

    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes: ...


@dataclass(frozen=True, slots=True)
class ThumbnailRequest:
    """A thumbnail wanted on screen.

    Attributes:
        size: device pixels of the rectangle it is painted into.
        radius: of its corners, in device pixels.
    """

    picture: Picture
    size: QSize
    radius: float = RADIUS


@dataclass(slots=True)
class _CachedThumbnail:
    pixmap: QPixmap
    since: float


class ThumbnailCache(QObject):
    """Holds pixmaps of thumbnails and fetches those that are wanted.

    Signals:
        ready: the thumbnail of this picture id is here, or cannot be made.
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
        self._running: dict[str, tuple[ThumbnailRequest, SpawnedTask]] = {}
        self._ghosts: dict[str, QPixmap | None] = {}
        self._pools: list[ThreadPoolExecutor] = []
        pools = self._pools

        def on_destroyed() -> None:
            for pool in pools:
                pool.shutdown(wait=False, cancel_futures=True)

        self.destroyed.connect(on_destroyed)

    @property
    def _pool(self) -> ThreadPoolExecutor:
        # Decoding lets other threads run, but not for free: one lane keeps the window smooth.
        if not self._pools:
            self._pools.append(ThreadPoolExecutor(1, thread_name_prefix="thumbnail"))
        return self._pools[0]

    # --- asking ---------------------------------------------------------------------------

    def pixmap(self, picture: str) -> QPixmap | None:
        """What there is of a picture; of another size while the right one is on its way."""
        held = self._held.get(picture)
        if held is None:
            return None
        self._held.move_to_end(picture)
        return held.pixmap

    def strength(self, picture: str) -> float:
        """How far a thumbnail has faded in: 0 just arrived, 1 there."""
        held = self._held.get(picture)
        if held is None:
            return 0.0
        return min(1.0, max(0.0, (self._clock() - held.since) / FADE))

    @property
    def idle(self) -> bool:
        """Whether everything that was wanted is here."""
        return not self._wanted and not self._running

    def make_room(self, bound: int) -> None:
        """Hold so many bytes of pixmaps at most."""
        self._bound = bound

    def finish_fading(self) -> None:
        """Show at once what is still fading in; while the user scrolls nothing moves by itself."""
        for shown in self._held.values():
            shown.since = float("-inf")

    def fault(self, picture: str) -> str:
        """Why a picture has no thumbnail; empty if it has one, or none was asked for."""
        return self._faults.get(picture, "")

    def request_thumbnails(self, wishes: Iterable[ThumbnailRequest]) -> None:
        """From now on fetch these, the first ones first, and nothing else.

        Of several wishes for one picture the last holds.
        """
        # One of each before asking what is here: else an earlier wish takes its last one's place.
        last = OrderedDict((wish.picture.id, wish) for wish in wishes)
        self._wanted = OrderedDict((id_, wish) for id_, wish in last.items() if not self._has(wish))
        for id_, (wish, task) in list(self._running.items()):
            wanted = self._wanted.get(id_)
            if wanted is not None and _alike(wanted.size, wish.size):
                del self._wanted[id_]
            else:
                task.cancel()
                del self._running[id_]
        self._next()

    def add_thumbnail(self, wish: ThumbnailRequest, image: QImage) -> None:
        """Take what was decoded elsewhere; it is there at once and does not fade in."""
        image = fitted(image, wish.size.width(), wish.size.height(), wish.radius)
        self._store_pixmap(wish.picture.id, QPixmap.fromImage(image))
        self._held[wish.picture.id].since = float("-inf")

    def ghost(self, reference: Reference) -> QPixmap | None:
        """The source of a job, 16 pixels large; None until it was read (then `ready` is sent)."""
        key = reference.sha256
        if key not in self._ghosts:
            self._ghosts[key] = None
            spawn(self._read_ghost(reference))
        return self._ghosts[key]

    def card(self, picture: Picture) -> QPixmap:
        """Something to show of a picture in any case: its thumbnail, or its average colour."""
        found = self.pixmap(picture.id)
        if found is not None:
            return found
        scale = CARD / max(1, picture.width, picture.height)
        plain = QPixmap(max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        plain.fill(QColor(picture.colour))
        return plain

    def refetch_thumbnails(self, pictures: Iterable[str]) -> None:
        """The originals of these changed, or may be readable again: fetch them anew."""
        for picture in pictures:
            self._faults.pop(picture, None)
            held = self._held.pop(picture, None)
            if held is not None:
                self._bytes -= _size(held.pixmap)

    @property
    def bytes(self) -> int:
        """Memory the pixmaps take."""
        return self._bytes

    # --- fetching -------------------------------------------------------------------------

    def _has(self, wish: ThumbnailRequest) -> bool:
        id_ = wish.picture.id
        if id_ in self._faults:
            return True
        held = self._held.get(id_)
        return held is not None and _alike(held.pixmap.size(), wish.size)

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
            image = await loop.run_in_executor(self._pool, kept, self._source, wish, edge)
            if image is None:
                data = await self._source.thumbnail(wish.picture, edge)
                image = await loop.run_in_executor(
                    self._pool, decode, data, wish.size.width(), wish.size.height(), wish.radius
                )
            self._store_pixmap(id_, QPixmap.fromImage(image))
        except asyncio.CancelledError:
            # The program ends, or nobody wants it any more: nothing else is begun for it.
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

    def _store_pixmap(self, id_: str, pixmap: QPixmap) -> None:
        old = self._held.pop(id_, None)
        if old is not None:
            self._bytes -= _size(old.pixmap)
        # A sharper copy of what is shown already does not fade in.
        since = old.since if old is not None else self._clock()
        self._held[id_] = _CachedThumbnail(pixmap, since)
        self._bytes += _size(pixmap)
        while self._bytes > self._bound and len(self._held) > 1:
            _id, held = self._held.popitem(last=False)
            self._bytes -= _size(held.pixmap)

    async def _read_ghost(self, reference: Reference) -> None:
        try:
            data = await self._source.input_thumbnail(reference, STEPS[0])
            loop = asyncio.get_running_loop()
            image = await loop.run_in_executor(self._pool, _decode_tiny, data)
        except (StudioError, OSError, ValueError):
            return  # a waiting tile without its source behind it is still a waiting tile
        self._ghosts[reference.sha256] = QPixmap.fromImage(image)
        self.ready.emit(reference.picture or "")


def kept(source: ThumbnailSource, wish: ThumbnailRequest, edge: int) -> QImage | None:
    """A thumbnail that is on the disk, decoded from there; None where it must be made.

    Runs in a thread, and so is no method: a Qt object must not be in a thread's hands.
    """
    path = source.kept_thumbnail(wish.picture, edge)
    if path is None:
        return None
    image = decoded(path, wish.size)
    if image is None:
        return None
    return fitted(image, wish.size.width(), wish.size.height(), wish.radius)


def decoded(path: Path, size: QSize) -> QImage | None:
    """Our own JPEG from its file in these pixels, None for what is no picture. Runs in a thread.

    The decoder makes it small while it reads, and only from a file Python goes on beside it.
    """
    reader = QImageReader(str(path), b"jpg")
    reader.setScaledSize(size)
    image = reader.read()
    return None if image.isNull() else image


def decode(data: bytes, width: int, height: int, radius: float) -> QImage:
    """Our own JPEG as an image of exactly these pixels with round corners. Runs in a thread.

    Raises ValueError for bytes that are no picture.
    """
    image = _image(data)
    if image.isNull():
        raise ValueError("no picture")
    return fitted(image, width, height, radius)


def fitted(image: QImage, width: int, height: int, radius: float) -> QImage:
    """A decoded thumbnail in exactly these pixels, with round corners."""
    if (image.width(), image.height()) != (width, height):
        # Small originals are enlarged here too, so that painting never has to scale.
        image = image.scaled(
            width,
            height,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
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
    # Not by a QImageReader on a QBuffer: Qt looks into the buffer while it holds the lock of its
    # decoders, the buffer asks Python, and Python may be waiting for that very lock. The format
    # spares Qt loading all its decoders. PySide6 takes it as text, not as its stubs say.
    return QImage.fromData(data, "JPG")  # type: ignore[arg-type]


def _decode_tiny(data: bytes) -> QImage:
    image = _image(data)
    if image.isNull():
        raise ValueError("no picture")
    return _tiny(image)


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
