"""What the queue holds, opened from the status bar: each job with its state and its cancel."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.domain import Job, JobState
from studio.ui.controls import Button, ElidedLabel, IconButton, Text
from studio.ui.figures import megabytes
from studio.ui.popover import Popover
from studio.ui.theme import theme
from studio.words import _

WIDTH = 340
ROW = 44
MOST_SEEN = 7


def state_words(job: Job, now: float) -> str:
    """How a job stands, in a few words: "Receiving 3.1 MB, 0:14"."""
    if job.state is JobState.QUEUED:
        return _("In the queue")
    if job.state is JobState.RETRYING:
        left = clock((job.retry_at or now) - now)
        return _("Tries again in {time}").format(time=left)
    if job.state is JobState.INGESTING:
        return _("Coming into the library")
    spent = clock(now - (job.started or now))
    if job.state is JobState.RECEIVING:
        return _("Receiving {size}, {time}").format(size=megabytes(job.received), time=spent)
    return _("Waiting for the model, {time}").format(time=spent)


def clock(seconds: float) -> str:
    """Minutes and seconds: "0:14"."""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


class JobRow(QPushButton):
    """One job; a press shows it in the gallery.

    Signals:
        asked_to_cancel: its cross was pressed (id of the job).
        picked: the row was pressed (id of the job).
    """

    asked_to_cancel = Signal(str)
    picked = Signal(str)

    def __init__(self, job: Job, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "quiet")
        self.setFixedHeight(theme().height(ROW))
        self.job = job
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 6, 4)
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._name = ElidedLabel("", "small", "text", self)
        self._state = ElidedLabel("", "micro", "text2", self)
        for label in (self._name, self._state):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            words.addWidget(label)
        row.addLayout(words, 1)
        self.cancel = IconButton("close", _("Cancel"), parent=self, size=24)
        self.cancel.clicked.connect(self.on_cancel)
        row.addWidget(self.cancel)
        self.clicked.connect(self.on_clicked)
        self.show_job(job, time.time())

    def show_job(self, job: Job, now: float) -> None:
        """The job as it stands now."""
        self.job = job
        name = job.name or job.request.prompt
        state = state_words(job, now)
        self._name.setText(name)
        self._state.setText(state)
        self.setAccessibleName(f"{name}, {state}")
        self.cancel.set_name(_("Cancel {name}").format(name=name))

    def on_cancel(self) -> None:
        """The cross was pressed."""
        self.asked_to_cancel.emit(self.job.id)

    def on_clicked(self) -> None:
        """The row was pressed."""
        self.picked.emit(self.job.id)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 12, theme().height(ROW))


class QueuePopover(Popover):
    """The jobs that are alive, in the order of the queue.

    Signals:
        cancel_requested: one is to be cancelled (id of the job).
        cancel_all_requested: all are to be cancelled.
        job_chosen: one is to be shown in the gallery (id of the job).
    """

    cancel_requested = Signal(str)
    cancel_all_requested = Signal()
    job_chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("Queue"), parent)
        self.setFixedWidth(WIDTH)
        self._rows: dict[str, JobRow] = {}
        self._anchor: QWidget = parent
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 0)
        head.addWidget(ElidedLabel(_("Queue"), "small", "text", self, weight=600), 1)
        self.cancel_all = Button(_("Cancel all"), parent=self, size=26)
        self.cancel_all.clicked.connect(self.cancel_all_requested)
        head.addWidget(self.cancel_all)
        column.addLayout(head)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._scroll.setWidget(self._inside)
        # The ground is the popover's own.
        self._inside.setAutoFillBackground(False)
        self._scroll.viewport().setAutoFillBackground(False)
        column.addWidget(self._scroll)
        self._empty = Text(_("Nothing is waiting."), "small", "text2", self)
        self._empty.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self._empty)
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.on_second)
        self.closed.connect(self._timer.stop)

    @property
    def rows(self) -> tuple[JobRow, ...]:
        """The rows that are shown, in their order."""
        return tuple(self._rows.values())

    def show_jobs(self, jobs: Sequence[Job]) -> None:
        """Show these; rows that stay are kept, with the keyboard where it is."""
        now = time.time()
        wanted = {job.id: job for job in jobs}
        for gone in [id for id in self._rows if id not in wanted]:
            row = self._rows.pop(gone)
            if row.isAncestorOf(self.focusWidget() or row):
                self.setFocus()
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, (id, job) in enumerate(wanted.items()):
            known = self._rows.get(id)
            if known is None:
                known = self._rows[id] = JobRow(job, self._inside)
                known.asked_to_cancel.connect(self.cancel_requested)
                known.picked.connect(self.on_picked)
                self._column.insertWidget(place, known)
                known.show()
            known.show_job(job, now)
        self._empty.setVisible(not wanted)
        self._scroll.setVisible(bool(wanted))
        self.cancel_all.setVisible(len(wanted) > 1)
        self._fit()

    def open_over(self, anchor: QWidget) -> None:
        """Show it above the part of the status bar that opens it."""
        self._anchor = anchor
        self._fit()
        corner = anchor.mapTo(self.host, QPoint(0, -self.height() - 6))
        first = next(iter(self._rows.values()), None)
        self.open_at(corner, first, anchor)
        self._timer.start()

    def _fit(self) -> None:
        seen = min(MOST_SEEN, len(self._rows))
        self._scroll.setFixedHeight(seen * theme().height(ROW))
        bottom = self.geometry().bottom()
        self.adjustSize()
        if self.isVisible():
            self.move(self.x(), bottom - self.height() + 1)

    def on_picked(self, job: str) -> None:
        """Show a job in the gallery."""
        self.close_it()
        self.job_chosen.emit(job)

    def on_second(self) -> None:
        """Times go on."""
        now = time.time()
        for row in self._rows.values():
            row.show_job(row.job, now)
