"""Texts of Generate in each situation of the design."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from studio.domain.budget import Budget
from studio.domain.drafts import Draft
from studio.domain.entities import Reference, Role
from studio.domain.markup import Mark, MarkKind, Markup, Point
from studio.providers.catalogue import Catalogue
from studio.ui.panels.composer.draft import notes_of
from studio.ui.panels.composer.quote import ButtonState, QuoteContext, money, quote
from studio.ui.panels.composer.submit import question, question_notice, run_of, situation
from studio.ui.panels.composer.suggestion import suggest_draft

CATALOGUE = Catalogue()
CORE = SimpleNamespace(
    queue=SimpleNamespace(waiting=0, running=0),
    budget=SimpleNamespace(standing=Budget),
    settings=SimpleNamespace(
        value=SimpleNamespace(at_once=3, confirm_above=2.0),
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


def test_searches_are_in_the_price_and_said() -> None:
    said = quote(replace(THREE, each_usd=0.148, search_usd=0.014))
    assert (said.price, said.detail) == ("≈ $0.44", "3 × $0.148, with search")
    assert said.description == "3 pictures, about $0.44, with search"
    unknown = quote(replace(THREE, each_usd=None, search_usd=0.014))
    assert unknown.price == "price ?"
    over = quote(replace(THREE, each_usd=0.148, search_usd=0.014, threshold=0.41))
    assert over.mood is ButtonState.OVER


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
    notice = question_notice(unknown, send=str, change_limit=str)
    assert notice is not None
    assert [action.label for action in notice.actions] == ["Change limit", "Generate anyway"]
    left = replace(unknown, budget=Budget(limit=40.0, spent=39.0))
    assert quote(left).mood is ButtonState.READY


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
    for now in (THREE, replace(THREE, variants=0), replace(THREE, others=9)):
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
        said = situation(draft, sent, model, CORE)  # type: ignore[arg-type]
        run = run_of(sent, model)
        assert said.pictures == len(run.requests) == 6
        assert said.each_usd == run.each_usd
        assert said.total_usd == run.total_usd


def test_formats_are_counted_with_their_price():
    said = quote(QuoteContext(variants=1, count=1, each_usd=0.134, sources=3, formats=3))
    assert (said.title, said.price) == ("Generate 3", "≈ $0.40")
    assert said.detail == "3 × $0.134"
    twice = quote(QuoteContext(variants=1, count=2, each_usd=0.134, sources=3, formats=3))
    assert twice.detail == "3 formats × 2 × $0.134"


def test_a_frame_inside_the_picture_is_a_free_crop():
    said = quote(QuoteContext(variants=0, count=1, each_usd=0.134, sources=0, crops=1))
    assert (said.title, said.price, said.mood) == ("Crop", "free", ButtonState.READY)
    assert said.description == "1 crop, free, nothing is sent"
    both = quote(QuoteContext(variants=1, count=1, each_usd=0.134, sources=2, formats=2, crops=1))
    assert both.title == "Generate 2"
    assert both.description == "2 pictures, about $0.27, and 1 free crop"
    offline = quote(
        QuoteContext(variants=1, count=1, each_usd=0, sources=1, formats=1, crops=1, offline=True)
    )
    assert offline.description == "1 picture, free, offline sketch, and 1 free crop"


def test_without_a_format_there_is_nothing_to_generate():
    said = quote(QuoteContext(variants=1, count=1, each_usd=0.134, conflicts=True))
    assert (said.mood, said.detail) == (ButtonState.QUIET, "remove region or frames")
    said = quote(QuoteContext(variants=1, count=1, each_usd=0.134, lacks_format=True))
    assert (said.mood, said.title, said.price) == (ButtonState.QUIET, "Generate", "tick a format")


def test_marks_are_counted_beside_the_pictures() -> None:
    one = QuoteContext(variants=1, count=1, each_usd=0.134, marks=3)
    said = quote(one)
    assert (said.price, said.detail) == ("≈ $0.13", "3 marks, 1 picture")
    assert said.description == "3 marks, 1 picture, about $0.13"
    said = quote(replace(one, count=4, marks=1))
    assert said.detail == "1 mark, 4 × $0.134"
    assert said.description == "1 mark, 4 pictures, about $0.54"
    offline = quote(replace(one, offline=True, each_usd=0.0))
    assert (offline.price, offline.detail) == ("free", "3 marks, 1 picture")
    assert quote(replace(one, others=9)).detail == "after 9 others"


def test_only_marks_that_are_sent_are_counted_and_they_need_no_prompt() -> None:
    model = CATALOGUE.find("dgrid", "gemini-3-pro-image")
    spot = (Point(0.5, 0.5),)
    source = Reference(sha256="0" * 64, media_type="image/png", role=Role.EDIT, name="harbour")
    told = Mark(kind=MarkKind.PIN, points=spot, sentence="Red")
    marks = (told, replace(told, sentence=" "), replace(told, hidden=True))
    draft = Draft(profile="dgrid", model=model.id, references=(source,), markup=Markup(marks=marks))

    def said(draft: Draft) -> tuple[int, int]:
        sent = suggest_draft(draft, model).sent
        now = situation(draft, sent, model, CORE)  # type: ignore[arg-type]
        return now.marks, now.pictures

    assert said(draft) == (1, 1)
    assert said(replace(draft, prompt="# a note")) == (1, 1)
    assert said(replace(draft, markup=Markup(marks=marks[1:]))) == (0, 0)
    assert said(replace(draft, prompt="Darker", markup=Markup(marks=marks[1:]))) == (0, 1)
    assert said(replace(draft, references=())) == (0, 0)
    (note,) = notes_of(draft, model, ())
    assert note.marks == 1
