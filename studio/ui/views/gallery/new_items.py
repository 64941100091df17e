"""Badge over the gallery for pictures that were added above the view."""

from __future__ import annotations

from PySide6.QtCore import Qt

from studio.common.i18n import ngettext, number
from studio.ui.views.gallery.grid_view import GridView
from studio.ui.widgets.accessible import announce
from studio.ui.widgets.buttons import Button

BADGE_MARGIN = 12


class NewItemsBadge(Button):
    """Badge over the top of the gallery ("3 new above"); hidden once the top is in view.

    Attributes:
        count: pictures added since the top was last in view.
    """

    def __init__(self, view: GridView) -> None:
        super().__init__("", "", view, size=26, icon="up")
        self._view = view
        self.count = 0
        self.setProperty("shape", "pill")
        # Reachable by the arrow keys and Home; Tab goes on to the composer.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        view.moved.connect(self.on_moved)
        view.new_above.connect(self.on_new_above)
        self.clicked.connect(self.on_clicked)

    def on_new_above(self, count: int) -> None:
        """Add `count` new tiles to the badge and announce them."""
        self.count += count
        words = ngettext("{n} new above", "{n} new above", self.count).format(n=number(self.count))
        self.setText(words)
        self._place()
        self.show()
        self.raise_()
        announce(self._view, words)

    def on_moved(self) -> None:
        """Reposition the badge, or reset it when the top is in view."""
        if self._view.at_top:
            self.count = 0
            self.hide()
        elif self.count:
            self._place()

    def on_clicked(self) -> None:
        """Scroll to the top."""
        self._view.scroll_to_top()

    def _place(self) -> None:
        self.adjustSize()
        self.move((self._view.width() - self.width()) // 2, BADGE_MARGIN)
