"""The plan of a request: pictures in order, then all words."""

from __future__ import annotations

from dataclasses import replace

from studio.domain.entities import (
    ConversationOrigin,
    GenerationRequest,
    Reference,
    Role,
)
from studio.domain.markup import Mark, MarkKind, Markup, Point
from studio.domain.models import Model
from studio.domain.request_plan import PlannedPicture, PlannedText, RequestPlan, plan_request

MODEL = Model(id="m", title="M", aspects=(), sizes=())
EDIT = Reference(sha256="a", media_type="image/png", role=Role.EDIT, picture="p1")
STYLE = Reference(sha256="b", media_type="image/png", role=Role.STYLE, sentence="Like this.")
FREE = Reference(sha256="c", media_type="image/png")


def planned(*references: Reference, prompt: str = "a lamp", **more: object) -> RequestPlan:
    request = GenerationRequest(profile="dgrid", model="m", prompt=prompt, references=references)
    return plan_request(replace(request, **more), MODEL)  # type: ignore[arg-type]


def arrangement(plan: RequestPlan) -> list[object]:
    return [part.index if isinstance(part, PlannedPicture) else part.text for part in plan.parts]


def test_the_edited_picture_is_last_and_the_words_follow_with_its_number() -> None:
    palette = replace(STYLE, role=Role.PALETTE, sentence="These colours.")
    plan = planned(EDIT, STYLE, FREE, palette)
    words = "Picture [1]: Like this.\nPicture [3]: These colours.\n\na lamp"
    assert arrangement(plan) == [1, 2, 3, 0, words]
    assert [one.number for one in plan.pictures] == [1, 2, 3, 4]
    (text,) = plan.texts
    assert [(piece.source.value, piece.text) for piece in text.pieces] == [
        ("program", "Picture [1]: "),
        ("sentence", "Like this."),
        ("program", "\nPicture [3]: "),
        ("sentence", "These colours."),
        ("program", "\n\n"),
        ("user", "a lamp"),
    ]
    assert plan.words == 10


def test_without_a_prompt_the_sentences_go_alone_and_without_both_only_pictures() -> None:
    assert arrangement(planned(STYLE, prompt="")) == [0, "Picture [1]: Like this."]
    assert arrangement(planned(FREE, prompt="")) == [0]
    assert arrangement(planned(replace(STYLE, sentence=""))) == [0, "a lamp"]
    assert arrangement(planned(replace(STYLE, sentence=None))) == [0, "a lamp"]


def test_a_picture_of_the_conversation_is_not_sent_again() -> None:
    talk = ConversationOrigin(profile="dgrid", model="m", turns=3)
    edited = replace(EDIT, talk=talk)
    plan = planned(edited, STYLE, continues="p1")
    assert (len(plan.pictures), plan.turns) == (1, 3)
    assert plan.texts[0].text == "Picture [1]: Like this.\n\na lamp"
    # A dropped file has no id, and is no part of any conversation.
    outside = replace(EDIT, picture=None)
    assert len(planned(outside).pictures) == 1
    assert planned(edited).turns == 0


def test_the_instruction_counts_among_the_words_where_the_model_takes_one() -> None:
    plan = planned(system="No people at all.")
    assert (plan.system, plan.words) == ("No people at all.", 6)
    assert isinstance(plan.parts[-1], PlannedText)
    request = GenerationRequest(profile="dgrid", model="m", prompt="p", system="x")
    assert plan_request(request, replace(MODEL, system=False)).system == ""
    assert planned(system=" \n").system == ""


def test_the_number_of_a_mark_is_the_programs_and_its_sentence_the_users() -> None:
    spot = (Point(0.5, 0.5),)
    marks = (
        Mark(kind=MarkKind.PIN, points=spot, sentence="Red"),
        Mark(kind=MarkKind.PIN, points=spot),
        Mark(kind=MarkKind.PIN, points=spot, sentence="No  buoy"),
    )
    (text,) = planned(EDIT, prompt="", markup=Markup(marks=marks)).texts
    assert [(piece.source.value, piece.text, piece.mark) for piece in text.pieces] == [
        ("number", "1: ", 1),
        ("mark", "Red", 1),
        ("program", "\n", 0),
        ("number", "3: ", 3),
        ("mark", "No buoy", 3),
    ]
    (text,) = planned(STYLE, markup=Markup(marks=marks[:1])).texts
    assert text.text == "Picture [1]: Like this.\n\n1: Red\n\na lamp"
