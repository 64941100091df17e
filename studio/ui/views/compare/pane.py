"""Pane of a comparison: one picture with its label, and another laid over it for the slider."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.common.display_text import one_line
from studio.common.i18n import number
from studio.domain.comparison import LETTERS, RelativePlacement
from studio.domain.entities import Flag, Picture
from studio.ui.style.theme import FontName, theme
from studio.ui.support.ports import LibraryProtocol, ScreenDecoderProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.views.canvas import plates
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.plate_loader import PlateLoader
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.canvas.viewport import Viewport

KEPT = 200_000_000  # bytes of pixels kept per pane, for going back
PLACE = QPoint(12, 10)  # of the label
PAD, GAP = 10, 7  # in the label
HIGH = 24
HANDLE = 30  # of the slider, in logical pixels


class ComparePane(QWidget):
    """One side of a comparison.

    Attributes:
        canvas: shows the picture.
        side: 0 for A.

    Signals:
        pressed: the pane was clicked (its side).
        pointed: the pointer entered the pane (its side), or left it (-1).
        divider_moved: share of the width left of the slider's divider.
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
        self.canvas = PictureCanvas(self)
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
        self._label.move(PLACE)

    def show_picture(self, picture: Picture | None) -> None:
        """Show a picture at the part shown before."""
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
        """Set the word beside the name, such as "champion", as shown and spoken, and the lock."""
        self._label.set_note(note, spoken or note, locked=locked)
        self._name_canvas()

    def set_ringed(self, *, ringed: bool) -> None:
        """Draw the ring of the active side."""
        self._ringed = ringed
        self.canvas.update()

    def lay_over(
        self, plate: Plate | None, divider: float, placement: RelativePlacement | None = None
    ) -> None:
        """Lay another picture over this one, right of the divider (share of the width).

        `placement` is where this one lies in it, if they are aligned.
        """
        self._over, self._divider, self._placement = plate, divider, placement
        self.canvas.update()

    @property
    def is_covered(self) -> bool:
        """Whether another picture is laid over this one."""
        return self._over is not None

    def complete(self) -> None:
        """Load what the picture lacks, when shown again or on another monitor."""
        plate = self.canvas.plate
        if plate is not None and self.picture is not None and not self._loader.is_filled(plate):
            self._loader.fill(plate, self.picture)

    def prepare(self, pictures: Sequence[Picture]) -> None:
        """Decode these ahead, which may be shown next."""
        self._loader.prepare(pictures)

    def stop(self) -> None:
        """Cancel the loading."""
        self._loader.stop()

    def _name_canvas(self) -> None:
        self.canvas.setAccessibleName(self._label.sentence())

    def _paint_over(self, painter: QPainter, view: Viewport) -> None:
        dpr = self.devicePixelRatioF()
        if self._over is not None:
            left = round(view.view_width * self._divider)
            right = QRectF(left, 0, view.view_width - left, view.view_height).toAlignedRect()
            painter.save()
            painter.setClipRect(right)
            painter.fillRect(right, theme().color(self.canvas.surround))
            over = view.laid_over(self._over.width, self._over.height, self._placement)
            plates.paint(painter, self._over, over, right, dpr)
            painter.restore()
            if 0 < self._divider < 1:
                _paint_divider(painter, left, view.view_height, dpr)
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
            self.divider_moved.emit(event.position().x() / max(1, self.canvas.width()))

    @needs("_label")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.canvas.setGeometry(self.rect())
        self._label.set_room(self.width() - 2 * PLACE.x())


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


class _PaneLabel(QWidget):
    """Letter, name, flag, stars and a word about a side; painted over its picture."""

    def __init__(self, side: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._side = side
        self._picture: Picture | None = None
        self._note = self._spoken = ""
        self._locked = False
        self._room = 400
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme().changed.connect(self.update)
        self._size()

    def set_picture(self, picture: Picture | None) -> None:
        self._picture = picture
        self._size()

    def set_note(self, note: str, spoken: str, *, locked: bool) -> None:
        self._note, self._spoken, self._locked = note, spoken, locked
        self._size()

    def set_room(self, room: int) -> None:
        self._room = room
        self._size()

    def sentence(self) -> str:
        """What a screen reader says of this side."""
        said = [LETTERS[self._side]]
        if self._spoken:
            said.append(self._spoken)
        if self._picture is not None:
            said.append(self._picture.name)
        return ", ".join(said)

    def _pieces(self) -> list[tuple[str, str, FontName, int]]:
        """Texts and icons, each with role, font and weight; an icon has weight 0."""
        picture = self._picture
        pieces: list[tuple[str, str, FontName, int]] = []
        if self._locked:
            pieces.append(("lock", "onchrome2", "small", 0))
        pieces.append((LETTERS[self._side], "onchrome", "small", 600))
        if picture is None:
            return pieces
        pieces.append((one_line(picture.name), "onchrome", "small", 400))
        if picture.flag is not Flag.NONE:
            icon = "flag-filled" if picture.flag is Flag.PICK else "reject"
            pieces.append((icon, "onchrome", "small", 0))
        if picture.rating:
            pieces.append(("star-filled", "star", "small", 0))
            pieces.append((number(picture.rating), "onchrome", "small", 400))
        if self._note:
            pieces.append((self._note, "onchrome2", "small", 400))
        return pieces

    def _widths(self) -> list[int]:
        """Width of each piece in pixels; the name gives way."""
        widths = []
        for text, _role, font, weight in self._pieces():
            metrics = QFontMetrics(theme().font(font, weight=weight or 400))
            widths.append(metrics.horizontalAdvance(text) + 1 if weight else 14)
        name = 2 if self._locked else 1
        over = sum(widths) + GAP * (len(widths) - 1) + 2 * PAD - self._room
        if over > 0 and len(widths) > name:
            widths[name] = max(24, widths[name] - over)
        return widths

    def _size(self) -> None:
        widths = self._widths()
        wide = min(self._room, sum(widths) + GAP * (len(widths) - 1) + 2 * PAD)
        self.resize(QSize(wide, theme().px(HIGH)))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, dpr = theme(), self.devicePixelRatioF()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("chrome"))
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        x = PAD
        for (text, role, font, weight), width in zip(self._pieces(), self._widths(), strict=True):
            if weight:
                painter.setFont(look.font(font, weight=weight))
                painter.setPen(look.color(role))
                shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
                box = QRectF(x, 0, width + 2, self.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)
            else:
                top = (self.height() - 12) / 2
                painter.drawPixmap(QPointF(x + 1, top), look.pixmap(text, role, 12, dpr))
            x += width + GAP
        painter.end()
