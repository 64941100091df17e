"""Preview of another seam over the picture of a canvas, at the same position and size."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, QRectF, Signal
from PySide6.QtGui import QImage, QPainter

from studio.imaging.composition import SeamPixels, SeamView
from studio.ui.support.screen_colours import screen_colours
from studio.ui.views.canvas import plates
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.canvas.viewport import Viewport


class PreviewLayer(QObject):
    """Paints a preview over one plate of a canvas, and nothing over any other.

    Attributes:
        shown: the preview that is painted; None for none.

    Signals:
        view_changed: the visible part of the plate changed.
    """

    view_changed = Signal()

    def __init__(self, canvas: PictureCanvas) -> None:
        super().__init__(canvas)
        self.shown: SeamPixels | None = None
        self._image: QImage | None = None
        self._plate: Plate | None = None
        self._canvas = canvas
        # Below everything that modes draw on the picture.
        canvas.overlays.insert(0, self._paint)
        canvas.view_changed.connect(self.on_view_changed)

    def attach(self, plate: Plate | None) -> None:
        """Set the plate over which previews are shown, including the current one."""
        self._plate = plate
        self._canvas.update()

    def show_pixels(self, pixels: SeamPixels, image: QImage) -> None:
        """Replace the preview."""
        self.shown, self._image = pixels, image
        self._canvas.update()

    def clear(self) -> None:
        """Show the picture without a preview."""
        self.shown = self._image = None
        self._canvas.update()

    def view(self) -> SeamView | None:
        """The part of the plate that is visible; None while it is not shown."""
        plate, canvas = self._plate, self._canvas
        if plate is None or canvas.plate is not plate:
            return None
        dpr, target = canvas.devicePixelRatioF(), _target(canvas.view)
        seen = target & QRect(0, 0, round(canvas.width() * dpr), round(canvas.height() * dpr))
        if seen.isEmpty():
            return None
        left, top = seen.left() - target.left(), seen.top() - target.top()
        box = (
            left / target.width(),
            top / target.height(),
            (left + seen.width()) / target.width(),
            (top + seen.height()) / target.height(),
        )
        size = seen.width(), seen.height()
        if canvas.view.zoom >= 1:
            # No more pixels than the picture has, and only whole ones.
            box, size = _whole_pixels(box, plate.width, plate.height)
        screen = screen_colours().transform
        return SeamView(box=box, size=size, profile=screen.profile if screen else b"")

    def on_view_changed(self) -> None:
        """Emit `view_changed` if the plate is shown."""
        if self._plate is not None and self._canvas.plate is self._plate:
            self.view_changed.emit()

    def _paint(self, painter: QPainter, view: Viewport) -> None:
        pixels, image = self.shown, self._image
        if pixels is None or image is None or self._canvas.plate is not self._plate:
            return
        target = _target(view)
        left, top, right, bottom = pixels.view.box
        across = (right - left) * target.width() / pixels.across
        down = (bottom - top) * target.height() / pixels.down
        place = QRectF(
            target.left() + left * target.width() + pixels.left * across,
            target.top() + top * target.height() + pixels.top * down,
            pixels.width * across,
            pixels.height * down,
        )
        if image.hasAlphaChannel():
            plates.paint_ground(
                painter, view, place.toAlignedRect(), self._canvas.devicePixelRatioF()
            )
        # Like the picture itself: above 100 % pixels are not smoothed.
        smooth = view.zoom <= 1 or pixels.width < image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(place, image, QRectF(image.rect()))


def _target(view: Viewport) -> QRect:
    rect = view.rect
    return QRect(
        round(rect.x), round(rect.y), max(1, round(rect.width)), max(1, round(rect.height))
    )


def _whole_pixels(
    box: tuple[float, float, float, float], width: int, height: int
) -> tuple[tuple[float, float, float, float], tuple[int, int]]:
    left, top = int(box[0] * width), int(box[1] * height)
    right = min(width, max(left + 1, -int(-box[2] * width // 1)))
    bottom = min(height, max(top + 1, -int(-box[3] * height // 1)))
    part = left / width, top / height, right / width, bottom / height
    return part, (right - left, bottom - top)
