"""Whether a picture still shows the marks it was made with: 60 pairs with, 60 without."""

from __future__ import annotations

import io
import random
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageEnhance

from studio.common import json_reader
from studio.domain.guides import Guide
from studio.domain.markup import MARK_COLOURS, Mark, MarkKind, Point
from studio.imaging import guide_jobs, mark_jobs
from studio.imaging.guide_request import GuideDrawing
from studio.providers.sketch.brief import Brief
from studio.providers.sketch.painter import paint

PROMPTS = (
    "a lighthouse at noon", "mountains at dusk", "a city at night", "a still life", "a forest",
    "leaves in autumn", "kelp", "dunes at noon", "hills in fog", "waves in a storm",
)  # fmt: skip
SIZES = ((400, 300), (300, 400))
PAIRS = 60


@cache
def sketch(prompt: str, size: tuple[int, int]) -> Image.Image:
    png = paint(Brief(prompt=prompt, size=size, seed=7)).png
    return Image.open(io.BytesIO(png)).convert("RGB")


def marks_of(dice: random.Random) -> tuple[tuple[int, Mark], ...]:
    found: list[tuple[int, Mark]] = []
    for number in range(1, dice.randint(2, 5)):
        kind = dice.choice([*MarkKind])
        x, y = dice.uniform(0.1, 0.7), dice.uniform(0.1, 0.7)
        ends = Point(x, y), Point(x + dice.uniform(0.08, 0.25), y + dice.uniform(0.08, 0.25))
        points = ends[:1] if kind is MarkKind.PIN else ends
        colour = dice.choice((MARK_COLOURS[0], *MARK_COLOURS))
        found.append((number, Mark(kind=kind, points=points, sentence="x", colour=colour)))
    return tuple(found)


def edited(picture: Image.Image, dice: random.Random) -> Image.Image:
    """As an edit of a model: some things painted anew, other light, another size, a small shift."""
    made = picture.copy()
    draw = ImageDraw.Draw(made)
    for _thing in range(dice.randint(0, 4)):
        x, y = dice.uniform(0, 0.9) * made.width, dice.uniform(0, 0.9) * made.height
        reach = dice.uniform(0.01, 0.12) * made.width
        colour = tuple(dice.randrange(256) for _channel in range(3))
        shape = dice.choice((draw.ellipse, draw.rectangle, draw.line))
        shape((x, y, x + reach, y + reach), fill=colour)
    made = ImageEnhance.Brightness(made).enhance(dice.uniform(0.92, 1.08))
    made = ImageEnhance.Color(made).enhance(dice.uniform(0.9, 1.1))
    made = ImageChops.offset(made, dice.randint(-6, 6), dice.randint(-6, 6))
    factor = dice.uniform(0.8, 1.4)
    made = made.resize((round(made.width * factor), round(made.height * factor)))
    file = io.BytesIO()
    made.save(file, "JPEG", quality=dice.randint(80, 95))
    return Image.open(file)


def found_in(number: int, folder: Path, *, kept: bool) -> tuple[int, int]:
    """Marks of a made pair, and how many of them are found in the answer."""
    dice = random.Random(number)
    kind = number % len(PROMPTS), number % len(SIZES)
    picture = sketch(PROMPTS[kind[0]], SIZES[kind[1]])
    clean, answer = folder / "clean-{}-{}.png".format(*kind), folder / "answer.jpg"
    if not clean.exists():
        picture.save(clean)
    marks = marks_of(dice)
    drawing = GuideDrawing(guide=Guide(marks=True), marks=marks)
    body = json_reader.encode(drawing)
    if kept:
        _facts, data = guide_jobs.draw_guide({"path": str(clean), "body": body})
        picture = Image.open(io.BytesIO(data)).convert("RGB")
    edited(picture, dice).save(answer, "JPEG", quality=92)
    asked = {"path": str(clean), "other": str(answer), "body": body}
    return len(marks), len(mark_jobs.marks_left(asked)[0]["marks"])


def test_marks_that_were_left_are_found_and_nothing_else_is(tmp_path: Path) -> None:
    left = [found_in(number, tmp_path, kept=True) for number in range(PAIRS)]
    gone = [found_in(number, tmp_path, kept=False) for number in range(PAIRS)]
    assert sum(found > 0 for _marks, found in left) >= 0.9 * PAIRS
    assert sum(found > 0 for _marks, found in gone) <= 0.02 * PAIRS


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (13, 7)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_marks_are_drawn_on_and_looked_for_in_the_smallest_pictures(
    tmp_path: Path, size: tuple[int, int], mode: str
) -> None:
    path = tmp_path / "dot.png"
    Image.new("RGB", size, (51, 102, 153)).convert(mode).save(path)
    ends = Point(0.2, 0.2), Point(0.9, 0.9)
    marks = tuple(
        (n, Mark(kind=kind, points=ends[:1] if kind is MarkKind.PIN else ends, sentence="x"))
        for n, kind in enumerate(MarkKind, 1)
    )
    body = json_reader.encode(GuideDrawing(guide=Guide(marks=True), marks=marks))
    facts, data = guide_jobs.draw_guide({"path": str(path), "body": body})
    assert (facts["width"], facts["height"]) == size
    (tmp_path / "marked").write_bytes(data)
    asked = {"path": str(path), "other": str(tmp_path / "marked"), "body": body}
    assert set(mark_jobs.marks_left(asked)[0]["marks"]) <= {1, 2, 3, 4}
