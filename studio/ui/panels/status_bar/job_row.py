"""One job in the list of the queue: its state, its cancel, and its place."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _
from studio.domain.entities import HoldReason, Job, JobState
from studio.ui.style.theme import theme
from studio.ui.support.formatting import megabytes
from studio.ui.support.job_outcome import cancel_tip
from studio.ui.support.key_repeat import once
from studio.ui.widgets import ElidedLabel, IconButton
from studio.ui.widgets.accessible import set_tip

WIDTH = 340
ROW = 44


def state_words(job: Job, now: float) -> str:
    """How a job stands, in a few words: "Receiving 3.1 MB, 0:14"."""
    if job.state is JobState.QUEUED:
        return _queued(job, now)
    if job.state is JobState.RETRYING:
        left = clock((job.retry_at or now) - now)
        return _("Retrying in {time}").format(time=left)
    if job.state is JobState.INGESTING:
        return _("Saving to the library")
    spent = clock(now - (job.started or now))
    if job.state is JobState.RECEIVING:
        words = _("Receiving {size}, {time}").format(size=megabytes(job.received), time=spent)
        # Translators: {state} is a sentence such as "Receiving 3.1 MB, 0:18".
        return _("{state}, later than expected").format(state=words) if job.late else words
    if job.late:
        return _("Later than expected, {time}").format(time=spent)
    return _("Waiting for the model, {time}").format(time=spent)


def _queued(job: Job, now: float) -> str:
    if job.hold is HoldReason.KEY:
        return _("Waiting for a key")
    if job.hold is HoldReason.PACE:
        left = clock((job.send_at or now) - now)
        return _("Waiting for the rate limit, {time}").format(time=left)
    return job.retry_reason or _("In the queue")


def clock(seconds: float) -> str:
    """Minutes and seconds: "0:14"."""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


class JobRow(QPushButton):
    """One job; a press shows it in the gallery, a drag up or down moves one that is queued.

    With the keyboard here Alt+Up and Alt+Down move a queued job, Alt+Home sends it first, and
    Delete cancels.

    Attributes:
        cancel, earlier, later: its buttons; the last two are there for queued jobs.

    Signals:
        asked_to_cancel: its cross was pressed (id of the job).
        asked_to_move: it is to be moved (id of the job, "first", "earlier" or "later").
        picked: the row was pressed (id of the job).
    """

    asked_to_cancel = Signal(str)
    asked_to_move = Signal(str, str)
    picked = Signal(str)

    def __init__(self, job: Job, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "quiet")
        self.setFixedHeight(theme().height(ROW))
        self.job = job
        self._second = -1
        self._from: int | None = None
        self._dragged = False
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 6, 4)
        row.setSpacing(2)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._name = ElidedLabel("", "small", "text", self, prose=True)
        self._state = ElidedLabel("", "micro", "text2", self)
        for label in (self._name, self._state):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            words.addWidget(label)
        row.addLayout(words, 1)
        row.addSpacing(6)
        self.earlier = IconButton("up", _("Send earlier"), parent=self, size=24)
        self.later = IconButton("down", _("Send later"), parent=self, size=24)
        self.cancel = IconButton("close", _("Cancel"), parent=self, size=24)
        self.earlier.clicked.connect(self.on_earlier)
        self.later.clicked.connect(self.on_later)
        self.cancel.clicked.connect(self.on_cancel)
        for button in (self.earlier, self.later, self.cancel):
            row.addWidget(button)
        self.clicked.connect(self.on_clicked)

    def show_job(self, job: Job, now: float, *, movable: bool) -> None:
        """The job as it stands now; `movable` when there is another it can change places with."""
        second = int(now)
        movable = movable and job.state is JobState.QUEUED
        same = job is self.job and second == self._second
        if same and self.earlier.isVisibleTo(self) == movable:
            return
        self.job, self._second = job, second
        name = one_line(job.name or job.request.prompt)
        state = state_words(job, now)
        self._name.setText(name)
        self._state.setText(state)
        self.setAccessibleName(f"{name}, {state}")
        # Translators: {name} is a job, by its prompt.
        self.earlier.set_name(_("Send {name} earlier (Alt+Up)").format(name=name))
        # Translators: {name} is a job, by its prompt.
        self.later.set_name(_("Send {name} later (Alt+Down)").format(name=name))
        # Translators: {name} is a job, by its prompt.
        self.cancel.set_name(_("Cancel {name}").format(name=name))
        set_tip(self.cancel, cancel_tip(job))
        for button in (self.earlier, self.later):
            button.setVisible(movable)

    @property
    def movable(self) -> bool:
        """Whether there is another it can change places with."""
        return self.earlier.isVisibleTo(self)

    def on_cancel(self) -> None:
        """The cross was pressed."""
        self.asked_to_cancel.emit(self.job.id)

    def on_earlier(self) -> None:
        """One place earlier."""
        self.asked_to_move.emit(self.job.id, "earlier")

    def on_later(self) -> None:
        """One place later."""
        self.asked_to_move.emit(self.job.id, "later")

    def on_clicked(self) -> None:
        """The row was pressed."""
        self.picked.emit(self.job.id)

    def _follow(self, y: int) -> None:
        """The pointer is at this height of the row: one place further where it left it."""
        if y < 0:
            self.on_earlier()
        elif y >= self.height():
            self.on_later()
        else:
            return
        # The next height is that within the row where it lies from now on.
        inside = self.parentWidget()
        column = inside.layout() if inside is not None else None
        if column is not None:
            column.activate()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 12, theme().height(ROW))

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        places = {
            Qt.Key.Key_Up: "earlier",
            Qt.Key.Key_Down: "later",
            Qt.Key.Key_Home: "first",
        }
        place = places.get(Qt.Key(event.key()))
        if place and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.asked_to_move.emit(self.job.id, place)
        elif event.key() == Qt.Key.Key_Delete:
            self.on_cancel()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._dragged = False
        left = event.button() is Qt.MouseButton.LeftButton
        self._from = event.position().toPoint().y() if left and self.movable else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        y = event.position().toPoint().y()
        far = QApplication.startDragDistance()
        if not self._dragged and self._from is not None and abs(y - self._from) >= far:
            self._dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if not self._dragged:
            super().mouseMoveEvent(event)
        elif self.movable:
            self._follow(y)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged:
            # Let go of after a drag, it is not pressed.
            self.setDown(False)
            self.unsetCursor()
        self._from, self._dragged = None, False
        super().mouseReleaseEvent(event)
