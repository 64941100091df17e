"""Placeholder for the composer during startup: card and prompt at their last position."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from studio.ui.panels.composer.prompt_editor import PromptEditor
from studio.ui.support.qt_overrides import needs

Place = tuple[int, ...]
"""Position of the composer in logical pixels: height of the dock; left, top, right and bottom
margins of the card; left, top and right margins of the prompt within it. Margins, unlike widths,
still fit when the window's width has changed. Then the prompt's maximum number of lines, and 1 for
the smaller font of a narrow window, else 0.
"""

_NUMBERS = 10


class FirstCard(QFrame):
    """Prompt usable during startup; the composer takes over the editor and replaces this card.

    Attributes:
        editor: the prompt editor.
        writing: whether it had the focus when it was handed over.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("zone", "dock")
        self._place: Place = ()
        self.writing = False
        self._card = QFrame(self)
        self._card.setProperty("zone", "card")
        self._card.setProperty("focused", True)
        self.editor = PromptEditor(self._card)
        self._card.hide()

    def show_at(self, place: Place, *, narrow: bool) -> bool:
        """Apply the composer's last position; False if there is none for this kind of window."""
        if len(place) != _NUMBERS or bool(place[9]) is not narrow:
            return False
        self._place = place
        self.editor.set_small(small=narrow)
        self.editor.set_most_lines(place[8])
        self.setFixedHeight(place[0])
        self._card.show()
        self._lay_out()
        return True

    def hand_over(self) -> None:
        """Remember the focus before the editor moves."""
        self.writing = self.editor.hasFocus()
        # An input method discards the word being composed when the focus is lost.
        self.editor.keep_composed()
        # Otherwise Qt would focus the next widget, which mistakes that for the user's choice.
        self.editor.clearFocus()

    def _lay_out(self) -> None:
        if self._place:
            _height, left, above, right, below, inner_left, inner_above, inner_right = self._place[
                :8
            ]
            self._card.setGeometry(
                left, above, self.width() - left - right, self.height() - above - below
            )
            width = self._card.width() - inner_left - inner_right
            self.editor.setGeometry(inner_left, inner_above, width, self.editor.height())

    @needs("editor")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()


def place_of(dock: QWidget, card: QWidget, editor: PromptEditor) -> Place:
    """Current position of a composer's card and prompt."""
    at, inner = card.mapTo(dock, QPoint(0, 0)), editor.mapTo(card, QPoint(0, 0))
    return (
        dock.height(),
        at.x(),
        at.y(),
        dock.width() - at.x() - card.width(),
        dock.height() - at.y() - card.height(),
        inner.x(),
        inner.y(),
        card.width() - inner.x() - editor.width(),
        editor.most_lines,
        int(editor.small),
    )
