"""Registration: exact where it holds, and silent where it does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from studio.imaging.align import (
    Misalignment,
    Placement,
    Registration,
    centred,
    covered_box,
    register,
)
from tests.imaging.scenes import WaveScene

SIZE = (224, 168)
MIDDLE = (112.0, 84.0)
FEW = settings(max_examples=6, deadline=None, derandomize=True)
BOUND = 0.15
"""Pixels at the worst corner, of 224."""


def around_middle(scale: float, x: float, y: float) -> Placement:
    """Scaled around the middle, then shifted."""
    return Placement(scale, MIDDLE[0] * (1 - scale) + x, MIDDLE[1] * (1 - scale) + y)


def placed(found: Registration) -> Placement:
    assert found.placement is not None, found
    return found.placement


@FEW
@given(
    seed=st.integers(0, 10_000),
    scale=st.floats(0.97, 1.03),
    x=st.floats(-6, 6),
    y=st.floats(-6, 6),
    gain=st.floats(0.94, 1.06),
)
def test_a_shifted_and_scaled_picture_is_found_to_a_part_of_a_pixel(
    seed: int, scale: float, x: float, y: float, gain: float
) -> None:
    scene, truth = WaveScene(seed), around_middle(scale, x, y)
    second = scene.picture(
        SIZE, scale=scale, x=truth.x, y=truth.y, gain=(gain, 1.0, gain), noise=3.0
    )
    found = placed(register(scene.picture(SIZE), second))
    assert found.distance(truth, SIZE) < BOUND


@FEW
@given(seed=st.integers(0, 10_000), left=st.integers(0, 140), top=st.integers(0, 80))
def test_a_third_that_changed_does_not_draw_it(seed: int, left: int, top: int) -> None:
    scene, other, truth = WaveScene(seed), WaveScene(seed + 1), around_middle(1.01, 2.6, -3.3)
    second = scene.picture(
        SIZE,
        scale=truth.scale,
        x=truth.x,
        y=truth.y,
        other=other,
        where=lambda x, y: left <= x < left + 112 and top <= y < top + 110,
    )
    found = register(scene.picture(SIZE), second)
    assert placed(found).distance(truth, SIZE) < BOUND
    assert found.agreeing < 0.95


@FEW
@given(seed=st.integers(0, 10_000))
def test_pictures_of_other_things_do_not_line_up(seed: int) -> None:
    found = register(WaveScene(seed).picture(SIZE), WaveScene(seed + 1).picture(SIZE))
    assert found.placement is None
    assert found.reason is Misalignment.DIFFERENT


@pytest.mark.parametrize("contrast", [0.0, 0.02])
def test_blank_pictures_do_not_line_up_noise_or_not(contrast: float) -> None:
    blank = WaveScene(3, contrast=contrast)
    for noise in (0.0, 6.0):
        found = register(blank.picture(SIZE), blank.picture(SIZE, x=1.0, noise=noise))
        assert found.placement is None
        assert found.reason is Misalignment.BLANK


def test_a_gradient_has_too_little_detail() -> None:
    gradient = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    assert register(gradient, gradient).reason is Misalignment.BLANK


def test_tiny_pictures_are_too_small() -> None:
    tiny = WaveScene(1).picture((24, 24))
    assert register(tiny, tiny).reason is Misalignment.SMALL


@pytest.mark.parametrize("size", [(448, 336), (150, 112), (112, 84)])
def test_other_sizes_are_measured_in_their_own_pixels(size: tuple[int, int]) -> None:
    scene = WaveScene(8)
    factor = size[0] / SIZE[0]
    truth = Placement(factor * 1.01, 3.0 * factor, -2.0 * factor)
    second = scene.picture(size, scale=truth.scale, x=truth.x, y=truth.y)
    found = placed(register(scene.picture(SIZE), second))
    assert found.distance(truth, SIZE) < 2 * BOUND / min(1.0, factor)


@pytest.mark.parametrize("size", [(300, 168), (224, 260), (168, 168), (224, 100)])
def test_other_shapes_line_up_where_both_are(size: tuple[int, int]) -> None:
    scene = WaveScene(9)
    truth = Placement(1.0, (size[0] - SIZE[0]) / 2 + 1.4, (size[1] - SIZE[1]) / 2 - 0.7)
    second = scene.picture(size, x=truth.x, y=truth.y)
    found = placed(register(scene.picture(SIZE), second))
    assert found.distance(truth, SIZE) < 2 * BOUND


def test_a_start_that_is_known_finds_a_picture_anywhere_in_a_larger_one() -> None:
    scene, truth = WaveScene(10), Placement(0.5, 100.4, 70.7)
    large = scene.picture((300, 200), scale=0.5, x=truth.x, y=truth.y)
    first = scene.picture(SIZE)
    assert register(first, large).placement is None
    found = placed(register(first, large, start=Placement(0.49, 103.0, 69.0)))
    assert found.distance(truth, SIZE) < 0.4


def test_a_registration_turned_round_is_its_inverse() -> None:
    scene, truth = WaveScene(12), around_middle(1.02, 4.2, 1.1)
    first = scene.picture(SIZE)
    second = scene.picture(SIZE, scale=truth.scale, x=truth.x, y=truth.y)
    there, back = placed(register(first, second)), placed(register(second, first))
    for corner in ((0.0, 0.0), (224.0, 168.0), MIDDLE):
        assert back.place(*there.place(*corner)) == pytest.approx(corner, abs=2 * BOUND)


def test_the_centred_placement_fits_or_covers() -> None:
    assert centred((100, 50), (200, 200)) == Placement(2.0, 0.0, 50.0)
    assert centred((100, 50), (200, 200), cover=True) == Placement(4.0, -100.0, 0.0)


@given(
    size=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    other=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    scale=st.floats(0.3, 3),
    corner=st.tuples(st.floats(-80, 80), st.floats(-80, 80)),
)
def test_a_covered_box_has_just_the_pixels_that_are_in_both(
    size: tuple[int, int], other: tuple[int, int], scale: float, corner: tuple[float, float]
) -> None:
    found = covered_box(size, other, (scale, scale), corner)
    whole = [
        [
            start * scale + at > -0.02 * scale and (start + 1) * scale + at < end + 0.02 * scale
            for start in range(length)
        ]
        for length, end, at in zip(size, other, corner, strict=True)
    ]
    if found is None:
        assert not any(whole[0]) or not any(whole[1]) or min(sum(w) for w in whole) <= 1
        return
    (left, top, right, bottom), source = found
    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]
    assert all(whole[0][left:right])
    assert all(whole[1][top:bottom])
    assert 0 <= source[0] < source[2] <= other[0]
    assert 0 <= source[1] < source[3] <= other[1]
