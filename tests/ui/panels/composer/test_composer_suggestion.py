"""Fitting a draft to a model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.domain.aspect_ratios import nearest_aspect
from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import Reference, Role
from studio.domain.models import TIERS, Model, ModelState
from studio.ui.panels.composer import draft as drafting
from studio.ui.panels.composer.suggestion import (
    differences,
    fitting,
    in_order,
    nearest_size,
    suggest_draft,
)

ONE = Reference(sha256="1", media_type="image/png", role=Role.EDIT, name="one")
TWO = Reference(sha256="2", media_type="image/png", role=Role.STYLE, name="two")
SMALL = Model(
    id="small",
    title="Small",
    aspects=("1:1", "3:2", "16:9"),
    sizes=("1K",),
    references=1,
    seed=False,
    state=ModelState.CURRENT,
    pixel_table={"1:1": {"1K": (1024, 1024)}, "16:9": {"1K": (1344, 768)}},
)


def test_a_value_the_model_has_not_becomes_the_nearest_one_and_says_so() -> None:
    made = suggest_draft(Draft(aspect="21:9", size="4K"), SMALL)
    assert (made.sent.aspect, made.sent.size) == ("16:9", "1K")
    assert made.size_note == "4K not available, using 1K"
    assert made.aspect_note == "21:9 not available, using 16:9"


def test_the_users_own_value_stays_in_the_draft() -> None:
    draft = Draft(size="4K", seed=7)
    assert suggest_draft(draft, SMALL).sent.seed is None
    assert (draft.size, draft.seed) == ("4K", 7)


def test_references_beyond_the_limit_are_not_sent() -> None:
    made = suggest_draft(Draft(references=(ONE, TWO)), SMALL)
    assert made.sent.references == (ONE,)
    assert made.takes == 1


def test_an_unknown_model_is_asked_as_the_user_wrote() -> None:
    unknown = Model(id="x", title="x", aspects=("1:1",), sizes=("1K",))
    made = suggest_draft(Draft(aspect="7:3", size="8K"), unknown)
    assert (made.sent.aspect, made.sent.size, made.size_note) == ("7:3", "8K", "")


def test_match_is_offered_only_with_a_picture_that_is_sent() -> None:
    assert not suggest_draft(Draft(), SMALL).match
    assert suggest_draft(Draft(references=(ONE,)), SMALL).match
    none = Model(id="t", title="t", aspects=("1:1", "16:9"), sizes=(), references=0)
    made = suggest_draft(Draft(references=(ONE,), aspect=MATCH), none, input_ratio=1.8)
    assert made.sent.aspect == "16:9"


def test_match_gives_the_pixels_the_input_leads_to() -> None:
    draft = Draft(references=(ONE,), aspect=MATCH, size="1K")
    assert suggest_draft(draft, SMALL, input_ratio=1.7).pixels == (1344, 768)
    assert suggest_draft(draft, SMALL).pixels is None


@pytest.mark.parametrize(
    ("wanted", "nearest"), [("2K", "2K"), ("8K", "4K"), ("600", "512"), ("huge", "512")]
)
def test_sizes_are_compared_by_their_edge(wanted: str, nearest: str) -> None:
    assert nearest_size(wanted, ("512", "1K", "2K", "4K")) == nearest


def test_ratios_are_compared_by_proportion() -> None:
    assert nearest_aspect(0.5, ("1:1", "9:16", "2:3")) == "9:16"


def test_what_is_edited_stands_first() -> None:
    other = Reference(sha256="3", media_type="", role=Role.EDIT)
    order = in_order([TWO, ONE, other])
    assert [r.sha256 for r in order] == ["1", "3", "2"]


def test_of_several_sources_each_goes_alone_so_all_of_them_fit() -> None:
    sources = [Reference(sha256=f"s{n}", media_type="", role=Role.EDIT) for n in range(5)]
    draft = Draft(references=(*sources, TWO, replace(TWO, sha256="4")))
    assert len(fitting(draft, 3)) == 7, "one source and two references"
    assert [r.sha256 for r in fitting(draft, 2)][5:] == ["2"]
    assert len(fitting(draft, 1)) == 5
    assert fitting(draft, 0) == ()
    notes = drafting.notes_of(draft, replace(SMALL, references=2), ())
    assert [note.sent for note in notes] == [True] * 6 + [False]


def test_a_new_source_takes_the_place_of_the_old_one_and_chooses_match() -> None:
    draft = drafting.with_sources(Draft(references=(ONE, TWO)), [TWO])
    assert [(r.sha256, r.role) for r in draft.references] == [("2", Role.EDIT), ("2", Role.STYLE)]
    assert draft.aspect == MATCH


def test_with_the_last_picture_match_goes_back_to_the_ratio_before() -> None:
    draft = Draft(references=(ONE,), aspect=MATCH)
    assert drafting.without(draft, 0, aspect="3:2").aspect == "3:2"
    both = Draft(references=(ONE, TWO), aspect=MATCH)
    assert drafting.without_source(both, aspect="3:2").aspect == MATCH


def test_a_limit_of_ones_own_profile_is_kept_with_a_note() -> None:
    own = replace(SMALL, advisory=True, state=ModelState.CURRENT, sends_size=True)
    beyond = next(one for one in TIERS if one not in own.sizes)
    made = suggest_draft(Draft(aspect="9:21", size=beyond), own)
    assert (made.sent.aspect, made.sent.size) == ("9:21", beyond)
    assert made.aspect_note == f"{own.id} may not support 9:21; the service decides."
    assert made.size_note == f"{own.id} may not support {beyond}; the service decides."
    said = differences(Draft(aspect="9:21", size=beyond), own, made)
    assert said == f"{made.aspect_note} {made.size_note}", "each once"


def test_a_ratio_of_some_services_is_offered_on_ones_own_profile_only() -> None:
    model = replace(SMALL, some_aspects=("9:21",), state=ModelState.CURRENT)
    assert "9:21" not in suggest_draft(Draft(), model).aspects
    assert suggest_draft(Draft(), replace(model, advisory=True)).aspects[-1] == "9:21"


def test_a_model_of_one_size_says_so_once_on_ones_own_profile() -> None:
    lite = replace(SMALL, advisory=True, sends_size=False)
    draft = Draft(size="4K")
    made = suggest_draft(draft, lite)
    assert (made.sent.size, made.size_note) == ("1K", "4K not available, using 1K")
    assert differences(draft, lite, made) == "Small: 4K not available, using 1K."
