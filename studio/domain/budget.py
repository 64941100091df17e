"""Monthly budget: amount spent, warnings, and whether a run fits.

Arithmetic and sentences for window and command line; `app/budget.py` keeps the sums. Prices come
from dated tables, so every sum is an estimate; pictures without a known price are not included.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from studio.common.i18n import _, dollars, ngettext, number, sentences
from studio.domain.spend import WARN_AT

_CENT = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """This month's spending and limit.

    Attributes:
        limit: US dollars a month; 0 for no budget.
        spent: US dollars of this month, as far as prices are known.
        coming: estimated US dollars of queued and running jobs.
        unknown: number of finished and expected pictures without a known price.
    """

    limit: float = 0.0
    spent: float = 0.0
    coming: float = 0.0
    unknown: int = 0

    def after(self, run_usd: float | None) -> float:
        """This month's spending in US dollars after a run of that price."""
        return self.spent + self.coming + (run_usd or 0.0)

    def over_by(self, run_usd: float | None) -> float:
        """US dollars by which a run would exceed the budget; 0 if it fits.

        A free run always fits; one of unknown price fits while some of the budget is left.
        """
        if not self.limit or run_usd == 0.0:
            return 0.0
        over = self.after(run_usd) - self.limit
        if run_usd is None:
            return max(over, _CENT) if over >= 0 else 0.0
        return over if over > _CENT else 0.0

    def nears(self, run_usd: float | None) -> bool:
        """Whether the budget is nearly spent after a run of that price."""
        return bool(self.limit) and self.after(run_usd) >= WARN_AT * self.limit


def mark(limit: float, now: float | None = None) -> str:
    """Key of a warning already shown: its month and limit."""
    return f"{time.strftime('%Y-%m', time.localtime(now))} {limit:.2f}"


def warning(budget: Budget, month: str) -> str:
    """Warning that most of the budget is spent."""
    words = _("You've spent {spent} of your {limit} {month} budget.").format(
        spent=about(budget.spent), limit=plain(budget.limit), month=month
    )
    return _with_unknown(words, budget.unknown)


def approach(budget: Budget, run_usd: float | None, month: str) -> str:
    """Warning that a run uses most of the remaining budget; empty if it does not."""
    if not budget.nears(run_usd):
        return ""
    words = _("This run would take {month} to {sum} of your {limit} budget.").format(
        month=month, sum=about(budget.after(run_usd)), limit=plain(budget.limit)
    )
    return _with_unknown(words, budget.unknown + (run_usd is None))


def question(budget: Budget, run_usd: float | None, month: str) -> str:
    """Warning that a run would exceed the budget; empty if it fits."""
    if not budget.over_by(run_usd):
        return ""
    if run_usd is None:
        words = _("Your {limit} budget for {month} is spent, and the price of this run is unknown.")
        return words.format(limit=plain(budget.limit), month=month)
    words = _("This run would take {month} to {sum}, above your {limit} budget.").format(
        month=month, sum=about(budget.after(run_usd)), limit=plain(budget.limit)
    )
    return _with_unknown(words, budget.unknown)


def _with_unknown(words: str, unknown: int) -> str:
    if not unknown:
        return words
    more = ngettext(
        "Not including {n} picture of unknown price.",
        "Not including {n} pictures of unknown price.",
        unknown,
    ).format(n=number(unknown))
    return sentences(words, more)


def plain(usd: float) -> str:
    """A limit without needless decimals: "$40", "$12.50"."""
    cents = round(usd * 100) % 100
    return dollars(usd, 2 if cents else 0)


def about(usd: float) -> str:
    """A sum of estimates: "≈ $14.90"."""
    return f"≈ {dollars(usd)}"
