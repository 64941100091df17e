"""Dock at the foot of the window: the full card, a single line, an overlay, or a narrow card."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.ui.panels.composer.card import Card
from studio.ui.panels.composer.compact import CompactLine
from studio.ui.panels.composer.first_card import Place, place_of
from studio.ui.panels.composer.prompt_editor import PromptEditor
from studio.ui.style.theme import theme
from studio.ui.support import clipboard, drop_contents
from studio.ui.support.drop_area import Drag, DropArea, brings_pictures
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.edit_menu import Entry
from studio.ui.widgets.message_bar import MessageBar


def prompt_entries(
    editor: PromptEditor, clear: Callable[[], object], history: Callable[[], object]
) -> list[Entry]:
    """Entries that the prompt's menu has in addition to those of a text field."""
    empty = "" if editor.text() else _("The prompt is empty")
    return [(_("Clear prompt"), clear, empty), (_("Prompt history…"), history, "")]


NARROW = 1100
LOW = 700
SHARE = 0.4  # share of the window's height for the prompt
_WIDEST = (1 << 24) - 1  # Qt's limit of a widget's width


class Dock(QFrame):
    """Layout of the composer's parts: full, one line, overlay or narrow. Does not hold the draft.

    Attributes:
        sheet: message bar and card together; laid over the view while a compact composer is open.
        bar, card: the message bar and the card.
        line: the single line of the compact composer.
        area: drop area of the dock; its parts have areas of their own.

    Signals:
        opened(object): whether a compact composer is expanded.
    """

    opened = Signal(object)

    def __init__(
        self, parent: QWidget | None = None, *, editor: PromptEditor | None = None
    ) -> None:
        super().__init__(parent)
        self._compact = False
        self._writing = False
        self._watched: QWidget | None = None
        self.setProperty("zone", "panel")
        self.sheet = QFrame(self)
        self.sheet.setProperty("zone", "dock")
        self.bar = MessageBar(self.sheet)
        self.card = Card(self.sheet, editor=editor)
        self.line = CompactLine(self)
        inner = QVBoxLayout(self.sheet)
        inner.setContentsMargins(16, 12, 16, 12)
        inner.setSpacing(8)
        inner.addWidget(self.bar)
        inner.addWidget(self.card)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(self.sheet)
        self._box.addWidget(self.line)
        self.line.hide()
        # For drops on its margins, and for gallery tiles, which the window's own area ignores.
        self.area = DropArea(self, brings_pictures)
        self.area.over.connect(self.on_drag)
        self.area.ended.connect(self.on_drag_ended)
        self.line.opened.connect(self.open_full)
        self.card.editor.focus_changed.connect(self.set_writing)
        self.card.editor.height_changed.connect(self.place_sheet)
        self.bar.changed.connect(self.place_sheet)

    @property
    def compact(self) -> bool:
        """Whether it is a single line, as outside the grid."""
        return self._compact

    @property
    def is_open(self) -> bool:
        """Whether the card is visible."""
        return not self._compact or self.sheet.parentWidget() is not self

    def set_compact(self, on: bool) -> None:  # noqa: FBT001
        """Switch to a single line, for views that need the room; nothing else changes."""
        if on == self._compact:
            return
        self.close_full()
        self._compact = on
        self.area.set_active(not on)
        self.line.setVisible(on)
        self.sheet.setVisible(not on)
        self._box.setContentsMargins(*((16, 11, 16, 10) if on else (0, 0, 0, 0)))
        self.updateGeometry()

    def open_full(self) -> None:
        """Open the card over the view if the composer is compact."""
        if self.is_open:
            return
        self.sheet.setParent(self.window())
        self.sheet.show()
        self.place_sheet()
        self.card.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.opened.emit(True)

    def paste(self) -> bool:
        """Paste text into the prompt, or pictures as references; False for anything else."""
        editor, mime = self.card.editor, clipboard.contents()
        if mime is None or not editor.canInsertFromMimeData(mime):
            return False
        self.open_full()
        if drop_contents.is_words(mime):
            editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        editor.insertFromMimeData(mime)
        return True

    def close_full(self) -> None:
        """Close the overlay of a compact composer."""
        if not self._compact or not self.is_open:
            return
        self.sheet.hide()
        self.sheet.setParent(self)
        # The next view needs another width than the overlay's.
        self.sheet.setMinimumWidth(0)
        self.sheet.setMaximumWidth(_WIDEST)
        self._box.insertWidget(0, self.sheet)
        self.opened.emit(False)

    def place_sheet(self) -> None:
        """Align the open card's bottom edge with the composer's."""
        if not self._compact or not self.is_open:
            return
        window = self.window()
        self.sheet.setFixedWidth(self.width())
        height = self.sheet.sizeHint().height()
        foot = self.mapTo(window, self.rect().bottomLeft())
        self.sheet.setGeometry(foot.x(), foot.y() + 1 - height, self.width(), height)
        self.sheet.raise_()

    def set_writing(self, on: bool) -> None:  # noqa: FBT001
        """Update for a focus change of the prompt."""
        self._writing = on
        self.card.set_focused(on)
        self.fit_window()

    def show_drop_target(self, on: bool) -> None:  # noqa: FBT001
        """Show or hide the drop target."""
        if on:
            self.card.place_target()
            self.card.target.show_now()
        else:
            self.card.target.hide_soon()

    def on_drag(self, drag: Drag) -> None:
        if drag.begins:
            self.show_drop_target(True)

    def on_drag_ended(self, gone: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Hide the drop target: at once if the drag is over, else after a moment."""
        if gone:
            self.card.target.hide()
        else:
            self.card.target.hide_soon()

    def fit_window(self) -> None:
        """Fit layout and prompt height to the window."""
        window, editor = self.window().size(), self.card.editor
        narrow = window.width() < NARROW
        self.card.set_narrow(narrow=narrow)
        self.card.sent.set_small(narrow=narrow, low=window.height() < LOW)
        most = int(window.height() * SHARE) // editor.line_height()
        if window.height() < LOW and not self._writing:
            most = 2
        editor.set_most_lines(most)
        self.place_sheet()

    def place(self) -> Place:
        """Geometry of card and prompt to restore at the next start; empty without an open card."""
        if self._compact or not self.bar.isHidden():
            return ()
        return place_of(self, self.card, self.card.editor)

    # --- Qt -----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(480, super().minimumSizeHint().height())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._watched is not self.window():
            self._watched = self.window()
            self._watched.installEventFilter(self)
        self.fit_window()

    @needs("card")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._watched:
            self.fit_window()
        return super().eventFilter(watched, event)

    @needs("sheet")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place_sheet()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._compact:
            # The card has its own top line; the compact line has none, so paint it here.
            painter = QPainter(self)
            painter.fillRect(0, 0, self.width(), 1, theme().color("line"))
            painter.end()

    @needs("sheet")
    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self.place_sheet()
