"""Dragging and copying out of the window.

Other programs get files: the originals themselves or copies of them, real paths, copied and never
moved. Within the window the ids of the pictures take precedence. A single picture is offered as an
image too, for programs that accept no files.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDrag,
    QDragEnterEvent,
    QDropEvent,
    QImage,
    QPainter,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QWidget

from studio.common.errors import InputError, StudioError
from studio.common.i18n import _, number
from studio.domain.entities import Picture
from studio.library.files import save_copies
from studio.ui.style.theme import theme
from studio.ui.support import clipboard, drop_area, drop_contents
from studio.ui.support.drop_contents import GNOME_FILES, IDS, URIS
from studio.ui.support.qt_overrides import needs
from studio.ui.support.raster import RawPixels
from studio.ui.support.tasks import spawn

QT_IMAGE = "application/x-qt-image"
MOST = 1_000
"""Maximum number of pictures dragged or copied at once; more is an error, not silently truncated.
"""
_PATIENCE = 1.0
"""Seconds a slow disk may delay the delivery of the files."""

CARD = 128  # logical pixels of the drag picture
STACKED = 3


class PixelSource(Protocol):
    """Decodes files outside this process."""

    async def pixels(self, path: Path, *, edge: int | None = None) -> RawPixels: ...


@dataclass(frozen=True, slots=True)
class DraggedPicture:
    """A picture to drag or copy: the library's value and the absolute path of the file to give.

    Attributes:
        media_type: type of a file that is a copy; "" for the original.
    """

    picture: Picture
    path: Path
    media_type: str = ""

    @property
    def is_png(self) -> bool:
        """Whether the file is a PNG."""
        return (self.media_type or self.picture.media_type) == "image/png"


def carried(
    items: Iterable[object], paths_of: Callable[[Sequence[Picture]], Sequence[Path]]
) -> list[DraggedPicture]:
    """The pictures among `items` that can be dragged out, with their files."""
    there = [one for one in items if isinstance(one, Picture) and not one.missing]
    return list(map(DraggedPicture, there, paths_of(there)))


class PictureData(QMimeData):
    """Files, ids and, for a single picture, the image, which is ready a moment after the start.

    A program that requests the image before it is decoded gets none and takes the file: waiting
    would block both programs.
    """

    def __init__(self, carried: Sequence[DraggedPicture]) -> None:
        super().__init__()
        self._carried = tuple(carried)
        self._image: QImage | None = None
        self._bytes: QByteArray | None = None
        self._single = len(carried) == 1
        self._usual: threading.Thread | None = None
        self._png = self._single and carried[0].is_png
        self.setUrls([QUrl.fromLocalFile(str(each.path)) for each in carried])
        ids = "\n".join(each.picture.id for each in carried)
        self.setData(IDS, QByteArray(ids.encode()))

    def make_usual(self) -> threading.Thread:
        """Give the files a copyable mode in a thread, started once; `retrieveData` waits for it."""
        if self._usual is not None:
            return self._usual
        paths = [each.path for each in self._carried]
        self._usual = threading.Thread(target=save_copies.make_usual, args=(paths,), daemon=True)
        self._usual.start()
        return self._usual

    def take_image(self, image: QImage) -> None:
        """Set the decoded picture."""
        self._image = image

    def take_bytes(self, data: bytes) -> None:
        """Set the bytes of a PNG file, which are offered unchanged."""
        self._bytes = QByteArray(data)

    async def load(self, decoder: PixelSource) -> None:
        """Read and decode the single picture; does nothing for several."""
        if not self._single:
            return
        path = self._carried[0].path
        if self._png:
            self.take_bytes(await asyncio.to_thread(path.read_bytes))
        pixels = await decoder.pixels(path)
        self.take_image(await asyncio.to_thread(image_of, pixels))

    def plain(self) -> QMimeData:
        """A plain copy of the loaded data for the clipboard, which outlives this program's code.

        Also lists the files in the format of GNOME's file manager.
        """
        made = file_data([each.path for each in self._carried])
        made.setData(IDS, self.data(IDS))
        drop_contents.add_image(
            made, self._image, bytes(self._bytes.data()) if self._bytes else b""
        )
        return made

    async def encode(self) -> None:
        """Make a PNG file of the decoded picture, unless it is one."""
        if self._bytes is None and self._image is not None:
            self.take_bytes(await asyncio.to_thread(drop_contents.png_of, self._image))

    # --- Qt -------------------------------------------------------------------------------

    @needs("_png")
    def formats(self) -> list[str]:
        found = list(super().formats())
        if self._png:
            found.append("image/png")
        if self._single:
            found.append(QT_IMAGE)
        return found

    @needs("_png")
    def hasFormat(self, mimetype: str) -> bool:
        return mimetype in self.formats()

    def retrieveData(self, mimetype: str, preferred: object) -> object:
        if mimetype == URIS:
            self.make_usual().join(_PATIENCE)
        if mimetype == QT_IMAGE and self._single:
            return self._image
        if mimetype == "image/png" and self._png:
            return self._bytes
        return super().retrieveData(mimetype, preferred)  # type: ignore[arg-type]


def file_data(paths: Iterable[Path]) -> QMimeData:
    """Files for the clipboard, also in the format of GNOME's file manager."""
    made = QMimeData()
    made.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    urls = [bytes(url.toEncoded().data()).decode() for url in made.urls()]
    made.setData(GNOME_FILES, QByteArray("\n".join(["copy", *urls]).encode()))
    return made


def drag_out(
    source: QWidget,
    carried: Sequence[DraggedPicture],
    thumbnails: Sequence[QPixmap],
    decoder: PixelSource,
) -> bool:
    """Drag these files, copy only; returns whether they were accepted.

    Call it only from a mouse event: it returns when the drag is over. Raises InputError for more
    than `MOST` pictures.
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
    # Above the pointer: what is below it, such as the name of a drop zone, stays readable.
    drag.setHotSpot(QPoint(round(size.width() / 2), round(size.height())))
    spawn(_load(data, decoder))
    with clipboard.dragging():
        taken = drag.exec(Qt.DropAction.CopyAction, Qt.DropAction.CopyAction)
    drop_area.end_all()
    return taken == Qt.DropAction.CopyAction


def drop_inside(ids: Sequence[str], at: QPoint, source: QWidget) -> bool:
    """Drop pictures, without their files, on our own widget at a global point.

    Returns whether the drop was accepted; none is sent to the source itself.
    """
    target = QApplication.widgetAt(at)
    while target is not None and not target.acceptDrops():
        target = target.parentWidget()
    if target is None or target is source or source.isAncestorOf(target):
        return False
    mime = QMimeData()
    mime.setData(IDS, QByteArray("\n".join(ids).encode()))
    place = QPointF(target.mapFromGlobal(at))
    copying, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    keys = Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(place.toPoint(), copying, mime, button, keys)
    QApplication.sendEvent(target, entering)
    taken = entering.isAccepted()
    if taken:
        drop = QDropEvent(place, copying, mime, button, keys)
        QApplication.sendEvent(target, drop)
        taken = drop.isAccepted()
    drop_area.end_all()
    return taken


async def _load(data: PictureData, decoder: PixelSource) -> None:
    # Only once the drag has begun: the thread would compete with this one.
    data.make_usual()
    try:
        await data.load(decoder)
    except (StudioError, OSError):
        return  # the file is still offered
    except RuntimeError:
        return  # the drag ended first and Qt deleted its data


def refuse_too_many(count: int) -> None:
    """Raise InputError for more pictures than can be dragged or copied at once."""
    if count > MOST:
        raise InputError(
            _("Too many pictures at once"),
            _("{count} selected. Drag or copy at most {most} at once.").format(
                count=number(count), most=number(MOST)
            ),
        )


def drag_picture(thumbnails: Sequence[QPixmap], count: int, dpr: float) -> QPixmap:
    """Image shown during a drag: the thumbnail, or a stack of three with the number."""
    cards = [_card(thumbnail, dpr) for thumbnail in thumbnails[:STACKED]]
    side = CARD + (0 if count == 1 else 24)
    made = QPixmap(round(side * dpr), round(side * dpr))
    made.setDevicePixelRatio(dpr)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for place in range(len(cards) - 1, -1, -1):
        card = cards[place]
        size = card.deviceIndependentSize()
        shift = place * 6
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
    text = number(count)
    painter.setFont(theme().font("small", weight=600))
    width = max(22, painter.fontMetrics().horizontalAdvance(text) + 14)
    badge = QRectF(side - width - 1, 1, width, 22)
    painter.setPen(QPen(theme().color("onfill"), 1.5))
    painter.setBrush(theme().color("fill"))
    painter.drawRoundedRect(badge, 11, 11)
    painter.setPen(QColor(theme().color("onfill")))
    painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), text)


async def copy(carried: Sequence[DraggedPicture], decoder: PixelSource) -> None:
    """Put files, and for a single picture the image too, on the clipboard.

    Raises InputError for more than `MOST` pictures.
    """
    refuse_too_many(len(carried))
    if not carried:
        return
    loaded = PictureData(carried)
    # The clipboard is read much later, by programs that will not wait, so everything is loaded
    # first. Files whose image cannot be loaded are still worth pasting.
    with contextlib.suppress(StudioError, OSError):
        await loaded.load(decoder)
    # Otherwise Qt would encode it on the window's thread, whenever another program asks.
    await loaded.encode()
    await clipboard.set_clipboard(loaded.plain)


def image_of(pixels: RawPixels) -> QImage:
    """Convert raw pixels to an image that owns its bytes."""
    shape = QImage.Format.Format_RGBA8888
    return QImage(pixels.data, pixels.width, pixels.height, pixels.width * 4, shape).copy()
