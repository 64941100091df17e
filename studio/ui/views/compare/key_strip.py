"""The keys of a comparison, in a strip over the pictures."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.ui.support import view_keys
from studio.ui.support.layout_direction import as_keys
from studio.ui.support.view_keys import ViewCommand
from studio.ui.views.compare.chrome_label import ChromeLabel, ChromePiece
from studio.ui.widgets.menu import Menu

HIGH = 28
MARGIN = 10  # pixels around it
ROOM = 2000  # more than it needs: the strip is shown whole, or not at all


class KeyStrip(ChromeLabel):
    """Keys with their effects. Its context menu hides it for good.

    Signals:
        hide_wanted: "Hide the keys" was chosen.
    """

    hide_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(HIGH, parent)
        self.setAccessibleName(_("Keys"))
        self.set_room(ROOM)
        self._wanted, self._presenting = True, False
        self._place = QRect()

    def show_keys(self, *, sides: int, slider: bool, flicker: bool) -> None:
        """Show the keys for a number of pictures, and for a slider or flickering pictures."""
        if sides > 2:
            # Translators: {letters} are the compared pictures that Tab goes to.
            others = _("to {letters}").format(letters="C" if sides == 3 else "C, D")
            keys = [("← →", _("next picture")), ("Tab", others)]
        else:
            keys = [("← →", _("next B"))]
        divider = view_keys.cap(ViewCommand.COMPARE_LEFT, ViewCommand.COMPARE_RIGHT)
        if slider:
            keys.append((divider, _("move the slider")))
        if flicker:
            keys.append((divider, _("the other picture")))
        keys += [
            (view_keys.cap(ViewCommand.COMPARE_CHAMPION), _("new champion")),
            (view_keys.cap(ViewCommand.COMPARE_MODE), _("mode")),
            (view_keys.cap(ViewCommand.HELD_ACTUAL), _("100 %")),
            ("P X 1–5", _("under the pointer")),
        ]
        pieces: list[ChromePiece] = []
        for key, does in keys:
            if not key:
                continue
            pieces.append(ChromePiece(text=as_keys(key), gap=5))
            pieces.append(ChromePiece(text=does, role="onchrome2", gap=14))
        self.set_pieces(pieces)

    def set_wanted(self, *, shown: bool | None = None, presenting: bool | None = None) -> None:
        """Set whether the strip is shown; it never is while the pictures are presented."""
        if shown is not None:
            self._wanted = shown
        if presenting is not None:
            self._presenting = presenting
        self.place_over(self._place)

    def place_over(self, first: QRect) -> None:
        """Place it over the bottom of A, or of the parent if A is too narrow; else hide it."""
        self._place = first
        parent = self.parentWidget()
        room = QRect() if parent is None else parent.rect()
        narrow = self.width() + 2 * MARGIN > first.width()
        place = room if narrow else first
        fits = self.width() + 2 * MARGIN <= place.width()
        self.setVisible(self._wanted and not self._presenting and fits)
        left = place.center().x() - self.width() // 2
        self.move(left, room.bottom() - self.height() - MARGIN)
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())

    def open_menu(self, at: QPoint) -> Menu:
        """Open the menu with "Hide the keys"."""
        menu = Menu("", self)
        menu.entry(_("Hide the keys")).triggered.connect(self.hide_wanted)
        menu.popup_once(at)
        return menu
