"""Frames in pixels: around a picture, dragged, with room on one side, and what models can fill."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.common.errors import InputError
from studio.domain import markup, pixel_frames
from studio.domain.entities import AspectRatio
from studio.domain.frame_layout import FrameLayout, drawn_aspect
from studio.domain.guides import Box
from studio.domain.markup import Frame, Markup, Point
from studio.domain.models import Model
from studio.domain.pixel_frames import Handle, PixelFrame, Room
from studio.imaging import decode_jobs

SQUARE = (2048, 2048)
ASPECTS = ("1:1", "16:9", "9:16", "4:5", "21:9")
RATIOS = ("16:9", "9:16", "4:5", "3:2", "2:3", "21:9", "1:8", "8:1")

sides = st.integers(16, 9000)
sizes = st.tuples(sides, sides)
ratios = st.sampled_from([AspectRatio.parse(one) for one in RATIOS])
shares = st.floats(0, 1)
ways = st.integers(-3000, 3000)
handles = st.sampled_from(list(Handle))
edges = st.sampled_from([one for one in Handle if not (one.across and one.down)])


def around(text: str, size: tuple[int, int] = SQUARE, anchor: Point = pixel_frames.MIDDLE) -> Frame:
    return pixel_frames.frame_around(AspectRatio.parse(text), size, anchor)


def test_the_frame_of_the_design_has_its_pixels() -> None:
    frame = around("16:9", anchor=Point(2 / 3, 0.5))
    box = pixel_frames.pixels_of(frame, SQUARE)
    assert (box.width, box.height) == (3641, 2048)
    assert pixel_frames.room_of(box, SQUARE) == Room(1062, 531, 0, 0)
    assert round(100 * pixel_frames.new_share(frame, SQUARE)) == 44
    tall = pixel_frames.pixels_of(around("4:5"), SQUARE)
    assert (tall.width, tall.height) == (2048, 2560)
    assert round(100 * pixel_frames.new_share(around("4:5"), SQUARE)) == 20


@given(size=sizes, ratio=ratios, x=shares, y=shares)
def test_a_frame_around_a_picture_holds_all_of_it_and_no_more_than_its_ratio_needs(
    size: tuple[int, int], ratio: AspectRatio, x: float, y: float
) -> None:
    box = pixel_frames.pixels_of(pixel_frames.frame_around(ratio, size, Point(x, y)), size)
    assert min(pixel_frames.room_of(box, size)) >= 0
    assert box.width == size[0] or box.height == size[1]
    # As near to the ratio as whole pixels are.
    assert abs(box.width - box.height * ratio.value) <= max(1.0, ratio.value)


@given(size=sizes, box=st.tuples(ways, ways, st.integers(1, 9000), st.integers(1, 9000)))
def test_what_is_shown_in_pixels_is_what_is_made(
    size: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    left, top, width, height = box
    wanted = PixelFrame(left, top, left + width, top + height)
    frame = pixel_frames.with_pixels(around("16:9", size), wanted, size)
    assert pixel_frames.pixels_of(frame, size) == wanted
    layout = FrameLayout.of(frame, size)
    assert layout.size == (width, height)


@given(size=sizes, ratio=ratios, handle=handles, dx=ways, dy=ways)
def test_a_dragged_frame_keeps_its_ratio_and_its_opposite_sides(
    size: tuple[int, int], ratio: AspectRatio, handle: Handle, dx: int, dy: int
) -> None:
    before = pixel_frames.pixels_of(pixel_frames.frame_around(ratio, size), size)
    after = pixel_frames.dragged(before, handle, dx, dy, ratio.value)
    assert min(after.width, after.height) >= pixel_frames.LEAST_SIDE
    if min(after.width, after.height) > pixel_frames.LEAST_SIDE:
        assert abs(after.width - after.height * ratio.value) <= max(1.0, ratio.value)
    if handle.across < 0:
        assert after.right == before.right
    if handle.across > 0:
        assert after.left == before.left
    if handle.down < 0:
        assert after.bottom == before.bottom
    if handle.down > 0:
        assert after.top == before.top


@given(size=sizes, handle=handles, dx=ways, dy=ways)
def test_a_free_frame_moves_only_the_sides_of_its_handle(
    size: tuple[int, int], handle: Handle, dx: int, dy: int
) -> None:
    before = pixel_frames.pixels_of(pixel_frames.free_frame(size), size)
    after = pixel_frames.dragged(before, handle, dx, dy, None)
    if not handle.across:
        assert (after.left, after.right) == (before.left, before.right)
    if not handle.down:
        assert (after.top, after.bottom) == (before.top, before.bottom)


@given(size=sizes, ratio=ratios, edge=edges, steps=st.lists(st.sampled_from([-8, -1, 1, 8])))
def test_the_middle_of_a_frame_does_not_wander_while_an_edge_is_nudged(
    size: tuple[int, int], ratio: AspectRatio, edge: Handle, steps: list[int]
) -> None:
    first = box = pixel_frames.pixels_of(pixel_frames.frame_around(ratio, size), size)
    for step in steps:
        box = pixel_frames.dragged(box, edge, step * edge.across, step * edge.down, ratio.value)
    if edge.across:
        assert abs((box.top + box.bottom) - (first.top + first.bottom)) <= 2
    else:
        assert abs((box.left + box.right) - (first.left + first.right)) <= 2


@given(size=sizes, ratio=ratios | st.none(), edge=edges, pixels=st.integers(0, 4000))
def test_the_room_that_is_written_is_the_room_that_is_made(
    size: tuple[int, int], ratio: AspectRatio | None, edge: Handle, pixels: int
) -> None:
    value = None if ratio is None else ratio.value
    frame = (
        pixel_frames.free_frame(size) if ratio is None else pixel_frames.frame_around(ratio, size)
    )
    before = pixel_frames.pixels_of(frame, size)
    after = pixel_frames.with_room(before, size, edge, pixels, value)
    room = pixel_frames.room_of(after, size)
    there = {
        Handle.LEFT: room.left,
        Handle.RIGHT: room.right,
        Handle.TOP: room.top,
        Handle.BOTTOM: room.bottom,
    }[edge]
    # The other direction's whole pixels may take one for the ratio.
    assert there == pixels
    if ratio is not None:
        assert abs(after.width - after.height * ratio.value) <= max(1.0, ratio.value)


def test_room_on_one_side_of_a_ratio_is_taken_from_the_other_first() -> None:
    box = pixel_frames.pixels_of(around("16:9"), SQUARE)
    moved = pixel_frames.with_room(box, SQUARE, Handle.LEFT, 1062, 16 / 9)
    assert pixel_frames.room_of(moved, SQUARE) == Room(1062, 531, 0, 0)
    grown = pixel_frames.room_of(
        pixel_frames.with_room(box, SQUARE, Handle.LEFT, 2000, 16 / 9), SQUARE
    )
    assert (grown.left, grown.right) == (2000, 0)
    assert grown.top > 0
    assert abs(grown.top - grown.bottom) <= 1


@given(size=sizes, ratio=ratios, x=shares, y=shares)
def test_centred_leaves_the_same_room_on_both_sides(
    size: tuple[int, int], ratio: AspectRatio, x: float, y: float
) -> None:
    box = pixel_frames.pixels_of(pixel_frames.frame_around(ratio, size, Point(x, y)), size)
    room = pixel_frames.room_of(pixel_frames.centred(box, size), size)
    assert 0 <= room.right - room.left <= 1
    assert 0 <= room.bottom - room.top <= 1


def test_a_frame_in_reach_can_be_recorded() -> None:
    far = PixelFrame(-12 * 2048, 0, 2048, 13 * 2048)
    assert pixel_frames.within_reach(far, SQUARE)
    frame = pixel_frames.with_pixels(around("16:9"), far, SQUARE)
    assert markup.is_valid(Markup(frames=(frame,)))
    beside = PixelFrame(2048, 0, 4096, 2048)
    assert not pixel_frames.within_reach(beside, SQUARE), "nothing of the picture is left"


@pytest.mark.parametrize("ratio", ["16:9", "9:16", "4:5", "21:9", "3:1", "4:1"])
def test_frames_that_a_model_comes_near_are_made(ratio: str) -> None:
    pixel_frames.check_frame(around(ratio), SQUARE, ASPECTS)


@pytest.mark.parametrize(
    ("ratio", "size", "aspects", "why"),
    [
        ("20:1", SQUARE, ASPECTS, "cannot draw 20:1"),
        ("1:5", SQUARE, ASPECTS, "cannot draw 1:5"),
        ("16:9", SQUARE, ("1:1",), None),
        ("5:2", SQUARE, ("1:1",), "cannot draw 5:2"),
        ("20:1", SQUARE, (), "too small in the new frame"),
        ("16:1", SQUARE, ("8:1",), "too small in the new frame"),
        ("21:9", (9000, 9000), ASPECTS, "too large"),
    ],
)
def test_frames_that_cannot_be_filled_are_refused_in_a_sentence(
    ratio: str, size: tuple[int, int], aspects: tuple[str, ...], why: str | None
) -> None:
    if why is None:
        pixel_frames.check_frame(around(ratio, size), size, aspects)
        return
    with pytest.raises(InputError, match=why):
        pixel_frames.check_frame(around(ratio, size), size, aspects)


def test_no_larger_picture_is_made_than_can_be_opened() -> None:
    assert pixel_frames.MOST_PIXELS <= decode_jobs.PIXELS


def test_a_frame_of_the_pictures_own_shape_asks_for_no_ratio() -> None:
    free = pixel_frames.free_frame((1000, 800))
    assert drawn_aspect(free, (1000, 800), ASPECTS) == ""
    assert drawn_aspect(replace(free, left=-1.0), (1000, 800), ASPECTS) == "21:9"
    assert drawn_aspect(around("16:9"), SQUARE, ASPECTS) == "16:9"
    assert drawn_aspect(around("16:9"), SQUARE, ()) == ""


def test_a_free_frame_is_drawn_in_the_nearest_ratio_and_cut() -> None:
    wide = pixel_frames.with_pixels(
        pixel_frames.free_frame(SQUARE), PixelFrame(-932, 0, 2980, 2048), SQUARE
    )
    box = pixel_frames.drawn_box(wide, SQUARE, ASPECTS)
    assert (box.top, box.bottom) != (0, 1)
    shape = (box.right - box.left) / (box.bottom - box.top)
    assert shape == pytest.approx(16 / 9)
    assert pixel_frames.drawn_box(around("16:9"), SQUARE, ()) == Box(
        around("16:9").left, 0, around("16:9").right, 1
    )


def test_how_far_an_answer_is_enlarged() -> None:
    model = Model(
        id="m",
        title="M",
        aspects=("16:9",),
        sizes=("2K", "4K"),
        pixel_table={"16:9": {"2K": (2752, 1536), "4K": (5504, 3072)}},
    )
    assert pixel_frames.enlargement(around("16:9"), SQUARE, model, "2K") == pytest.approx(
        1.33, abs=0.01
    )
    larger = pixel_frames.enlargement(around("16:9"), SQUARE, model, "4K")
    assert larger is not None
    assert larger < 1
    assert pixel_frames.enlargement(around("16:9"), SQUARE, model, "huge") is None


def test_only_frames_beyond_the_picture_are_sent() -> None:
    inside = Frame(left=0, top=0, right=0.5, bottom=1)
    drawn = Markup(frames=(inside, around("16:9")))
    assert drawn.extensions == (around("16:9"),)
    assert drawn.crops == (inside,)
    assert drawn.sent
    assert not Markup(frames=(inside,)).sent
