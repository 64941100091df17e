"""Retry of all jobs that failed in this session, after a confirmation if expensive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject

from studio.app.core import Core
from studio.common.errors import Billed
from studio.common.i18n import _, ngettext, number, sentences
from studio.config.settings import OFFLINE
from studio.domain.entities import Job, JobState
from studio.ui.support import formatting
from studio.ui.support.ports import Messages, Navigation, SpendingLimit
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice


def failed_jobs(jobs: Iterable[Job]) -> list[Job]:
    """Failed jobs of this session that were not dismissed, in queue order.

    Jobs with a kept answer are excluded: it should be read, not paid for twice.
    """
    return [
        job
        for job in jobs
        if job.state is JobState.FAILED and not (job.failure is not None and job.failure.kept)
    ]


class FailedJobs(QObject):
    """Retries the failed jobs of this session."""

    def __init__(
        self,
        core: Core,
        limit: SpendingLimit,
        navigation: Navigation,
        messages: Messages,
        bar: MessageBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._limit = limit
        self._navigation = navigation
        self._messages = messages
        self._bar = bar

    @property
    def _jobs(self) -> list[Job]:
        return failed_jobs(self._core.queue.jobs.values())

    def ask_or_retry(self) -> None:
        """Retry all failed jobs, after a confirmation if expensive."""
        jobs = self._jobs
        if not jobs:
            self._messages.show_message(_("Nothing has failed in this session"))
        elif question := self._question(jobs):
            # The question is about jobs in the grid.
            self._navigation.show_grid()
            again = MessageAction(_("Try again"), self.retry_all)
            self._bar.show_notice(
                Notice(
                    key="retry_failed",
                    text=question,
                    tone="warn",
                    icon="coin",
                    here=True,
                    actions=(again, MessageAction(_("Not now"))),
                )
            )
        else:
            self.retry_all()

    def retry_all(self) -> None:
        """Queue all currently failed jobs again."""
        jobs = self._jobs
        for job in jobs:
            self._core.queue.retry(job)
        n = len(jobs)
        if n:
            text = ngettext("Retrying {n} job", "Retrying {n} jobs", n)
            self._messages.show_message(text.format(n=number(n)))

    def _question(self, jobs: Sequence[Job]) -> str:
        prices = [job.estimate_usd for job in jobs]
        total = None if None in prices else sum(price for price in prices if price is not None)
        over = self._limit.question(total)
        own = question_about(jobs, self._core.settings.value.confirm_above)
        return sentences(own, over)


def question_about(jobs: Sequence[Job], confirm_above: float) -> str:
    """Question before these jobs are retried; empty if none is needed.

    Needed for a sum above `confirm_above` US dollars, an unknown price, and jobs that may already
    have been billed.
    """
    paid = [job for job in jobs if job.request.profile != OFFLINE]
    known = [job.estimate_usd for job in paid if job.estimate_usd is not None]
    billed = sum(job.failure is not None and job.failure.billed is not Billed.NO for job in paid)
    unknown = len(paid) - len(known)
    if sum(known) <= confirm_above and not billed and not unknown:
        return ""
    n = len(jobs)
    parts = [ngettext("Try {n} job again?", "Try {n} jobs again?", n).format(n=number(n))]
    if sum(known):
        parts.append(_("About {price}.").format(price=formatting.money(sum(known))))
    if unknown:
        words = ngettext("{n} of unknown price.", "{n} of unknown price.", unknown)
        parts.append(words.format(n=number(unknown)))
    if billed:
        words = ngettext(
            "{n} may have been billed already.", "{n} may have been billed already.", billed
        )
        parts.append(words.format(n=number(billed)))
    return sentences(*parts)
