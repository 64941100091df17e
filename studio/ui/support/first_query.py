"""First query of the window, and the grouping of its pictures into stacks."""

from __future__ import annotations

from studio.config.settings import Settings
from studio.domain.stacks import StackBy
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


def stacks_of(settings: Settings, query: Query) -> StackBy:
    """Grouping of a place's pictures into stacks, from the settings."""
    chosen = settings.stacks.get(query.collection or query.view.value, StackBy.OFF)
    return StackBy(chosen) if chosen in set(StackBy) else StackBy.OFF
