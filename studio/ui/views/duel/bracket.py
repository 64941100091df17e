"""Small drawing of a duel's bracket: the decided pairs, and the one shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from studio.common.i18n import _
from studio.domain.duel import Duel, DuelMatch
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import placed
from studio.ui.views.duel import duel_words
from studio.ui.widgets.accessible import set_role

SIZE = QSize(150, 104)
ROUNDS = 5  # maximum number of rounds drawn: the last ones
KNOT, CURRENT = 2.2, 4.0  # radii of a knot and of the current one
REACH = 8  # pixels around a knot that belong to it
INSET = 5


class _Knot(QAbstractButton):
    """A decided match as an invisible button for screen readers; clicks pass through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.match: DuelMatch | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(2 * REACH, 2 * REACH)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint nothing: the bracket paints the match."""


class Bracket(QWidget):
    """Draws the matches of a duel in reading direction.

    Signals:
        match_chosen: a decided match was clicked (a `DuelMatch`).
    """

    match_chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._leaves: tuple[str, ...] = ()
        self._gone: frozenset[str] = frozenset()
        self._matches: dict[tuple[int, int], DuelMatch] = {}
        self._current: DuelMatch | None = None
        self._knots: list[_Knot] = []
        self.setFixedSize(SIZE)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        set_role(self, QAccessible.Role.Graphic)
        self.setAccessibleName(_("Tree of the duel"))
        theme().changed.connect(self.update)

    def show_duel(
        self, duel: Duel, current: DuelMatch | None, progress: str, names: Callable[[str], str]
    ) -> None:
        """Show the matches of a duel; `current` is the one whose pictures are shown.

        `names` returns the name of a picture by its id.
        """
        self._leaves, self._gone = duel.definition.pictures, duel.gone
        self._matches = {(one.begin, one.end): one for one in duel.matches}
        self._current = current
        self.setAccessibleDescription(progress)
        if QAccessible.isActive():
            self._name_knots(duel, names)
        self.update()

    def _name_knots(self, duel: Duel, names: Callable[[str], str]) -> None:
        """Create a button for each match that can be clicked."""
        found = [one for one in self._matches.values() if self._is_offered(one)]
        while len(self._knots) < len(found):
            knot = _Knot(self)
            knot.clicked.connect(self.on_knot)
            self._knots.append(knot)
        for knot, match in zip(self._knots, found, strict=False):
            knot.match = match
            knot.setAccessibleName(duel_words.decided(duel, match, names))
            at = self.place(match.begin, match.end)
            knot.move(round(at.x()) - REACH, round(at.y()) - REACH)
            knot.show()
        for knot in self._knots[len(found) :]:
            knot.hide()

    def on_knot(self) -> None:
        """Show the match of a button again."""
        knot = self.sender()
        if isinstance(knot, _Knot) and knot.match is not None:
            self.match_chosen.emit(knot.match)

    def _is_offered(self, match: DuelMatch) -> bool:
        return match.decided and match.round >= max(1, self._first)

    @property
    def _last(self) -> int:
        return max((one.round for one in self._matches.values()), default=0)

    @property
    def _first(self) -> int:
        """The first round that is drawn; 0 for the pictures themselves."""
        return max(0, self._last - ROUNDS + 1)

    def place(self, begin: int, end: int) -> QPointF:
        """Position of the match between the pictures `begin` to `end` of the list."""
        match = self._matches.get((begin, end))
        rounds = max(1, self._last - self._first)
        column = max(0, (match.round if match else 0) - self._first)
        x = INSET + column * (self.width() - 2 * INSET) / rounds
        high = self.height() - 2 * INSET
        y = INSET + (begin + end) / 2 * high / max(1, len(self._leaves))
        return placed(self, QPointF(x, y))

    def match_at(self, spot: QPointF) -> DuelMatch | None:
        """The decided match near a point."""
        near = [
            (offset.x() ** 2 + offset.y() ** 2, match)
            for (begin, end), match in self._matches.items()
            if self._is_offered(match)
            for offset in [self.place(begin, end) - spot]
        ]
        found = min(near, key=lambda one: one[0], default=None)
        return found[1] if found is not None and found[0] <= REACH**2 else None

    # --- Qt -------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.match_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        match = self.match_at(event.position())
        if match is not None and event.button() == Qt.MouseButton.LeftButton:
            self.match_chosen.emit(match)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawn = [one for one in self._matches.values() if one.round >= max(1, self._first)]
        # The lines of the current match lie over the others.
        for match in sorted(drawn, key=self._is_current):
            self._paint_lines(painter, match)
        for match in drawn:
            for begin, end in ((match.begin, match.middle), (match.middle, match.end)):
                if end - begin == 1 and not self._first:
                    gone = self._leaves[begin] in self._gone
                    self._paint_knot(painter, self.place(begin, end), known=not gone)
        for match in drawn:
            known = match.decided or bool(match.winner)
            at = self.place(match.begin, match.end)
            self._paint_knot(painter, at, known=known, current=self._is_current(match))

    def _is_current(self, match: DuelMatch) -> bool:
        now = self._current
        return now is not None and (now.begin, now.end) == (match.begin, match.end)

    def _paint_lines(self, painter: QPainter, match: DuelMatch) -> None:
        current = self._is_current(match)
        colour = theme().color("accent" if current else "edge")
        painter.setPen(QPen(colour, 1.8 if current else 1))
        at = self.place(match.begin, match.end)
        for begin, end in ((match.begin, match.middle), (match.middle, match.end)):
            part = self._matches.get((begin, end))
            if (part.round if part else 0) < self._first:
                continue
            start = self.place(begin, end)
            bend = (start.x() + at.x()) / 2
            painter.drawLine(start, QPointF(bend, start.y()))
            painter.drawLine(QPointF(bend, start.y()), QPointF(bend, at.y()))
            painter.drawLine(QPointF(bend, at.y()), at)

    def _paint_knot(
        self, painter: QPainter, at: QPointF, *, known: bool, current: bool = False
    ) -> None:
        look = theme()
        line = "accent" if current else "text2" if known else "edge"
        radius = CURRENT if current else KNOT
        painter.setPen(QPen(look.color(line), 1))
        painter.setBrush(look.color("accent" if current else "text2" if known else "mat"))
        painter.drawEllipse(QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius))
