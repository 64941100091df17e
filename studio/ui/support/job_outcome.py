"""Texts for a job without a picture: what happened, the cost, and remedies."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from studio.common import i18n
from studio.common.errors import Billed, IncompleteAnswer
from studio.common.i18n import _
from studio.config.settings import OFFLINE
from studio.domain.entities import Failure, Job, JobState
from studio.ui.support import formatting

Tone = Literal["calm", "bad", "warn"]


class TileButton(Struct, frozen=True):
    """A button in a tile: action and label."""

    action: str
    label: str


class JobOutcome(Struct, frozen=True, kw_only=True):
    """Outcome of a job, as the texts of its tile.

    Attributes:
        again: earliest time to retry, if given by the service.
        doubt: whether it is unknown if the job was billed.
    """

    tone: Tone = "bad"
    icon: str = ""
    head: str
    again: str = ""
    bill: str = ""
    doubt: bool = False
    offers: tuple[TileButton, ...] = ()


def end_of(job: Job, now: float | None = None) -> JobOutcome:
    """Outcome at `now` of a job that has ended or waits for the user."""
    billed = job.failure.billed if job.failure else Billed.MAYBE
    if job.failure is not None and job.failure.kept and not job.alive:
        return _kept(job, job.failure)
    match job.state:
        case JobState.UNSENT:
            return JobOutcome(
                tone="calm",
                head=_("Not sent, not billed"),
                offers=(TileButton("retry", _("Send")), TileButton("discard", _("Discard"))),
            )
        case JobState.UNKNOWN:
            return JobOutcome(
                tone="warn",
                icon="cloud-off",
                head=_("Interrupted while waiting"),
                bill=_billed(billed, job.estimate_usd),
                doubt=billed is Billed.MAYBE,
                offers=(_again(job),),
            )
        case JobState.FAILED | JobState.CUT if _came(job):
            return JobOutcome(
                tone="warn",
                icon="cloud-off",
                head=_part(job),
                bill=_billed(billed, job.estimate_usd),
                doubt=billed is Billed.MAYBE,
                offers=(
                    TileButton("salvage", _("Read it")),
                    TileButton("discard", _("Discard")),
                ),
            )
        case JobState.CANCELLED:
            return _cancelled(job)
        case _:
            failure = job.failure or Failure(kind="bug", title=_("Failed"))
            return _failed(job, failure, again_from(failure, now))


def ordinal(number: int) -> str:
    """ "1st", "2nd", "3rd" ...; languages without such endings translate all four alike."""
    if number % 100 in (11, 12, 13):
        # Translators: a place in the queue: 11th, 12th. Translate all four alike where your
        # language has no such endings.
        return _("{n}th").format(n=i18n.number(number))
    # Translators: a place in the queue: 1st, 21st; a place in the queue: 2nd, 22nd; a place in the
    # queue: 3rd, 23rd.
    endings = {1: _("{n}st"), 2: _("{n}nd"), 3: _("{n}rd")}
    # Translators: a place in the queue: 11th, 12th. Translate all four alike where your language
    # has no such endings.
    return endings.get(number % 10, _("{n}th")).format(n=i18n.number(number))


def price_of_cancel(estimate: float | None) -> str:
    """Possible cost of cancelling a job that was sent."""
    if estimate is None:
        return _("cancelling may cost money")
    if not estimate:
        return _("cancelling is free")
    return _("cancelling may cost {price}").format(price=formatting.money(estimate))


def cancel_tip(job: Job) -> str:
    """Tool tip for cancelling a job."""
    if job.state in (JobState.QUEUED, JobState.RETRYING) or job.request.profile == OFFLINE:
        return _("Cancel")
    return _("Cancel: closes the connection. The answer is lost and may be billed.")


def again_from(failure: Failure | None, now: float | None = None) -> str:
    """Earliest time to retry; empty if the service gave none, or it has passed."""
    at = failure.retry_at if failure else None
    if at is None or (now is not None and at <= now):
        return ""
    return _("Try again after {time}").format(time=formatting.moment(at, now=now))


def may_be_dismissed(job: Job) -> bool:
    """Whether dismissing a job's tile loses nothing: it is over and has no unread response."""
    over = job.state in (JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN)
    kept = job.failure is not None and job.failure.kept
    return over and not kept and not _came(job)


def _came(job: Job) -> bool:
    """Whether part of a response is kept."""
    cut = job.failure is not None and job.failure.kind == IncompleteAnswer.kind
    return job.state is JobState.CUT or (cut and bool(job.received))


def _kept(job: Job, failure: Failure) -> JobOutcome:
    """Outcome of a stored but unreadable response, which can be read again."""
    doubt = failure.billed is Billed.MAYBE
    return JobOutcome(
        tone="warn",
        icon="warning",
        head=failure.title,
        bill=_billed(failure.billed, job.estimate_usd) if doubt else "",
        doubt=doubt,
        offers=(TileButton("salvage", _("Read again")), TileButton("discard", _("Discard"))),
    )


def _part(job: Job) -> str:
    if not job.received:
        return _("Incomplete answer received")
    return _("Received {size} of an answer").format(size=formatting.megabytes(job.received))


def _billed(billed: Billed, estimate: float | None) -> str:
    if billed is Billed.NO:
        return _("Not billed")
    if billed is Billed.MAYBE:
        return _("May have been billed")
    if estimate:
        return _("Billed {price}").format(price=formatting.money(estimate))
    return _("Billed")


def _again(job: Job) -> TileButton:
    if job.estimate_usd:
        price = formatting.money(job.estimate_usd)
        return TileButton("retry", _("Try again {price}").format(price=price))
    return TileButton("retry", _("Try again"))


def _cancelled(job: Job) -> JobOutcome:
    billed = job.failure.billed if job.failure else Billed.NO
    head = _("Cancelled")
    if job.started and job.finished and job.finished > job.started:
        seconds = round(job.finished - job.started)
        head = _("Cancelled after {seconds} s").format(seconds=i18n.number(seconds))
    return JobOutcome(
        tone="calm",
        head=head,
        bill=_billed(billed, job.estimate_usd),
        doubt=billed is Billed.MAYBE,
        offers=(TileButton("retry", _("Try again")),),
    )


def _failed(job: Job, failure: Failure, again: str) -> JobOutcome:
    icon, offer, tone = _ADVICE.get(failure.kind, ("warning", "", "bad"))
    head = failure.title
    offers = (_again(job),)
    match offer:
        case "edit_prompt":
            offers = (TileButton(offer, _("Edit prompt")),)
        case "read_answer":
            offers = (TileButton(offer, _("Read the reply")),)
            if failure.billed is Billed.YES:
                icon, head = "coin", _("Billed, but no picture received")
        case "open_keys":
            offers = (TileButton(offer, _("Key settings")),)
        case "top_up":
            offers = (TileButton(offer, _("Top up")),)
        case "pick_model":
            offers = (TileButton(offer, _("Choose a model")),)
    return JobOutcome(
        tone=tone,
        icon=icon,
        head=head,
        again=again,
        bill=_billed(failure.billed, job.estimate_usd),
        doubt=failure.billed is Billed.MAYBE,
        offers=offers,
    )


_ADVICE: dict[str, tuple[str, str, Tone]] = {
    "refused": ("shield-x", "edit_prompt", "bad"),
    "no_image": ("info", "read_answer", "bad"),
    "network": ("cloud-off", "", "warn"),
    "incomplete": ("cloud-off", "", "warn"),
    "auth": ("key", "open_keys", "bad"),
    "balance": ("coin", "top_up", "bad"),
    "budget": ("coin", "", "bad"),
    "model": ("model", "pick_model", "bad"),
    "request": ("warning", "edit_prompt", "bad"),
    "rate_limited": ("retry", "", "warn"),
    "server": ("retry", "", "warn"),
}
"""Icon, remedy ("" for a retry) and tone by kind of failure."""
