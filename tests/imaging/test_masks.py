"""Masks: a lasso has the pixels whose centres it encloses, and pictures that can be masks."""

from __future__ import annotations

import random

import pytest
from PIL import Image, ImageDraw

from studio.domain.markup import Point, Region, Stroke, StrokeKind
from studio.imaging import masks

_SIDE = 64


def lasso(*places: tuple[float, float]) -> int:
    """Number of pixels that a lasso encloses."""
    points = tuple(Point(x / _SIDE, y / _SIDE) for x, y in places)
    region = Region(strokes=(Stroke(kind=StrokeKind.LASSO, points=points),))
    histogram = masks.region_mask(region, (_SIDE, _SIDE)).histogram()
    assert sum(histogram[1:255]) == 0
    return histogram[255]


@pytest.mark.parametrize(
    ("places", "pixels"),
    [
        (((16, 16), (48, 16), (48, 48), (16, 48)), 32 * 32),
        # Both ends of a bow tie; where it crosses itself there is nothing.
        (((16, 16), (48, 48), (48, 16), (16, 48)), 2 * 256),
        # The inside of a line that goes round twice is outside again.
        (((8, 8), (56, 8), (56, 56), (8, 56), (8, 8), (56, 8), (56, 56), (8, 56)), 0),
        (((16, 32), (48, 16), (20, 48), (48, 16)), 0),
        (((16, 16), (48, 48)), 0),
        (((-64, -64), (128, -64), (128, 128), (-64, 128)), _SIDE * _SIDE),
    ],
)
def test_a_lasso_has_the_pixels_whose_centres_it_encloses(
    places: tuple[tuple[float, float], ...], pixels: int
) -> None:
    assert lasso(*places) == pixels


def drawn(mode: str = "L") -> Image.Image:
    """A disc with soft edges."""
    large = Image.new("L", (1600, 1200))
    ImageDraw.Draw(large).ellipse((200, 300, 900, 1000), fill=255)
    return large.resize((400, 300), Image.Resampling.LANCZOS).convert(mode)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_a_drawn_mask_is_black_and_white(mode: str) -> None:
    assert masks.is_black_and_white(drawn(mode))


@pytest.mark.parametrize("level", [0, 255])
def test_a_mask_of_one_colour_is_black_and_white(level: int) -> None:
    assert masks.is_black_and_white(Image.new("L", (1, 1), level))
    assert masks.is_black_and_white(Image.new("L", (3000, 2), level))


def test_what_is_see_through_counts_as_black() -> None:
    mask = Image.new("RGBA", (40, 30), (200, 30, 90, 0))
    mask.paste((255, 255, 255, 255), (10, 10, 20, 20))
    assert masks.is_black_and_white(mask)


def test_photographs_and_colours_are_no_masks() -> None:
    noise = Image.frombytes("RGB", (40, 30), random.Random(1).randbytes(3600))
    assert not masks.is_black_and_white(noise)
    assert not masks.is_black_and_white(noise.convert("L"))
    assert not masks.is_black_and_white(Image.new("RGB", (40, 30), (255, 0, 0)))
    assert not masks.is_black_and_white(Image.new("L", (40, 30), 128))
    assert not masks.is_black_and_white(Image.linear_gradient("L"))
