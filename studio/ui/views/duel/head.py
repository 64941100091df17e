"""Line over a duel: name, progress, and buttons to finish or leave."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _, ngettext, number
from studio.domain.duel import Duel, DuelMatch, most_comparisons
from studio.ui.style.theme import theme
from studio.ui.support import view_keys
from studio.ui.support.layout_direction import placed
from studio.ui.support.view_keys import ViewCommand
from studio.ui.views.duel import duel_words
from studio.ui.views.full_screen import FullScreenHead
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.chip import ChipChoice, MenuChip
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.text import Text

MOST_PLACES = 10
NARROW = 1000  # pixels of width below which the progress bar is hidden


class DuelHead(FullScreenHead):
    """Name, progress and buttons of a duel.

    Signals:
        best_chosen: number of places to decide.
        link_chosen: whether zoom and position are shared.
        undo_wanted: request.
    """

    best_chosen = Signal(object)
    link_chosen = Signal(bool)
    undo_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("Duel"), _("Duel"), parent)
        self.place = Text("", "small", "text", self)
        self._bar = _Bar(self)
        self.progress = Text("", "small", "text3", self)
        self._best = MenuChip(_("Number of places"), self, size=26, quiet=True)
        self._linked = Button(_("Zoom locked"), "quiet", self, size=26, icon="lock")
        self._linked.setCheckable(True)
        self._linked.setChecked(True)
        set_tip(self._linked, _("Show the same part of every picture"))
        undo = f"{_('Undo')}  {view_keys.cap(ViewCommand.DUEL_UNDO)}".rstrip()
        self._undo = Button(undo, "quiet", self, size=26, icon="undo")
        self._undo.setAccessibleName(_("Undo"))
        self.add_rule()
        for part in (self.place, self._bar, self.progress):
            self.row.addWidget(part)
            self.row.addSpacing(4)
        self.row.addStretch(1)
        self.add_controls(self._best, self._linked, self._undo)
        self.set_giving(self._bar, self.progress, self.name, self.place)
        self._best.changed.connect(self.best_chosen)
        self._linked.toggled.connect(self.link_chosen)
        self._undo.clicked.connect(self.undo_wanted)

    def show_duel(self, duel: Duel, past: DuelMatch | None) -> None:
        """Show the progress of a duel."""
        self.name.setText(duel.name)
        self.place.setText(duel_words.place(duel, past))
        self.progress.setText(duel_words.progress(duel))
        self._bar.set_share(duel.done / max(1, duel.done + duel.to_come))
        self.set_wanted(self._bar, wanted=self.window().width() >= NARROW)
        self._undo.setEnabled(bool(duel.decisions))
        self._show_best(duel)
        self.yield_room()

    def _show_best(self, duel: Duel) -> None:
        n, best = len(duel.definition.pictures), duel.definition.best
        offered = sorted({*range(1, min(n, MOST_PLACES) + 1), best})
        self._best.set_choices(
            [
                ChipChoice(
                    value=places,
                    text=duel_words.best_of(places),
                    note=ngettext("at most {n} comparison", "at most {n} comparisons", most).format(
                        n=number(most)
                    ),
                )
                for places in offered
                if (most := most_comparisons(n, places))
            ]
        )
        if best in offered and n > 1:
            self._best.set_value(best)


class _Bar(QWidget):
    """Share of the comparisons that is decided."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._share = 0.0
        self.setFixedSize(120, 4)
        theme().changed.connect(self.update)

    def set_share(self, share: float) -> None:
        """Show a share from 0 to 1."""
        self._share = share
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("press"))
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
        painter.setBrush(theme().color("accent"))
        done = QRectF(0, 0, self.width() * self._share, self.height())
        painter.drawRoundedRect(placed(self, done), 2, 2)
