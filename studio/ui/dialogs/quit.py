"""Quitting while jobs are running: a question with three answers, and the wait for them.

The window never discards a paid answer without a warning.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QWidget

from studio.app.core import Core
from studio.common.i18n import _, ngettext, number
from studio.config.settings import OFFLINE
from studio.domain.entities import HoldReason, Job, JobState
from studio.domain.events import Event, JobChanged, JobsRemoved, QueueChanged
from studio.ui.dialogs.question import Question
from studio.ui.support import tasks
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice

KEY = "quitting"
"""Key of the notice shown while waiting."""

STAY, LEAVE, WAIT = QDialog.DialogCode.Rejected, QDialog.DialogCode.Accepted, 2


def coming(jobs: Sequence[Job]) -> list[Job]:
    """Jobs that will finish by themselves; not those held by a missing key or a paused queue."""
    held = (HoldReason.PAUSED, HoldReason.KEY)
    return [j for j in jobs if j.alive and not (j.state is JobState.QUEUED and j.hold in held)]


class QuitDialog(Question):
    """Asks whether to wait, leave or stay; its result is WAIT, LEAVE or STAY.

    Attributes:
        wait, leave, stay: the buttons; `wait` is hidden if no job would finish.
    """

    def __init__(
        self, jobs: Sequence[Job], parent: QWidget, *, in_memory: Sequence[Job] = ()
    ) -> None:
        """`in_memory` are jobs whose answer could not be saved on a full disk."""
        super().__init__("", (), parent, caption=_("Quit Gridbrush?"), width=480)
        self._words = self.add_text("")
        self.leave = self.add_button(_("Quit now"), self.accept, left=True)
        self.stay = self.add_button(_("Keep working"), self.reject)
        self.wait = self.add_button("", self.on_wait, kind="primary")
        self.show_jobs(jobs, in_memory=in_memory)
        self.begin_with(self.wait if coming(jobs) else self.stay)

    def show_jobs(self, jobs: Sequence[Job], *, in_memory: Sequence[Job] = ()) -> None:
        """Update the text for the current jobs."""
        alive = [job for job in jobs if job.alive]
        ends = len(coming(jobs))
        self.title.setText(_title(alive, in_memory))
        self._words.setText("\n\n".join(_consequences(alive, in_memory)))
        self.wait.setText(ngettext("Quit when finished", "Quit when finished", ends))
        self.wait.setVisible(ends > 0)

    def on_wait(self) -> None:
        """Choose to quit when the jobs are done."""
        self.done(WAIT)


def _title(alive: Sequence[Job], in_memory: Sequence[Job]) -> str:
    if in_memory and not alive:
        n = len(in_memory)
        return ngettext(
            "{n} picture is in memory only", "{n} pictures are in memory only", n
        ).format(n=number(n))
    n = len(alive)
    return ngettext(
        "{n} picture is still being made", "{n} pictures are still being made", n
    ).format(n=number(n))


def _consequences(alive: Sequence[Job], in_memory: Sequence[Job]) -> list[str]:
    """What is lost by quitting now, one paragraph each."""
    sent = [job for job in alive if job.state not in (JobState.QUEUED, JobState.RETRYING)]
    paid = [job for job in sent if job.request.profile != OFFLINE]
    said = []
    if in_memory:
        said.append(
            _(
                "The disk is too full to save a received answer. Free some space before you "
                "quit: saving is tried once more, and the answer is lost if that fails."
            )
        )
    if paid:
        said.append(
            ngettext(
                "{n} was sent and may have been billed. If you quit now, its answer is lost.",
                "{n} were sent and may have been billed. If you quit now, their answers are lost.",
                len(paid),
            ).format(n=number(len(paid)))
        )
    if len(sent) < len(alive):
        n = len(alive) - len(sent)
        said.append(
            ngettext(
                "{n} was not sent: not billed, and listed as “Not sent” at the next start.",
                "{n} were not sent: not billed, and listed as “Not sent” at the next start.",
                n,
            ).format(n=number(n))
        )
    if alive and not paid and len(sent) == len(alive):
        said.append(_("Not billed. If you quit now, jobs in progress are not finished."))
    return said


class QuitSequence(QObject):
    """Sequence from the request to close the window until it closes.

    Attributes:
        question: the open dialog; None if there is none.
        waiting: whether the window will close after the running jobs.

    Signals:
        left: close the window now.
    """

    left = Signal()

    def __init__(self, core: Core, bar: MessageBar, parent: QWidget) -> None:
        super().__init__(parent)
        self._core = core
        self._bar = bar
        self._parent = parent
        self.question: QuitDialog | None = None
        self.waiting = False
        self._told = -1
        core.events.subscribe(self._on_core_event)

    @property
    def _jobs(self) -> list[Job]:
        return list(self._core.queue.jobs.values())

    @property
    def _in_memory(self) -> list[Job]:
        queue = self._core.queue
        return [job for job in self._jobs if job.id in queue.only_in_memory and not job.alive]

    @property
    def free(self) -> bool:
        """Whether quitting loses nothing and leaves no job unfinished."""
        return not self._in_memory and not any(job.alive for job in self._jobs)

    def may_leave(self) -> bool:
        """Whether the window may close; if not, ask the user."""
        if self.free:
            return True
        self.ask_to_quit()
        return False

    def ask_to_quit(self) -> None:
        """Open the question, or raise it if it is already open."""
        if self.question is None:
            self.question = QuitDialog(self._jobs, self._parent, in_memory=self._in_memory)
            self.question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self.question.finished.connect(self.on_answered)
            self.question.open()
        self.question.raise_()
        self.question.activateWindow()

    def on_answered(self, result: int) -> None:
        self.question = None
        if result == LEAVE:
            self.left.emit()
        elif result == WAIT:
            self.waiting, self._told = True, -1
            self._check_queue()
        else:
            self.stay()

    def stay(self) -> None:
        """Keep the window open."""
        self.waiting = False
        self._bar.dismiss(KEY)
        self._core.afterwards = None

    def _on_core_event(self, event: Event) -> None:
        if isinstance(event, JobChanged | JobsRemoved | QueueChanged) and (
            self.waiting or self.question is not None
        ):
            # Check after the current event, which other listeners have not received yet.
            QTimer.singleShot(0, self, self._check_queue)

    def _check_queue(self) -> None:
        if self.question is not None:
            self.question.show_jobs(self._jobs, in_memory=self._in_memory)
            if self.free:
                self.question.accept()
        elif self.waiting:
            left = len(coming(self._jobs))
            if left:
                self._show_left(left)
            else:
                self._end()

    def _end(self) -> None:
        self.waiting = False
        self._bar.dismiss(KEY)
        if self._in_memory:
            self.ask_to_quit()
        else:
            self.left.emit()

    def _show_left(self, left: int) -> None:
        if left == self._told:
            return
        self._told = left
        text = ngettext(
            "Gridbrush closes when {n} picture is finished.",
            "Gridbrush closes when {n} pictures are finished.",
            left,
        ).format(n=number(left))
        actions = (
            MessageAction(_("Keep open"), self.stay),
            MessageAction(_("Quit now"), self.left.emit),
        )
        self._bar.show_notice(Notice(key=KEY, text=text, actions=actions, closable=False))


async def quits_now(title: str, consequence: str, parent: QWidget) -> bool:
    """Ask whether to quit though something is being written; returns whether to quit."""
    question = Question(title, (consequence,), parent, caption=_("Quit Gridbrush?"))
    question.add_button(_("Quit now"), question.accept, left=True)
    question.add_button(_("Keep working"), question.reject, first=True)
    try:
        return bool(await tasks.finished(question))
    finally:
        question.deleteLater()
