"""The places of the library: what the sidebar and its narrow form both list."""

from __future__ import annotations

import time

from PySide6.QtCore import QMimeData

from studio.library.query import Counts, Spend, View
from studio.ui import dragging
from studio.ui.figures import money
from studio.values import dataclass
from studio.words import _, ngettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One row.

    Attributes:
        view: the shelf it opens; None for the history of prompts, which opens a list.
        takes: pictures can be dropped on it.
    """

    label: str
    icon: str
    view: View | None = None
    takes: bool = False


def library() -> tuple[Place, ...]:
    """The shelves with pictures and failed jobs."""
    return (
        Place(label=_("All images"), icon="images", view=View.ALL),
        Place(label=_("This session"), icon="clock", view=View.SESSION),
        Place(label=_("Picks"), icon="flag", view=View.PICKS, takes=True),
        Place(label=_("Failed"), icon="warning", view=View.FAILED),
    )


def history() -> Place:
    """The prompts that were used."""
    return Place(label=_("History"), icon="history")


def trash() -> Place:
    """What was thrown away."""
    return Place(label=_("Trash"), icon="trash", view=View.TRASH, takes=True)


def count_of(place: Place, counts: Counts) -> int:
    """How many things are at a place."""
    if place.view is None:
        return counts.prompts
    return {
        View.ALL: counts.all,
        View.SESSION: counts.session,
        View.PICKS: counts.picks,
        View.FAILED: counts.failed,
        View.TRASH: counts.trash,
    }[place.view]


def new_words(new: int) -> str:
    """What the badge of Failed says."""
    return ngettext("{n} new", "{n} new", new).format(n=f"{new:,}")


def spoken(place: Place, count: int, new: int = 0) -> str:
    """How a screen reader names a place: "All images, 12,408"."""
    parts = [place.label, f"{count:,}"]
    if new:
        parts.append(new_words(new))
    return ", ".join(parts)


def unknown_words(unknown: int) -> str:
    """What is said of pictures whose price is not known; empty without any."""
    if not unknown:
        return ""
    return ngettext("+ {n} of unknown price", "+ {n} of unknown price", unknown).format(
        n=f"{unknown:,}"
    )


def spend_words(spend: Spend, month: int) -> str:
    """The money in one sentence, for a tool tip and a screen reader."""
    text = _("Spent today {today}, in {month} {total}").format(
        today=money(spend.today), month=month_name(month), total=money(spend.month)
    )
    return " ".join(part for part in (text, unknown_words(spend.unknown)) if part)


def month_name(number: int) -> str:
    """The whole name of a month, 1 to 12."""
    names = (
        *(_("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July")),
        *(_("August"), _("September"), _("October"), _("November"), _("December")),
    )
    return names[number - 1]


def this_month() -> str:
    """The whole name of this month."""
    return month_name(time.localtime().tm_mon)


def dropped_ids(mime: QMimeData) -> tuple[str, ...]:
    """The pictures of the gallery in a drop; nothing for files and the like."""
    if not mime.hasFormat(dragging.IDS):
        return ()
    return dragging.pictures_in(mime).ids
