"""Chip of a compared picture: thumbnail, letter, name, and a button at its end."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from studio.common.display_text import one_line
from studio.domain.comparison import LETTERS
from studio.domain.entities import Picture
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import elided, margins, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.buttons import PaintedButton, ToggledIsClicked
from studio.ui.widgets.plain_text import set_tip

HIGH, THUMBNAIL = 28, 20
PAD, GAP = 4, 6
NAME = 120  # maximum width of a name in pixels


class SideChip(ToggledIsClicked, PaintedButton):
    """Button for a side of a comparison; checked while the side is active."""

    def __init__(self, side: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.side = side
        self._name = ""
        self._pixmap: QPixmap | None = None
        self._end: QWidget | None = None
        self._framed = False
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self.on_toggled)

    def add_end(self, end: QWidget) -> None:
        """Add a small button at the end."""
        self._end = end
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(self, 0, 0, 3, 0))
        row.addStretch(1)
        row.addWidget(end)

    def set_framed(self, *, framed: bool) -> None:
        """Set whether the chip is outlined, as for the champion that stays."""
        self._framed = framed
        self.update()

    def show_picture(self, picture: Picture | None) -> None:
        """Show the name of a picture; None while it is read."""
        self._name = "" if picture is None else one_line(picture.name)
        self.setAccessibleName(f"{LETTERS[self.side]}, {self._name}")
        set_tip(self, self._name)
        self.updateGeometry()
        self.update()

    def set_thumbnail(self, pixmap: QPixmap | None) -> None:
        """Show a square thumbnail; None for an empty place."""
        if pixmap is not self._pixmap:
            self._pixmap = pixmap
            self.update()

    def _widths(self) -> tuple[int, int]:
        """Widths of the letter and of the name in pixels."""
        look = theme()
        letter = QFontMetrics(look.font("small", weight=600)).horizontalAdvance(LETTERS[self.side])
        name = QFontMetrics(look.font("small")).horizontalAdvance(self._name)
        return letter, min(NAME, name) + 1

    @needs("_end")
    def sizeHint(self) -> QSize:
        letter, name = self._widths()
        wide = PAD + THUMBNAIL + GAP + letter + GAP + name + self._end_width()
        return QSize(wide, theme().height(HIGH))

    @needs("_end")
    def minimumSizeHint(self) -> QSize:
        wide = PAD + THUMBNAIL + GAP + self._widths()[0] + GAP + self._end_width()
        return QSize(wide, theme().height(HIGH))

    def _end_width(self) -> int:
        return 2 * PAD if self._end is None else self._end.width() + 2 * PAD

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        ground = "press" if self.isChecked() or self.isDown() else "raise"
        if self.underMouse() and ground == "raise":
            ground = "hover"
        edge = "accent" if self.isChecked() else "edge" if self._framed else "line2"
        width = 1.5 if self.isChecked() else 1.0
        painter.setPen(QPen(look.color(edge), width))
        painter.setBrush(look.color(ground))
        inset = width / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, 6, 6)
        self._paint_thumbnail(painter)
        letter, _name = self._widths()
        x = PAD + THUMBNAIL + GAP
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(look.font("small", weight=600))
        painter.setPen(look.color("ink"))
        line = placed(self, QRect(x, 0, letter + 2, self.height()))
        painter.drawText(line, middle, LETTERS[self.side])
        x += letter + GAP
        painter.setFont(look.font("small"))
        painter.setPen(look.color("text"))
        name = max(0, self.width() - x - self._end_width())
        shown = elided(painter.fontMetrics(), self._name, Qt.TextElideMode.ElideRight, name)
        painter.drawText(placed(self, QRect(x, 0, name + 2, self.height())), middle, shown)
        painter.end()

    def _paint_thumbnail(self, painter: QPainter) -> None:
        box = QRectF(PAD, (self.height() - THUMBNAIL) / 2, THUMBNAIL, THUMBNAIL)
        box = placed(self, box)
        path = QPainterPath()
        path.addRoundedRect(box, 3, 3)
        painter.save()
        painter.setClipPath(path)
        if self._pixmap is None:
            painter.fillRect(box, theme().color("sunk"))
        else:
            painter.drawPixmap(box, self._pixmap, QRectF(self._pixmap.rect()))
        painter.restore()
