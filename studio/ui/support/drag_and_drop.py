"""What leaves and enters by drag, drop, copy and paste.

Outside the window the files count: the originals themselves, real paths, copied and never moved.
Inside, the ids of the pictures win. A single picture goes as an image too, for programs that take
no files.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QDrag, QGuiApplication, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from studio.domain import Picture
from studio.errors import InputError, StudioError
from studio.ui.tasks import spawn
from studio.ui.theme import theme
from studio.values import dataclass
from studio.words import _

if TYPE_CHECKING:
    from studio.ui.canvas.raster import Pixels

IDS = "application/x-gridbrush-ids"
GNOME_FILES = "x-special/gnome-copied-files"
QT_IMAGE = "application/x-qt-image"
RAW_IMAGES = ("image/png", "image/jpeg", "image/webp")
MOST = 1_000
"""Pictures dragged or copied at once; more is refused in words, not cut silently."""
CARD = 128  # logical pixels of the picture under the pointer
STACKED = 3


class PixelSource(Protocol):
    """Decodes files outside this process."""

    async def pixels(self, path: Path, *, edge: int | None = None) -> Pixels: ...


@dataclass(frozen=True, slots=True)
class Carried:
    """A picture on its way out: the library's value and the absolute path of its original."""

    picture: Picture
    path: Path


# --- out --------------------------------------------------------------------------------------


class PictureData(QMimeData):
    """Files, ids and, for a single picture, the image, which is ready a moment after the start.

    A program that asks for the image before it is decoded gets none and takes the file: waiting
    would stop both programs.
    """

    def __init__(self, carried: Sequence[Carried]) -> None:
        super().__init__()
        self._carried = tuple(carried)
        self._image: QImage | None = None
        self._bytes: QByteArray | None = None
        self._single = len(carried) == 1
        self._png = self._single and carried[0].picture.media_type == "image/png"
        from PySide6.QtCore import QUrl

        self.setUrls([QUrl.fromLocalFile(str(each.path)) for each in carried])
        ids = "\n".join(each.picture.id for each in carried)
        self.setData(IDS, QByteArray(ids.encode()))

    def take_image(self, image: QImage) -> None:
        """The decoded picture is here."""
        self._image = image

    def take_bytes(self, data: bytes) -> None:
        """The bytes of a PNG file are here: nothing of it is lost on the way."""
        self._bytes = QByteArray(data)

    async def load(self, decoder: PixelSource) -> None:
        """Read and decode the single picture; nothing to do for several."""
        if not self._single:
            return
        path = self._carried[0].path
        if self._png:
            self.take_bytes(await asyncio.to_thread(path.read_bytes))
        pixels = await decoder.pixels(path)
        self.take_image(await asyncio.to_thread(image_of, pixels))

    def plain(self) -> QMimeData:
        """The same, as far as it is loaded, for the clipboard, which outlives this program's code.

        Names the files the way GNOME's file manager wants them too.
        """
        made = QMimeData()
        made.setUrls(self.urls())
        made.setData(IDS, self.data(IDS))
        urls = [bytes(url.toEncoded().data()).decode() for url in self.urls()]
        made.setData(GNOME_FILES, QByteArray("\n".join(["copy", *urls]).encode()))
        if self._bytes is not None:
            made.setData("image/png", self._bytes)
        if self._image is not None:
            made.setImageData(self._image)
        return made

    # --- Qt -------------------------------------------------------------------------------

    def formats(self) -> list[str]:
        found = list(super().formats())
        if self._png:
            found.append("image/png")
        if self._single:
            found.append(QT_IMAGE)
        return found

    def hasFormat(self, mimetype: str) -> bool:
        return mimetype in self.formats()

    def retrieveData(self, mimetype: str, preferred: object) -> object:
        if mimetype == QT_IMAGE and self._single:
            return self._image
        if mimetype == "image/png" and self._png:
            return self._bytes
        return super().retrieveData(mimetype, preferred)  # type: ignore[arg-type]


def drag_out(
    source: QWidget,
    carried: Sequence[Carried],
    thumbnails: Sequence[QPixmap],
    decoder: PixelSource,
) -> bool:
    """Let the user drag these originals, copy only; returns whether somebody took them.

    To be called from a mouse event and from nowhere else: it returns when the drag is over.
    Raises InputError for more than `MOST` pictures.
    """
    refuse_too_many(len(carried))
    if not carried:
        return False
    drag = QDrag(source)
    data = PictureData(carried)
    drag.setMimeData(data)
    card = drag_picture(thumbnails, len(carried), source.devicePixelRatioF())
    drag.setPixmap(card)
    size = card.deviceIndependentSize()
    drag.setHotSpot(QPoint(round(size.width() / 2), round(size.height() * 0.75)))
    spawn(_load(data, decoder))
    taken = drag.exec(Qt.DropAction.CopyAction, Qt.DropAction.CopyAction)
    return taken == Qt.DropAction.CopyAction


async def _load(data: PictureData, decoder: PixelSource) -> None:
    try:
        await data.load(decoder)
    except (StudioError, OSError):
        return  # the file itself still goes
    except RuntimeError:
        return  # the drag ended first and Qt took its data away


def refuse_too_many(count: int) -> None:
    """Raises InputError for more pictures than can go at once."""
    if count > MOST:
        raise InputError(
            _("Too many pictures at once"),
            _("{count} are selected, at most {most} can be dragged or copied at a time.").format(
                count=f"{count:,}", most=f"{MOST:,}"
            ),
        )


def drag_picture(thumbnails: Sequence[QPixmap], count: int, dpr: float) -> QPixmap:
    """What hangs on the pointer: the thumbnail, or a stack of three with the number."""
    cards = [_card(thumbnail, dpr) for thumbnail in thumbnails[:STACKED]]
    side = CARD + (0 if count == 1 else 24)
    made = QPixmap(round(side * dpr), round(side * dpr))
    made.setDevicePixelRatio(dpr)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number in range(len(cards) - 1, -1, -1):
        card = cards[number]
        size = card.deviceIndependentSize()
        shift = number * 6
        left = (CARD - size.width()) / 2 + shift
        top = (CARD - size.height()) / 2 + shift + (0 if count == 1 else 6)
        painter.drawPixmap(QRectF(left, top, size.width(), size.height()), card, card.rect())
        painter.setPen(QPen(theme().color("mat"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(left, top, size.width(), size.height()))
    if count > 1:
        _badge(painter, count, side)
    painter.end()
    return made


def _card(thumbnail: QPixmap, dpr: float) -> QPixmap:
    side = round(CARD * dpr)
    if max(thumbnail.width(), thumbnail.height()) > side:
        thumbnail = thumbnail.scaled(
            side,
            side,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    card = QPixmap(thumbnail)
    card.setDevicePixelRatio(dpr)
    return card


def _badge(painter: QPainter, count: int, side: int) -> None:
    text = f"{count:,}"
    painter.setFont(theme().font("small", weight=600))
    width = max(22, painter.fontMetrics().horizontalAdvance(text) + 14)
    badge = QRectF(side - width - 1, 1, width, 22)
    painter.setPen(QPen(theme().color("onfill"), 1.5))
    painter.setBrush(theme().color("fill"))
    painter.drawRoundedRect(badge, 11, 11)
    painter.setPen(QColor(theme().color("onfill")))
    painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), text)


async def copy(carried: Sequence[Carried], decoder: PixelSource) -> None:
    """Put files, and of a single picture the image too, on the clipboard.

    Raises InputError for more than `MOST` pictures.
    """
    refuse_too_many(len(carried))
    if not carried:
        return
    loaded = PictureData(carried)
    # The clipboard is read much later, by programs that will not wait: all of it comes first.
    # Files whose image cannot be had are still worth pasting.
    with contextlib.suppress(StudioError, OSError):
        await loaded.load(decoder)
    QGuiApplication.clipboard().setMimeData(loaded.plain())


def image_of(pixels: Pixels) -> QImage:
    """Raw pixels as an image that owns its bytes."""
    shape = QImage.Format.Format_RGBA8888
    return QImage(pixels.data, pixels.width, pixels.height, pixels.width * 4, shape).copy()


# --- in ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Blob:
    """A picture that came without a file.

    Attributes:
        name: what to call it.
        data: its bytes as they came; empty if only pixels came.
        image: the pixels, where no bytes came.
    """

    name: str
    data: bytes = b""
    image: QImage | None = None

    async def read(self) -> bytes:
        """The bytes of a picture file; pixels are written as PNG, in a thread."""
        if self.image is None:
            return self.data
        return await asyncio.to_thread(_png, self.image)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What is in a drop or on the clipboard; only the best of it is filled in.

    Attributes:
        ids: pictures of this library.
        links: addresses of pictures elsewhere. Nothing fetches them by itself.
    """

    ids: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    blobs: tuple[Blob, ...] = ()
    links: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ids or self.paths or self.blobs)


def accepts(mime: QMimeData) -> bool:
    """Whether there is a picture in it, told from the formats without fetching any data."""
    return (
        mime.hasFormat(IDS)
        or mime.hasImage()
        or any(mime.hasFormat(kind) for kind in RAW_IMAGES)
        or (mime.hasUrls() and any(url.isLocalFile() for url in mime.urls()))
    )


def pictures_in(mime: QMimeData) -> Incoming:
    """The pictures of a drop: our own ids, else files, else image bytes, else pixels.

    Addresses of the web are told apart, beside whatever else there is.
    """
    urls = mime.urls() if mime.hasUrls() else []
    links = tuple(url.toString() for url in urls if url.scheme() in ("http", "https"))
    if mime.hasFormat(IDS):
        text = bytes(mime.data(IDS).data()).decode(errors="replace")
        return Incoming(ids=tuple(text.split()), links=links)
    paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    if paths:
        return Incoming(paths=paths, links=links)
    for kind in RAW_IMAGES:
        if mime.hasFormat(kind) and (data := bytes(mime.data(kind).data())):
            return Incoming(blobs=(Blob(_("pasted picture"), data),), links=links)
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QPixmap):
            image = image.toImage()
        if isinstance(image, QImage) and not image.isNull():
            return Incoming(blobs=(Blob(_("pasted picture"), image=image),), links=links)
    return Incoming(links=links)


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
