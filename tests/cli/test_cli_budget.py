"""The month's budget on the command line: a line at four fifths, a refusal past the whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.program import KEY, CliProgram, Result
from tests.fake_service import FakeService

pytestmark = pytest.mark.usefixtures("warm")

PRICE = 0.0336
"""Of one 1K picture of the model that is asked, by the table."""


def budget(program: CliProgram, usd: float) -> None:
    """Set as the settings dialog writes it."""
    path = program.home / "config/settings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    kept: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {"version": 1}
    path.write_text(json.dumps({**kept, "budget_usd": usd}))


def ask(program: CliProgram, service: FakeService, *words: str) -> Result:
    return program(
        *("generate", "A lamp", "--model", "gemini-nano-banana-2.1", "--size", "1K", *words),
        *("--base-url", service.url, "--provider", "dgrid", "--json"),
        env={"GRIDBRUSH_API_KEY": KEY},
    )


def posts(service: FakeService) -> int:
    return sum(one.method == "POST" for one in service.requests)


def test_past_the_budget_nothing_is_sent_unless_it_is_said(
    program: CliProgram, service: FakeService
) -> None:
    budget(program, 2.5 * PRICE)
    first = ask(program, service)
    assert (first.code, "budget" in first.err) == (0, False)
    refused = ask(program, service, "--count", "2")
    assert (refused.code, refused.out) == (5, "")
    assert "above the monthly budget" in refused.err
    assert "--over-budget" in refused.err
    assert posts(service) == 1
    sent = ask(program, service, "--count", "2", "--over-budget")
    assert sent.code == 0
    assert "above your" in sent.err
    assert posts(service) == 3


def test_the_run_that_reaches_four_fifths_says_so(
    program: CliProgram, service: FakeService
) -> None:
    budget(program, 2.4 * PRICE)
    assert "of your" not in ask(program, service).err
    reaches = ask(program, service)
    assert reaches.code == 0
    assert "This run would take this month to ≈ $0.07 of your $0.08 budget." in reaches.err


def test_the_painter_is_never_over_budget(program: CliProgram) -> None:
    budget(program, 0.01)
    done = program("generate", "A lamp", "--model", "sketch", "--size", "512")
    assert done.code == 0


def test_stats_tell_what_was_spent_and_what_is_in_doubt(
    program: CliProgram, service: FakeService
) -> None:
    budget(program, 40.0)
    assert ask(program, service).code == 0
    (stats,) = program("library", "stats", "--json").events
    assert stats["month_usd"] > 0
    assert sum(stats["days_usd"].values()) == stats["month_usd"]
    assert (stats["month_unknown"], stats["month_maybe"], stats["budget_usd"]) == (0, 0, 40.0)
    words = program("library", "stats").out
    assert "Spent this month in USD: ≈ 0.03" in words
    assert "Monthly budget in USD: 40.00" in words
