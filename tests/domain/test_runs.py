"""From a draft to the requests of a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.common.errors import InputError
from studio.domain import guides
from studio.domain.drafts import Draft
from studio.domain.entities import (
    Advanced,
    AspectRatio,
    Conversation,
    ConversationOrigin,
    Parent,
    Picture,
    Reference,
    Role,
    SafetySetting,
)
from studio.domain.markup import Frame, Mark, MarkKind, Markup, Point, Region, Stroke, StrokeKind
from studio.domain.prompt_variants import expand
from studio.domain.request_fields import choice_warnings
from studio.domain.runs import (
    MOST_SEED,
    again,
    draft_of,
    left_out,
    limit_warnings,
    plan,
    variations,
    words_only,
)
from studio.domain.sentences import DEFAULTS, GUIDES, GuideWords
from studio.providers.catalogue import Catalogue

CATALOGUE = Catalogue()
SEEDED = "gemini-3.1-flash-image"
REFERENCE = Reference(sha256="ab", media_type="image/png", role=Role.EDIT, picture="p1", name="sea")
OTHER = replace(REFERENCE, sha256="cd", picture="p2", name="hill")
STYLE = replace(REFERENCE, sha256="ef", picture="p3", role=Role.STYLE)


def run(model="gemini-nano-banana-2.1", **choices):
    draft = Draft(**{"prompt": "a cat", "profile": "dgrid", "model": model, **choices})
    return plan(draft, CATALOGUE.find("dgrid", model), expand(draft.prompt))


def test_prompt_times_count_in_reading_order_each_with_its_seed():
    made = run(SEEDED, prompt="{dusk|dawn} sea", count=2, seed=40, aspect="16:9", size="2k")
    assert [(one.prompt, one.seed) for one in made.requests] == [
        ("dusk sea", 40),
        ("dusk sea", 41),
        ("dawn sea", 40),
        ("dawn sea", 41),
    ]
    assert made.names == ("dusk", "dusk", "dawn", "dawn")
    first = made.requests[0]
    assert (first.aspect, first.size) == (AspectRatio(16, 9), "2K")
    assert first.source_prompt == "{dusk|dawn} sea"
    assert (made.each_usd, made.total_usd) == (0.1008, pytest.approx(0.4032))


def test_an_automatic_seed_is_not_sent_and_an_unknown_price_stays_unknown():
    made = run(model="acme-image", count=3)
    assert [one.seed for one in made.requests] == [None] * 3
    assert made.each_usd is made.total_usd is None
    assert made.names == ("a cat",) * 3


@pytest.mark.parametrize(("count", "asks"), [(1, False), (16, False), (17, True), (256, True)])
def test_more_than_sixteen_pictures_ask_first(count, asks):
    assert run(count=count).needs_confirmation is asks


def test_half_a_sign_becomes_a_question_mark():
    (request,) = run(prompt="a \ud83d cat").requests
    assert request.prompt == request.source_prompt == "a ? cat"


def test_match_leaves_the_aspect_to_the_picture():
    assert run(aspect="match", references=(REFERENCE,)).requests[0].aspect is None


def test_the_users_own_size_passes_unchanged():
    assert run(size="1024x1024").requests[0].size == "1024x1024"


def test_a_picture_may_go_without_words():
    (request,) = run(prompt="", references=(REFERENCE,)).requests
    assert request.edited == REFERENCE


def test_of_several_sources_each_is_edited_by_itself_beside_the_same_references():
    made = run(SEEDED, references=(REFERENCE, OTHER, STYLE), count=2, seed=7)
    sent = [(one.edited, one.references[1:], one.seed) for one in made.requests]
    style = replace(STYLE, sentence=DEFAULTS[Role.STYLE])
    assert sent == [
        (REFERENCE, (style,), 7),
        (REFERENCE, (style,), 8),
        (OTHER, (style,), 7),
        (OTHER, (style,), 8),
    ]
    assert made.names == ("sea", "sea", "hill", "hill"), "what sets them apart is the source"
    variants = run(references=(REFERENCE, OTHER), prompt="at {dusk|dawn}")
    assert [(one.edited, one.prompt) for one in variants.requests] == [
        (REFERENCE, "at dusk"),
        (REFERENCE, "at dawn"),
        (OTHER, "at dusk"),
        (OTHER, "at dawn"),
    ]
    assert variants.names == ("dusk", "dawn") * 2


def test_each_source_goes_on_with_its_own_conversation():
    model = "gemini-nano-banana-2.1"
    talk = ConversationOrigin(profile="dgrid", model=model, turns=1)
    made = run(references=(replace(REFERENCE, talk=talk), OTHER))
    assert [one.continues for one in made.requests] == ["p1", None]


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"prompt": ""}, "Write a prompt first"),
        ({"prompt": "# only a note"}, "Write a prompt first"),
        ({"prompt": "x" * 32_001}, "too long"),
        ({"count": 257}, "Too many pictures"),
        ({"prompt": "{a|b}", "count": 129}, "Too many pictures"),
        ({"count": 0}, "at least 1"),
        ({"seed": -1}, "seed"),
        ({"seed": MOST_SEED, "count": 2}, "seed"),
        ({"aspect": "wide"}, "wide is not an aspect ratio"),
        ({"aspect": "7:3"}, "does not support 7:3"),
        ({"size": "512"}, "does not support 512"),
        ({"size": "big one"}, "not a size"),
        ({"references": (STYLE,) * 15}, "accepts 14 pictures"),
        ({"references": (REFERENCE, OTHER, *(STYLE,) * 14)}, "accepts 14 pictures"),
        ({"references": (REFERENCE, OTHER), "count": 129}, "Too many pictures"),
    ],
)
def test_what_cannot_be_sent_is_said_before_it_costs(choices, says):
    with pytest.raises(InputError) as caught:
        run(**choices)
    assert says in f"{caught.value.title} {caught.value.message}"


PICTURE = Picture(
    id="p2",
    path="x.png",
    sha256="cd",
    media_type="image/png",
    width=1,
    height=1,
    bytes=1,
    created=0.0,
    prompt="a {literal} sea",
    source_prompt="a \\{literal\\} {sea|lake}",
    model="gemini-3-pro-image",
    profile="dgrid",
    asked_aspect="3:2",
    asked_size="4K",
    seed=7,
    parents=(Parent(sha256="ab", role=Role.EDIT, picture="p1", name="n"),),
)


def test_remix_gives_back_prompt_pictures_and_choices():
    draft = again(PICTURE)
    assert draft.prompt == PICTURE.source_prompt
    assert (draft.model, draft.aspect, draft.size, draft.seed) == (
        "gemini-3-pro-image",
        "3:2",
        "4K",
        7,
    )
    (reference,) = draft.references
    assert (reference.sha256, reference.role, reference.picture) == ("ab", Role.EDIT, "p1")


def test_variations_send_the_same_words_and_pictures_with_new_seeds():
    made = variations(PICTURE, CATALOGUE.find("dgrid", PICTURE.model), 4)
    assert {one.prompt for one in made.requests} == {"a {literal} sea"}
    assert [one.seed for one in made.requests] == [None] * 4
    assert made.requests[0].references[0].sha256 == "ab"
    assert made.requests[0].aspect == AspectRatio(3, 2)


def test_braces_of_a_prompt_that_was_sent_are_no_alternatives_in_the_next_draft():
    picture = replace(PICTURE, prompt="a {red|blue} boat", source_prompt="")
    assert expand(again(picture).prompt) == (picture.prompt,)
    (request,) = variations(picture, CATALOGUE.find("dgrid", PICTURE.model), 1).requests
    assert request.prompt == picture.prompt
    assert expand(request.source_prompt) == (picture.prompt,)


ADVANCED = Advanced(
    system="Flat.",
    temperature=0.2,
    thinking="high",
    search=True,
    safety=(SafetySetting("HARASSMENT", "OFF"),),
)


def test_remix_gives_back_the_seldom_made_choices_and_the_next_picture_has_them_again():
    assert again(PICTURE).advanced == Advanced()
    picture = replace(PICTURE, advanced=ADVANCED, model="gemini-3.1-flash-image")
    assert again(picture).advanced == ADVANCED
    made = variations(picture, CATALOGUE.find("dgrid", picture.model), 1)
    assert made.requests[0].advanced == ADVANCED


def test_variations_leave_out_what_the_model_cannot_be_told_any_more():
    picture = replace(PICTURE, advanced=ADVANCED, model="gemini-2.5-flash-image", asked_size="1K")
    made = variations(picture, CATALOGUE.find("dgrid", picture.model), 1)
    assert made.requests[0].advanced == replace(ADVANCED, thinking="", search=False)


@pytest.mark.parametrize(
    ("advanced", "says"),
    [
        (Advanced(temperature=2.5), "from 0 to 2"),
        (Advanced(temperature=float("nan")), "from 0 to 2"),
        (Advanced(thinking="low"), "Available: minimal, medium, high."),
    ],
)
def test_a_choice_that_is_none_is_refused(advanced, says):
    with pytest.raises(InputError) as caught:
        run(advanced=advanced)
    assert says in caught.value.message


def test_an_instruction_of_nothing_but_space_is_none():
    assert run(advanced=Advanced(system=" \n")).requests[0].system == ""


TALK = ConversationOrigin(profile="dgrid", model="gemini-nano-banana-2.1", turns=2)


@pytest.mark.parametrize(
    ("change", "goes_on"),
    [
        ({}, True),
        ({"continues": False}, False),
        ({"profile": "google"}, False),
        ({"model": "gemini-3-pro-image"}, False),
        ({"references": (REFERENCE,)}, False),
        ({"references": (replace(REFERENCE, role=Role.FREE, talk=TALK),)}, False),
    ],
)
def test_an_edit_goes_on_only_with_whom_the_picture_came_from(change, goes_on):
    asked = {"references": (replace(REFERENCE, talk=TALK),), "aspect": "match", **change}
    found = run(**asked).requests[0].continues
    assert found == ("p1" if goes_on else None)


def test_variations_and_remix_go_on_from_where_the_picture_did():
    kept = Conversation(parts="0", pictures=("p2",), after="p1", turns=3)
    edge = Parent(sha256="ab", role=Role.EDIT, picture="p1")
    picture = replace(
        PICTURE, model=TALK.model, profile=TALK.profile, parents=(edge,), conversation=kept
    )
    assert again(picture).references[0].talk == TALK
    model = CATALOGUE.find("dgrid", picture.model)
    assert {one.continues for one in variations(picture, model, 2).requests} == {"p1"}
    alone = replace(picture, conversation=replace(kept, after=None, turns=1))
    assert again(alone).references[0].talk is None
    assert variations(alone, model, 1).requests[0].continues is None


def test_what_a_failed_job_asked_for_comes_back_whole():
    made = run(
        SEEDED,
        prompt="a {red|blue} kite",
        references=(REFERENCE,),
        aspect="16:9",
        size="2K",
        seed=7,
        advanced=ADVANCED,
    )
    back = draft_of(made.requests[1])
    assert back == Draft(
        prompt="a blue kite",
        references=(REFERENCE,),
        profile="dgrid",
        model=SEEDED,
        aspect="16:9",
        size="2K",
        seed=7,
        advanced=ADVANCED,
    )


BEST = CATALOGUE.find("dgrid", "gemini-nano-banana-2.1")
OWN = CATALOGUE.find("my own", "gemini-nano-banana-2.1")


def planned(model, **choices):
    draft = Draft(**{"prompt": "a cat", "profile": "x", "model": model.id, **choices})
    return draft, plan(draft, model, expand(draft.prompt)).requests[0]


def test_a_seed_and_a_temperature_the_model_does_not_take_are_left_out_with_a_sentence():
    draft, request = planned(BEST, seed=7, advanced=Advanced(temperature=0.4, system="Flat."))
    assert (request.seed, request.advanced) == (None, Advanced(system="Flat."))
    assert choice_warnings(BEST.id, left_out(draft, BEST)) == [
        "gemini-nano-banana-2.1 does not support seeds; results will differ.",
        "gemini-nano-banana-2.1 does not support a temperature; its default is used.",
    ]
    assert left_out(replace(draft, seed=None, advanced=Advanced()), BEST) == set()


@pytest.mark.parametrize(
    ("field", "advanced"),
    [
        ("thinkingConfig", Advanced(thinking="high")),
        ("tools", Advanced(search=True)),
        ("safetySettings", Advanced(safety=(SafetySetting("HARASSMENT", "OFF"),))),
    ],
)
def test_what_the_service_refused_is_left_out_and_nothing_else(field, advanced):
    model = CATALOGUE.find("dgrid", "acme/image-9").without({field})
    draft, request = planned(model, advanced=advanced)
    assert request.advanced == Advanced()
    assert left_out(draft, model) == {field}
    assert len(choice_warnings(model.id, left_out(draft, model))) == 1


def test_a_refused_instruction_is_still_a_choice_because_the_prompt_has_it():
    model = CATALOGUE.find("dgrid", "acme/image-9").without({"systemInstruction"})
    draft, request = planned(model, advanced=Advanced(system="Flat."))
    assert request.system == "Flat."
    assert left_out(draft, model) == set()


def test_on_a_profile_of_ones_own_the_limits_warn_and_the_service_decides():
    many = tuple(replace(STYLE, sha256=f"{number:02}") for number in range(15))
    choices = {"aspect": "9:21", "size": "512", "references": many}
    draft, request = planned(OWN, **choices)
    assert (str(request.aspect), request.size, len(request.references)) == ("9:21", "512", 15)
    assert limit_warnings(draft, OWN).sentences == [
        "gemini-nano-banana-2.1 may not support 9:21; the service decides.",
        "gemini-nano-banana-2.1 may not support 512; the service decides.",
        "gemini-nano-banana-2.1 may not accept 15 references; the service decides.",
    ]
    for name, value in choices.items():
        with pytest.raises(InputError):
            planned(BEST, **{name: value})
        assert limit_warnings(replace(draft, **{name: value}), BEST).sentences == []
    for within in ("16:9", " 16x9 ", "match"):
        assert limit_warnings(planned(OWN, aspect=within)[0], OWN).sentences == []


def test_a_model_of_one_size_is_sent_none_and_costs_what_that_one_does():
    lite = CATALOGUE.find("my own", "gemini-3.1-flash-lite-image")
    draft, request = planned(lite, size="4K")
    assert request.size == "1K"
    assert limit_warnings(draft, lite).size == (
        "gemini-3.1-flash-lite-image makes pictures of one size; 4K is not sent."
    )


def test_words_that_are_no_ratio_and_no_size_are_refused_on_any_profile():
    for wrong in ({"aspect": "wide"}, {"size": "very large"}):
        with pytest.raises(InputError):
            planned(OWN, **wrong)


def test_a_request_has_the_sentence_of_each_role_and_a_changed_one_goes_first():
    own = replace(STYLE, sha256="12", sentence="Only its paper.")
    silent = replace(STYLE, sha256="34", sentence="")
    free = replace(STYLE, sha256="56", role=Role.FREE, sentence="left from another role")
    draft = Draft(prompt="p", profile="dgrid", model="gemini-nano-banana-2.1")
    draft = replace(draft, references=(REFERENCE, STYLE, own, silent, free))
    model = CATALOGUE.find("dgrid", draft.model)
    (request,) = plan(draft, model, ("p",), sentences={Role.STYLE: "In my style."}).requests
    assert [one.sentence for one in request.references] == [
        None,
        "In my style.",
        "Only its paper.",
        "",
        None,
    ]


def test_a_picture_is_made_again_with_the_sentence_that_was_sent():
    parents = tuple(
        Parent(sha256=str(number), role=Role.STYLE, sentence=sentence)
        for number, sentence in enumerate(("As it was sent.", "", None))
    )
    picture = replace(PICTURE, parents=parents)
    assert [one.sentence for one in again(picture).references] == ["As it was sent.", "", None]
    model = CATALOGUE.find("dgrid", PICTURE.model)
    changed = {Role.STYLE: "Changed since."}
    (request,) = variations(picture, model, 1, sentences=changed).requests
    sent = [one.sentence for one in request.references]
    assert sent == ["As it was sent.", "", "Changed since."]


def test_a_sentence_from_a_file_is_sent_in_one_line_and_not_at_any_length():
    model = CATALOGUE.find("dgrid", "gemini-nano-banana-2.1")
    odd = replace(STYLE, sentence="One.\n\nPicture [2]:\0 two.\ud800")
    draft = Draft(prompt="p", profile="dgrid", model=model.id, references=(odd,))
    (request,) = plan(draft, model, ("p",)).requests
    assert request.references[0].sentence == "One. Picture [2]: two."
    long = replace(STYLE, sentence="x" * 501)
    with pytest.raises(InputError, match="too long"):
        plan(replace(draft, references=(long,)), model, ("p",))


PIN = Mark(kind=MarkKind.PIN, points=(Point(0.2, 0.8),), sentence="Make this boat red")
MARKED = Markup(marks=(PIN,))
WIDE = Frame(left=-0.5, top=0, right=1.5, bottom=1, aspect="16:9")
FREE = Frame(left=-0.1, top=-0.1, right=1.1, bottom=1.3)
TALL = Frame(left=0, top=-0.5, right=1, bottom=1.5, aspect="9:16")
GUIDE = Reference(sha256="99", media_type="image/png", role=Role.MASK)


def test_marks_go_with_every_picture_of_the_run():
    made = run(SEEDED, prompt="{a|b}", count=2, references=(REFERENCE, STYLE), markup=MARKED)
    assert [one.markup for one in made.requests] == [MARKED] * 4


def test_each_frame_is_a_request_named_by_its_ratio():
    made = run(references=(REFERENCE,), markup=Markup(frames=(WIDE, TALL)), count=2)
    assert [one.markup for one in made.requests] == [
        Markup(frames=(WIDE,)),
        Markup(frames=(WIDE,)),
        Markup(frames=(TALL,)),
        Markup(frames=(TALL,)),
    ]
    assert made.names == ("16:9", "16:9", "9:16", "9:16")
    with pytest.raises(InputError, match="Too many pictures"):
        run(references=(REFERENCE,), markup=Markup(frames=(WIDE, TALL)), count=129)


def test_a_crop_is_not_sent_and_not_counted():
    inside = replace(WIDE, left=0, right=0.5)
    draft = Draft(references=(REFERENCE,), markup=Markup(frames=(inside, WIDE, TALL)))
    assert draft.versions == 2
    assert replace(draft, markup=Markup(frames=(inside,))).versions == 0
    assert replace(draft, references=()).versions == 1
    made = run(references=(REFERENCE,), markup=draft.markup)
    assert [one.markup for one in made.requests] == [
        Markup(frames=(WIDE,)),
        Markup(frames=(TALL,)),
    ]


def test_without_a_picture_to_draw_on_there_is_no_markup():
    assert run(references=(STYLE,), markup=MARKED).requests[0].markup is None
    assert run(references=(REFERENCE,)).requests[0].markup is None


@pytest.mark.parametrize(
    ("markup", "says"),
    [
        (Markup(region=Region()), "Paint a region first"),
        (Markup(frames=(replace(WIDE, left=0, right=0.5),)), "is a crop"),
        (Markup(frames=(replace(WIDE, left=-300, right=301),)), "too large"),
        (Markup(marks=(replace(PIN, points=(Point(0.5, 65.0),)),)), "Too many marks or strokes"),
        (
            Markup(
                region=Region(strokes=(Stroke(kind=StrokeKind.LASSO, points=PIN.points),)),
                frames=(WIDE,),
            ),
            "cannot be sent together",
        ),
    ],
)
def test_a_markup_that_cannot_be_sent_is_refused(markup, says):
    with pytest.raises(InputError, match=says):
        run(references=(REFERENCE,), markup=markup)


def test_marks_are_not_sent_with_several_sources():
    with pytest.raises(InputError, match="for one picture"):
        run(references=(REFERENCE, OTHER), markup=MARKED)


def test_a_marked_picture_goes_outside_its_conversation():
    origin = ConversationOrigin(profile="dgrid", model=SEEDED, turns=1)
    talked = replace(REFERENCE, talk=origin)
    assert run(SEEDED, references=(talked,)).requests[0].continues == "p1"
    assert run(SEEDED, references=(talked,), markup=MARKED).requests[0].continues is None
    silent = Markup(marks=(replace(PIN, sentence=""),))
    (request,) = run(SEEDED, references=(talked,), markup=silent).requests
    assert (request.continues, request.markup) == ("p1", silent)


def test_remix_variations_and_edit_prompt_keep_the_markup_and_draw_it_anew():
    parents = (
        Parent(sha256="cd", role=Role.EDIT, picture="p2"),
        Parent(sha256="99", role=Role.MASK),
    )
    picture = replace(PICTURE, parents=parents, markup=MARKED)
    assert again(picture).markup == MARKED
    assert [one.role for one in again(picture).references] == [Role.EDIT]
    made = variations(picture, CATALOGUE.find("dgrid", PICTURE.model), 2)
    assert [one.markup for one in made.requests] == [MARKED] * 2
    request = replace(made.requests[0], references=(*made.requests[0].references, GUIDE))
    assert draft_of(request).markup == MARKED
    assert GUIDE not in draft_of(request).references
    # A mask of an earlier version stays.
    assert draft_of(replace(request, markup=None)).references[-1] == GUIDE


def test_without_marks_their_sentences_are_words_of_the_prompt():
    braces = replace(PIN, sentence="# {a|b}\nred")
    parents = (Parent(sha256="cd", role=Role.EDIT, picture="p2"),)
    marked = replace(
        PICTURE,
        parents=parents,
        source_prompt="Keep {it|all}.",
        markup=Markup(marks=(PIN, replace(PIN, sentence=""), braces)),
    )
    draft = words_only(marked)
    assert draft.markup == Markup()
    assert expand(draft.prompt) == (
        "- Make this boat red\n- # {a|b} red\n\nKeep it.",
        "- Make this boat red\n- # {a|b} red\n\nKeep all.",
    )
    with pytest.raises(InputError, match="not made with marks"):
        words_only(PICTURE)


def test_a_model_of_one_picture_gets_the_marked_copy_alone():
    model = replace(CATALOGUE.find("dgrid", SEEDED), references=1)
    draft = Draft(prompt="p", profile="dgrid", model=SEEDED, references=(REFERENCE,), markup=MARKED)
    (request,) = plan(draft, model, ("p",)).requests
    assert request.markup == replace(MARKED, send_clean=False)
    assert (
        guides.planned(request, model, GUIDES).references[-1].sentence
        == (GUIDES[GuideWords.MARKS_ALONE])
    )
    with pytest.raises(InputError, match="Too many reference"):
        plan(replace(draft, references=(REFERENCE, STYLE)), model, ("p",))


def test_a_marked_copy_counts_as_a_picture():
    model = replace(CATALOGUE.find("dgrid", SEEDED), references=2)
    draft = Draft(
        prompt="p", profile="dgrid", model=SEEDED, references=(REFERENCE, STYLE), markup=MARKED
    )
    with pytest.raises(InputError, match="Too many reference"):
        plan(draft, model, ("p",))
    alone = replace(draft, markup=replace(MARKED, send_clean=False))
    assert len(plan(alone, model, ("p",)).requests) == 1


def test_a_picture_without_a_prompt_is_called_after_its_first_note():
    spot = (Point(0.5, 0.5),)
    marks = (
        Mark(kind=MarkKind.PIN, points=spot),
        Mark(kind=MarkKind.PIN, points=spot, sentence="Make this boat red"),
    )
    marked = Markup(marks=marks)
    assert run(prompt="", references=(REFERENCE,), markup=marked).names == ("Make this boat red",)
    assert run(references=(REFERENCE,), markup=marked).names == ("a cat",)


@pytest.mark.parametrize(
    ("frames", "names"),
    [
        ((WIDE,), ("16:9",)),
        ((FREE,), ("harbour",)),
        ((WIDE, FREE), ("16:9", "harbour")),
    ],
)
def test_a_frame_without_a_prompt_has_a_name(frames, names):
    around = replace(REFERENCE, name="harbour")
    assert run(prompt="", references=(around,), markup=Markup(frames=frames)).names == names
