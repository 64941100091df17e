"""Status bar: profile and key, queue, selection."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from studio.common.i18n import _, ngettext, number
from studio.config.key_status import KeySource, KeyStatus
from studio.config.settings import OFFLINE
from studio.domain.entities import Job, JobState
from studio.ui.panels.status_bar.queue_popover import QueuePopover
from studio.ui.style.theme import HEIGHTS, theme
from studio.ui.support.ports import QueueSource
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.signs import Lamp, Spinner
from studio.ui.widgets.text import ElidedLabel

HEIGHT = HEIGHTS["status"]
RUNNING = (JobState.WAITING, JobState.RECEIVING, JobState.INGESTING)


class StatusBar(QFrame):
    """Single line at the bottom of the window.

    Attributes:
        queue: the button with the queue's state; opens `popover`.
        popover: the list of jobs.

    Signals:
        unlock_requested: unlock the keyring for this profile (str).
        keys_requested: the user wants to see the keys.
        cancel_requested: cancel a job (its id).
        cancel_all_requested: cancel all jobs.
        job_chosen: show a job (its id).
        move_requested: move a queued job (its id, "first", "earlier" or "later").
        pause_requested: pause or resume the queue.
        retry_requested: retry all failed jobs.
    """

    unlock_requested = Signal(str)
    keys_requested = Signal()
    cancel_requested = Signal(str)
    cancel_all_requested = Signal()
    job_chosen = Signal(str)
    move_requested = Signal(str, str)
    pause_requested = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, source: QueueSource | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.setProperty("zone", "status")
        self.setAccessibleName(_("Status"))
        self.setFixedHeight(theme().height(HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._jobs: tuple[Job, ...] = ()
        self._failed = 0
        self._paused = False
        self._profile = ""
        self._empty = False
        self._selected = (0, 0)
        self._mark = ""
        self._narrow = False
        self.popover: QueuePopover | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(6)
        self._lamp = Lamp(self)
        self._brush = QLabel(self)
        self._title = ElidedLabel("", "small", "text2", self)
        self._state = ElidedLabel("", "small", "text3", self)
        self._link = Button("", "link", self, size=26)
        self._link.setFixedHeight(theme().height(HEIGHT) - 2)
        self._link.clicked.connect(self.on_link)
        for part in (self._lamp, self._brush, self._title, self._state, self._link):
            row.addWidget(part)
        row.addSpacing(10)
        self._spinner = Spinner(self)
        self.queue = QToolButton(self)
        self.queue.setFixedHeight(theme().height(HEIGHT) - 4)
        self.queue.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(self.queue, _("Show the queue"))
        self.queue.clicked.connect(self.on_queue)
        row.addWidget(self._spinner)
        row.addSpacing(-2)
        row.addWidget(self.queue)
        row.addStretch(1)
        self._selection = ElidedLabel("", "small", "text2", self)
        self._advice = ElidedLabel("", "small", "text3", self)
        row.addWidget(self._selection)
        # The hint continues the sentence: a space between them, not a gap.
        row.addSpacing(-3)
        row.addWidget(self._advice)
        for part in (self._state, self._selection, self._advice):
            part.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._draw_icons()
        theme().changed.connect(self._draw_icons)
        self._show_key("", "", "", lamp="edge")
        self.show_jobs(())
        self.show_selection(0, 0)

    # --- the key --------------------------------------------------------------------------

    def show_key(self, status: KeyStatus, title: str) -> None:
        """Show the active profile and the state of its key."""
        self._profile = status.profile
        if status.profile == OFFLINE:
            self._show_key(title, _("no key, no network needed"), "", lamp="")
        elif status.source is KeySource.ENVIRONMENT:
            self._show_key(title, _("key from environment"), "", lamp="ok")
        elif status.source is KeySource.SESSION:
            self._show_key(title, _("key for this session"), "", lamp="warn")
        elif status.saved:
            self._show_key(title, _("key in system keyring"), "", lamp="ok")
        elif status.locked:
            self._show_key(title, _("key locked:"), _("Unlock"), lamp="warn")
        else:
            self._show_key(title, _("no key:"), _("Open keys"), lamp="bad")
        set_tip(self._state, "" if status.profile == OFFLINE else status.sentence)

    def _show_key(self, title: str, state: str, link: str, *, lamp: str) -> None:
        self._lamp.setVisible(bool(lamp))
        self._brush.setVisible(not lamp)
        if lamp:
            self._lamp.show_role(lamp, hollow=lamp != "ok")
        self._title.setText(title)
        self._state.setText(state)
        self._link.setText(link)
        self._link.setVisible(bool(link))
        self._yield_room()

    # --- the queue ------------------------------------------------------------------------

    def show_jobs(self, jobs: Sequence[Job], *, paused: bool = False) -> None:
        """Show the number of running, waiting and failed jobs; other finished jobs are ignored."""
        self._jobs = tuple(job for job in jobs if job.alive)
        self._failed = sum(job.state is JobState.FAILED for job in jobs)
        self._paused = paused
        running = sum(job.state in RUNNING for job in self._jobs)
        words = queue_words(self._jobs, failed=self._failed, paused=paused)
        self.queue.setText(words)
        self.queue.setVisible(bool(words))
        self._spinner.setVisible(running > 0)
        self._yield_room()
        if self.popover is not None and self.popover.isVisible():
            self._fill_popover(self.popover)
            if not words:
                self.popover.close_it()

    def _fill_popover(self, popover: QueuePopover) -> None:
        popover.show_jobs(self._jobs)
        popover.show_state(paused=self._paused, failed=self._failed)

    def on_queue(self) -> None:
        """Open or close the list of jobs."""
        if self.popover is None:
            self.popover = QueuePopover(self, self._source)
            self.popover.cancel_requested.connect(self.cancel_requested)
            self.popover.cancel_all_requested.connect(self.cancel_all_requested)
            self.popover.job_chosen.connect(self.job_chosen)
            self.popover.move_requested.connect(self.move_requested)
            self.popover.pause_requested.connect(self.pause_requested)
            self.popover.retry_requested.connect(self.retry_requested)
        if self.popover.isVisible():
            self.popover.close_it()
            return
        self._fill_popover(self.popover)
        self.popover.open_over(self.queue)

    # --- the selection --------------------------------------------------------------------

    def show_selection(self, pictures: int, jobs: int) -> None:
        """Show the number of selected pictures and jobs."""
        self._selected = (pictures, jobs)
        self._show_right()

    def show_mark(self, words: str) -> None:
        """Show the selected mark in place of the selection, such as "Mark 3 of 3"; "" for none."""
        self._mark = words
        self._show_right()

    def show_empty(self, empty: bool) -> None:  # noqa: FBT001 as agreed
        """Show that there are no pictures yet."""
        self._empty = empty
        self._show_right()

    def set_narrow(self, narrow: bool) -> None:  # noqa: FBT001 as agreed
        """Hide the hint in a narrow window."""
        self._narrow = narrow
        self._show_right()

    def _show_right(self) -> None:
        pictures, jobs = self._selected
        count = pictures + jobs
        words = _("{n} selected").format(n=number(count)) if count else ""
        advice = ""
        if pictures and not self._narrow:
            advice = "· " + ngettext(
                "drag it anywhere to save the original",
                "drag them anywhere to save the originals",
                pictures,
            )
        elif self._empty and not words:
            advice = _("The library is empty")
        if self._mark:
            words = self._mark
            advice = "" if self._narrow else "· " + _("arrow keys move it, Del removes it")
        self._selection.setText(words)
        self._advice.setText(advice)
        self._selection.setVisible(bool(words))
        self._advice.setVisible(bool(advice))
        self._yield_room()

    def _yield_room(self) -> None:
        """Leave out the hint, then the state of the key, rather than cut words.

        Only the name of the provider, which the user chose, may be cut.
        """
        row = self.layout()
        assert row is not None
        for part in (self._state, self._advice):
            part.setVisible(bool(part.text()))
        for part in (self._advice, self._state):
            row.invalidate()
            if row.sizeHint().width() <= self.width():
                break
            # "key locked:" belongs to the link after it.
            part.setVisible(part is self._state and not self._link.isHidden())

    def on_link(self) -> None:
        """Unlock the keyring, or show the keys."""
        if self._link.text() == _("Unlock"):
            self.unlock_requested.emit(self._profile)
        else:
            self.keys_requested.emit()

    @needs("_advice")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._yield_room()

    def _draw_icons(self) -> None:
        dpr = self.devicePixelRatioF()
        self._brush.setPixmap(theme().pixmap("brush", "text2", 14, dpr))


def queue_words(jobs: Sequence[Job], *, failed: int = 0, paused: bool = False) -> str:
    """Summary of the queue: "2 running, 1 late, 1 waiting to retry, 4 queued, paused"."""
    late = sum(job.late for job in jobs if job.state in RUNNING)
    running = sum(job.state in RUNNING for job in jobs) - late
    retrying = sum(job.state is JobState.RETRYING for job in jobs)
    queued = sum(job.state is JobState.QUEUED for job in jobs)
    parts = []
    if running:
        parts.append(ngettext("{n} running", "{n} running", running).format(n=running))
    if late:
        parts.append(ngettext("{n} late", "{n} late", late).format(n=late))
    if retrying:
        words = ngettext("{n} waiting to retry", "{n} waiting to retry", retrying)
        parts.append(words.format(n=retrying))
    if queued:
        parts.append(ngettext("{n} queued", "{n} queued", queued).format(n=queued))
    if failed:
        parts.append(ngettext("{n} failed", "{n} failed", failed).format(n=failed))
    if paused:
        parts.append(_("paused") if parts else _("Queue paused"))
    return ", ".join(parts)
