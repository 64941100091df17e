""" "What is sent" with marks, a region or frames: what is shown is what the service receives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.domain.drafts import Draft
from studio.domain.entities import Advanced, Role
from studio.domain.markup import (
    MARK_COLOURS,
    Frame,
    Mark,
    MarkKind,
    Markup,
    Point,
    Region,
    Stroke,
    StrokeKind,
)
from studio.ui.style.theme import theme
from tests.fake_service import tiny_png
from tests.ui.panels.composer.test_what_is_sent import (
    BESIDE,
    MODEL,
    NO_SYSTEM,
    PROMPTS,
    reference,
    sending,
)
from tests.ui.scripted_core import until

PIN = Mark(kind=MarkKind.PIN, points=(Point(0.2, 0.8),), sentence="Make this  boat red")
BOX = Mark(kind=MarkKind.BOX, points=(Point(0.5, 0.5), Point(0.53, 0.54)), sentence="No buoy")
LARGE = Region(strokes=(Stroke(kind=StrokeKind.BOX, points=(Point(0, 0), Point(0.8, 1))),))
SMALL = Region(strokes=(Stroke(kind=StrokeKind.BOX, points=BOX.points),))
FRAMES = (
    Frame(left=-0.5, top=0, right=1.5, bottom=1, aspect="16:9"),
    Frame(left=0, top=-0.7, right=1, bottom=1.5),
)
MARKUPS = {
    "marks": Markup(marks=(PIN, BOX)),
    "marks alone": Markup(marks=(PIN, BOX), send_clean=False),
    "silent": Markup(marks=(replace(PIN, sentence=""),)),
    "region": Markup(region=LARGE),
    "region alone": Markup(region=LARGE, send_clean=False),
    "region and marks": Markup(region=LARGE, marks=(PIN,)),
    "crop": Markup(region=SMALL),
    "crop alone": Markup(region=SMALL, send_clean=False),
    "crop and marks": Markup(region=SMALL, marks=(BOX,)),
    "frames": Markup(frames=FRAMES),
    "frames and marks": Markup(frames=FRAMES, marks=(PIN,)),
    "frames and marks alone": Markup(frames=FRAMES, marks=(PIN,), send_clean=False),
}


@pytest.mark.parametrize("markup", MARKUPS.values(), ids=MARKUPS)
async def test_it_equals_the_body_with_marks_regions_and_frames(
    tmp_path: Path, look: object, markup: Markup
) -> None:
    async with sending(tmp_path) as one:
        data = tiny_png(800, 600)
        one.names[data] = "harbour"
        source = await one.core.library.keep_input(data, role=Role.EDIT, name="harbour")
        for number, beside in enumerate(BESIDE):
            references = (
                source,
                *(replace(one.kept[f"p{n}"], role=role) for n, role in enumerate(beside)),
            )
            if number % 3 == 1:
                one.core.settings.change(role_sentences={"marks": "", "region": "Mine."})
            await one.check(
                Draft(
                    prompt=PROMPTS[number % len(PROMPTS)],
                    references=references,
                    profile="dgrid",
                    model=NO_SYSTEM if number % 4 == 2 else MODEL,
                    aspect="match",
                    markup=markup,
                    advanced=Advanced(system="No people." if number % 2 else ""),
                )
            )


async def test_the_marked_copy_is_drawn_for_the_panel_and_stored_only_when_it_is_sent(
    tmp_path: Path, look: object
) -> None:
    async with sending(tmp_path) as one:
        source = await one.core.library.keep_input(
            tiny_png(600, 400), role=Role.EDIT, name="harbour"
        )
        inputs = one.core.library.originals.inputs
        before = {*inputs.iterdir()}
        one.composer.set_draft(
            Draft(
                prompt="p",
                references=(source,),
                profile="dgrid",
                model=MODEL,
                aspect="match",
                markup=MARKUPS["marks"],
            )
        )
        panel = one.composer.card.sent
        await until(lambda: [p.pixmap is not None for p in panel.pictures.pictures] == [True, True])
        assert [p.name for p in panel.pictures.pictures] == ["harbour with marks", "harbour"]
        assert {*inputs.iterdir()} == before
        text = panel.text
        mark = text.texts()[0].index("Make this boat red")
        assert _colour_at(text, mark + 1) == theme().color("text2")
        assert _colour_at(text, 1) == theme().color("text3")


async def test_the_numbers_have_the_colours_of_their_marks(tmp_path: Path, look: object) -> None:
    async with sending(tmp_path) as one:
        source = await one.core.library.keep_input(tiny_png(60, 40), role=Role.EDIT, name="p")
        silent = replace(PIN, sentence="")
        marks = (PIN, silent, replace(BOX, colour=MARK_COLOURS[1]))
        draft = Draft(prompt="p", references=(source,), profile="dgrid", model=MODEL)
        one.composer.set_draft(replace(draft, markup=Markup(marks=marks)))
        text = one.composer.card.sent.text
        await until(lambda: bool(text.texts()))
        words = text.texts()[0]
        places = [words.index(f"{n}: ") for n in (1, 3)]
        assert "2: " not in words
        seen = [_colour_at(text, at + 1) for at in places]
        assert seen == [theme().legible(each, "sunk") for each in MARK_COLOURS[:2]]
        one.composer.set_draft(replace(draft, markup=Markup(marks=(marks[2], silent, PIN))))
        await until(lambda: "1: No buoy" in text.texts()[0])
        at = text.texts()[0].index("1: ")
        assert _colour_at(text, at + 1) == theme().legible(MARK_COLOURS[1], "sunk")


async def test_notes_alone_are_sent(tmp_path: Path, look: object) -> None:
    async with sending(tmp_path) as one:
        data = tiny_png(60, 40)
        one.names[data] = "harbour"
        source = await one.core.library.keep_input(data, role=Role.EDIT, name="harbour")
        draft = Draft(references=(source,), profile="dgrid", model=MODEL, aspect="match")
        await one.check(replace(draft, markup=MARKUPS["marks"]))
        (job,) = [job for job in one.core.queue.jobs.values() if job.request.markup is not None]
        assert job.name == "Make this boat red"
        assert ", 2 marks · " in one.composer.line.accessibleDescription()
        one.composer.set_draft(replace(draft, markup=MARKUPS["silent"]))
        seen = len(one.core.queue.jobs)
        one.composer.generate_now()
        assert one.composer.card.generate.quote.detail == "write a prompt first"
        assert len(one.core.queue.jobs) == seen


async def test_a_picture_that_cannot_be_drawn_on_is_said(tmp_path: Path, look: object) -> None:
    async with sending(tmp_path) as one:
        lost = reference("0" * 64, Role.EDIT)
        one.composer.set_draft(
            Draft(
                prompt="p",
                references=(lost,),
                profile="dgrid",
                model=MODEL,
                markup=MARKUPS["marks"],
            )
        )
        panel = one.composer.card.sent
        await until(lambda: not panel.note.isHidden() and "missing" in panel.note.text())


def _colour_at(edit: Any, at: int) -> Any:
    cursor = edit.textCursor()
    cursor.setPosition(at)
    return cursor.charFormat().foreground().color()
