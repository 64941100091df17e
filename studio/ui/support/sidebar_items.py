"""Entries of the sidebar, in its wide and narrow forms."""

from __future__ import annotations

from dataclasses import dataclass

from studio.common.display_text import one_line
from studio.common.i18n import _, listed, ngettext, number
from studio.domain import budget
from studio.domain.spend import Spend
from studio.library.query import Collection, Counts, View
from studio.ui.support.formatting import about, month_name


@dataclass(frozen=True, slots=True, kw_only=True)
class SidebarItem:
    """One row.

    Attributes:
        view: shelf it opens; None for the history of prompts, which opens a list.
        takes: whether pictures can be dropped on it.
        collection: id of the collection it opens; "" for a shelf.
        count: number of pictures in a collection; None while they are being counted.
    """

    label: str
    icon: str
    view: View | None = None
    takes: bool = False
    collection: str = ""
    count: int | None = None


def library() -> tuple[SidebarItem, ...]:
    """Entries of the shelves of pictures and failed jobs."""
    return (
        SidebarItem(label=_("All pictures"), icon="images", view=View.ALL),
        SidebarItem(label=_("This session"), icon="clock", view=View.SESSION),
        SidebarItem(label=_("Picks"), icon="flag", view=View.PICKS, takes=True),
        SidebarItem(label=_("Failed"), icon="warning", view=View.FAILED),
    )


def collection(one: Collection) -> SidebarItem:
    """Entry of a collection or saved search."""
    return SidebarItem(
        label=one_line(one.name),
        icon="smart-folder" if one.search else "folder",
        view=View.ALL,
        takes=not one.search,
        collection=one.id,
        count=one.pictures,
    )


def history() -> SidebarItem:
    """Entry of the prompt history."""
    return SidebarItem(label=_("History"), icon="history")


def trash() -> SidebarItem:
    """Entry of the trash."""
    return SidebarItem(label=_("Trash"), icon="trash", view=View.TRASH, takes=True)


def count_of(place: SidebarItem, counts: Counts) -> int:
    """Number of items of an entry."""
    if place.collection:
        return place.count or 0
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
    """Text of the badge of Failed."""
    return ngettext("{n} new", "{n} new", new).format(n=number(new))


def spoken(place: SidebarItem, count: int, new: int = 0) -> str:
    """Accessible name of an entry: "All pictures, 12,408"."""
    parts = [place.label, number(count)]
    if new:
        parts.append(new_words(new))
    return listed(parts)


def unknown_words(unknown: int) -> str:
    """Text about pictures of unknown price; empty without any."""
    if not unknown:
        return ""
    return ngettext("+ {n} of unknown price", "+ {n} of unknown price", unknown).format(
        n=number(unknown)
    )


def maybe_words(maybe: int) -> str:
    """Text about requests that may have been billed; empty without any."""
    if not maybe:
        return ""
    return ngettext(
        "+ {n} that may have been billed", "+ {n} that may have been billed", maybe
    ).format(n=number(maybe))


def budget_words(spend: Spend, limit: float, month: int) -> str:
    """Text about the rest of the month's budget; empty without one."""
    if not limit:
        return ""
    left = limit - spend.month
    if left < 0:
        return _("{sum} over {limit}").format(sum=about(-left), limit=budget.plain(limit))
    following = month_name(month % 12 + 1, in_date=True)
    # Translators: {month} is the name of the next month.
    return _("{sum} left until 1 {month}").format(sum=about(left), month=following)


def spend_words(spend: Spend, month: int, limit: float = 0.0) -> str:
    """Spending in one sentence, for a tool tip and a screen reader."""
    text = _("Spent today {today}, in {month} {total}").format(
        today=about(spend.today), month=month_name(month), total=about(spend.month)
    )
    more = (unknown_words(spend.unknown), maybe_words(spend.maybe))
    words = " ".join(part for part in (text, *more) if part)
    return "; ".join(part for part in (words, budget_words(spend, limit, month)) if part)
