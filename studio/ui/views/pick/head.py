"""Line over a round: name, counters, and buttons to finish or leave."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.common.i18n import _, ngettext, number
from studio.domain.pick_round import RoundCounts
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import placed
from studio.ui.support.qt_overrides import needs
from studio.ui.views.full_screen import FullScreenHead
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.text import Text

GLYPH = 12
PAD, GAP = 12, 6  # in a counter, in pixels


class RoundHead(FullScreenHead):
    """Name and counters of a round.

    Signals:
        duel_wanted: request.
    """

    duel_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("Pick"), _("Pick mode"), parent)
        self._new = Text("", "small", "text3", self)
        self._picked = Counter("flag-filled", self)
        self._rejected = Counter("reject", self)
        self._open = Counter("", self)
        self._duel = Button(_("Duel the picks"), "quiet", self, size=26, icon="side-by-side")
        self.row.addStretch(1)
        for part in (self._new, self._picked, self._rejected, self._open):
            self.row.addWidget(part)
        self.add_rule()
        self.add_controls(self._duel)
        self.set_giving(self._new, self.name, self._duel)
        self._duel.clicked.connect(self.duel_wanted)

    def show_new(self, count: int) -> None:
        """Show the number of pictures that wait for the next round; 0 hides it."""
        # Translators: pictures that arrived meanwhile wait for the next round.
        words = ngettext("{n} new, next round", "{n} new, next round", count)
        self._new.setText(words.format(n=number(count)) if count else "")
        self.yield_room()

    def show_round(self, name: str, counts: RoundCounts) -> None:
        """Show the name and the decisions so far."""
        self.name.setText(name)
        self.set_wanted(self._duel, wanted=counts.picked > 1)
        n = counts.picked
        self._picked.show_count(n, ngettext("{n} picked", "{n} picked", n))
        n = counts.rejected
        self._rejected.show_count(n, ngettext("{n} rejected", "{n} rejected", n))
        n = counts.undecided
        self._open.show_count(n, ngettext("{n} undecided", "{n} undecided", n))
        self.yield_room()


class Counter(QWidget):
    """A pill with an icon, a number and a word."""

    def __init__(self, icon: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = icon
        # The number, and the words before and after it.
        self._parts = ("", "", "")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        set_role(self, QAccessible.Role.StaticText)
        theme().changed.connect(self.update)

    def show_count(self, count: int, words: str) -> None:
        """Show a number within `words`, which contain "{n}"."""
        before, _n, after = words.partition("{n}")
        parts = before.strip(), number(count), after.strip()
        if parts != self._parts:
            self._parts = parts
            self.setAccessibleName(words.format(n=number(count)))
            self.updateGeometry()
            self.update()

    def _pieces(self) -> list[tuple[str, int, str]]:
        """Texts shown, each with weight and role."""
        before, count, after = self._parts
        pieces = [(before, 400, "text2"), (count, 600, "text"), (after, 400, "text2")]
        return [piece for piece in pieces if piece[0]]

    @needs("_parts")
    def sizeHint(self) -> QSize:
        widths = [
            QFontMetrics(theme().font("small", weight=weight)).horizontalAdvance(text) + 1
            for text, weight, _role in self._pieces()
        ]
        glyph = GLYPH + GAP if self._icon else 0
        wide = 2 * PAD + glyph + sum(widths) + GAP * max(0, len(widths) - 1)
        return QSize(wide, theme().height(26))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.color("line2"), 1))
        painter.setBrush(look.color("panel"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        x = PAD
        if self._icon:
            icon = look.pixmap(self._icon, "text2", GLYPH, self.devicePixelRatioF())
            at = QRect(x, (self.height() - GLYPH) // 2, GLYPH, GLYPH)
            painter.drawPixmap(placed(self, at), icon)
            x += GLYPH + GAP
        for text, weight, role in self._pieces():
            painter.setFont(look.font("small", weight=weight))
            painter.setPen(look.color(role))
            wide = painter.fontMetrics().horizontalAdvance(text) + 1
            line = placed(self, QRect(x, 0, wide, self.height()))
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
            x += wide + GAP
        painter.end()
