"""Cost of the jobs in the queue, and the time until they are done."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence

from studio.common.i18n import _, listed, ngettext, number
from studio.config.settings import OFFLINE
from studio.domain.entities import HoldReason, Job, JobState
from studio.ui.support import formatting


def seconds_left(
    jobs: Sequence[Job],
    usual: Callable[[str, str | None], float | None],
    slots: Callable[[str], int],
    now: float,
) -> float | None:
    """Seconds until all jobs are done, in queue order; None if that is unknown.

    Args:
        usual: measured seconds of a model and size; None for too few measurements.
        slots: concurrent requests of a profile.
        now: time in seconds since 1970, as in the jobs.
    """
    free: dict[str, list[float]] = {}
    last = 0.0
    for job in sorted(jobs, key=lambda job: job.state is JobState.QUEUED):
        request = job.request
        takes = usual(request.model, request.size)
        if takes is None or job.hold is HoldReason.KEY:
            return None
        ends = free.setdefault(request.profile, [0.0] * slots(request.profile))
        if job.state is JobState.QUEUED:
            begin = max(ends[0], (job.send_at or now) - now)
            end = begin + takes
        elif job.state is JobState.RETRYING:
            end = max(0.0, (job.retry_at or now) - now) + takes
        else:
            # Later than usual: it may end any moment.
            end = max(0.0, takes - (now - (job.started or now)))
        heapq.heapreplace(ends, end)
        last = max(last, end)
    return last


def cost_words(jobs: Sequence[Job]) -> str:
    """Total price of jobs: "≈ $0.20", with the number of unknown prices, or "free"."""
    if not jobs:
        return ""
    paid = [job for job in jobs if job.request.profile != OFFLINE]
    known = [job.estimate_usd for job in paid if job.estimate_usd is not None]
    unknown = len(paid) - len(known)
    parts = [formatting.about(sum(known))] if sum(known) else []
    if unknown:
        words = ngettext("{n} of unknown price", "{n} of unknown price", unknown)
        parts.append(words.format(n=number(unknown)))
    return listed(parts) or _("free")


def end_words(seconds: float, at: str) -> str:
    """Estimated end of the queue: "done in about 2 minutes, at 14:32"."""
    if seconds < 60:
        # Translators: {time} is a time of day.
        return _("done in less than a minute, at {time}").format(time=at)
    minutes = round(seconds / 60)
    words = ngettext(
        "done in about {n} minute, at {time}", "done in about {n} minutes, at {time}", minutes
    )
    return words.format(n=number(minutes), time=at)
