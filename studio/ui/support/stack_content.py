"""Texts and icons of stacks, without drawing."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from studio.common.i18n import _, listed, ngettext, number
from studio.domain.entities import Job, JobState
from studio.domain.spend import Outlay
from studio.domain.stacks import StackBy, StackFacts, StackTile
from studio.ui.support import formatting
from studio.ui.support.tile_content import PLAIN, StackLook, TileContent, TileLook


def look_of(tile: StackTile, facts: StackFacts | None = None) -> StackLook:
    """Appearance of a tile's stack; `facts` are from the library, once read."""
    every = max(tile.size, facts.size if facts is not None else 0)
    count = number(tile.size)
    if every > tile.size:
        count = _("{n} of {all}").format(n=number(tile.size), all=number(every))
    if tile.open:
        if tile.more:
            more = ngettext("Show {n} more", "Show {n} more", tile.more).format(n=number(tile.more))
            return StackLook(more, "", member=True)
        return StackLook(count, "down", member=True) if not tile.member else StackLook(member=True)
    if every == 1:
        return PLAIN
    fresh = tile.size > 1 and facts is not None and facts.fresh > 0
    return StackLook(count, "images", closed=tile.size > 1, fresh=fresh)


def running(first: TileContent, jobs: Sequence[Job], done: int) -> TileContent:
    """Content of the closed stack of a run in progress; `first` is the content of a job in it."""
    every = done + len(jobs)
    queued = sum(job.state is JobState.QUEUED for job in jobs)
    parts = []
    if under_way := len(jobs) - queued:
        parts.append(ngettext("{n} running", "{n} running", under_way).format(n=number(under_way)))
    if queued:
        parts.append(ngettext("{n} queued", "{n} queued", queued).format(n=number(queued)))
    return replace(
        first,
        look=TileLook.GHOST,
        icon="",
        # Translators: pictures of a run that are done, of all of it.
        big=_("{n} of {all}").format(n=number(done), all=number(every)),
        head="",
        line=listed(parts),
        note="",
        offers=(),
        cancel=cancel_tip(len(jobs)),
        cancel_note="",
        bar=done / every,
        ticks=False,
    )


def cancel_tip(jobs: int) -> str:
    """Tool tip of the cross that cancels a run."""
    return ngettext("Cancel {n} job", "Cancel all {n} jobs", jobs).format(n=number(jobs))


def by_words(by: StackBy) -> str:
    """Entry of the menu of stacks."""
    return {
        StackBy.OFF: _("No stacks"),
        StackBy.RUN: _("Stacks by run"),
        StackBy.PARENT: _("Stacks by parent"),
        StackBy.HAND: _("Stacks by hand only"),
    }[by]


def count_words(stacks: int, single: int) -> str:
    """Number of stacks and single pictures in the grid."""
    # Translators: after the number of pictures, such as "223 of 12,417"; {stacks} and {single} such
    # as "41 stacks" and "37 single".
    return _("in {stacks} and {single}").format(
        stacks=ngettext("{n} stack", "{n} stacks", stacks).format(n=number(stacks)),
        single=ngettext("{n} single", "{n} single", single).format(n=number(single)),
    )


def place_words(tile: StackTile) -> str:
    """Position of a selected tile in its stack."""
    if tile.closed:
        return ngettext("Stack of {n} picture", "Stack of {n} pictures", tile.size).format(
            n=number(tile.size)
        )
    return _("{n} of {all} in this stack").format(n=number(tile.member + 1), all=number(tile.size))


def spend_sentence(outlay: Outlay) -> str:
    """Cost of a stack's pictures, as a sentence."""
    # Translators: {money} is an amount, {kept} the number of picked pictures.
    return ngettext(
        "This stack cost {money}, {kept} of {n} picked.",
        "This stack cost {money}, {kept} of {n} picked.",
        outlay.made,
    ).format(money=formatting.money(outlay.usd), kept=number(outlay.kept), n=number(outlay.made))


def note(pictures: int, stacks: int, size: int) -> str:
    """Note that an action affects only part of closed stacks; empty without closed stacks.

    Args:
        pictures: number of pictures that the action affects.
        stacks: number of closed stacks among them.
        size: number of pictures in those stacks.
    """
    if not stacks:
        return ""
    if pictures == 1:
        # Translators: the one picture of a stack that an action is for.
        return _("1 picture of a stack of {all}").format(all=number(size))
    if stacks == 1:
        # Translators: {n} pictures that an action is for; {all} is the size of a stack.
        return _("{n} pictures, 1 of them of a stack of {all}").format(
            n=number(pictures), all=number(size)
        )
    # Translators: {n} pictures that an action is for, {count} of which stand for stacks, in which
    # there are {all} pictures.
    return _("{n} pictures, {count} of them of stacks with {all}").format(
        n=number(pictures), count=number(stacks), all=number(size)
    )
