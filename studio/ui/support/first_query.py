"""First query of the window."""

from __future__ import annotations

from studio.config.settings import Settings
from studio.library.query import Query, Sort


def first_query(settings: Settings, since: float) -> Query:
    """The whole library in the user's last order; `since` is the start of this session."""
    sort = Sort(settings.sort) if settings.sort in set(Sort) else Sort.NEWEST
    return Query(
        sort=sort,
        hide_rejected=settings.hide_rejected,
        least_stars=settings.least_stars,
        since=since,
    )
