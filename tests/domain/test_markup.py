"""Marks, regions and frames as values."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from studio.common import json_reader
from studio.domain import markup
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


def test_marks_keep_their_numbers_when_others_are_not_sent() -> None:
    spot = (Point(0.2, 0.8),)
    first = Mark(kind=MarkKind.PIN, points=spot, sentence="Make this boat red")
    silent = Mark(kind=MarkKind.PIN, points=spot, sentence="  ")
    hidden = Mark(kind=MarkKind.PIN, points=spot, sentence="No birds", hidden=True)
    last = Mark(kind=MarkKind.ARROW, points=(*spot, Point(0.5, 0.5)), sentence="Taller")
    four = Markup(marks=(first, silent, hidden, last))
    assert four.sent_marks == ((1, first), (4, last))
    assert not four.empty
    assert Markup().empty


def test_a_frame_within_the_picture_is_a_crop() -> None:
    assert Frame(left=0, top=0.1, right=1, bottom=0.9).inside
    assert not Frame(left=-0.2, top=0, right=1.2, bottom=1, aspect="16:9").inside


def test_a_region_is_empty_until_something_is_drawn() -> None:
    assert Region().empty
    assert not Region(mask="0" * 64).empty


def drawn() -> Markup:
    line = tuple(Point(n / 100, 0.5) for n in range(100))
    return Markup(
        marks=(
            Mark(kind=MarkKind.PIN, points=(Point(0.2, 0.8),), sentence="Make this boat red"),
            Mark(kind=MarkKind.PEN, points=line, sentence="Low light", colour=MARK_COLOURS[1]),
        ),
        send_clean=False,
        region=Region(
            strokes=(Stroke(kind=StrokeKind.BRUSH, points=line, width=0.1),),
            mask="a" * 64,
            inverted=True,
            feather=0.02,
        ),
        frames=(Frame(left=-0.5, top=0, right=1.5, bottom=1, aspect="16:9", seam=0.01),),
    )


def test_a_markup_survives_json() -> None:
    body = json_reader.encode(drawn())
    assert json_reader.decode(body, Markup) == drawn()
    assert markup.is_valid(drawn())


PIN = drawn().marks[0]
FRAME = drawn().frames[0]
REGION = drawn().region or Region()
MANY = tuple(Point(0.5, 0.5) for _ in range(markup.MOST_POINTS + 1))
FULL = replace(PIN, points=MANY[1:])


@pytest.mark.parametrize(
    ("odd", "valid"),
    [
        (Markup(marks=(PIN,) * (markup.MOST_MARKS + 1)), Markup(marks=(PIN,) * markup.MOST_MARKS)),
        (Markup(marks=(replace(PIN, points=MANY), PIN)), Markup(marks=(PIN,))),
        (Markup(marks=(FULL,) * 17), Markup(marks=(FULL,) * 16)),
        (Markup(marks=(replace(PIN, points=()), PIN)), Markup(marks=(PIN,))),
        (Markup(marks=(replace(PIN, points=(Point(math.nan, 0),)),)), Markup()),
        (Markup(marks=(replace(PIN, points=(Point(0, math.inf),)),)), Markup()),
        (Markup(marks=(replace(PIN, points=(Point(0, 1e9),)),)), Markup()),
        (Markup(marks=(replace(PIN, sentence="x" * 501),)),
         Markup(marks=(replace(PIN, sentence="x" * 500),))),
        (Markup(marks=(replace(PIN, colour="url(x)"),)), Markup(marks=(PIN,))),
        (Markup(region=replace(REGION, mask="../etc/passwd")),
         Markup(region=replace(REGION, mask=None))),
        (Markup(region=replace(REGION, feather=-1)), Markup(region=replace(REGION, feather=0))),
        (Markup(frames=(replace(FRAME, right=-2), FRAME)), Markup(frames=(FRAME,))),
        (Markup(frames=(replace(FRAME, top=-math.inf), FRAME)), Markup(frames=(FRAME,))),
        (Markup(frames=(FRAME,) * 99), Markup(frames=(FRAME,) * markup.MOST_FRAMES)),
    ],
)  # fmt: skip
def test_of_a_markup_from_a_file_the_valid_part_is_used(odd: Markup, valid: Markup) -> None:
    assert not markup.is_valid(odd)
    assert markup.bounded(odd) == valid
    assert markup.is_valid(valid)


def test_nothing_is_sent_of_marks_without_words() -> None:
    assert not Markup(marks=(replace(PIN, sentence=" "),)).sent
    assert not Markup(marks=(replace(PIN, hidden=True),)).sent
    assert Markup(marks=(PIN,)).sent
    assert Markup(region=Region()).sent
    assert Markup(frames=(FRAME,)).sent


def test_a_prompt_is_needed_unless_a_mark_or_a_frame_says_what_to_make() -> None:
    assert Markup().needs_prompt
    assert Markup(region=REGION).needs_prompt
    assert Markup(marks=(replace(PIN, sentence=" "),)).needs_prompt
    assert Markup(marks=(replace(PIN, hidden=True),)).needs_prompt
    assert not Markup(marks=(PIN,)).needs_prompt
    assert not Markup(frames=(FRAME,)).needs_prompt
