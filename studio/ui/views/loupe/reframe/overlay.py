"""Overlay of reframe mode: the new part, the frame, safe areas and sizes."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from studio.common.i18n import _, listed, number
from studio.domain.frame_layout import FrameLayout
from studio.domain.pixel_frames import room_of
from studio.ui.style.theme import theme
from studio.ui.support.formatting import pixels
from studio.ui.support.frame_editor import FrameEditor
from studio.ui.support.frame_words import pixel_words, safe_area_name
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.viewport import Viewport
from studio.ui.views.loupe.mode_overlay import ModeOverlay

HATCH, PITCH, FAINT = 1.4, 11.0, 0.55  # logical pixels, never scaled; opacity of the lines
LINE = 2.0
CUT = 0.62  # opacity over the part cut off
AWAY = 8.0  # distance of the sizes from the frame
_PAD, _HIGH = 8.0, 26  # padding and height of a label

_INSETS = {"action": 0.035, "title": 0.05}


class FrameOverlay(ModeOverlay):
    """Draws the frame of an editor.

    Attributes:
        safe_area: one of `frame_words.SAFE_AREAS`.
        drawn: note on the other ratio at which the model draws the frame; "" for none.
        painted: number of times it was drawn.
    """

    def __init__(self, canvas: PictureCanvas, editor: FrameEditor) -> None:
        super().__init__(canvas)
        self.safe_area = "none"
        self.drawn = ""
        self.painted = 0
        self._editor = editor

    def frame_rect(self) -> QRectF:
        """The frame in logical pixels of the canvas."""
        rect, frame = self._canvas.picture_rect(), self._editor.frame
        return QRectF(
            rect.x() + frame.left * rect.width(),
            rect.y() + frame.top * rect.height(),
            (frame.right - frame.left) * rect.width(),
            (frame.bottom - frame.top) * rect.height(),
        )

    def paint(self, painter: QPainter, view: Viewport) -> None:
        """Draw everything; the painter is in device pixels."""
        if not self._shown:
            return
        self.painted += 1
        dpr = self._canvas.devicePixelRatioF()
        around = self.frame_rect()
        frame = QRectF(around.topLeft() * dpr, around.size() * dpr)
        rect = view.rect
        picture = QRectF(rect.x, rect.y, rect.width, rect.height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_cut(painter, frame, picture)
        self._paint_new(painter, frame, picture, dpr)
        self._paint_safe_area(painter, frame, dpr)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("accent"), LINE * dpr))
        painter.drawRect(frame)
        painter.save()
        painter.scale(dpr, dpr)
        logical = QRectF(picture.topLeft() / dpr, picture.size() / dpr)
        self._paint_labels(painter, around, logical)
        self._paint_sizes(painter, around, logical)
        painter.restore()

    def _paint_cut(self, painter: QPainter, frame: QRectF, picture: QRectF) -> None:
        """Dim the part of the picture outside the frame."""
        outside = _without(picture, frame)
        if not outside.isEmpty():
            painter.setOpacity(CUT)
            painter.fillPath(outside, theme().color("mat"))
            painter.setOpacity(1.0)

    def _paint_new(self, painter: QPainter, frame: QRectF, picture: QRectF, dpr: float) -> None:
        new = _without(frame, picture)
        if new.isEmpty():
            return
        look = theme()
        painter.save()
        painter.setClipPath(new, Qt.ClipOperation.IntersectClip)
        seen = painter.clipBoundingRect() & frame
        painter.fillRect(seen, look.color("panel"))
        painter.setOpacity(FAINT)
        painter.setPen(QPen(look.color("edge"), HATCH * dpr))
        painter.drawLines(_hatch(seen, PITCH * 2**0.5 * dpr))
        painter.restore()
        painter.setPen(QPen(look.color("edge"), dpr))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(picture & frame)

    def _paint_safe_area(self, painter: QPainter, frame: QRectF, dpr: float) -> None:
        lines = safe_lines(self.safe_area, frame)
        if not lines:
            return
        for colour, offset in (("shadow", 0.0), ("onchrome", 4.0)):
            pen = QPen(theme().color(colour), dpr)
            pen.setDashPattern([4, 4])
            pen.setDashOffset(offset)
            painter.setPen(pen)
            painter.drawLines(lines)

    def _paint_labels(self, painter: QPainter, frame: QRectF, picture: QRectF) -> None:
        editor = self._editor
        kept = picture & frame
        usual = editor.usual
        left, top, right, bottom = FrameLayout.of(editor.frame, editor.size).kept
        if not frame.isEmpty() and not kept.isEmpty() and not editor.frame.inside:
            text = (
                _("Original {size} px, untouched").format(size=pixels(right - left, bottom - top))
                if usual.keep_centre
                else _("The model may redraw all of it")
            )
            at = QPointF(kept.center().x(), kept.bottom() - theme().height(_HIGH) / 2 - 14)
            _label(painter, text, at, kept, icon="lock" if usual.keep_centre else "")
        strips = (
            QRectF(frame.left(), frame.top(), picture.left() - frame.left(), frame.height()),
            QRectF(picture.right(), frame.top(), frame.right() - picture.right(), frame.height()),
            QRectF(frame.left(), frame.top(), frame.width(), picture.top() - frame.top()),
            QRectF(
                frame.left(), picture.bottom(), frame.width(), frame.bottom() - picture.bottom()
            ),
        )
        largest = max(strips, key=lambda one: max(0.0, one.width()) * max(0.0, one.height()))
        if largest.width() > 0 and largest.height() > 0:
            text = _("New area")
            if self.drawn:
                text = listed((text, self.drawn))
            _label(painter, text, largest.center(), largest)
        name = safe_area_name(self.safe_area)
        if self.safe_area in _INSETS:
            inset = _INSETS[self.safe_area]
            at = QPointF(
                frame.left() + frame.width() * inset + 8, frame.top() + frame.height() * inset + 8
            )
            _label(painter, name, at + QPointF(0, theme().height(_HIGH) / 2), frame, left=True)

    def _paint_sizes(self, painter: QPainter, frame: QRectF, picture: QRectF) -> None:
        """Paint the numbers of new and original pixels, below the frame and at its right."""
        look, editor = theme(), self._editor
        room, box = room_of(editor.box, editor.size), editor.box
        painter.setFont(look.font("small"))
        painter.setPen(look.color("text2"))
        metrics = QFontMetricsF(painter.font())
        left, right = max(frame.left(), picture.left()), min(frame.right(), picture.right())
        kept = min(box.right, editor.size[0]) - max(box.left, 0)
        taken = -1e9
        for start, end, text in (
            (frame.left(), left, _plus(room.left)),
            (left, right, pixel_words(kept)),
            (right, frame.right(), _plus(room.right)),
        ):
            width = metrics.horizontalAdvance(text)
            at = (start + end - width) / 2
            if text and end > start and at > taken + 8:
                place = QRectF(at, frame.bottom() + AWAY, width + 2, look.height(18))
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
                taken = at + width
        top, bottom = max(frame.top(), picture.top()), min(frame.bottom(), picture.bottom())
        for start, end, text in (
            (frame.top(), top, _plus(room.top)),
            (bottom, frame.bottom(), _plus(room.bottom)),
        ):
            if text and end - start > 14:
                high = look.height(18)
                middle = (start + end) / 2
                place = QRectF(frame.right() + AWAY + 4, middle - high / 2, look.px(120), high)
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)


def safe_lines(area: str, frame: QRectF) -> list[QLineF]:
    """Lines of a safe area in a frame."""
    left, top, right, bottom = frame.left(), frame.top(), frame.right(), frame.bottom()
    width, height = frame.width(), frame.height()
    if area in _INSETS:
        across, down = width * _INSETS[area], height * _INSETS[area]
        box = frame.adjusted(across, down, -across, -down)
        corners = (box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft())
        return [QLineF(corners[n], corners[(n + 1) % 4]) for n in range(4)]
    if area == "stories":
        return [
            QLineF(left, top + 0.14 * height, right, top + 0.14 * height),
            QLineF(left, bottom - 0.2 * height, right, bottom - 0.2 * height),
        ]
    if area == "thirds":
        return [
            *(QLineF(x, top, x, bottom) for x in (left + width / 3, left + width * 2 / 3)),
            *(QLineF(left, y, right, y) for y in (top + height / 3, top + height * 2 / 3)),
        ]
    return []


def _hatch(box: QRectF, step: float) -> list[QLineF]:
    """Lines at 45 degrees through a box; they stay in place when the box moves."""
    high = box.height()
    first = (box.left() + box.top()) // step
    last = (box.right() + box.bottom()) // step + 1
    return [
        QLineF(n * step - box.top(), box.top(), n * step - box.top() - high, box.bottom())
        for n in range(int(first), int(last) + 1)
    ]


def _without(box: QRectF, hole: QRectF) -> QPainterPath:
    path, inner = QPainterPath(), QPainterPath()
    path.addRect(box)
    inner.addRect(hole)
    return path.subtracted(inner)


def _plus(pixels: int) -> str:
    """Text for the new pixels on a side; "" for none, or if the side is cropped."""
    return _("+ {n} px").format(n=number(pixels)) if pixels > 0 else ""


def _label(
    painter: QPainter,
    text: str,
    at: QPointF,
    within: QRectF,
    *,
    icon: str = "",
    left: bool = False,
) -> None:
    """Draw a text on the picture, centred at or starting from a point, if it fits."""
    look = theme()
    painter.setFont(look.font("small"))
    glyph = 20.0 if icon else 0.0
    width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 2 * _PAD + glyph
    high = look.height(_HIGH)
    if width > within.width() - 4 or within.height() < high + 4:
        return
    start = at.x() if left else at.x() - width / 2
    box = QRectF(QPointF(start, at.y() - high / 2), QSizeF(width, high))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.color("chrome"))
    painter.drawRoundedRect(box, 5, 5)
    if icon:
        device = painter.device()
        dpr = device.devicePixelRatioF() if device is not None else 1.0
        place = QPointF(box.x() + _PAD, box.center().y() - 7)
        painter.drawPixmap(place, look.pixmap(icon, "onchrome", 14, dpr))
    painter.setPen(look.color("onchrome"))
    place_of_text = box.adjusted(_PAD + glyph, 0, 0, 0)
    painter.drawText(place_of_text, Qt.AlignmentFlag.AlignVCenter, text)
