"""Monthly budget: the sum, the warnings, and runs that do not fit."""

from __future__ import annotations

import time

import pytest

from studio.domain import budget
from studio.domain.budget import Budget


@pytest.mark.parametrize(
    ("now", "run", "over"),
    [
        (Budget(limit=40.0, spent=39.0), 1.0, 0.0),
        (Budget(limit=40.0, spent=39.0), 1.27, 0.27),
        (Budget(limit=40.0, spent=39.0, coming=1.0), 0.27, 0.27),
        (Budget(limit=40.0, spent=50.0), 0.0, 0.0),  # the painter is free
        (Budget(limit=40.0, spent=39.0), None, 0.0),
        (Budget(limit=40.0, spent=41.0), None, 1.0),
        (Budget(limit=0.0, spent=1e6), 1e6, 0.0),  # no budget
        (Budget(limit=0.3, spent=0.1, coming=0.1), 0.1, 0.0),  # not for a rounding error
    ],
)
def test_a_run_fits_or_goes_past_by_so_much(now: Budget, run: float | None, over: float) -> None:
    assert now.over_by(run) == pytest.approx(over)


def test_with_everything_spent_a_run_of_unknown_price_goes_past_too() -> None:
    assert Budget(limit=40.0, spent=40.0).over_by(None) > 0


@pytest.mark.parametrize(
    ("spent", "near"), [(31.99, False), (32.0, True), (40.0, True), (99.0, True)]
)
def test_from_four_fifths_on_it_is_said(spent: float, near: bool) -> None:
    assert Budget(limit=40.0, spent=spent).nears(0.0) is near
    assert Budget(limit=40.0, spent=spent - 1.5, coming=0.5).nears(1.0) is near
    assert not Budget(limit=0.0, spent=spent).nears(0.0)
    assert not Budget(limit=0.0, spent=spent).nears(9.0)


def test_a_warning_is_remembered_for_its_month_and_its_limit() -> None:
    november = time.mktime((2026, 11, 3, 12, 0, 0, 0, 0, -1))
    december = time.mktime((2026, 12, 1, 0, 0, 1, 0, 0, -1))
    assert budget.mark(40.0, november) == "2026-11 40.00"
    assert len({budget.mark(40.0, november), budget.mark(50.0, november),
                budget.mark(40.0, december)}) == 3  # fmt: skip


def test_the_sentences_name_the_sums_and_what_is_not_in_them() -> None:
    now = Budget(limit=40.0, spent=39.0, coming=1.0)
    assert budget.question(now, 0.27, "November") == (
        "This run would take November to ≈ $40.27, above your $40 budget."
    )
    assert budget.warning(Budget(limit=12.5, spent=10.0, unknown=1), "November") == (
        "You've spent ≈ $10.00 of your $12.50 November budget. Not including 1 picture of "
        "unknown price."
    )
    assert "is unknown" in budget.question(now, None, "November")
    assert budget.question(now, 0.0, "November") == ""
    assert (
        budget.approach(now, 0.0, "November")
        == "This run would take November to ≈ $40.00 of your $40 budget."
    )
    assert budget.approach(Budget(limit=90.0), 1.0, "November") == ""
