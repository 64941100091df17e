"""Notice of cancelled jobs, whose tiles go to the end of the shelf."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from studio.common.errors import Billed
from studio.common.i18n import _, ngettext, number, sentences
from studio.domain.entities import Job, JobState
from studio.domain.events import Event, JobChanged
from studio.ui.support.ports import Messages

PAUSE = 250
"""Milliseconds without another cancelled job after which all are announced in one notice."""


class CancelNotice(QObject):
    """Says how many jobs were cancelled, and whether they may have been billed.

    Signals:
        wanted: show the cancelled jobs.
    """

    wanted = Signal()

    def __init__(self, messages: Messages, parent: QObject) -> None:
        super().__init__(parent)
        self._messages = messages
        self._alive: set[str] = set()
        self._cancelled: list[Job] = []
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self.on_soon)

    def on_core_event(self, event: Event) -> None:
        if not isinstance(event, JobChanged):
            return
        job = event.job
        if job.alive:
            self._alive.add(job.id)
            return
        # An undone dismissal is not announced.
        if job.id in self._alive and job.state is JobState.CANCELLED:
            self._cancelled.append(job)
            self._soon.start()
        self._alive.discard(job.id)

    def on_soon(self) -> None:
        """Show the notice, with a button that shows the jobs."""
        jobs, self._cancelled = self._cancelled, []
        n = len(jobs)
        parts = [ngettext("{n} job cancelled.", "{n} jobs cancelled.", n).format(n=number(n))]
        doubt = sum(job.failure is not None and job.failure.billed is not Billed.NO for job in jobs)
        if doubt:
            words = ngettext("{n} may have been billed.", "{n} may have been billed.", doubt)
            parts.append(words.format(n=number(doubt)))
        self._messages.offer_action(sentences(*parts), _("Show"), self.wanted.emit)
