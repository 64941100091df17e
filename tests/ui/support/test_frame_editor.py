"""Frames while they are edited: ticks, places, undo and redo, choices for all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.domain import pixel_frames
from studio.domain.derivation import SEAM
from studio.domain.entities import AspectRatio
from studio.domain.markup import Mark, MarkKind, Markup, Point, is_valid
from studio.domain.pixel_frames import Handle, PixelFrame, Room
from studio.ui.support.frame_editor import FREE, FrameEditor

SQUARE = (2048, 2048)
ASPECTS = ("1:1", "4:3", "16:9", "9:16", "21:9", "4:5")
MARK = Mark(kind=MarkKind.PIN, points=(Point(0.5, 0.5),), sentence="red")


@pytest.fixture
def editor(qapp: object) -> FrameEditor:
    assert qapp
    made = FrameEditor()
    made.open_frames(Markup(), SQUARE, ASPECTS)
    return made


def told(editor: FrameEditor) -> list[tuple[Markup, str]]:
    """What the draft is told from now on."""
    found: list[tuple[Markup, str]] = []
    editor.edited.connect(lambda markup, run: found.append((markup, run)))
    return found


def ticked(editor: FrameEditor) -> list[str]:
    return [one.aspect for one in editor.ticked]


def offered(editor: FrameEditor) -> list[str]:
    return [*editor.offered]


def room(editor: FrameEditor) -> Room:
    return pixel_frames.room_of(editor.box, SQUARE)


def test_the_formats_of_the_model_are_offered_without_the_pictures_own(editor: FrameEditor) -> None:
    assert offered(editor) == ["16:9", "9:16", "4:5", "4:3", "21:9", FREE]
    assert editor.shown == "16:9"
    assert editor.ticked == ()
    editor.set_ticked("4:3", ticked=True)
    editor.set_aspects(("1:1", "9:16"))
    assert offered(editor) == ["9:16", "4:3", FREE], "what is ticked stays"
    assert editor.shown == "4:3"


def test_a_tick_is_a_frame_of_the_draft_in_the_order_of_the_formats(editor: FrameEditor) -> None:
    said = told(editor)
    editor.set_ticked("4:5", ticked=True)
    editor.set_ticked("16:9", ticked=True)
    assert ticked(editor) == ["16:9", "4:5"]
    assert editor.shown == "16:9"
    editor.set_ticked("4:5", ticked=False)
    assert ticked(editor) == ["16:9"]
    assert [len(markup.frames) for markup, _run in said] == [1, 2, 1]
    assert said[-1][0].frames == (
        replace(pixel_frames.frame_around(AspectRatio.parse("16:9"), SQUARE), seam=SEAM),
    )


def test_each_format_keeps_its_own_place_ticked_or_not(editor: FrameEditor) -> None:
    editor.set_room(Handle.LEFT, 1062)
    assert ticked(editor) == ["16:9"], "what is changed is wanted"
    editor.show_format("9:16")
    assert room(editor).left == 0
    editor.set_ticked("16:9", ticked=False)
    editor.show_format("9:16")
    editor.show_format("16:9")
    assert room(editor) == Room(1062, 531, 0, 0)
    editor.set_ticked("16:9", ticked=True)
    assert room(editor) == Room(1062, 531, 0, 0)


def test_undo_and_redo_take_one_change_and_show_its_format(editor: FrameEditor) -> None:
    said = told(editor)
    editor.set_ticked("16:9", ticked=True)
    editor.set_ticked("9:16", ticked=True)
    editor.nudge(Handle.TOP, 0, -8)
    editor.nudge(Handle.TOP, 0, -8)
    assert room(editor).top > 0
    editor.show_format("16:9")
    editor.undo()
    assert editor.shown == "9:16", "the moves of one handle in a row are one step"
    assert editor.frame == pixel_frames.frame_around(AspectRatio.parse("9:16"), SQUARE)
    editor.undo()
    assert ticked(editor) == ["16:9"]
    editor.redo()
    editor.redo()
    assert room(editor).top > 0
    assert said[-1][0] == editor.markup
    for _n in range(9):
        editor.undo()
    assert editor.ticked == ()


def test_a_drag_changes_nothing_until_it_ends_and_a_place_out_of_reach_is_not_taken(
    editor: FrameEditor,
) -> None:
    said = told(editor)
    before = editor.box
    wide = pixel_frames.dragged(before, Handle.LEFT, -160, 0, editor.ratio)
    editor.set_moving(wide)
    assert editor.box == wide
    assert said == []
    editor.set_moving(None)
    assert editor.box == before
    editor.change(PixelFrame(5000, 0, 9000, 2048))
    assert editor.box == before
    assert said == []


def test_choices_are_those_of_all_frames_and_of_the_next(editor: FrameEditor) -> None:
    editor.set_choices(seam=64 / 2048)
    editor.set_ticked("16:9", ticked=True)
    editor.set_choices(keep_centre=False)
    editor.set_choices(match=False)
    editor.set_ticked("9:16", ticked=True)
    assert {(one.keep_centre, one.seam, one.match) for one in editor.ticked} == {
        (False, 64 / 2048, False)
    }


def test_a_seam_is_never_wider_than_a_small_picture(editor: FrameEditor) -> None:
    editor.set_ticked("16:9", ticked=True)
    editor.set_choices(seam=128 / 100)
    assert is_valid(editor.markup), "it can be sent, and read again"
    assert editor.ticked[0].seam == 1.0


def test_marks_of_the_same_picture_stay(editor: FrameEditor) -> None:
    editor.open_frames(Markup(marks=(MARK,)), SQUARE, ASPECTS)
    said = told(editor)
    editor.set_ticked("16:9", ticked=True)
    editor.undo()
    assert [markup.marks for markup, _run in said] == [(MARK,), (MARK,)]


def test_a_change_of_the_draft_made_elsewhere_is_followed_and_can_be_stepped_back(
    editor: FrameEditor,
) -> None:
    editor.set_ticked("16:9", ticked=True)
    editor.set_ticked("9:16", ticked=True)
    editor.follow_markup(Markup(frames=editor.ticked[:1]))
    assert ticked(editor) == ["16:9"]
    editor.redo()
    assert ticked(editor) == ["16:9", "9:16"], "undo elsewhere was a step of this history"
    editor.follow_markup(Markup())
    assert editor.ticked == ()


def test_the_free_frame_takes_any_ratio(editor: FrameEditor) -> None:
    editor.set_ticked(FREE, ticked=True)
    assert editor.ratio is None
    editor.set_room(Handle.TOP, 0)
    editor.set_room(Handle.RIGHT, 700)
    assert room(editor) == Room(205, 700, 0, 205)
    editor.centre()
    assert abs(room(editor).left - room(editor).right) <= 1
