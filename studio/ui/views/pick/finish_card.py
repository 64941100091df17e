"""Card at the end of a round: what was decided, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from studio.common.i18n import _, ngettext, number
from studio.domain.pick_round import RoundCounts
from studio.ui.widgets.accessible import announce
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.focus_ring import focus_by_key
from studio.ui.widgets.text import Text

WIDTH = 380


class FinishCard(QFrame):
    """Offers the next steps; lies in the middle of its parent.

    Signals:
        chosen: "collect", "open", "picks", "trash" or "end".
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("zone", "notice")
        self.setFixedWidth(WIDTH)
        self._title = Text("", "title", "text", self, wrap=True)
        self._buttons = {
            name: Button("", "", self, size=32)
            for name in ("collect", "open", "picks", "trash", "end")
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addSpacing(6)
        for name, button in self._buttons.items():
            button.setObjectName(name)
            button.clicked.connect(self.on_clicked)
            column.addWidget(button)
        parent.installEventFilter(self)
        self.hide()

    def open_for(self, counts: RoundCounts) -> None:
        """Show the card for these counts, with the focus on its first button."""
        said = summary(counts)
        self._title.setText(said)
        self.setAccessibleName(said)
        n, picked, rejected = counts.undecided, counts.picked, counts.rejected
        words = {
            "collect": ngettext(
                "Put the pick into a collection…", "Put the {n} picks into a collection…", picked
            ).format(n=number(picked)),
            "open": ngettext(
                "Next round with the {n} open", "Next round with the {n} open", n
            ).format(n=number(n)),
            "picks": ngettext(
                "Next round with the {n} pick", "Next round with the {n} picks", picked
            ).format(n=number(picked)),
            "trash": ngettext(
                "Move the rejected one to the trash", "Move the {n} rejected to the trash", rejected
            ).format(n=number(rejected)),
            "end": _("End the round"),
        }
        offered = {
            "collect": picked > 0,
            "open": n > 1 and n < counts.total,
            "picks": picked > 1,
            "trash": rejected > 0,
            "end": True,
        }
        for name, button in self._buttons.items():
            button.setText(words[name])
            button.setVisible(offered[name])
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        first = next(button for name, button in self._buttons.items() if offered[name])
        focus_by_key(first)
        announce(self, said)

    def button(self, name: str) -> Button:
        """Button of a step."""
        return self._buttons[name]

    def on_clicked(self) -> None:
        """Emit the chosen step."""
        self.chosen.emit(self.sender().objectName())

    def _place(self) -> None:
        room = self.parentWidget()
        if room is not None:
            self.move((room.width() - self.width()) // 2, (room.height() - self.height()) // 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self._place()
        return False


def summary(counts: RoundCounts) -> str:
    """The decisions in words: "11 picked, 16 rejected, 9 open"."""
    # Translators: {picked}, {rejected} and {open} are numbers of pictures in a round.
    return _("{picked} picked, {rejected} rejected, {open} open").format(
        picked=number(counts.picked),
        rejected=number(counts.rejected),
        open=number(counts.undecided),
    )
