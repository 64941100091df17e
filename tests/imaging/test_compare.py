"""Changed pixels, colour gain and the map of differences, of pictures that lie on each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from studio.imaging.align import Placement
from studio.imaging.compare import (
    TOLERANCE,
    changed_share,
    colour_gain,
    difference_map,
    ring_around,
    with_gain,
)
from tests.imaging.scenes import WaveScene

SIZE = (200, 150)
SAME = Placement(1.0, 0.0, 0.0)
SCENE = WaveScene(5)
PICTURE = SCENE.picture(SIZE)


def painted(box: tuple[int, int, int, int], colour: str = "#ff00ff") -> Image.Image:
    """The picture with a box in it that is something else; its right and lower edges are left."""
    copy = PICTURE.copy()
    ImageDraw.Draw(copy).rectangle((*box[:2], box[2] - 1, box[3] - 1), fill=colour)
    return copy


boxes = st.tuples(
    st.integers(0, 50).map(lambda n: 2 * n),
    st.integers(0, 35).map(lambda n: 2 * n),
    st.integers(1, 50).map(lambda n: 2 * n),
    st.integers(1, 35).map(lambda n: 2 * n),
).map(lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3]))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(boxes)
def test_the_share_is_that_of_the_pixels_that_changed(box: tuple[int, int, int, int]) -> None:
    share = changed_share(PICTURE, painted(box), SAME)
    area = (box[2] - box[0]) * (box[3] - box[1]) / (SIZE[0] * SIZE[1])
    # Resampling spreads an edge by a pixel of the grid, two of the picture, on each side.
    rim = 4 * (box[2] - box[0] + box[3] - box[1] + 8) / (SIZE[0] * SIZE[1])
    assert area <= share <= area + rim


@settings(max_examples=20, deadline=None, derandomize=True)
@given(boxes)
def test_what_changed_inside_a_region_does_not_count(box: tuple[int, int, int, int]) -> None:
    region = Image.new("L", SIZE)
    ImageDraw.Draw(region).rectangle((box[0] - 4, box[1] - 4, box[2] + 3, box[3] + 3), fill=255)
    changed = painted(box)
    assert changed_share(PICTURE, changed, SAME, region=region) == 0
    everything = Image.new("L", SIZE, 255)
    assert changed_share(PICTURE, changed, SAME, region=everything) == 0
    nothing = Image.new("L", SIZE)
    assert changed_share(PICTURE, changed, SAME, region=nothing) == changed_share(
        PICTURE, changed, SAME
    )


def test_noise_and_a_shift_that_is_known_are_no_change() -> None:
    second = SCENE.picture(SIZE, scale=1.01, x=2.3, y=-1.2, noise=6.0)
    assert changed_share(PICTURE, second, Placement(1.01, 2.3, -1.2)) < 0.002
    assert changed_share(PICTURE, second, SAME) > 0.1


@pytest.mark.parametrize("size", [(400, 300), (100, 75)])
def test_another_resolution_is_no_change(size: tuple[int, int]) -> None:
    scale = size[0] / SIZE[0]
    second = SCENE.picture(size, scale=scale)
    assert changed_share(PICTURE, second, Placement(scale, 0.0, 0.0)) < 0.002


def test_what_only_one_of_them_shows_does_not_count() -> None:
    narrow = PICTURE.crop((60, 0, 200, 150))
    assert changed_share(PICTURE, narrow, Placement(1.0, -60.0, 0.0)) == 0
    assert changed_share(PICTURE, narrow, Placement(1.0, -500.0, 0.0)) == 0
    found = difference_map(PICTURE, narrow, Placement(1.0, -60.0, 0.0))
    assert found.size == SIZE
    assert found.getextrema() == (0, 0)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.tuples(*[st.floats(0.9, 1.1)] * 3))
def test_a_colour_gain_is_found_beside_a_third_that_changed(gain: tuple[float, ...]) -> None:
    red, green, blue = gain
    copy = painted((0, 0, 66, 150), "#e0e0e0")
    second = with_gain(copy, (1 / red, 1 / green, 1 / blue))
    assert colour_gain(PICTURE, second, SAME) == pytest.approx(gain, abs=0.012)


def test_on_a_ring_only_its_pixels_are_measured() -> None:
    region = Image.new("L", SIZE)
    ImageDraw.Draw(region).rectangle((60, 50, 119, 99), fill=255)
    ring = ring_around(region, 12)
    left, top, right, bottom = ring.getbbox() or (0, 0, 0, 0)
    assert 60 - 24 <= left <= 60 - 9
    assert 50 - 24 <= top <= 50 - 9
    assert 120 + 9 <= right <= 120 + 24
    assert 100 + 9 <= bottom <= 100 + 24
    assert ring.crop((60, 50, 120, 100)).getextrema() == (0, 0)
    # Inside of the region everything is new, far from it the colours are others.
    second = painted((60, 50, 120, 100))
    second.paste(with_gain(PICTURE, (0.8, 0.8, 0.8)).crop((0, 0, 30, 150)), (0, 0))
    second = with_gain(second, (0.95, 1.0, 0.97))
    found = colour_gain(PICTURE, second, SAME, ring=ring)
    assert found == pytest.approx((1 / 0.95, 1.0, 1 / 0.97), abs=0.01)


def test_a_blank_or_black_picture_has_no_gain() -> None:
    black = Image.new("RGB", SIZE)
    assert colour_gain(black, black, SAME) == (1.0, 1.0, 1.0)
    assert colour_gain(PICTURE, black, SAME) == (1.0, 1.0, 1.0)


def test_the_map_shows_what_changed_and_nothing_else_with_no_seams_between_strips() -> None:
    tall = WaveScene(6).picture((40, 700))
    second = tall.copy()
    ImageDraw.Draw(second).rectangle((10, 250, 29, 269), fill="#00ff00")
    found = difference_map(tall, second, SAME)
    assert found.size == tall.size
    assert found.getbbox() == (9, 249, 31, 271)
    noisy = WaveScene(6).picture((40, 700), scale=1.001, noise=4.0)
    levels = difference_map(tall, noisy, Placement(1.001, 0.0, 0.0))
    assert sum(levels.histogram()[TOLERANCE + 1 :]) == 0


@pytest.mark.parametrize(("edge", "size"), [(100, (100, 75)), (4000, SIZE), (None, SIZE)])
def test_the_map_is_as_large_as_asked_for_and_never_finer_than_the_pictures(
    edge: int | None, size: tuple[int, int]
) -> None:
    assert difference_map(PICTURE, PICTURE, SAME, edge=edge).size == size
    coarse = PICTURE.resize((100, 75))
    assert difference_map(PICTURE, coarse, Placement(0.5, 0.0, 0.0)).size == (100, 75)
