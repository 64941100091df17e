"""The composer as a single line of 44 px, for the loupe: picture, prompt, choices, Generate."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _, ngettext, number
from studio.domain.drafts import Draft
from studio.domain.models import Model
from studio.ui.panels.composer.aspect_picker import label
from studio.ui.panels.composer.generate_button import GenerateButton
from studio.ui.panels.composer.prompt_colours import spans
from studio.ui.panels.composer.quote import marks_words
from studio.ui.panels.composer.slot import paint_square
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import elided, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button

HEIGHT = 44
THUMB = 30


class CompactLine(QWidget):
    """Shows the draft; a click opens the full composer.

    Signals:
        opened: open the full composer, after a click, Enter or Space.
        region_wanted: show the region of the source.
    """

    opened = Signal()
    region_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.Button)
        self._end = 0  # right edge of the choices in left-to-right languages
        self._prompt = ""
        self._placeholder = ""
        self._words = ""
        self._pixmap: QPixmap | None = None
        self.region_link: Button | None = None
        self.generate = GenerateButton(self, compact=True)
        self.setFixedHeight(theme().height(HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("radius", 10)
        self.setAccessibleName(_("Open the composer"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.generate.setCursor(Qt.CursorShape.ArrowCursor)
        theme().changed.connect(self.update)

    def show_draft(
        self, sent: Draft, model: Model, placeholder: str, pixmap: QPixmap | None
    ) -> None:
        """Show a draft as it would be sent, and its source's thumbnail."""
        name = model.title if model.offline else model.id
        shape = label(sent.aspect)
        if sent.sources and (n := len(sent.markup.frames)):
            shape = ngettext("{n} format", "{n} formats", n).format(n=number(n))
        marks = marks_words(sent.marks_sent) if sent.marks_sent else ""
        words = " · ".join(word for word in (marks, name, shape, sent.size) if word)
        region = sent.markup.region is not None
        self.show_line(sent.prompt, placeholder, words, pixmap, region=region)

    def show_line(
        self,
        prompt: str,
        placeholder: str,
        words: str,
        pixmap: QPixmap | None,
        *,
        region: bool = False,
    ) -> None:
        """Show prompt, choices (`words`) and the source's thumbnail, with a link to its region."""
        if region and self.region_link is None:
            self.region_link = Button(_("only here"), "link", self, size=24)
            self.region_link.setCursor(Qt.CursorShape.PointingHandCursor)
            self.region_link.clicked.connect(self.region_wanted)
        if self.region_link is not None:
            self.region_link.setVisible(region)
        self._prompt = " ".join(one_line(prompt).split())
        words = one_line(words)
        self.setAccessibleDescription(f"{self._prompt or placeholder}, {words}")
        self._placeholder, self._pixmap = placeholder, pixmap
        self._words = f"{words} ·" if region else words
        self._place()
        self.update()

    def _place(self) -> None:
        size = self.generate.sizeHint()
        left = self.width() - 6 - size.width()
        place = QRect(QPoint(left, (self.height() - size.height()) // 2), size)
        self.generate.setGeometry(placed(self, place))
        self._end = left - 10
        link = self.region_link
        if link is not None:
            size = link.sizeHint()
            left -= 8 + size.width()
            place = QRect(QPoint(left, (self.height() - size.height()) // 2), size)
            link.setGeometry(placed(self, place))
            if not link.isHidden():
                self._end = left + 2

    def sizeHint(self) -> QSize:
        return QSize(480, theme().height(HEIGHT))

    @needs("generate")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.opened.emit()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, dpr = theme(), self.devicePixelRatioF()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(look.color("edge"), 1))
        painter.setBrush(look.color("sunk"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        left = 8
        if self._pixmap is None:
            glyph = look.pixmap("edit", "text3", 16, dpr)
            at = placed(self, QRect(left + 2, (self.height() - 16) // 2, 16, 16))
            painter.drawPixmap(at.topLeft(), glyph)
            left += 16 + 12
        else:
            top = (self.height() - THUMB) // 2
            paint_square(painter, self._pixmap, placed(self, QRect(left, top, THUMB, THUMB)))
            left += THUMB + 10
        right = self._end
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        small = QFontMetrics(look.font("small"))
        words = elided(small, self._words, Qt.TextElideMode.ElideRight, (right - left) // 2)
        width = small.horizontalAdvance(words)
        painter.setFont(look.font("small"))
        painter.setPen(look.color("text3"))
        line = placed(self, QRectF(right - width, 0, width + 2, self.height()))
        painter.drawText(line, flags, words)
        self._paint_prompt(painter, left, right - width - 12)
        painter.end()

    def _paint_prompt(self, painter: QPainter, left: int, right: int) -> None:
        """Draw the prompt on one line, its groups coloured as in the editor."""
        look = theme()
        font = look.font("prompt")
        font.setPixelSize(look.px(14))
        painter.setFont(font)
        metrics = QFontMetrics(font)
        text = self._prompt or self._placeholder
        shown = elided(metrics, text, Qt.TextElideMode.ElideRight, right - left)
        roles = ["text" if self._prompt else "text3"] * len(shown)
        if (self._prompt and shown.isascii()) or shown.endswith("…"):
            for first, last, kind in spans(self._prompt):
                role = {"group": "ink", "bar": "text3"}.get(kind)
                for at in range(first, min(last, len(shown))):
                    roles[at] = role or roles[at]
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if self.isRightToLeft():
            # Drawn in one piece: the runs of a bidirectional text are not placed side by side.
            painter.setPen(look.color("text" if self._prompt else "text3"))
            line = placed(self, QRectF(left, 0, right - left + 8, self.height()))
            painter.drawText(line, flags, shown)
            return
        start = 0
        while start < len(shown):
            end = start
            while end < len(shown) and roles[end] == roles[start]:
                end += 1
            x = left + metrics.horizontalAdvance(shown[:start])
            painter.setPen(look.color(roles[start]))
            painter.drawText(QRectF(x, 0, right - x + 8, self.height()), flags, shown[start:end])
            start = end
