"""A decoded picture ready for painting: its pixels and a chain of half-size copies.

Scaling 16 million pixels down to one million while painting takes longer than a frame; painting
from a copy at most twice as large as needed does not, and looks better too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from studio.ui.support.screen_colours import BAND, ScreenTransform, to_screen

SMALLEST = 256  # pixels of the longer side; there are no smaller copies
_CHUNK = 1 << 20


class RawPixels(Protocol):
    """Raw pixels from the decoder: RGBA, 8 bits each, straight alpha, sRGB, upright."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def data(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Raster:
    """Copies of one picture, largest first, each half as wide as the one before.

    Attributes:
        opaque: no transparency; painted faster and without a checkerboard.
        screen: the conversion applied for the monitor; None for sRGB.
    """

    levels: tuple[QImage, ...]
    opaque: bool
    screen: ScreenTransform | None = None

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.levels[0].width()

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.levels[0].height()

    @property
    def bytes(self) -> int:
        """Memory used, in bytes."""
        return sum(level.sizeInBytes() for level in self.levels)

    def level(self, width: float) -> QImage:
        """Smallest copy at least `width` pixels wide (or the largest)."""
        for image in reversed(self.levels):
            if image.width() >= width - 0.5:
                return image
        return self.levels[0]


def build(
    pixels: RawPixels, screen: ScreenTransform | None = None, *, converted: bool = False
) -> Raster:
    """Make a raster for this screen. Takes a tenth of a second for a large picture: use a thread.

    `converted` pixels are in the colours of that screen already.

    Done in bands, because Qt's image functions hold the interpreter: a single call for a 4K picture
    would block the window for several frames.
    """
    opaque = _opaque(pixels.data)
    levels = [_unpacked(pixels, None if converted else screen, opaque=opaque)]
    while max(levels[-1].width(), levels[-1].height()) > SMALLEST:
        levels.append(_halved(levels[-1]))
    return Raster(tuple(levels), opaque, screen)


def build_image(
    pixels: RawPixels, screen: ScreenTransform | None = None, *, converted: bool = False
) -> QImage:
    """Like `build`, but a single image, from pixels that already have the right size."""
    return _unpacked(pixels, None if converted else screen, opaque=_opaque(pixels.data))


def build_grey(width: int, height: int, data: bytes) -> Raster:
    """Build the chain of a map of grey levels, one byte per pixel; use a thread for a large map."""
    grey = QImage.Format.Format_Grayscale8
    levels = [QImage(data, width, height, width, grey).copy()]
    while max(levels[-1].width(), levels[-1].height()) > SMALLEST:
        levels.append(_halved(levels[-1]))
    return Raster(tuple(levels), opaque=True)


def _opaque(data: bytes) -> bool:
    return all(
        data[at + 3 : at + _CHUNK : 4].count(255) == len(data[at : at + _CHUNK]) // 4
        for at in range(0, len(data), _CHUNK)
    )


def _rows(width: int, chunk: int = _CHUNK) -> int:
    return max(2, chunk // (width * 4) // 2 * 2)


def _unpacked(pixels: RawPixels, screen: ScreenTransform | None, *, opaque: bool) -> QImage:
    width, height, stride = pixels.width, pixels.height, pixels.width * 4
    shape = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    made = QImage(width, height, shape)
    view = memoryview(pixels.data)
    painter = QPainter(made)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    rows = _rows(width) if screen is None else _rows(width, 4 * BAND)
    for top in range(0, height, rows):
        count = min(rows, height - top)
        part = view[top * stride : (top + count) * stride]
        band = QImage(part, width, count, stride, QImage.Format.Format_RGBA8888)
        painter.drawImage(0, top, to_screen(band, screen))
    painter.end()
    return made


def _halved(image: QImage) -> QImage:
    width, height = (image.width() + 1) // 2, (image.height() + 1) // 2
    made = QImage(width, height, image.format())
    painter = QPainter(made)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    rows = _rows(image.width())
    for top in range(0, image.height(), rows):
        count = min(rows, image.height() - top)
        band = image.copy(0, top, image.width(), count).scaled(
            width,
            (count + 1) // 2,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        painter.drawImage(0, top // 2, band)
    painter.end()
    return made


def from_jpeg(data: bytes, screen: ScreenTransform | None) -> QImage:
    """Decode one of our own JPEG files for this screen; a null image if it cannot be read."""
    return to_screen(QImage.fromData(data).convertToFormat(QImage.Format.Format_RGB32), screen)
