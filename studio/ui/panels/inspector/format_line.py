"""Line of a ticked format in the inspector: small frame, size, share that is new, and price."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFrame, QWidget

from studio.common.i18n import _, listed
from studio.domain import pixel_frames
from studio.domain.markup import Frame
from studio.domain.pixel_frames import Size
from studio.ui.style.theme import theme
from studio.ui.support.frame_words import format_name, share_words, size_words, spoken_tick
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import placed
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.signs import paint_chosen_bar, paint_row_ground

HIGH = 84
THUMB = 72
PAD = 8
_PITCH = 6


class FormatLine(QFrame):
    """Line of a ticked format.

    Attributes:
        aspect: its format.

    Signals:
        wanted: show its frame (its aspect).
        removed: untick it (its aspect).
        escaped: Esc; the focus returns to the picture.
    """

    wanted = Signal(str)
    removed = Signal(str)
    escaped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.aspect = ""
        self._frame: Frame | None = None
        self._size: Size = (1, 1)
        self._price = ""
        self._on = False
        self._image: QImage | None = None
        set_role(self, QAccessible.Role.ListItem)
        self.setProperty("radius", 8)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedHeight(theme().height(HIGH))
        theme().changed.connect(self.update)

    def show_frame(
        self, frame: Frame, size: Size, price: str, image: QImage | None, *, on: bool
    ) -> None:
        """Show a frame around a picture of this size; `on`: whether the canvas shows it."""
        self.aspect, self._frame, self._size = frame.aspect, frame, size
        self._price, self._image, self._on = price, image, on
        words = [spoken_tick(frame, size, ticked=True), price]
        self.setAccessibleName(listed(word for word in words if word))
        self.update()

    # --- Qt ---------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(200, theme().height(HIGH))

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.wanted.emit(self.aspect)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.aspect)
        elif key == Qt.Key.Key_Up:
            self.focusPreviousChild()
        elif key == Qt.Key.Key_Down:
            self.focusNextChild()
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Handled before the window's shortcuts: Del removes the format, not the picture.
        early = event.type() == QEvent.Type.ShortcutOverride
        own = (Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Escape)
        if early and isinstance(event, QKeyEvent) and event.key() in own:
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.wanted.emit(self.aspect)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())

    def open_menu(self, at: QPoint) -> Menu:
        """Open the menu of the format."""
        menu = Menu("", self)
        menu.entry(_("Show this frame")).triggered.connect(self.on_wanted)
        menu.entry(_("Remove"), "Del").triggered.connect(self.on_removed)
        menu.popup_once(at)
        return menu

    def on_wanted(self) -> None:
        self.wanted.emit(self.aspect)

    def on_removed(self) -> None:
        self.removed.emit(self.aspect)

    def paintEvent(self, _event: QPaintEvent) -> None:
        frame = self._frame
        if frame is None:
            return
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._on or self.underMouse():
            paint_row_ground(painter, self.rect(), "hover" if self._on else "cell", radius=8)
        if self._on:
            paint_chosen_bar(painter, self.rect(), mirrored=self.isRightToLeft())
        thumb = placed(self, QRectF(PAD, 6, THUMB, self.height() - 12))
        paint_frame(painter, thumb, frame, self._size, self._image)
        left = PAD + THUMB + 12
        box = placed(self, QRectF(left, 10, self.width() - left - PAD, look.line("body")))
        painter.setFont(look.font("body", weight=600))
        painter.setPen(look.color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, format_name(frame.aspect))
        painter.setFont(look.font("small"))
        painter.setPen(look.color("text2"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, right, self._price)
        for text in (
            size_words(pixel_frames.pixels_of(frame, self._size)),
            share_words(frame, self._size),
        ):
            box.translate(0, look.line("small") + 1)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


def paint_frame(
    painter: QPainter, box: QRectF, frame: Frame, size: Size, image: QImage | None
) -> None:
    """Draw a frame with its picture as large as fits the box."""
    look, pixels = theme(), pixel_frames.pixels_of(frame, size)
    scale = min(box.width() / pixels.width, box.height() / pixels.height)
    wide, high = max(2.0, pixels.width * scale), max(2.0, pixels.height * scale)
    around = QRectF(box.center().x() - wide / 2, box.center().y() - high / 2, wide, high)
    painter.save()
    painter.setClipRect(around, Qt.ClipOperation.IntersectClip)
    painter.fillRect(around, look.color("panel"))
    painter.setPen(QPen(look.color("edge"), 1))
    reach = round(around.width() + around.height())
    for n in range(0, reach, _PITCH):
        painter.drawLine(
            round(around.left() + n),
            round(around.top()),
            round(around.left() + n - around.height()),
            round(around.bottom()),
        )
    inner = QRectF(
        around.x() - pixels.left * scale,
        around.y() - pixels.top * scale,
        size[0] * scale,
        size[1] * scale,
    )
    if image is None:
        painter.fillRect(inner, look.color("press"))
    else:
        painter.drawImage(inner, image, QRectF(image.rect()))
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(look.color("text3"), 1))
    painter.drawRect(around)
