"""Marks, regions and frames as values."""

from __future__ import annotations

from studio.domain.markup import Frame, Mark, MarkKind, Markup, Point, Region


def test_marks_keep_their_numbers_when_others_are_not_sent() -> None:
    spot = (Point(0.2, 0.8),)
    first = Mark(kind=MarkKind.PIN, points=spot, sentence="Make this boat red")
    silent = Mark(kind=MarkKind.PIN, points=spot, sentence="  ")
    hidden = Mark(kind=MarkKind.PIN, points=spot, sentence="No birds", hidden=True)
    last = Mark(kind=MarkKind.ARROW, points=(*spot, Point(0.5, 0.5)), sentence="Taller")
    markup = Markup(marks=(first, silent, hidden, last))
    assert markup.sent_marks == ((1, first), (4, last))
    assert not markup.empty
    assert Markup().empty


def test_a_frame_within_the_picture_is_a_crop() -> None:
    assert Frame(left=0, top=0.1, right=1, bottom=0.9).inside
    assert not Frame(left=-0.2, top=0, right=1.2, bottom=1, aspect="16:9").inside


def test_a_region_is_empty_until_something_is_drawn() -> None:
    assert Region().empty
    assert not Region(mask="0" * 64).empty
