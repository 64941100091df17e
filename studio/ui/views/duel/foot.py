"""Foot of a duel: buttons for the four results, differences of the two pictures, and the tree."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _
from studio.common.word_diff import DiffPiece
from studio.domain.choices import Verdict
from studio.domain.duel import DUEL_VERDICTS
from studio.ui.style.theme import theme
from studio.ui.support import view_keys
from studio.ui.support.mirroring import placed
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import ViewCommand
from studio.ui.views.duel.bracket import Bracket
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import PaintedButton
from studio.ui.widgets.marked_text import MarkedText
from studio.ui.widgets.text import ElidedLabel, KeyCap, Text

HEIGHT = 124
NARROW, NARROWEST = 1100, 900  # widths below which the differences, then the tree, are hidden
FACTS = 360  # most pixels of width for the differences
_WIDTHS = {Verdict.FIRST: 176, Verdict.SECOND: 176, Verdict.BOTH: 152, Verdict.NEITHER: 152}
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
        if self.isRightToLeft():
            # "Left wins" stays at the left, as its picture does.
            buttons.setDirection(QHBoxLayout.Direction.RightToLeft)
        for verdict, button in self.buttons.items():
            button.setObjectName(verdict.value)
            button.clicked.connect(self.on_clicked)
            buttons.addWidget(button)
        row.addLayout(buttons)
        row.addSpacing(26)
        row.addWidget(self._facts, 1)
        row.addStretch(1)
        row.addWidget(self.bracket)

    def _make_facts(self) -> QWidget:
        facts = QWidget(self)
        facts.setMaximumWidth(FACTS)
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

        `one_place`: only the best is sought, so that the other one is out.
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
        self._facts.setVisible(self.width() >= NARROW)
        self.bracket.setVisible(self.width() >= NARROWEST)


class VerdictButton(PaintedButton):
    """A result with its key, and below what it means."""

    def __init__(self, key: str, title: str, width: int, parent: QWidget) -> None:
        super().__init__(parent, radius=8)
        self._key = key
        self._title = title
        self._meaning = ""
        self._wide = width
        self.setFixedSize(self.sizeHint())
        set_role(self, QAccessible.Role.Button)
        self.setAccessibleName(title)

    @needs("_wide")
    def sizeHint(self) -> QSize:
        return QSize(theme().px(self._wide), theme().height(52))

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
        cap = placed(self, QRectF(14, (self.height() - 28) / 2, 28, 28))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cap, 4, 4)
        painter.setPen(look.color("text" if self.isEnabled() else "off"))
        painter.setFont(look.font("body"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key)
        middle = self.height() / 2
        painter.setFont(look.font("body", weight=600))
        self._paint_line(painter, self._title, middle - 19)
        painter.setFont(look.font("small"))
        painter.setPen(look.color("text3" if self.isEnabled() else "off"))
        self._paint_line(painter, self._meaning, middle)

    def _paint_line(self, painter: QPainter, text: str, top: float) -> None:
        wide = self.width() - 62
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, wide)
        line = placed(self, QRectF(54, top, wide, 19))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
