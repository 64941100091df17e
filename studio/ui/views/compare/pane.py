"""Pane of a comparison: one picture with its label, and for the slider another one over it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.common.display_text import one_line
from studio.common.i18n import listed, number
from studio.domain.comparison import LETTERS, RelativePlacement
from studio.domain.entities import Flag, Picture
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import flipped, placed
from studio.ui.support.ports import LibraryProtocol, ScreenDecoderProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.views.canvas import plates
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.plate_loader import PlateLoader
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.canvas.viewport import Viewport
from studio.ui.views.compare.chrome_label import ChromeLabel, ChromePiece
from studio.ui.views.compare.covered import Covered

KEPT = 200_000_000  # bytes of pixels kept per pane, for going back
PLACE = QPoint(12, 10)  # position of the label
HIGH = 24  # height of the label
HANDLE = 30  # size of the slider's handle in logical pixels


class ComparePane(QWidget):
    """One side of a comparison.

    Attributes:
        canvas: shows the picture.
        side: 0 for A.

    Signals:
        pressed: the pane was clicked (its side).
        pointed: the pointer entered the pane (its side), or left it (-1).
        divider_moved: share of the width before the slider's divider.
    """

    pressed = Signal(int)
    pointed = Signal(int)
    divider_moved = Signal(float)

    def __init__(
        self,
        side: int,
        library: LibraryProtocol,
        decoder: ScreenDecoderProtocol,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.side = side
        self.picture: Picture | None = None
        self.canvas = _PaneCanvas(self)
        # The active side has a ring of its own.
        self.canvas.setProperty("ring", False)
        self.canvas.setMinimumSize(80, 80)
        self.canvas.overlays.append(self._paint_over)
        self.canvas.installEventFilter(self)
        self.canvas.setMouseTracking(True)
        self._loader = PlateLoader(library, decoder, self, most_kept=KEPT)
        self._loader.changed.connect(self.canvas.refresh)
        self._over: Plate | None = None
        self._placement: RelativePlacement | None = None
        self._divider = 0.5
        self._ringed = False
        self._label = _PaneLabel(side, self)

    def show_picture(self, picture: Picture | None) -> None:
        """Show a picture; zoom and position stay."""
        same = picture is not None and self.picture is not None and picture.id == self.picture.id
        self.picture = picture
        self._label.set_picture(picture)
        if picture is None:
            self._loader.stop()
            self.canvas.show_plate(None)
        elif not same or self.canvas.plate is None:
            plate = self._loader.plate(picture)
            self.canvas.show_plate(plate, keep_view=True)
            self._loader.fill(plate, picture)
        self._name_canvas()

    def set_note(self, note: str, spoken: str = "", *, locked: bool) -> None:
        """Set the note beside the name, such as "champion", as shown and spoken, and the lock."""
        self._label.set_note(note, spoken or note, locked=locked)
        self._name_canvas()

    def set_ringed(self, *, ringed: bool) -> None:
        """Set whether the ring of the active side is drawn."""
        self._ringed = ringed
        self.canvas.update()

    def lay_over(
        self, plate: Plate | None, divider: float, placement: RelativePlacement | None = None
    ) -> None:
        """Lay another picture over this one, beyond the divider (share of the width before it).

        `placement` is the position of this picture in the other one, if they are aligned.
        """
        self._over, self._divider, self._placement = plate, divider, placement
        self.canvas.update()

    @property
    def is_covered(self) -> bool:
        """Whether another picture is laid over this one."""
        return self._over is not None

    def complete(self) -> None:
        """Load missing pixels, when shown again or on another monitor."""
        plate = self.canvas.plate
        if plate is not None and self.picture is not None and not self._loader.is_filled(plate):
            self._loader.fill(plate, self.picture)

    def prepare(self, pictures: Sequence[Picture]) -> None:
        """Decode pictures ahead that may be shown next."""
        self._loader.prepare(pictures)

    def stop(self) -> None:
        """Cancel loading."""
        self._loader.stop()

    def set_cover(self, cover: QWidget) -> None:
        """Leave the painting to a widget over the pane (`paint_on`)."""
        self.canvas.cover = self._label.cover = cover

    def paint_on(self, painter: QPainter) -> None:
        """Paint the pane at the origin, on a widget that covers it."""
        self.canvas.paint_on(painter, self.canvas.rect())
        painter.translate(self._label.pos())
        self._label.paint_on(painter)

    def _name_canvas(self) -> None:
        self.canvas.setAccessibleName(self._label.sentence())

    def _paint_over(self, painter: QPainter, view: Viewport) -> None:
        if self._over is None and not self._ringed:
            return
        dpr = self.devicePixelRatioF()
        if self._over is not None:
            at = round(view.view_width * self._divider)
            beyond = QRectF(at, 0, view.view_width - at, view.view_height)
            if self.isRightToLeft():
                whole = QRectF(0, 0, view.view_width, view.view_height)
                beyond, at = flipped(beyond, whole), round(whole.width()) - at
            part = beyond.toAlignedRect()
            painter.save()
            painter.setClipRect(part)
            over = view.laid_over(self._over.width, self._over.height, self._placement)
            ground = theme().color(self.canvas.surround)
            plates.paint(painter, self._over, over, part, dpr, ground=ground)
            painter.restore()
            if 0 < self._divider < 1:
                _paint_divider(painter, at, view.view_height, dpr)
        if self._ringed:
            painter.setPen(QPen(theme().color("accent"), 2 * dpr))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(
                QRectF(dpr, dpr, view.view_width - 2 * dpr, view.view_height - 2 * dpr)
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress:
            self.pressed.emit(self.side)
        elif kind == QEvent.Type.Enter:
            self.pointed.emit(self.side)
        elif kind == QEvent.Type.Leave:
            self.pointed.emit(-1)
        elif kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._move_divider(event)
        return super().eventFilter(watched, event)

    def _move_divider(self, event: QMouseEvent) -> None:
        if self._over is not None and not event.buttons():
            at = placed(self.canvas, event.position()).x()
            self.divider_moved.emit(at / max(1, self.canvas.width()))

    @needs("_label")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.canvas.setGeometry(self.rect())
        self._label.set_room(self.width() - 2 * PLACE.x())
        self._label.place()


def _paint_divider(painter: QPainter, at: float, height: float, dpr: float) -> None:
    """Paint the slider's line, in device pixels, and the disc in its middle."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(at - dpr, 0, 2 * dpr, height), Qt.GlobalColor.white)
    painter.translate(at, height / 2)
    painter.scale(dpr, dpr)
    painter.setPen(QPen(theme().color("hairline"), 1))
    painter.setBrush(Qt.GlobalColor.white)
    painter.drawEllipse(QPointF(0, 0), HANDLE / 2, HANDLE / 2)
    painter.drawPixmap(QPointF(-8, -8), theme().pixmap("split", "tick", 16, dpr))
    painter.restore()


class _PaneCanvas(Covered, PictureCanvas):
    """Canvas painted by the surface over the panes."""


class _PaneLabel(ChromeLabel):
    """Letter, name, flag, stars and note of a side, in the leading top corner."""

    def __init__(self, side: int, parent: QWidget) -> None:
        super().__init__(HIGH, parent)
        self._pane = parent
        self._side = side
        self._picture: Picture | None = None
        self._note = self._spoken = ""
        self._locked = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._show()

    def set_picture(self, picture: Picture | None) -> None:
        self._picture = picture
        self._show()

    def set_note(self, note: str, spoken: str, *, locked: bool) -> None:
        self._note, self._spoken, self._locked = note, spoken, locked
        self._show()

    def place(self) -> None:
        """Move to the corner of the pane."""
        self.move(placed(self._pane, QRect(PLACE, self.size())).topLeft())

    @needs("_pane")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place()

    def sentence(self) -> str:
        """Description of this side for screen readers."""
        said = [LETTERS[self._side]]
        if self._spoken:
            said.append(self._spoken)
        if self._picture is not None:
            said.append(self._picture.name)
        return listed(said)

    def _show(self) -> None:
        picture = self._picture
        pieces: list[ChromePiece] = []
        if self._locked:
            pieces.append(ChromePiece(text="lock", role="onchrome2", weight=0))
        pieces.append(ChromePiece(text=LETTERS[self._side], weight=600))
        if picture is None:
            self.set_pieces(pieces)
            return
        pieces.append(ChromePiece(text=one_line(picture.name), elides=True))
        if picture.flag is not Flag.NONE:
            icon = "flag-filled" if picture.flag is Flag.PICK else "reject"
            pieces.append(ChromePiece(text=icon, weight=0))
        if picture.rating:
            pieces.append(ChromePiece(text="star-filled", role="star", weight=0, gap=2))
            pieces.append(ChromePiece(text=number(picture.rating)))
        if self._note:
            pieces.append(ChromePiece(text=self._note, role="onchrome2"))
        self.set_pieces(pieces)
