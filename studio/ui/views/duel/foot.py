"""Foot of a duel: buttons for the four results, differences of the pictures, and the bracket."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _
from studio.common.word_diff import DiffPiece
from studio.domain.choices import Verdict
from studio.domain.duel import DUEL_VERDICTS
from studio.ui.style.theme import theme
from studio.ui.support import view_keys
from studio.ui.support.layout_direction import elided, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import ViewCommand
from studio.ui.views.duel.bracket import Bracket
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import PaintedButton
from studio.ui.widgets.marked_text import MarkedText
from studio.ui.widgets.text import ElidedLabel, KeyCap, Text

HEIGHT = 124
NARROW, NARROWEST = 1100, 900  # widths below which the differences, then the tree, are hidden
FACTS = 360  # maximum width of the differences in pixels
_WIDTHS = {Verdict.FIRST: 176, Verdict.SECOND: 176, Verdict.BOTH: 152, Verdict.NEITHER: 152}
_CAP, _SIDE, _PAD = 28, 14, 7  # in a button: size of the key, its margin, padding of the words
_COMMANDS = {
    Verdict.FIRST: ViewCommand.DUEL_LEFT,
    Verdict.SECOND: ViewCommand.DUEL_RIGHT,
    Verdict.BOTH: ViewCommand.DUEL_BOTH,
    Verdict.NEITHER: ViewCommand.DUEL_NEITHER,
}


class DuelFoot(QFrame):
    """Buttons for the results; `FIRST` is the left picture here, whatever the order of the pair.

    Signals:
        decided: a result was clicked (a Verdict).
    """

    decided = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("zone", "dock")
        self.setFixedHeight(theme().height(HEIGHT))
        titles = {
            Verdict.FIRST: _("Left wins"),
            Verdict.SECOND: _("Right wins"),
            Verdict.BOTH: _("Both stay"),
            Verdict.NEITHER: _("Neither"),
        }
        self.buttons = {
            verdict: VerdictButton(
                view_keys.cap(_COMMANDS[verdict]), titles[verdict], _WIDTHS[verdict], self
            )
            for verdict in DUEL_VERDICTS
        }
        self.bracket = Bracket(self)
        self._words = MarkedText(_("Differences of the prompts"), self, kind="small", line=18)
        self._words.set_limit(2)
        self._words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._settings = ElidedLabel("", "small", "text3", self)
        self._facts = self._make_facts()
        row = QHBoxLayout(self)
        row.setContentsMargins(26, 0, 26, 0)
        row.setSpacing(10)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        for verdict, button in self.buttons.items():
            button.setObjectName(verdict.value)
            button.clicked.connect(self.on_clicked)
        first, second, *others = DUEL_VERDICTS
        # "Left wins" is to the left of "Right wins", like its picture.
        sides = (second, first) if self.isRightToLeft() else (first, second)
        for verdict in (*sides, *others):
            buttons.addWidget(self.buttons[verdict])
        row.addLayout(buttons)
        row.addSpacing(26)
        row.addWidget(self._facts, 1)
        row.addStretch(1)
        row.addWidget(self.bracket)

    def _make_facts(self) -> QWidget:
        facts = QWidget(self)
        facts.setMaximumWidth(theme().px(FACTS))
        column = QVBoxLayout(facts)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        hints = QHBoxLayout()
        hints.setSpacing(5)
        keys = (
            # Translators: keys that show both pictures at 100 %, and swap their sides.
            (view_keys.cap(ViewCommand.HELD_ACTUAL), _("both at 100 %")),
            ("Tab", _("swap")),
            (view_keys.cap(ViewCommand.DUEL_EARLIER), _("earlier pair")),
        )
        for key, does in keys:
            if not key:
                continue
            hints.addWidget(KeyCap(key, facts))
            hints.addWidget(Text(does, "small", "text3", facts))
            hints.addSpacing(7)
        hints.addStretch(1)
        column.addStretch(1)
        column.addWidget(self._words)
        column.addWidget(self._settings)
        column.addSpacing(3)
        column.addLayout(hints)
        column.addStretch(1)
        return facts

    def show_pair(self, left: str, right: str, *, one_place: bool, enabled: bool) -> None:
        """Show what each result means for the pictures of these names.

        `one_place`: whether only the best is sought, so that the loser is out.
        """
        # Translators: {name} is a picture that is out of the duel.
        out = _("{name} is out") if one_place else _("ahead of {name}")
        under = {
            Verdict.FIRST: out.replace("{name}", right),
            Verdict.SECOND: out.replace("{name}", left),
            Verdict.BOTH: _("both stay"),
            Verdict.NEITHER: _("both are out"),
        }
        names = {Verdict.FIRST: left, Verdict.SECOND: right}
        for verdict, button in self.buttons.items():
            button.show_meaning(under[verdict] if enabled else "", names.get(verdict, ""))
            button.setEnabled(enabled)

    def show_differences(self, words: Sequence[DiffPiece], settings: str) -> None:
        """Show the changed words and settings."""
        self._words.set_pieces(words)
        self._words.setVisible(bool(words))
        self._settings.setText(settings)
        self._settings.setVisible(bool(settings))

    def on_clicked(self) -> None:
        """Emit the result of a button."""
        self.decided.emit(Verdict(self.sender().objectName()))

    @needs("_facts")
    def resizeEvent(self, _event: object) -> None:
        self._facts.setVisible(self.width() >= theme().px(NARROW))
        self.bracket.setVisible(self.width() >= theme().px(NARROWEST))


class VerdictButton(PaintedButton):
    """A result with its key, and its meaning below."""

    def __init__(self, key: str, title: str, width: int, parent: QWidget) -> None:
        super().__init__(parent, radius=8)
        self._key = key
        self._title = title
        self._meaning = ""
        self._wide = width
        self.setFixedHeight(self.sizeHint().height())
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        set_role(self, QAccessible.Role.Button)
        self.setAccessibleName(title)

    @needs("_wide")
    def sizeHint(self) -> QSize:
        look = theme()
        lines = look.line("body") + look.line("small")
        return QSize(look.px(self._wide), max(52, lines + 2 * _PAD))

    @needs("_wide")
    def minimumSizeHint(self) -> QSize:
        title = QFontMetrics(theme().font("body", weight=600)).horizontalAdvance(self._title)
        return QSize(self._left + title + _PAD + 2, self.sizeHint().height())

    @property
    def _left(self) -> int:
        """Distance of the texts from the leading edge in pixels."""
        return 2 * _SIDE + theme().height(_CAP) - 2

    def show_meaning(self, meaning: str, picture: str) -> None:
        """Show what this result means; `picture` is the name of the winner, if there is one."""
        self._meaning = one_line(meaning)
        self.setAccessibleName(f"{self._title}, {picture}" if picture else self._title)
        self.setAccessibleDescription(meaning)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = "press" if self.isDown() else "hover" if self.underMouse() else "raise"
        painter.setBrush(look.color(ground if self.isEnabled() else "panel"))
        painter.setPen(QPen(look.color("edge"), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        side = look.height(_CAP)
        cap = placed(self, QRectF(_SIDE, (self.height() - side) / 2, side, side))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cap, 4, 4)
        painter.setPen(look.color("text" if self.isEnabled() else "off"))
        painter.setFont(look.font("body"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key)
        title, meaning = look.line("body"), look.line("small")
        top = (self.height() - title - meaning) / 2
        painter.setFont(look.font("body", weight=600))
        alone = 0 if self._meaning else meaning / 2
        self._paint_line(painter, self._title, top + alone, title)
        painter.setFont(look.font("small"))
        painter.setPen(look.color("text3" if self.isEnabled() else "off"))
        self._paint_line(painter, self._meaning, top + title, meaning)

    def _paint_line(self, painter: QPainter, text: str, top: float, high: int) -> None:
        left = self._left
        wide = self.width() - left - 8
        shown = elided(painter.fontMetrics(), text, Qt.TextElideMode.ElideRight, wide)
        line = placed(self, QRectF(left, top, wide, high))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
