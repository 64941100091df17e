"""The composer before it is there: its card and its prompt, where they stood when it was left."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from studio.ui.panels.composer.prompt_editor import PromptEditor
from studio.ui.support.qt_overrides import needs

Place = tuple[int, ...]
"""Height of the dock; room left, above, right and below the card; left, above, right of the prompt
in it: logical pixels, and room rather than width, so that the window may have another width by now.
Then the most lines the prompt shows, and 1 for the smaller type of a narrow window.
"""

_NUMBERS = 10


class FirstCard(QFrame):
    """A prompt to write on. The composer takes the editor over, and this goes.

    Attributes:
        editor: the prompt's one editor.
        writing: whether it had the keyboard when it was handed over.
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
        """Stand where the composer stood; whether that is known for a window like this one."""
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
        """The editor is about to move: remember whether it is being written on."""
        self.writing = self.editor.hasFocus()
        # Else Qt hands the keyboard to the next in line, which takes it for a wish of the user's.
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
    """Where a composer's card and prompt stand now."""
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
