"""Queue popover above the status bar, with a row per job."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.common.display_text import one_line
from studio.common.i18n import _, ngettext, number
from studio.domain.entities import HoldReason, Job, JobState, Reference, Role
from studio.ui.style.theme import theme
from studio.ui.support import formatting, queue_estimate
from studio.ui.support.formatting import megabytes
from studio.ui.support.job_outcome import cancel_tip
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import aligned, margins, placed
from studio.ui.support.ports import QueueSource
from studio.ui.support.qt_overrides import needs
from studio.ui.support.row_thumbnails import RowThumbnails
from studio.ui.widgets.buttons import Button, IconButton, PressedByEnter
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.text import ElidedLabel, Text

WIDTH = 340
ROW = 44


def state_words(job: Job, now: float) -> str:
    """Short state of a job: "Receiving 3.1 MB, 0:14"."""
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


class JobRow(PressedByEnter, QPushButton):
    """Row of a job; a click shows it in the gallery, a drag up or down moves a queued job.

    With the focus here, Alt+Up and Alt+Down move a queued job, Alt+Home sends it first, and Delete
    cancels.

    Attributes:
        cancel, earlier, later: its buttons; the last two only for queued jobs.
        sources: thumbnails of the pictures it edits or refers to.

    Signals:
        asked_to_cancel: the cross was pressed (id of the job).
        asked_to_move: move the job (its id, "first", "earlier" or "later").
        picked: the row was pressed (id of the job).
    """

    asked_to_cancel = Signal(str)
    asked_to_move = Signal(str, str)
    picked = Signal(str)

    def __init__(self, job: Job, parent: QWidget, thumbnails: RowThumbnails | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "quiet")
        self.setFixedHeight(theme().height(ROW))
        self.job = job
        self._second = -1
        self._from: int | None = None
        self._dragged = False
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(self, 8, 4, 6, 4))
        row.setSpacing(2)
        self.sources = SourceStrip(thumbnails, self)
        row.addWidget(self.sources)
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
        """Show the job's current state; `movable` if it can change places with another."""
        second = int(now)
        movable = movable and job.state is JobState.QUEUED
        same = job is self.job and second == self._second
        if same and self.earlier.isVisibleTo(self) == movable:
            return
        self.job, self._second = job, second
        self.sources.show_references(job.request.references)
        name = one_line(job.name or job.request.prompt)
        state = state_words(job, now)
        self._name.setText(name)
        self._state.setText(state)
        self.setAccessibleName(f"{name}, {state}")
        # Translators: {name} is a job, by its prompt.
        self.earlier.set_name(_("Send {name} earlier (Alt+Up)").format(name=name))
        self.later.set_name(_("Send {name} later (Alt+Down)").format(name=name))
        self.cancel.set_name(_("Cancel {name}").format(name=name))
        set_tip(self.cancel, cancel_tip(job))
        for button in (self.earlier, self.later):
            button.setVisible(movable)

    @property
    def movable(self) -> bool:
        """Whether the job can change places with another."""
        return self.earlier.isVisibleTo(self)

    def on_cancel(self) -> None:
        self.asked_to_cancel.emit(self.job.id)

    def on_earlier(self) -> None:
        self.asked_to_move.emit(self.job.id, "earlier")

    def on_later(self) -> None:
        self.asked_to_move.emit(self.job.id, "later")

    def on_clicked(self) -> None:
        self.picked.emit(self.job.id)

    def _follow(self, y: int) -> None:
        """Move the job by one place once the pointer has left the row at height `y`."""
        if y < 0:
            self.on_earlier()
        elif y >= self.height():
            self.on_later()
        else:
            return
        # The next height is relative to the row's new position.
        inside = self.parentWidget()
        column = inside.layout() if inside is not None else None
        if column is not None:
            column.activate()

    def sizeHint(self) -> QSize:
        return QSize(theme().px(WIDTH) - 12, theme().height(ROW))

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
            # The end of a drag is not a click.
            self.setDown(False)
            self.unsetCursor()
        self._from, self._dragged = None, False
        super().mouseReleaseEvent(event)


MOST_SEEN = 7


class QueuePopover(Popover):
    """Pending and running jobs, in queue order.

    Attributes:
        pause, cancel_all, retry_all: its buttons.
        summary: cost of all jobs, and when they are done.

    Signals:
        cancel_requested: cancel a job (its id).
        cancel_all_requested: cancel all jobs.
        job_chosen: show a job in the gallery (its id).
        move_requested: move a job (its id, "first", "earlier" or "later").
        pause_requested: pause or resume the queue.
        retry_requested: retry all failed jobs.
    """

    cancel_requested = Signal(str)
    cancel_all_requested = Signal()
    job_chosen = Signal(str)
    move_requested = Signal(str, str)
    pause_requested = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget, source: QueueSource | None = None) -> None:
        super().__init__(_("Queue"), parent)
        self._source = source
        self._paused = False
        self.setFixedWidth(theme().px(WIDTH))
        self._rows: dict[str, JobRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setContentsMargins(margins(self, 8, 0, 0, 0))
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
        self.summary = Text("", "small", "text2", self, wrap=True)
        self.summary.setContentsMargins(8, 0, 8, 2)
        column.addWidget(self.summary)
        column.addWidget(self._make_list())
        self._empty = Text(_("The queue is empty."), "small", "text2", self)
        self._empty.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self._empty)
        foot = QHBoxLayout()
        foot.setContentsMargins(margins(self, 8, 0, 0, 0))
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
        # The background is the popover's own.
        self._inside.setAutoFillBackground(False)
        self._scroll.viewport().setAutoFillBackground(False)
        return self._scroll

    @property
    def rows(self) -> tuple[JobRow, ...]:
        """The visible rows, in order."""
        return tuple(self._rows.values())

    def show_jobs(self, jobs: Sequence[Job]) -> None:
        """Show these jobs; existing rows are reused and keep the focus."""
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
        self._summarize(jobs, now)
        self._fit()

    def _summarize(self, jobs: Sequence[Job], now: float) -> None:
        words = [queue_estimate.cost_words(jobs)]
        source = self._source
        if source is not None and jobs and not self._paused:
            left = queue_estimate.seconds_left(jobs, source.usual_seconds, source.slots, now)
            if left is not None:
                at = formatting.moment(now + left)
                words.append(queue_estimate.end_words(left, at))
        text = " · ".join(word for word in words if word)
        self.summary.setText(text)
        self.summary.setVisible(bool(text))

    def show_state(self, *, paused: bool, failed: int) -> None:
        """Show whether the queue is paused, and how many jobs failed."""
        self._paused = paused
        self._summarize([row.job for row in self._rows.values()], time.time())
        self._title.setText(_("Queue paused") if paused else _("Queue"))
        self.pause.setText(_("Resume") if paused else _("Pause"))
        set_tip(
            self.pause,
            _("Send waiting jobs") if paused else _("Send no new jobs; running ones continue"),
        )
        self._failed.setText(ngettext("{n} failed", "{n} failed", failed).format(n=number(failed)))
        for part in (self._failed, self.retry_all):
            part.setVisible(failed > 0)
        self._fit()

    def _make_row(self, job: Job) -> JobRow:
        row = JobRow(job, self._inside, self._source.thumbnails if self._source else None)
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
        """Set the order of the rows, both visible and in tab order."""
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
        """Open above its part of the status bar."""
        self._fit()
        left = aligned(anchor, self.width())
        corner = anchor.mapTo(self.host, QPoint(left, -self.height() - 6))
        first = next(iter(self._rows.values()), self.pause)
        self.open_at(corner, first, anchor)
        self._timer.start()

    def _fit(self) -> None:
        seen = min(MOST_SEEN, len(self._rows))
        # The style sheet's minimum is lower than a row, which would squeeze a long list.
        self._inside.setMinimumHeight(len(self._rows) * theme().height(ROW))
        self._scroll.setFixedHeight(seen * theme().height(ROW))
        bottom = self.geometry().bottom()
        self.adjustSize()
        if self.isVisible():
            self.move(self.x(), bottom - self.height() + 1)

    def on_picked(self, job: str) -> None:
        self.close_it()
        self.job_chosen.emit(job)

    def on_retry_all(self) -> None:
        """Retry failed jobs; closes first, since a question about cost would open here."""
        self.close_it()
        self.retry_requested.emit()

    def on_second(self) -> None:
        """Update the times."""
        self.show_jobs([row.job for row in self._rows.values()])


_STRIP_SIDE = 28
_STRIP_MOST = 3
"""Maximum number of thumbnails in a row."""


class SourceStrip(QWidget):
    """The pictures to edit first, then other references; hidden without any.

    Attributes:
        references: those shown.
    """

    def __init__(self, thumbnails: RowThumbnails | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self.references: tuple[Reference, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        if thumbnails is not None:
            thumbnails.ready.connect(self.update)
        self.hide()

    def show_references(self, references: Sequence[Reference]) -> None:
        """Show the references of a job."""
        found = sorted(references, key=lambda one: one.role is not Role.EDIT)
        if self._thumbnails is None or tuple(found[:_STRIP_MOST]) == self.references:
            return
        self.references = tuple(found[:_STRIP_MOST])
        self.setFixedSize(self.sizeHint())
        self.setVisible(bool(self.references))

    @needs("references")
    def sizeHint(self) -> QSize:
        return QSize(len(self.references) * (_STRIP_SIDE + 2), _STRIP_SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place, reference in enumerate(self.references):
            box = placed(self, QRect(place * (_STRIP_SIDE + 2), 0, _STRIP_SIDE, _STRIP_SIDE))
            pixmap = self._thumbnails.reference(reference) if self._thumbnails else None
            if pixmap is None:
                painter.fillRect(box, theme().color("sunk"))
            else:
                painter.drawPixmap(box, pixmap)
        painter.end()
