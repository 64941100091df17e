"""Inspector page of compared pictures: the decision, changed words, and settings side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.common import word_diff
from studio.common.i18n import _, ngettext, number, sentences
from studio.domain.comparison import LETTERS, Comparison
from studio.domain.entities import CostBasis, Picture
from studio.ui.panels.inspector.pixel_rows import PixelRows
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.style.theme import theme
from studio.ui.support import formatting
from studio.ui.support.pixel_comparison import PixelComparison
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.marked_text import MarkedText
from studio.ui.widgets.text import ElidedLabel, Text

LABEL = 56  # width of the column of labels
LARGE = 1.4  # text scale from which the buttons are stacked


class ComparisonPage(QWidget):
    """Differences between compared pictures, and the choice of which to keep.

    Signals:
        decided: a button was pressed ("keep_a", "crown_b" or "keep_both").
        difference_wanted: show the map of the differences large.
    """

    decided = Signal(str)
    difference_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._make_decision())
        self._words_part = InspectorSection(_("Words compared with A"), self)
        self._words = QVBoxLayout()
        self._words.setSpacing(6)
        self._words_part.body.addLayout(self._words)
        self._column.addWidget(self._words_part)
        settings = InspectorSection(_("Settings"), self)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(5)
        settings.body.addLayout(self._grid)
        self._column.addWidget(settings)
        self._pixels = PixelRows(self)
        self._pixels.full_wanted.connect(self.difference_wanted)
        self._column.addWidget(self._pixels)
        self._column.addStretch(1)

    def _make_decision(self) -> QWidget:
        part = InspectorSection(_("Keep which?"), self)
        grid = QGridLayout()
        grid.setSpacing(6)
        self._buttons: dict[str, Button] = {}
        # Large text has no room for two buttons side by side.
        beside = theme().scale < LARGE
        for name, place in (
            ("keep_a", (0, 0, 1, 1 if beside else 2)),
            ("keep_both", (0, 1, 1, 1) if beside else (1, 0, 1, 2)),
            ("crown_b", (2, 0, 1, 2)),
        ):
            button = Button("", "", part, size=30)
            # A click leaves the arrow keys to the comparison.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(self.on_pressed)
            self._buttons[name] = button
            grid.addWidget(button, *place)
        part.body.addLayout(grid)
        part.body.addSpacing(8)
        self._standing = Text("", "small", "text3", part, wrap=True)
        part.body.addWidget(self._standing)
        return part

    def on_pressed(self) -> None:
        """Emit the decision of the pressed button."""
        for name, button in self._buttons.items():
            if button is self.sender():
                self.decided.emit(name)

    def show_pictures(self, pictures: Sequence[Picture], comparison: Comparison) -> None:
        """Show these pictures, A first."""
        letter = LETTERS[comparison.active or 1]
        labels = {
            "keep_a": _("Keep {letter}").format(letter="A"),
            "crown_b": _("Make {letter} the champion").format(letter=letter),
            "keep_both": _("Keep both"),
        }
        for name, button in self._buttons.items():
            button.setText(labels[name])
        self._standing.setText(_standing(comparison, letter))
        _clear(self._words)
        _clear(self._grid)
        for side, picture in enumerate(pictures[1:], 1):
            self._words.addWidget(self._words_of(side, pictures[0], picture))
        self._show_settings(pictures)

    def show_pixels(self, found: Sequence[PixelComparison | None]) -> None:
        """Show how the pixels of each side differ, A first; None until it is known."""
        self._pixels.show_comparisons(found)

    def _words_of(self, side: int, first: Picture, other: Picture) -> QWidget:
        made = QWidget(self._words_part)
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        letter = Text(LETTERS[side], "small", "ink", made, weight=600)
        row.addWidget(letter, 0, Qt.AlignmentFlag.AlignTop)
        words = MarkedText(_("Words of {letter}").format(letter=LETTERS[side]), made, kind="small",
                           line=20)  # fmt: skip
        words.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        changed = word_diff.changes(first.prompt, other.prompt)
        pieces = word_diff.change_pieces(changed, ", ")
        if pieces:
            words.set_pieces(pieces)
        else:
            words.set_words(_("The same words"))
        row.addWidget(words, 1)
        return made

    def _show_settings(self, pictures: Sequence[Picture]) -> None:
        for side in range(len(pictures)):
            head = Text(LETTERS[side], "small", "text2", self, weight=600)
            self._grid.addWidget(head, 0, side + 1)
            self._grid.setColumnStretch(side + 1, 1)
        self._grid.setColumnMinimumWidth(0, theme().px(LABEL))
        for place, (label, value) in enumerate(_SETTINGS, 1):
            self._grid.addWidget(Text(label(), "small", "text3", self), place, 0)
            first = value(pictures[0]) if pictures else ""
            for side, picture in enumerate(pictures):
                text = value(picture)
                differs = text != first
                cell = self._cell(text, differs=differs)
                cell.setAccessibleName(
                    _("{label} of {letter}: {value}, differs").format(
                        label=label(), letter=LETTERS[side], value=text
                    )
                    if differs
                    else _("{label} of {letter}: {value}").format(
                        label=label(), letter=LETTERS[side], value=text
                    )
                )
                self._grid.addWidget(cell, place, side + 1)

    def _cell(self, text: str, *, differs: bool) -> QWidget:
        """A value, with a dot where it differs, so that brightness is not the only cue."""
        made = QWidget(self)
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        if differs:
            row.addWidget(Text("•", "small", "warn", made))
        row.addWidget(ElidedLabel(text, "small", "text" if differs else "text2", made), 1)
        return made


def _standing(comparison: Comparison, letter: str) -> str:
    """Explanation of the arrow keys, with the number of beaten challengers."""
    if not comparison.locked:
        return _("Arrow keys change the outlined side.")
    stays = _("A stays; arrow keys change {letter}.").format(letter=letter)
    n = len(comparison.beaten)
    if not n:
        return stays
    won = ngettext("It has won against {n} so far.", "It has won against {n} so far.", n)
    return sentences(stays, won.format(n=number(n)))


def _model(picture: Picture) -> str:
    return picture.model.removeprefix("gemini-").removesuffix("-image") or "–"


def _size(picture: Picture) -> str:
    return str(max(picture.width, picture.height))


def _shape(picture: Picture) -> str:
    return formatting.shape(picture.width, picture.height)


def _seed(picture: Picture) -> str:
    return "–" if picture.seed is None else str(picture.seed)


def _took(picture: Picture) -> str:
    return formatting.duration(picture.seconds) if picture.seconds else "–"


def _cost(picture: Picture) -> str:
    unknown = picture.cost_usd is None or picture.cost_basis is CostBasis.UNKNOWN
    return "–" if unknown else formatting.money(picture.cost_usd or 0.0, fine=True)


_SETTINGS: tuple[tuple[Callable[[], str], Callable[[Picture], str]], ...] = (
    (lambda: _("Model"), _model),
    (lambda: _("Long edge"), _size),
    (lambda: _("Aspect ratio"), _shape),
    (lambda: _("Seed"), _seed),
    (lambda: _("Time"), _took),
    (lambda: _("Cost"), _cost),
)


def _clear(layout: QVBoxLayout | QGridLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
