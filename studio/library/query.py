"""Queries of a library, and the small values they return."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum

from studio.domain.entities import Parent, Picture


class View(StrEnum):
    """The fixed shelves of the sidebar."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which pictures, in which order.

    Attributes:
        words: what stands in the search field: words, phrases and tokens (see
            library/index/search_language.py).
        since: the start of this session, for `View.SESSION`.
        collection: id of the collection that is open; "" for none.
    """

    view: View = View.ALL
    words: str = ""
    sort: Sort = Sort.NEWEST
    hide_rejected: bool = False
    since: float = 0.0
    collection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection of pictures, or a search that was saved as one.

    Attributes:
        search: what it finds; "" where pictures are put in by hand.
        pictures: how many it has, those in the trash not counted; None where not counted.
    """

    id: str
    name: str
    search: str = ""
    pictures: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A change of the history.

    Attributes:
        sentence: what it did, in words.
        undone: it was taken back and can be done again.
    """

    id: str
    at: float
    sentence: str
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Pictures on each shelf; `failed` counts jobs; `words` is the number of prompts in history."""

    all: int = 0
    session: int = 0
    picks: int = 0
    failed: int = 0
    trash: int = 0
    prompts: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What some pictures cost together, in US dollars, and how many of them nobody knows of."""

    usd: float
    unknown: int


@dataclass(frozen=True, slots=True)
class PromptUse:
    """A prompt of the history: as written, when last used, how often."""

    prompt: str
    last: float
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A picture among its next of kin.

    Attributes:
        ancestors: the pictures it was edited from, oldest first, ending with its parent.
        inputs: everything that went into it, pictures of the library or not.
        children: pictures edited from it, in order of arrival.
    """

    picture: Picture
    ancestors: tuple[Picture, ...] = ()
    inputs: tuple[Parent, ...] = ()
    children: tuple[Picture, ...] = ()


def local_midnight(moment: float, *, first: bool = False) -> float:
    """When the local day of a moment began, or its month.

    The clock may have been put forward or back since then, so it is asked what held that day.
    """
    day = time.localtime(moment)
    return time.mktime((day.tm_year, day.tm_mon, 1 if first else day.tm_mday, 0, 0, 0, 0, 0, -1))
