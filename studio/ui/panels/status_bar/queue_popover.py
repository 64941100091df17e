"""What the queue holds, opened from the status bar: each job with its state and its cancel."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.common.i18n import _, ngettext
from studio.domain.entities import Job, JobState
from studio.ui.panels.status_bar.job_row import ROW, WIDTH, JobRow
from studio.ui.style.theme import theme
from studio.ui.widgets import Button, ElidedLabel, Text
from studio.ui.widgets.accessible import set_tip
from studio.ui.widgets.popover import Popover

MOST_SEEN = 7


class QueuePopover(Popover):
    """The jobs that are alive, in the order of the queue.

    Attributes:
        pause, cancel_all, retry_all: its buttons.

    Signals:
        cancel_requested: one is to be cancelled (id of the job).
        cancel_all_requested: all are to be cancelled.
        job_chosen: one is to be shown in the gallery (id of the job).
        move_requested: one is to be moved (id of the job, "first", "earlier" or "later").
        pause_requested: the queue is to be paused, or to go on.
        retry_requested: everything that failed is to be tried again.
    """

    cancel_requested = Signal(str)
    cancel_all_requested = Signal()
    job_chosen = Signal(str)
    move_requested = Signal(str, str)
    pause_requested = Signal()
    retry_requested = Signal()

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
        head.setSpacing(6)
        self._title = ElidedLabel(_("Queue"), "small", "text", self, weight=600)
        head.addWidget(self._title, 1)
        self.pause = Button("", parent=self, size=26)
        self.pause.clicked.connect(self.pause_requested)
        head.addWidget(self.pause)
        self.cancel_all = Button(_("Cancel all"), parent=self, size=26)
        self.cancel_all.clicked.connect(self.cancel_all_requested)
        head.addWidget(self.cancel_all)
        column.addLayout(head)
        column.addWidget(self._make_list())
        self._empty = Text(_("The queue is empty."), "small", "text2", self)
        self._empty.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self._empty)
        foot = QHBoxLayout()
        foot.setContentsMargins(8, 0, 0, 0)
        self._failed = ElidedLabel("", "small", "text2", self)
        self.retry_all = Button(_("Try all failed again"), parent=self, size=26)
        self.retry_all.clicked.connect(self.on_retry_all)
        foot.addWidget(self._failed, 1)
        foot.addWidget(self.retry_all)
        column.addLayout(foot)
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.on_second)
        self.closed.connect(self._timer.stop)
        self.show_state(paused=False, failed=0)

    def _make_list(self) -> QScrollArea:
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
        return self._scroll

    @property
    def rows(self) -> tuple[JobRow, ...]:
        """The rows that are shown, in their order."""
        return tuple(self._rows.values())

    def show_jobs(self, jobs: Sequence[Job]) -> None:
        """Show these; rows that stay are kept, with the keyboard where it is."""
        now = time.time()
        wanted = {job.id: job for job in jobs}
        before = [id for id in self._rows if id in wanted]
        for gone in [id for id in self._rows if id not in wanted]:
            self._remove(gone)
        for id, job in wanted.items():
            if id not in self._rows:
                self._rows[id] = self._make_row(job)
        if before != list(wanted):
            self._arrange(list(wanted))
        movable = sum(job.state is JobState.QUEUED for job in jobs) > 1
        for id, job in wanted.items():
            self._rows[id].show_job(job, now, movable=movable)
        self._empty.setVisible(not wanted)
        self._scroll.setVisible(bool(wanted))
        self.cancel_all.setVisible(len(wanted) > 1)
        self._fit()

    def show_state(self, *, paused: bool, failed: int) -> None:
        """Say whether the queue is paused, and how many jobs failed."""
        self._title.setText(_("Queue paused") if paused else _("Queue"))
        self.pause.setText(_("Resume") if paused else _("Pause"))
        set_tip(
            self.pause,
            _("Send waiting jobs") if paused else _("Send no new jobs; running ones continue"),
        )
        self._failed.setText(ngettext("{n} failed", "{n} failed", failed).format(n=failed))
        for part in (self._failed, self.retry_all):
            part.setVisible(failed > 0)
        self._fit()

    def _make_row(self, job: Job) -> JobRow:
        row = JobRow(job, self._inside)
        row.asked_to_cancel.connect(self.cancel_requested)
        row.asked_to_move.connect(self.move_requested)
        row.picked.connect(self.on_picked)
        return row

    def _remove(self, id: str) -> None:
        row = self._rows.pop(id)
        if row.isAncestorOf(self.focusWidget() or row):
            self.setFocus()
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _arrange(self, order: Sequence[str]) -> None:
        """Put the rows in this order, for the eye and for the Tab key."""
        self._rows = {id: self._rows[id] for id in order}
        last: QWidget = self.cancel_all
        for place, row in enumerate(self._rows.values()):
            if self._column.indexOf(row) != place:
                self._column.insertWidget(place, row)
                row.show()
            for part in (row, row.earlier, row.later, row.cancel):
                QWidget.setTabOrder(last, part)
                last = part
        focus = self.focusWidget()
        if isinstance(focus, JobRow) and focus.isVisible():
            self._scroll.ensureWidgetVisible(focus)

    def open_over(self, anchor: QWidget) -> None:
        """Show it above the part of the status bar that opens it."""
        self._anchor = anchor
        self._fit()
        corner = anchor.mapTo(self.host, QPoint(0, -self.height() - 6))
        first = next(iter(self._rows.values()), self.pause)
        self.open_at(corner, first, anchor)
        self._timer.start()

    def _fit(self) -> None:
        seen = min(MOST_SEEN, len(self._rows))
        # The style sheet asks for less than a row needs, and a longer list would be squeezed.
        self._inside.setMinimumHeight(len(self._rows) * theme().height(ROW))
        self._scroll.setFixedHeight(seen * theme().height(ROW))
        bottom = self.geometry().bottom()
        self.adjustSize()
        if self.isVisible():
            self.move(self.x(), bottom - self.height() + 1)

    def on_picked(self, job: str) -> None:
        """Show a job in the gallery."""
        self.close_it()
        self.job_chosen.emit(job)

    def on_retry_all(self) -> None:
        """Try again what failed; a question about money stands where this lies."""
        self.close_it()
        self.retry_requested.emit()

    def on_second(self) -> None:
        """Times go on."""
        self.show_jobs([row.job for row in self._rows.values()])
