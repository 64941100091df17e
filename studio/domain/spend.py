"""Spending, as summed by the library and counted by the budget."""

from __future__ import annotations

from msgspec import Struct

WARN_AT = 0.8
"""Fraction of the month's budget from which the user is warned."""


class Spend(Struct, frozen=True, kw_only=True):
    """Money spent by local date, in US dollars.

    Attributes:
        unknown: number of this month's pictures of unknown price, which are not in the sums.
        maybe: number of this month's requests that brought no picture but may have been billed,
            which are not in the sums either.
    """

    today: float = 0.0
    month: float = 0.0
    unknown: int = 0
    maybe: int = 0


class Outlay(Struct, frozen=True, kw_only=True):
    """Money spent on some pictures, and the number of them that were kept.

    Attributes:
        usd: sum of the known costs.
        unknown: number of pictures without a known cost.
        made: number of pictures, including those trashed or deleted since.
        kept: number of those that are picked.
    """

    usd: float = 0.0
    unknown: int = 0
    made: int = 0
    kept: int = 0

    def __add__(self, other: Outlay) -> Outlay:
        return Outlay(
            usd=self.usd + other.usd,
            unknown=self.unknown + other.unknown,
            made=self.made + other.made,
            kept=self.kept + other.kept,
        )
