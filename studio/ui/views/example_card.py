"""One example of the first start: a picture over the words that would make it."""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QEnterEvent,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from studio.ui.style.theme import theme
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import set_words

RADIUS = 8
SIDE, ABOVE, BELOW = 11, 9, 10
RATIO = 118 / 230
_VARIANTS = re.compile(r"\{[^}]*\}")


class ExampleCard(QAbstractButton):
    """A press puts its words into the prompt; {a|b} in them is shown as the composer shows it."""

    def __init__(self, prompt: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.prompt = prompt
        set_words(self, prompt)
        self.setAccessibleName(prompt)
        self.setProperty("radius", RADIUS)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._picture = QPixmap()
        theme().changed.connect(self.update)

    def show_picture(self, image: QImage) -> None:
        """Show this picture over the words, cut to fit."""
        self._picture = QPixmap.fromImage(image)
        self.update()

    def _words(self, width: float) -> tuple[QTextLayout, float]:
        """The words broken into lines, and how tall they are."""
        layout = QTextLayout(self.prompt, theme().font("small", prose=True))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        variants = QTextCharFormat()
        variants.setForeground(theme().color("ink"))
        ranges = []
        for found in _VARIANTS.finditer(self.prompt):
            part = QTextLayout.FormatRange()
            part.start, part.length = found.start(), found.end() - found.start()
            part.format = variants
            ranges.append(part)
        layout.setFormats(ranges)
        step = theme().line("small") + 1.0
        top = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, top + (step - line.height()) / 2))
            top += step
        layout.endLayout()
        return layout, top

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    @needs("prompt")
    def heightForWidth(self, width: int) -> int:
        lines = max(2 * (theme().line("small") + 1.0), self._words(width - 2 * SIDE)[1])
        return round(width * RATIO) + ABOVE + BELOW + round(lines)

    @needs("prompt")
    def sizeHint(self) -> QSize:
        return QSize(230, self.heightForWidth(230))

    @needs("prompt")
    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(120))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        over = self.underMouse() or self.isDown()
        ground, edge = (
            look.color("raise" if over else "panel"),
            look.color("edge" if over else "line"),
        )
        words, _height = self._words(self.width() - 2 * SIDE)
        high = round(self.width() * RATIO)
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(whole, RADIUS, RADIUS)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillPath(shape, ground)
        if not self._picture.isNull():
            painter.save()
            painter.setClipPath(shape)
            target = QRectF(0, 0, self.width(), high)
            painter.drawPixmap(target, self._picture, self._cut(target))
            painter.restore()
        painter.setPen(QPen(edge, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)
        painter.setPen(look.color("text"))
        words.draw(painter, QPointF(SIDE, high + ABOVE))
        painter.end()

    def _cut(self, target: QRectF) -> QRectF:
        """The part of the picture that fills the target, from its middle."""
        width, height = self._picture.width(), self._picture.height()
        scale = max(target.width() / width, target.height() / height)
        seen = QSize(round(target.width() / scale), round(target.height() / scale))
        left, top = (width - seen.width()) / 2, (height - seen.height()) / 2
        return QRectF(left, top, seen.width(), seen.height())
