"""Trying everything again that failed in this session, with a question where it may cost much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.common.errors import Billed
from studio.common.i18n import _, ngettext
from studio.config.settings import OFFLINE
from studio.domain.entities import Job, JobState
from studio.ui.support import formatting
from studio.ui.widgets import Notice

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow

KEY = "retry_failed"


def failed_jobs(window: StudioWindow) -> list[Job]:
    """What failed in this session and was not put away, in order of queueing.

    A job whose answer is kept is none: it is there to be read, not to be paid for twice.
    """
    return [
        job
        for job in window.core.queue.jobs.values()
        if job.state is JobState.FAILED and not (job.failure is not None and job.failure.kept)
    ]


def ask_or_retry(window: StudioWindow) -> None:
    """Try all of them again; above the user's own threshold a message bar asks first."""
    jobs = failed_jobs(window)
    if not jobs:
        window.talking.tell(_("Nothing has failed in this session"))
    elif question := _question(window, jobs):
        # The question is asked where the jobs are.
        window.looking.close_loupe()
        actions = ((KEY, _("Try again")), ("keep", _("Not now")))
        window.messages.show_notice(
            Notice(key=KEY, text=question, tone="warn", icon="coin", actions=actions)
        )
    else:
        retry_all(window)


def retry_all(window: StudioWindow) -> None:
    """Queue everything again that failed, as it stands now."""
    jobs = failed_jobs(window)
    for job in jobs:
        window.core.queue.retry(job)
    n = len(jobs)
    if n:
        text = ngettext("{n} job is tried again", "{n} jobs are tried again", n)
        window.talking.tell(text.format(n=n))


def _question(window: StudioWindow, jobs: Sequence[Job]) -> str:
    prices = [job.estimate_usd for job in jobs]
    total = None if None in prices else sum(price for price in prices if price is not None)
    over = window.budgeting.question(total)
    own = question_about(jobs, window.core.settings.value.confirm_above)
    return " ".join(part for part in (own, over) if part)


def question_about(jobs: Sequence[Job], confirm_above: float) -> str:
    """What to ask before these are sent again; empty where nothing need be asked.

    Asked is about a sum above `confirm_above` US dollars, a price nobody knows, and jobs that may
    have been billed already.
    """
    paid = [job for job in jobs if job.request.profile != OFFLINE]
    known = [job.estimate_usd for job in paid if job.estimate_usd is not None]
    billed = sum(job.failure is not None and job.failure.billed is not Billed.NO for job in paid)
    unknown = len(paid) - len(known)
    if sum(known) <= confirm_above and not billed and not unknown:
        return ""
    n = len(jobs)
    parts = [ngettext("Try {n} job again?", "Try {n} jobs again?", n).format(n=n)]
    if sum(known):
        parts.append(_("About {price}.").format(price=formatting.money(sum(known))))
    if unknown:
        words = ngettext("{n} of unknown price.", "{n} of unknown price.", unknown)
        parts.append(words.format(n=unknown))
    if billed:
        words = ngettext(
            "{n} may have been billed already.", "{n} may have been billed already.", billed
        )
        parts.append(words.format(n=billed))
    return " ".join(parts)
