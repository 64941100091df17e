"""Content of a tile: texts, badges and buttons of a picture or a job, without drawing."""

from __future__ import annotations

import math
from enum import Enum, auto

from msgspec import Struct

from studio.common.display_text import one_line
from studio.common.i18n import _, listed, ngettext, number
from studio.domain.entities import Flag, HoldReason, Job, JobState, Picture, short_name
from studio.domain.stacks import StackTile
from studio.ui.support import formatting, job_outcome
from studio.ui.support.job_outcome import TileButton

BAR_STOPS_AT = 0.92  # a slower response than usual must not look finished

Item = Picture | Job
"""Item of a gallery row."""


class TileLook(Enum):
    """Appearance of a tile's box."""

    PICTURE = auto()
    DASHED = auto()  # nothing is being made yet, or no longer
    GHOST = auto()  # in progress, over the blurred source
    FAILED = auto()
    DOUBTFUL = auto()  # failed, and possibly billed
    LOST = auto()  # the file is missing or unreadable


class TileContent(Struct, frozen=True, kw_only=True):
    """Content of a tile, independent of pointer, focus and theme.

    Attributes:
        aspect: width to height of the present or future picture.
        big: the line of 18 px: a timer or a position in the queue.
        head: first line of a message, in weight 600.
        line, note: the lines under it, 12 and 11 px.
        bill: cost as text; `bill_doubt` marks "may have been billed".
        offers: buttons in the box; shown only on hover with `offers_on_hover`.
        cancel: tool tip of the cross in the caption; empty without one.
        cancel_note: replaces `note` while the pointer is on the cross.
        bar: progress of the bar at the bottom; None for no bar, -1 for the runner.
        ticks: whether the texts count seconds and must be updated every second.
        mark: icon before the name.
        badge: icon after the name, for a sketch or a draft, without a word beside it.
    """

    name: str
    look: TileLook = TileLook.PICTURE
    aspect: float = 1.0
    icon: str = ""
    big: str = ""
    head: str = ""
    line: str = ""
    note: str = ""
    bill: str = ""
    bill_doubt: bool = False
    offers: tuple[TileButton, ...] = ()
    offers_on_hover: bool = False
    cancel: str = ""
    cancel_note: str = ""
    bar: float | None = None
    ticks: bool = False
    mark: str = ""
    badge: str = ""
    warning: str = ""
    rating: int = 0
    rejected: bool = False
    struck: bool = False
    fresh: bool = False
    job: bool = False
    colour: int = 0x808080


class StackLook(Struct, frozen=True):
    """Appearance of a tile's stack.

    Attributes:
        pill: text of the count pill; empty without one.
        icon: its icon.
        closed: whether edges of further pictures are drawn above the picture.
        member: whether it is a member of an open stack, painted on the stack's background.
        fresh: whether pictures in a closed stack are new.
    """

    pill: str = ""
    icon: str = ""
    closed: bool = False
    member: bool = False
    fresh: bool = False


PLAIN = StackLook()


def describe(
    item: Item | None, now: float, *, usual: float | None = None, fault: str = ""
) -> TileContent:
    """Content of a tile at the time `now`; None is a row that is still being read.

    `usual` is the measured duration of such a job in seconds, `fault` the reason for a missing
    thumbnail.
    """
    if item is None:
        return TileContent(name="", colour=-1)
    if isinstance(item, Job):
        return _job(item, now, usual)
    return _picture(item, fault)


def aspect_of(item: Item) -> float:
    """Width to height of a picture, or of the one a job makes."""
    if isinstance(item, Job):
        return item.request.aspect.value if item.request.aspect else 1.0
    return max(1, item.width) / max(1, item.height)


def accessible_name(item: Item, now: float) -> str:
    """Accessible name: name, state, rating, picked or rejected, aspect."""
    if isinstance(item, Job):
        tile = _job(item, now, None)
        parts = [tile.name, *_spoken(item, tile)]
    else:
        parts = [item.name]
        parts += [text for text, holds in _traits(item) if holds]
        if item.rating:
            parts.append(
                ngettext("{n} star", "{n} stars", item.rating).format(n=number(item.rating))
            )
        if item.flag is Flag.PICK:
            parts.append(_("picked"))
        elif item.flag is Flag.REJECT:
            parts.append(_("rejected"))
        parts.append(_shape(item.width, item.height))
    return listed(part for part in parts if part)


def spoken_name(item: Item | None, row: int, tile: StackTile | None, now: float) -> str:
    """Name of a row for screen readers; None is a row that is still being read."""
    if item is None:
        return _("Picture {n}").format(n=number(row + 1))
    name = accessible_name(item, now)
    return name if tile is None else name_in_stack(name, item.name, tile)


def name_in_stack(spoken: str, name: str, tile: StackTile) -> str:
    """Name of a row for screen readers; `spoken` is the spoken name of its picture, `name`."""
    if tile.size == 1:
        return spoken
    size = ngettext("{n} picture", "{n} pictures", tile.size).format(n=number(tile.size))
    if tile.closed:
        # Translators: a stack of pictures in the grid, read aloud.
        return _("Stack, {name}, {pictures}, closed").format(name=name, pictures=size)
    if not tile.member:
        return _("Stack, {name}, {pictures}, open").format(name=spoken, pictures=size)
    # Translators: {name} a picture, {n} its place among {all} of an open stack.
    return _("{name}, {n} of {all} in this stack").format(
        name=spoken, n=number(tile.member + 1), all=number(tile.size)
    )


def tool_tip(picture: Picture) -> str:
    """Prompt, size, model and cost of a picture, one per line."""
    lines = [picture.prompt or picture.name, formatting.pixels(picture.width, picture.height)]
    if picture.draft:
        lines.append(_("Draft"))
    if picture.offline:
        lines.append(_("Offline sketch, not AI"))
    elif picture.model:
        lines.append(picture.model)
    if picture.cost_usd is not None and not picture.offline:
        lines.append(formatting.about(picture.cost_usd, fine=True))
    return "\n".join(lines)


def not_as_asked(picture: Picture) -> str:
    """Deviation of a picture from the request, as one sentence; empty without any."""
    mismatch = formatting.aspect_mismatch(picture)
    return mismatch or (picture.warnings[0] if picture.warnings else "")


# --- pictures ---------------------------------------------------------------------------------


def _picture(picture: Picture, fault: str) -> TileContent:
    look, icon, head = TileLook.PICTURE, "", ""
    offers: tuple[TileButton, ...] = ()
    if picture.missing:
        look, icon, head = TileLook.LOST, "missing", _("File missing")
        offers = (TileButton("locate", _("Locate…")),)
        if not picture.trashed:
            offers += (TileButton("forget", _("Forget")),)
    elif fault:
        look, icon, head = TileLook.LOST, "missing", _("This file cannot be read")
        offers = (TileButton("show_in_folder", _("Show in folder")),)
    mark = ""
    if picture.flag is Flag.PICK:
        mark = "flag-filled"
    elif picture.flag is Flag.REJECT:
        mark = "reject"
    elif picture.late:
        mark = "clock"
    badge = ""
    if picture.draft:
        badge = "template"
    elif picture.offline:
        badge = "brush"
    rejected = picture.flag is Flag.REJECT
    return TileContent(
        name=picture.name,
        look=look,
        aspect=aspect_of(picture),
        icon=icon,
        head=head,
        offers=offers,
        mark=mark,
        badge=badge,
        warning=not_as_asked(picture),
        rating=picture.rating,
        rejected=rejected,
        struck=rejected,
        fresh=not picture.seen,
        colour=picture.colour,
    )


def _traits(picture: Picture) -> tuple[tuple[str, bool], ...]:
    return (
        (_("file missing"), picture.missing),
        (_("new"), not picture.seen),
        (_("draft"), picture.draft),
        (_("offline sketch"), picture.offline),
        (_("arrived late"), picture.late),
        (not_as_asked(picture), True),
    )


def _shape(width: int, height: int) -> str:
    shape = formatting.shape(width, height)
    return _("square") if shape == "1:1" else shape


# --- jobs -------------------------------------------------------------------------------------


def _job(job: Job, now: float, usual: float | None) -> TileContent:
    make = {
        JobState.QUEUED: _queued,
        JobState.WAITING: _under_way,
        JobState.RECEIVING: _under_way,
        JobState.INGESTING: _under_way,
        JobState.DONE: _under_way,
        JobState.RETRYING: _retrying,
    }.get(job.state)
    return make(job, now, usual) if make else _ended(job, now)


def _name(job: Job) -> str:
    return one_line(job.name) or short_name(job.request.prompt)


def _queued(job: Job, now: float, _usual: float | None) -> TileContent:
    waits = held_words(job, now)
    return TileContent(
        job=True,
        name=_name(job),
        look=TileLook.DASHED,
        aspect=aspect_of(job),
        big=job_outcome.ordinal(job.queue_place) if job.queue_place else "",
        line=waits or job.retry_reason or _("in the queue"),
        note=_("cancelling is free"),
        cancel=_("Cancel"),
        ticks=job.hold is HoldReason.PACE,
    )


def held_words(job: Job, now: float | None = None) -> str:
    """Reason for holding back a queued job; without `now`, seconds are left out."""
    match job.hold:
        case HoldReason.PAUSED:
            return _("the queue is paused")
        case HoldReason.KEY:
            return _("waiting for a key")
        case HoldReason.PACE if job.send_at is not None and now is not None:
            # Rounded up: it is sent when the seconds are over, not before.
            left = math.ceil(max(0.0, job.send_at - now))
            return _("waiting for the rate limit, {seconds} s").format(seconds=number(left))
        case HoldReason.PACE:
            return _("waiting for the rate limit")
    return ""


def _under_way(job: Job, now: float, usual: float | None) -> TileContent:
    gone = max(0.0, now - job.started) if job.started else 0.0
    if job.state is JobState.WAITING:
        line = _("Waiting for the model")
        bar = -1.0
    else:
        size = formatting.megabytes(job.received)
        line = _("Receiving {size}").format(size=size)
        bar = min(BAR_STOPS_AT, gone / usual) if usual else -1.0
    if job.state in (JobState.INGESTING, JobState.DONE):
        line, bar = _("Saving"), BAR_STOPS_AT
    # Under a second the clock would show 0:00, which is meaningless.
    told = usual is not None and usual >= 1
    note = _("usually {time}").format(time=formatting.clock(usual)) if usual and told else ""
    saving = job.state in (JobState.INGESTING, JobState.DONE)
    if job.late and not saving:
        if job.state is JobState.WAITING:
            line = _("Later than expected")
            note = listed(part for part in (_("still waiting"), note) if part)
        else:
            note = _("later than expected")
    return TileContent(
        job=True,
        name=_name(job),
        look=TileLook.GHOST,
        aspect=aspect_of(job),
        big=formatting.clock(gone),
        line=line,
        note=note,
        cancel="" if saving else job_outcome.cancel_tip(job),
        # Translators: {price} is "cancelling may cost $0.04" or alike.
        cancel_note=_("{price}; the answer is lost").format(
            price=job_outcome.price_of_cancel(job.estimate_usd)
        ),
        bar=bar,
        ticks=True,
    )


def _retrying(job: Job, now: float, _usual: float | None) -> TileContent:
    left = max(0.0, (job.retry_at or now) - now)
    return TileContent(
        job=True,
        name=_name(job),
        look=TileLook.DASHED,
        aspect=aspect_of(job),
        # Rounded up, so that it shows 0:00 only at the actual time.
        big=formatting.clock(left + 0.999),
        line=_("Retrying: {reason}").format(reason=job.retry_reason)
        if job.retry_reason
        else _("Retrying"),
        note=_("Attempt {n} of {all} · not billed").format(
            n=number(job.attempt + 1), all=number(job.attempts)
        ),
        offers=(TileButton("now", _("Try now")), TileButton("stop", _("Stop"))),
        offers_on_hover=True,
        cancel=_("Cancel"),
        ticks=True,
    )


def _ended(job: Job, now: float) -> TileContent:
    end = job_outcome.end_of(job, now)
    looks = {"calm": TileLook.DASHED, "bad": TileLook.FAILED, "warn": TileLook.DOUBTFUL}
    return TileContent(
        job=True,
        name=_name(job),
        look=looks[end.tone],
        aspect=aspect_of(job),
        icon=end.icon,
        head=end.head,
        line=end.again,
        bill=end.bill,
        bill_doubt=end.doubt,
        offers=end.offers,
        struck=job.state is JobState.CANCELLED,
    )


def _spoken(job: Job, tile: TileContent) -> list[str]:
    aspect = str(job.request.aspect) if job.request.aspect else ""
    shape = _("square") if aspect == "1:1" else aspect
    if job.state is JobState.QUEUED:
        line = held_words(job) or tile.line
        place = [tile.big, line] if tile.big else [line]
        return [" ".join(place), shape]
    if job.alive:
        # No seconds or bytes: a name that changes every second is read out every second.
        steady = {
            JobState.RECEIVING: _("Receiving"),
            JobState.RETRYING: _("Retrying"),
        }
        return [steady.get(job.state, tile.line), shape]
    return [tile.head, tile.line, tile.bill, shape]
