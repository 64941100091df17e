"""The primary action: Generate, with the number and cost of the pictures."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.ui.panels.composer.quote import ButtonState, Quote
from studio.ui.style.theme import theme
from studio.ui.support import key_names
from studio.ui.support.layout_direction import elided, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.buttons import PaintedButton
from studio.ui.widgets.plain_text import plain_tip, set_tip

WIDTH = 172
SIDE = 12
KEY = "Ctrl ↵"
USUAL = "Ctrl+Return"


class GenerateButton(PaintedButton):
    """Two lines in full, one in the compact composer; never disabled.

    Its accessible name is always "Generate"; the description has number and cost.
    """

    def __init__(self, parent: QWidget | None = None, *, compact: bool = False) -> None:
        super().__init__(parent, radius=6 if compact else 8)
        self._compact = compact
        self._quote = Quote(
            mood=ButtonState.QUIET, title=_("Generate"), price="", detail="", description=""
        )
        self.setAccessibleName(_("Generate"))

    @property
    def quote(self) -> Quote:
        return self._quote

    @property
    def word(self) -> str:
        """Text after the title in the compact composer: the price, or why nothing happens yet."""
        quote = self._quote
        return (quote.detail if quote.mood is ButtonState.QUIET else "") or quote.price

    def show_quote(self, quote: Quote, *, prompts: str = "") -> None:
        """Show a quote; `prompts` is the tool tip, one prompt per line."""
        if quote == self._quote and self.toolTip() == plain_tip(prompts):
            return
        self._quote = quote
        self.setText(quote.title)
        self.setAccessibleName(_("Generate"))
        self.setAccessibleDescription(quote.description)
        set_tip(self, prompts)
        self.updateGeometry()
        self.update()

    # --- Qt -------------------------------------------------------------------------------

    @needs("_quote")
    def sizeHint(self) -> QSize:
        look, quote = theme(), self._quote
        if not self._compact:
            # Wider than the design only if a font or language needs it, so that no word is cut off.
            upper = QFontMetrics(look.font("title")).horizontalAdvance(quote.title)
            upper += 8 + QFontMetrics(look.font("title", weight=400)).horizontalAdvance(quote.price)
            lower = QFontMetrics(look.font("small")).horizontalAdvance(quote.detail)
            return QSize(max(WIDTH, max(upper, lower) + 2 * SIDE), look.height(56))
        width = QFontMetrics(look.font("body", weight=600)).horizontalAdvance(quote.title)
        small = QFontMetrics(look.font("small"))
        for word in (self.word, _key()):
            width += small.horizontalAdvance(word) + 10 if word else 0
        return QSize(width + 2 * SIDE, theme().height(32))

    @needs("_quote")
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, mood = theme(), self._quote.mood
        ground, edge, first, second = {
            ButtonState.READY: ("fill", "", "onfill", "onfill"),
            ButtonState.QUIET: ("raise", "edge", "text2", "text2"),
            ButtonState.OVER: ("warnbg", "warn", "text", "warn"),
        }[mood]
        if mood is ButtonState.READY and self.isDown():
            ground = "fillp"
        elif mood is ButtonState.READY and self.underMouse():
            ground = "fillh"
        elif mood is ButtonState.QUIET and (self.underMouse() or self.isDown()):
            ground = "press" if self.isDown() else "hover"
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(look.color(ground))
        painter.setPen(QPen(look.color(edge), 1) if edge else Qt.PenStyle.NoPen)
        inset = 0.5 if edge else 0.0
        radius = 6 if self._compact else 8
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, radius, radius)
        if self._compact:
            self._paint_line(painter, first, second)
        else:
            self._paint_lines(painter, first, second)
        painter.end()

    def _paint_lines(self, painter: QPainter, first: str, second: str) -> None:
        look, quote = theme(), self._quote
        top_line, low_line = look.line("title"), look.line("small")
        top = (self.height() - top_line - low_line - 1) / 2
        width = self.width() - 2 * SIDE
        upper = QRectF(SIDE, top, width, top_line)
        lower = QRectF(SIDE, top + top_line + 1, width, low_line)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(look.color(first))
        painter.setFont(look.font("title", weight=400))
        painter.drawText(upper, right, quote.price)
        room = round(width) - QFontMetrics(painter.font()).horizontalAdvance(quote.price) - 6
        painter.setFont(look.font("title"))
        metrics = QFontMetrics(painter.font())
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(upper, left, elided(metrics, quote.title, elide, room))
        painter.setPen(look.color(second))
        painter.setFont(look.font("small"))
        metrics = QFontMetrics(painter.font())
        # The shortcut is the first to be left out: the menu and the list of shortcuts have it
        # too.
        key = metrics.horizontalAdvance(_key()) + 8
        if metrics.horizontalAdvance(quote.detail) + key <= width:
            painter.drawText(lower, right, _key())
        painter.drawText(lower, left, elided(metrics, quote.detail, elide, round(width)))

    def _paint_line(self, painter: QPainter, first: str, second: str) -> None:
        look = theme()
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        at = float(SIDE)
        painter.setPen(look.color(first))
        painter.setFont(look.font("body", weight=600))
        for word in (self._quote.title, self.word, _key()):
            if not word:
                continue
            width = QFontMetrics(painter.font()).horizontalAdvance(word)
            box = placed(self, QRectF(at, 0, width + 4, self.height()))
            painter.drawText(box, flags, word)
            at += width + 10
            painter.setFont(look.font("small"))
            painter.setPen(look.color(second))


def _key() -> str:
    """Current shortcut of Generate for display; "" for none."""
    key = key_names.current(USUAL)
    return KEY if key == USUAL else key_names.cap(key)
