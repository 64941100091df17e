"""Queries of a library, and the small values they return."""

from __future__ import annotations

import time
from enum import StrEnum

from msgspec import Struct

from studio.domain.entities import Drift, Picture


class View(StrEnum):
    """The built-in views of the sidebar."""

    ALL = "all"
    SESSION = "session"
    PICKS = "picks"
    FAILED = "failed"
    TRASH = "trash"


class Sort(StrEnum):
    """Orders of the grid."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RATING = "rating"
    NAME = "name"
    COST = "cost"
    DRIFT = "drift"


class Query(Struct, frozen=True, kw_only=True):
    """Selection of pictures and their order.

    Attributes:
        words: text of the search field: words, phrases and tokens (see
            library/index/search_language.py).
        since: start of this session, for `View.SESSION`.
        least_stars: only pictures with at least this rating; 0 for all.
        collection: id of the open collection; "" for none.
    """

    view: View = View.ALL
    words: str = ""
    sort: Sort = Sort.NEWEST
    hide_rejected: bool = False
    least_stars: int = 0
    since: float = 0.0
    collection: str = ""


class Collection(Struct, frozen=True, kw_only=True):
    """A collection of pictures, or a saved search.

    Attributes:
        search: text of the saved search; "" if pictures are added by hand.
        pictures: number of pictures outside the trash; None if not counted.
    """

    id: str
    name: str
    search: str = ""
    pictures: int | None = None


class HistoryEntry(Struct, frozen=True, kw_only=True):
    """A change in the history.

    Attributes:
        sentence: description of the change.
        undone: whether it was undone and can be redone.
        pictures: ids of the changed pictures, at most 1,000.
        names: names of the first of them.
    """

    id: str
    at: float
    sentence: str
    undone: bool
    pictures: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Counts(Struct, frozen=True, kw_only=True):
    """Pictures in each view; `failed` counts jobs, `prompts` the prompts in the history."""

    all: int = 0
    session: int = 0
    picks: int = 0
    failed: int = 0
    trash: int = 0
    prompts: int = 0


class Cost(Struct, frozen=True):
    """Total cost of some pictures in US dollars, and the number of those with unknown cost."""

    usd: float
    unknown: int


class PromptUse(Struct, frozen=True):
    """A prompt of the history.

    Attributes:
        last: time of its last use.
        times: number of runs.
        picture: id of a picture made with it; "" for none.
    """

    prompt: str
    last: float
    times: int
    picture: str = ""


class Family(Struct, frozen=True, kw_only=True):
    """A picture with its ancestors and children.

    Attributes:
        ancestors: the pictures it was edited from, oldest first, ending with its parent.
        children: pictures edited from it, in order of arrival.
        drift: the picture's difference from its parent; None if not measured.
    """

    picture: Picture
    ancestors: tuple[Picture, ...] = ()
    children: tuple[Picture, ...] = ()
    drift: Drift | None = None


def local_midnight(moment: float, *, first: bool = False) -> float:
    """Start of the local day or month of a moment, by the time zone rules of that day."""
    day = time.localtime(moment)
    return time.mktime((day.tm_year, day.tm_mon, 1 if first else day.tm_mday, 0, 0, 0, 0, 0, -1))
