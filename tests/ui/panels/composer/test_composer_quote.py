"""What Generate says in each situation of the design."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from studio.domain.budget import Budget
from studio.domain.drafts import Draft
from studio.domain.entities import GenerationRequest, Job
from studio.domain.events import JobChanged, JobsRemoved
from studio.domain.runs import Run
from studio.domain.spend import Spend
from studio.providers.catalogue import Catalogue
from studio.ui.panels.composer.quote import ButtonState, QuoteContext, money, quote
from studio.ui.panels.composer.submit import BudgetTracker, answers, question, run_of, situation
from studio.ui.panels.composer.suggestion import suggest_draft

CATALOGUE = Catalogue()
CORE = SimpleNamespace(
    queue=SimpleNamespace(waiting=0, running=0, jobs={}),
    settings=SimpleNamespace(
        value=SimpleNamespace(at_once=3, confirm_above=2.0, budget_usd=0.0),
    ),
)
THREE = QuoteContext(variants=3, count=1, each_usd=0.134)


def test_ready() -> None:
    said = quote(THREE)
    assert (said.title, said.price, said.detail) == ("Generate 3", "≈ $0.40", "3 × $0.134")
    assert said.description == "3 pictures, about $0.40"
    assert said.mood is ButtonState.READY


def test_variants_times_count() -> None:
    said = quote(replace(THREE, count=2))
    assert (said.title, said.detail) == ("Generate 6", "3 variants × 2 × $0.134")


def test_several_sources_are_edited_one_each() -> None:
    said = quote(QuoteContext(variants=1, count=1, each_usd=0.134, sources=5))
    assert (said.title, said.detail) == ("Generate 5", "5 × $0.134")
    said = quote(replace(THREE, count=2, sources=5, threshold=9.0))
    assert (said.title, said.detail) == ("Generate 30", "5 sources × 3 variants × 2 × $0.134")
    said = quote(replace(THREE, variants=0, sources=5))
    assert said.title == "Generate", "without words nothing is sent"


def test_nothing_written() -> None:
    said = quote(replace(THREE, variants=0))
    assert (said.title, said.detail, said.mood) == (
        "Generate",
        "write a prompt first",
        ButtonState.QUIET,
    )


def test_the_offline_painter_is_free() -> None:
    said = quote(QuoteContext(variants=2, count=1, each_usd=0.0, offline=True))
    assert (said.title, said.price, said.detail) == ("Generate 2", "free", "offline sketch")


def test_over_the_users_own_threshold() -> None:
    said = quote(replace(THREE, count=8, threshold=2.0))
    assert said.mood is ButtonState.OVER
    assert said.detail == "asks first, over $2.00"


def test_past_the_months_budget() -> None:
    said = quote(replace(THREE, budget=Budget(limit=40.0, spent=39.868)))
    assert (said.mood, said.price, said.detail) == (ButtonState.OVER, "≈ $0.40", "over by $0.27")
    assert said.description == "3 pictures, about $0.40, over by $0.27"
    fits = quote(replace(THREE, budget=Budget(limit=40.0, spent=39.0)))
    assert fits.mood is ButtonState.READY


def test_the_painter_is_in_no_budget() -> None:
    spent = Budget(limit=40.0, spent=50.0)
    assert quote(
        QuoteContext(variants=1, count=1, each_usd=0.0, offline=True, budget=spent)
    ).mood is (ButtonState.READY)


def test_an_unknown_price_goes_past_a_budget_that_is_spent() -> None:
    unknown = QuoteContext(
        variants=1, count=1, each_usd=None, budget=Budget(limit=40.0, spent=40.0)
    )
    assert quote(unknown).mood is ButtonState.OVER
    assert "is unknown" in question(unknown)
    assert [name for name, _words in answers(unknown)] == ["limit", "anyway"]
    left = replace(unknown, budget=Budget(limit=40.0, spent=39.0))
    assert quote(left).mood is ButtonState.READY


def test_the_sum_of_a_month_counts_what_has_just_ended() -> None:
    """A job that left the queue is in the purse until the library has summed up again."""
    purse, core = BudgetTracker(), SimpleNamespace(
        settings=SimpleNamespace(value=SimpleNamespace(budget_usd=40.0)),
        queue=SimpleNamespace(jobs={}),
    )  # fmt: skip
    request = GenerationRequest(profile="dgrid", model="m", prompt="p")
    job = Job(id="j", run="r", request=request, created=0.0, estimate_usd=0.5)

    def spent() -> float:
        found = purse.budget(core)  # type: ignore[arg-type]
        assert found is not None
        return found.after(0.0)

    purse.set_spend(Spend(month=10.0))
    core.queue.jobs["j"] = job
    purse.on_core_event(JobChanged(job))
    assert spent() == 10.5
    del core.queue.jobs["j"]
    purse.on_core_event(JobsRemoved(("j",)))
    assert spent() == 10.5
    # A sum that was under way when the picture came may not have it.
    purse.set_spend(Spend(month=10.0))
    assert spent() == 10.5
    purse.summing()
    purse.set_spend(Spend(month=10.5))
    assert spent() == 10.5
    purse.send(Run(id="r2", requests=(request, request), names=("", ""), each_usd=0.25))
    assert spent() == 11.0
    for name in ("k", "l"):
        core.queue.jobs[name] = replace(job, id=name, run="r2", estimate_usd=0.25)
        purse.on_core_event(JobChanged(core.queue.jobs[name]))
        assert spent() == 11.0
    purse.send(Run(id="refused", requests=(request,), names=("",), each_usd=5.0))
    assert spent() == 16.0
    purse.set_spend(Spend(month=10.5))
    assert spent() == 16.0
    purse.set_spend(Spend(month=10.5))
    assert spent() == 11.0
    core.settings.value.budget_usd = 0.0
    assert purse.budget(core) is None  # type: ignore[arg-type]


def test_without_network() -> None:
    said = quote(replace(THREE, network=False))
    assert (said.title, said.detail, said.mood) == (
        "Generate 3",
        "waiting for the network",
        ButtonState.QUIET,
    )


def test_price_unknown() -> None:
    said = quote(QuoteContext(variants=1, count=1, each_usd=None))
    assert (said.title, said.price, said.detail) == (
        "Generate",
        "price ?",
        "unknown price for this model",
    )
    assert said.description == "1 picture, price unknown"


def test_a_long_queue() -> None:
    assert quote(replace(THREE, others=9)).detail == "after 9 others"


def test_the_title_always_begins_with_generate() -> None:
    for now in (THREE, replace(THREE, variants=0), replace(THREE, network=False)):
        assert quote(now).title.startswith("Generate")


def test_money() -> None:
    assert money(0.134, each=True) == "$0.134"
    assert money(0.24, each=True) == "$0.24"
    assert money(0.0336) == "$0.034"
    assert money(1234.5) == "$1,234.50"


@pytest.mark.parametrize("id", [model.id for model in CATALOGUE.models("dgrid")])
def test_what_generate_says_is_what_the_run_and_its_jobs_are_estimated_at(id: str) -> None:
    model = CATALOGUE.find("dgrid", id)
    for size in (*model.sizes, "4K", "1000x1000"):
        draft = Draft(profile="dgrid", model=id, prompt="a {b|c|d}", size=size, count=2)
        sent = suggest_draft(draft, model).sent
        said = situation(draft, sent, model, CORE, BudgetTracker(), net=True)  # type: ignore[arg-type]
        run = run_of(sent, model)
        assert said.pictures == len(run.requests) == 6
        assert said.each_usd == run.each_usd
        assert said.total_usd == run.total_usd
