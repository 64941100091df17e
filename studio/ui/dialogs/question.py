"""Base classes of dialogs: questions with a row of buttons, progress, and their size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.library.stopped import Stopped
from studio.ui.style.theme import theme
from studio.ui.support.screens import available_area
from studio.ui.widgets.buttons import Button, Kind
from studio.ui.widgets.text import Text

_SIDE = 24


class Question(QDialog):
    """Dialog with a text and buttons.

    Enter presses the focused button; Escape rejects.

    Attributes:
        title: the first line, in large type.
        column: layout above the buttons.
    """

    def __init__(
        self,
        title: str,
        sentences: Iterable[str] = (),
        parent: QWidget | None = None,
        *,
        caption: str = "",
        width: int = 440,
    ) -> None:
        """`caption` is the window title if it differs; `width` is the minimum in pixels."""
        super().__init__(parent)
        # Qt would replace [*] in a name by the mark of a modified document.
        self.setWindowTitle((caption or title).replace("[*]", "[\u200b*]"))
        self.column = QVBoxLayout()
        # Not set as the dialog's minimum width, which would allow less than the buttons need.
        self.column.addStrut(min(theme().px(width), _widest(self)) - 2 * _SIDE)
        self.column.setSpacing(8)
        self.title = Text(title, "title", weight=600, wrap=True)
        self.column.addWidget(self.title)
        for sentence in sentences:
            if sentence:
                self.add_text(sentence)
        self._row = QHBoxLayout()
        self._row.setSpacing(6)
        self._row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(_SIDE, 24, _SIDE, 16)
        whole.setSpacing(24)
        whole.addLayout(self.column, 1)
        whole.addLayout(self._row)

    def add_text(self, sentence: str, color: str = "text2") -> Text:
        """Add a sentence or paragraph."""
        text = Text(sentence, "body", color, wrap=True)
        self.column.addWidget(text)
        return text

    def add_button(
        self,
        label: str,
        act: Callable[[], object],
        *,
        kind: Kind = "",
        left: bool = False,
        first: bool = False,
    ) -> Button:
        """Add a button at the right, or with `left` on the far left.

        The `first` one has the focus when the dialog opens.
        """
        button = Button(label, kind, size=32)
        button.setAutoDefault(True)
        button.clicked.connect(act)
        self._row.insertWidget(0 if left else self._row.count(), button)
        if first:
            self.begin_with(button)
        return button

    def begin_with(self, button: Button) -> None:
        """Make this the default button and focus it."""
        button.setDefault(True)
        button.setFocus()

    def _height_at(self, width: int) -> int:
        layout = self.layout()
        return 0 if layout is None else layout.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:
        # Lines wrap at the actual width; Qt computes the height for the labels' narrower size
        # hint.
        hint = super().sizeHint()
        return QSize(hint.width(), max(self._height_at(hint.width()), self.minimumHeight()))

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            # Make room for longer text that was set while the dialog is open.
            self.resize(self.width(), max(self.height(), self._height_at(self.width())))
        return done


_FRAME = QSize(8, 40)
"""Estimated size of a window manager's frame."""


def _widest(dialog: QDialog) -> int:
    """Width of a dialog that fills the screen."""
    return (available_area(dialog).size() - _FRAME).width()


def fit(dialog: QDialog, width: int, height: int) -> None:
    """Resize a dialog to this size, or to the available screen area."""
    room = available_area(dialog).size() - _FRAME
    dialog.resize(QSize(width, height).boundedTo(room))


_STEPS = 1000
_TELL_EVERY = 0.05
"""Seconds between updates of the bar by a worker thread."""


class ProgressDialog(Question):
    """Shows the progress of a task; closing it stops the task.

    Signals:
        moved: progress in thousandths; emitted by the worker thread.
    """

    moved = Signal(int)

    def __init__(self, title: str, text: str, parent: QWidget) -> None:
        super().__init__(title, (), parent)
        self.stopped = False
        self._total = 0
        self._told = 0.0
        self.text = self.add_text(text)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(title)
        self.column.addSpacing(4)
        self.column.addWidget(self.bar)
        self.cancel = self.add_button(_("Cancel"), self.reject)
        self.moved.connect(self.bar.setValue, Qt.ConnectionType.QueuedConnection)
        self.finished.connect(self.on_finished)

    def expect(self, total: int) -> None:
        """Set the value of `step` that means completion."""
        self._total = max(total, 1)

    def step(self, done: int) -> None:
        """Report progress from the worker thread. Raises Stopped if the task should end."""
        if self.stopped:
            raise Stopped
        now = time.monotonic()
        if now - self._told >= _TELL_EVERY or done >= self._total:
            self._told = now
            self.moved.emit(min(_STEPS, done * _STEPS // self._total))

    def on_finished(self) -> None:
        self.stopped = True
