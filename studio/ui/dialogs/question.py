"""What dialogs are made of: questions with a row of buttons, a bar for long work, their size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.library.stopped import Stopped
from studio.ui.widgets import Button, Text
from studio.ui.widgets.buttons import Kind

_SIDE = 24


class Question(QDialog):
    """Says something and offers what can be done about it.

    Enter presses the button that has the keyboard, Escape is the same as rejecting.

    Attributes:
        title: the first line, in large type.
        column: the sentences, and whatever else stands over the buttons.
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
        """`caption` is the name of the window where that is not the title; `width` its least."""
        super().__init__(parent)
        # Where a name has [*] in it, Qt would put the mark of a changed document there.
        self.setWindowTitle((caption or title).replace("[*]", "[\u200b*]"))
        self.column = QVBoxLayout()
        # Not the dialog's own minimum: that would let it become narrower than its buttons.
        self.column.addStrut(width - 2 * _SIDE)
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
        """One more sentence, or a paragraph."""
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
        """One more button, right of those before; `left` of the gap, away from them.

        The `first` one has the keyboard when the dialog opens.
        """
        button = Button(label, kind, size=32)
        button.setAutoDefault(True)
        button.clicked.connect(act)
        self._row.insertWidget(0 if left else self._row.count(), button)
        if first:
            self.begin_with(button)
        return button

    def begin_with(self, button: Button) -> None:
        """Enter presses this one as long as nothing else has the keyboard."""
        button.setDefault(True)
        button.setFocus()

    def _height_at(self, width: int) -> int:
        layout = self.layout()
        return 0 if layout is None else layout.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:
        # Lines break at the width it gets; Qt counts them at the narrower one they would take.
        hint = super().sizeHint()
        return QSize(hint.width(), max(self._height_at(hint.width()), self.minimumHeight()))

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            # Other words while it is open: they get the room they need.
            self.resize(self.width(), max(self.height(), self._height_at(self.width())))
        return done


_FRAME = QSize(8, 40)
"""What a window manager adds around a window, as far as can be known before."""


def fit(dialog: QDialog, width: int, height: int) -> None:
    """Give a dialog this size, or as much of it as the screen has room for."""
    room = dialog.screen().availableSize() - _FRAME
    dialog.resize(QSize(width, height).boundedTo(room))


_STEPS = 1000
_TELL_EVERY = 0.05
"""Seconds between two steps of a bar that a thread moves."""


class ProgressDialog(Question):
    """Says what is being done and how far it is; closing it stops the work.

    Signals:
        moved: how far it is, in thousandths; emitted by the thread that works.
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
        """What `step` counts up to."""
        self._total = max(total, 1)

    def step(self, done: int) -> None:
        """How far it is; called by the thread that works. Raises Stopped when it should end."""
        if self.stopped:
            raise Stopped
        now = time.monotonic()
        if now - self._told >= _TELL_EVERY or done >= self._total:
            self._told = now
            self.moved.emit(min(_STEPS, done * _STEPS // self._total))

    def on_finished(self) -> None:
        """Stop the work."""
        self.stopped = True
