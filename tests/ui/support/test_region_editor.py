"""Region of a picture while it is edited: steps, feather, limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.domain.markup import (
    MOST_STROKES,
    Mark,
    MarkKind,
    Markup,
    Point,
    Region,
    Stroke,
    StrokeKind,
    is_valid,
)
from studio.ui.support.region_editor import RegionEditor

_BOX = Stroke(kind=StrokeKind.BOX, points=(Point(0.1, 0.1), Point(0.4, 0.4)))
_OTHER = Stroke(kind=StrokeKind.BOX, points=(Point(0.5, 0.5), Point(0.7, 0.9)))


@pytest.fixture
def editor(qapp: object) -> RegionEditor:
    return RegionEditor()


def test_a_stroke_is_a_step_and_marks_stay(editor: RegionEditor) -> None:
    marked = Markup(marks=(Mark(kind=MarkKind.PIN, points=(Point(0.5, 0.5),)),))
    told: list[tuple[Markup, str]] = []
    editor.edited.connect(lambda markup, run: told.append((markup, run)))
    editor.open_markup(marked)
    editor.feather = 0.01
    assert editor.add(_BOX)
    assert editor.add(_OTHER)
    assert editor.region == Region(strokes=(_BOX, _OTHER), feather=0.01)
    editor.undo()
    assert editor.strokes == (_BOX,)
    editor.undo()
    assert editor.markup == marked
    editor.undo()
    editor.redo()
    assert editor.strokes == (_BOX,)
    assert all(markup.marks == marked.marks for markup, _run in told)
    assert len(told) == 5, "a step that leads nowhere tells nothing"


def test_strokes_are_undone_after_marks_were_made_on_the_same_picture(
    editor: RegionEditor,
) -> None:
    editor.open_markup(Markup(), "a picture")
    editor.add(_BOX)
    editor.add(_OTHER)
    mark = Mark(kind=MarkKind.PIN, points=(Point(0.5, 0.5),))
    editor.open_markup(replace(editor.markup, marks=(mark,)), "a picture")
    editor.undo()
    assert editor.markup == Markup(marks=(mark,), region=Region(strokes=(_BOX,)))
    editor.open_markup(Markup(), "another picture")
    assert not editor.can_undo
    assert not editor.can_redo


def test_a_region_changed_elsewhere_meanwhile_has_a_history_of_its_own(
    editor: RegionEditor,
) -> None:
    editor.open_markup(Markup(), "a picture")
    editor.add(_BOX)
    editor.open_markup(Markup(region=Region(strokes=(_OTHER,))), "a picture")
    assert editor.strokes == (_OTHER,)
    assert not editor.can_undo


def test_a_slider_and_a_moved_box_are_one_step_each(editor: RegionEditor) -> None:
    editor.add(_BOX)
    for n in range(5):
        editor.set_feather(n / 100)
    editor.replace_last(_OTHER, run="box")
    editor.replace_last(_BOX, run="box")
    editor.undo()
    assert editor.region == Region(strokes=(_BOX,), feather=0.04)
    editor.undo()
    assert editor.region == Region(strokes=(_BOX,))
    assert editor.feather == 0


def test_nothing_is_inverted_or_softened_without_a_region(editor: RegionEditor) -> None:
    editor.set_inverted(inverted=True)
    editor.set_feather(0.02)
    assert editor.markup == Markup()
    editor.add(_BOX)
    editor.set_inverted(inverted=True)
    assert editor.region == Region(strokes=(_BOX,), feather=0.02, inverted=True)
    editor.clear_region()
    assert editor.markup == Markup()
    editor.undo()
    assert editor.region is not None


def test_the_region_of_another_place_is_followed(editor: RegionEditor) -> None:
    editor.add(_BOX)
    editor.add(_OTHER)
    editor.follow_markup(Markup(region=Region(strokes=(_BOX,))))
    editor.redo()
    assert editor.strokes == (_BOX, _OTHER), "an undo elsewhere is a step back"
    editor.follow_markup(Markup())
    assert not editor.can_undo


def test_there_are_limits(editor: RegionEditor) -> None:
    editor.open_markup(Markup(region=Region(strokes=(_BOX,) * MOST_STROKES)))
    assert not editor.add(_BOX)
    long = Stroke(kind=StrokeKind.BRUSH, points=(Point(0.5, 0.5),) * 4_096, width=0.1)
    editor.open_markup(Markup(region=Region(strokes=(long,) * 16)))
    assert not editor.add(_BOX)


def test_a_soft_edge_is_never_wider_than_a_small_picture(editor: RegionEditor) -> None:
    editor.feather = 24 / 3
    editor.add(_BOX)
    assert is_valid(editor.markup), "it can be sent, and read again"
    editor.set_feather(128 / 100)
    assert is_valid(editor.markup)
    assert editor.region == Region(strokes=(_BOX,), feather=1.0)
