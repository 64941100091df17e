"""The dock at the foot of the window: the card in full, as one line, laid over the view, narrow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from studio.ui.composer.card import Card
from studio.ui.composer.compact import CompactLine
from studio.ui.composer.first_card import Place, place_of
from studio.ui.composer.intake import has_pictures
from studio.ui.composer.prompt_editor import PromptEditor
from studio.ui.controls import MessageBar
from studio.ui.theme import theme

NARROW = 1100
LOW = 700
SHARE = 0.4  # of the window's height, for the prompt


class Dock(QFrame):
    """Where the composer's parts stand; it knows no draft.

    Attributes:
        sheet: message bar and card together; laid over the view while the line is opened.
        bar, card: the message bar and the card.
        line: the one line of the compact composer.

    Signals:
        opened(object): whether the compact composer is open in full.
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
        self.setAcceptDrops(True)
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
        self.line.opened.connect(self.open_full)
        self.card.editor.focus_changed.connect(self.set_writing)
        self.card.editor.height_changed.connect(self.place_sheet)

    @property
    def compact(self) -> bool:
        """Whether it is one line, as outside the grid."""
        return self._compact

    @property
    def is_open(self) -> bool:
        """Whether the card is in sight."""
        return not self._compact or self.sheet.parentWidget() is not self

    def set_compact(self, on: bool) -> None:  # noqa: FBT001
        """One line, for the views that need the room; nothing else changes."""
        if on == self._compact:
            return
        self.close_full()
        self._compact = on
        self.line.setVisible(on)
        self.sheet.setVisible(not on)
        self._box.setContentsMargins(*((16, 11, 16, 10) if on else (0, 0, 0, 0)))
        self.updateGeometry()

    def open_full(self) -> None:
        """Lay the card over the view, where the composer is compact."""
        if self.is_open:
            return
        self.sheet.setParent(self.window())
        self.sheet.show()
        self.place_sheet()
        self.card.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.opened.emit(True)

    def close_full(self) -> None:
        """Back to the one line."""
        if not self._compact or not self.is_open:
            return
        self.sheet.hide()
        self.sheet.setParent(self)
        self._box.insertWidget(0, self.sheet)
        self.opened.emit(False)

    def place_sheet(self) -> None:
        """Keep the opened card at the composer's own foot."""
        if not self._compact or not self.is_open:
            return
        window = self.window()
        self.sheet.setFixedWidth(self.width())
        height = self.sheet.sizeHint().height()
        foot = self.mapTo(window, self.rect().bottomLeft())
        self.sheet.setGeometry(foot.x(), foot.y() + 1 - height, self.width(), height)
        self.sheet.raise_()

    def set_writing(self, on: bool) -> None:  # noqa: FBT001
        """The keyboard came to the prompt, or left it."""
        self._writing = on
        self.card.set_focused(on)
        self.fit_window()

    def fit_window(self) -> None:
        """Narrow, and as many lines of prompt, as the window allows."""
        window, editor = self.window().size(), self.card.editor
        self.card.set_narrow(narrow=window.width() < NARROW)
        most = int(window.height() * SHARE) // editor.line_height()
        if window.height() < LOW and not self._writing:
            most = 2
        editor.set_most_lines(most)
        self.place_sheet()

    def place(self) -> Place:
        """Where card and prompt stand, for the next start; empty where they will not stand so."""
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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._watched:
            self.fit_window()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place_sheet()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._compact:
            # The card brings this line along; the one line has none of its own.
            painter = QPainter(self)
            painter.fillRect(0, 0, self.width(), 1, theme().color("line"))
            painter.end()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # A tile of the gallery, which the window itself does not ask for.
        if has_pictures(event.mimeData()) and self.is_open:
            self.card.place_target()
            self.card.target.show_soon(on=True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.card.target.show_soon(on=False)

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self.place_sheet()
