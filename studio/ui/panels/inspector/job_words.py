"""What there is to say about a job: where it stands, or why it brought no picture. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from studio.common.i18n import _
from studio.domain.entities import Job, JobState
from studio.ui.panels.inspector.facts import FactRow
from studio.ui.support import formatting, job_outcome, tile_content
from studio.ui.support.job_outcome import TileButton

_ROLES = {"calm": "text2", "bad": "bad", "warn": "warn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDescription:
    """A job in full words.

    Attributes:
        head: what it does or what happened; `icon` and `role` go with it.
        message, hint: sentences below.
        bill: whether it cost money; `doubt` where nobody knows.
        answer: what the model said in words.
        offers: what helps, the first one first.
        ticks: the words count seconds.
    """

    head: str
    icon: str = ""
    role: str = "text"
    message: str = ""
    hint: str = ""
    bill: str = ""
    doubt: bool = False
    answer: str = ""
    offers: tuple[TileButton, ...] = ()
    facts: tuple[FactRow, ...] = ()
    ticks: bool = False


def account(job: Job, now: float, *, usual: float | None = None) -> JobDescription:
    """Tell of a job; `usual` is what such a job takes, in seconds, where that was measured."""
    facts = tuple(_facts(job))
    if job.alive or job.state is JobState.DONE:
        tile = tile_content.describe(job, now, usual=usual)
        words = [word for word in (tile.big, tile.line) if word]
        offers = tile.offers
        if tile.cancel:
            offers = (*offers, TileButton("cancel", _("Cancel")))
        return JobDescription(
            head=" · ".join(words),
            message=tile.note,
            hint=tile.cancel_note if tile.cancel else "",
            offers=offers,
            facts=facts,
            ticks=tile.ticks,
        )
    end, failure = job_outcome.end_of(job, now), job.failure
    return JobDescription(
        head=end.head,
        icon=end.icon,
        role=_ROLES[end.tone],
        message=failure.message if failure else "",
        hint=failure.hint if failure else "",
        bill=end.bill,
        doubt=end.doubt,
        answer=failure.words if failure else "",
        offers=end.offers,
        facts=facts,
    )


def copied(job: Job) -> str:
    """What "Copy details" puts on the clipboard: everything a support person would ask for."""
    failure = job.failure
    end = job_outcome.end_of(job)
    lines = [end.head]
    if failure is not None:
        lines += [failure.message, failure.hint]
    lines += [end.bill, ""]
    lines += [f"{fact.label}: {fact.value}" for fact in _facts(job)]
    # Translators: {id} is the id of a job.
    lines.append(_("Job: {id}").format(id=job.id))
    if failure is not None and failure.details:
        lines += ["", failure.details]
    return "\n".join(lines).strip() + "\n"


def _facts(job: Job) -> list[FactRow]:
    request = job.request
    facts = [FactRow(label=_("Model"), value=request.model)]
    asked = [str(part) for part in (request.aspect, request.size) if part]
    if asked:
        facts.append(FactRow(label=_("Requested"), value=" · ".join(asked)))
    if request.seed is not None:
        facts.append(FactRow(label=_("Seed"), value=str(request.seed)))
    if job.attempt > 1 or job.state is JobState.RETRYING:
        facts.append(
            FactRow(
                label=_("Attempt"),
                value=_("{n} of {all}").format(n=job.attempt, all=job.attempts),
            )
        )
    if job.finished is not None:
        facts.append(FactRow(label=_("Finished"), value=formatting.when(job.finished)))
    elif job.started is not None:
        facts.append(FactRow(label=_("Sent"), value=formatting.when(job.started)))
    if job.failure is not None and job.failure.retry_at is not None:
        at = formatting.moment(job.failure.retry_at)
        facts.append(FactRow(label=_("Retry"), value=_("after {time}").format(time=at)))
    if job.failure is not None and job.failure.request_id:
        facts.append(FactRow(label=_("Request"), value=job.failure.request_id))
    if job.alive and job.estimate_usd:
        price = "≈ " + formatting.money(job.estimate_usd, fine=True)
        facts.append(FactRow(label=_("Cost"), value=price))
    return facts
