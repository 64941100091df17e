"""Spending, as summed by the library and counted by the budget."""

from __future__ import annotations

from dataclasses import dataclass

WARN_AT = 0.8
"""Part of the month's budget from which on the user is warned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """Money spent by local date, in US dollars.

    Attributes:
        unknown: pictures of this month whose price nobody knows; they are not in the sums.
        maybe: requests of this month that brought nothing and may have been billed; nor are they.
    """

    today: float = 0.0
    month: float = 0.0
    unknown: int = 0
    maybe: int = 0
