"""The painter follows marks, regions and frames, and its fault models do not."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps, ImageStat

from studio.common import json_reader
from studio.domain import guides
from studio.domain.entities import AspectRatio, GenerationRequest, Reference, Role
from studio.domain.markup import (
    Frame,
    Mark,
    MarkKind,
    Markup,
    Point,
    Region,
    Stroke,
    StrokeKind,
)
from studio.domain.request_plan import sent_references
from studio.domain.sentences import GUIDES
from studio.imaging import guide_jobs
from studio.imaging.guide_request import GuideDrawing
from studio.providers.catalogue import Catalogue
from studio.providers.gemini.request import LoadedPicture, build
from studio.providers.sketch import faults, painter, request
from studio.providers.sketch.brief import Brief, SketchInput
from studio.providers.sketch.guides import _filled

MODEL = Catalogue().find("sketch", "sketch")
PROMPT = "at night, in deep blue"
PIN = Mark(kind=MarkKind.PIN, points=(Point(0.25, 0.7),), sentence="Make this red")
BOX = Mark(kind=MarkKind.BOX, points=(Point(0.55, 0.15), Point(0.8, 0.45)), sentence="Remove it")
REGION = Region(strokes=(Stroke(kind=StrokeKind.BOX, points=(Point(0.1, 0.2), Point(0.7, 0.9))),))


def harbour(size: tuple[int, int] = (600, 450)) -> Image.Image:
    """A picture with detail everywhere, none of which looks like a mark."""
    picture = Image.radial_gradient("L").resize(size)
    picture = Image.merge("RGB", (picture, picture.rotate(180), Image.new("L", size, 120)))
    draw = ImageDraw.Draw(picture)
    for number in range(60):
        x, y = number * 97 % size[0], number * 61 % size[1]
        draw.ellipse((x, y, x + 34, y + 22), fill=(40 + number * 3, 130, 200 - number * 2))
    return picture


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def brief_of(
    markup: Markup, picture: Image.Image, tmp_path: Path, *, model: str = "sketch"
) -> Brief:
    """What the painter reads of the request of a marked picture."""
    path = tmp_path / "edited.png"
    path.write_bytes(png(picture))
    asked = GenerationRequest(
        profile="sketch",
        model=model,
        prompt=PROMPT,
        size="512",
        seed=7,
        references=(Reference(sha256="a", media_type="image/png", role=Role.EDIT, name="sea"),),
        markup=markup,
    )
    layout = guides.layout(asked, MODEL, picture.size)
    drawn = guides.references(layout.guides, "sea", GUIDES)
    asked = guides.with_guides(asked, layout, drawn)
    loaded: list[LoadedPicture] = []
    waiting = iter(layout.guides)
    for one in sent_references(asked):
        if one.role is Role.EDIT:
            loaded.append(LoadedPicture(path.read_bytes(), "image/png", one.role))
            continue
        drawing = GuideDrawing(guide=next(waiting), marks=markup.sent_marks, region=markup.region)
        facts, data = guide_jobs.draw_guide(
            {"path": str(path), "body": json_reader.encode(drawing)}
        )
        loaded.append(LoadedPicture(data, facts["media_type"], one.role, one.sentence))
    body = build(asked, loaded, MODEL, both_modalities=False).data
    return replace(request.read(body), fault=model)


def painted(brief: Brief) -> Image.Image:
    return Image.open(io.BytesIO(painter.paint(brief).png)).convert("RGB")


Box = tuple[float, float, float, float]


def part_of(picture: Image.Image, box: Box) -> Image.Image:
    width, height = picture.size
    left, top, right, bottom = box
    return picture.crop((left * width, top * height, right * width, bottom * height))


def changed(before: Image.Image, after: Image.Image, box: Box) -> float:
    """Mean difference in a part of two pictures, in levels."""
    one = before.resize(after.size, Image.Resampling.BICUBIC)
    difference = ImageChops.difference(part_of(one, box), part_of(after, box))
    return sum(ImageStat.Stat(difference).mean) / 3


def test_it_changes_what_lies_in_and_round_the_marks_alone(tmp_path: Path) -> None:
    brief = brief_of(Markup(marks=(PIN, BOX)), harbour(), tmp_path)
    assert [one.role for one in brief.inputs] == ["marked", "edit"]
    assert brief.marks == ("Make this red", "Remove it")
    assert brief.prompt == PROMPT
    after = painted(brief)
    assert changed(harbour(), after, (0.6, 0.2, 0.75, 0.4)) > 8
    assert changed(harbour(), after, (0.23, 0.68, 0.27, 0.72)) > 8
    for box in ((0, 0, 0.45, 0.5), (0.4, 0.6, 1, 1), (0.9, 0, 1, 1)):
        assert changed(harbour(), after, box) < 3


@pytest.mark.parametrize("clean", [True, False])
def test_it_changes_a_region_alone(tmp_path: Path, clean: bool) -> None:
    brief = brief_of(Markup(region=REGION, send_clean=clean), harbour(), tmp_path)
    assert [one.role for one in brief.inputs] == (["marked", "edit"] if clean else ["edit"])
    if clean:
        after = painted(brief)
        assert changed(harbour(), after, (0.15, 0.25, 0.65, 0.85)) > 8
        for box in ((0, 0, 1, 0.15), (0.76, 0, 1, 1), (0, 0.95, 1, 1)):
            assert changed(harbour(), after, box) < 3


def test_of_a_crop_it_changes_the_region_alone(tmp_path: Path) -> None:
    small = Region(
        strokes=(Stroke(kind=StrokeKind.BOX, points=(Point(0.5, 0.5), Point(0.52, 0.53))),)
    )
    brief = brief_of(Markup(region=small), harbour((2400, 1800)), tmp_path)
    assert [one.role for one in brief.inputs] == ["overview", "marked", "edit"]
    edited = Image.open(io.BytesIO(brief.inputs[2].data)).convert("RGB")
    after = painted(brief)
    assert changed(edited, after, (0.45, 0.45, 0.55, 0.55)) > 8
    assert changed(edited, after, (0, 0, 1, 0.2)) < 3


def test_it_continues_a_picture_over_its_borders(tmp_path: Path) -> None:
    frame = Frame(left=-0.5, top=0, right=1.5, bottom=1, aspect="21:9")
    brief = brief_of(Markup(frames=(frame,)), harbour(), tmp_path)
    assert [one.role for one in brief.inputs] == ["padded"]
    after = painted(brief)
    padded = Image.open(io.BytesIO(brief.inputs[0].data)).convert("RGB")
    assert AspectRatio(21, 9).near(*after.size, within=0.05)
    assert changed(padded, after, (0.3, 0.2, 0.7, 0.8)) < 3
    for box in ((0, 0, 0.2, 1), (0.8, 0, 1, 1)):
        assert max(ImageStat.Stat(part_of(after, box)).stddev) > 5, "it is not flat any more"


def test_without_marks_it_works_as_before(tmp_path: Path) -> None:
    brief = brief_of(Markup(), harbour(), tmp_path)
    assert [one.role for one in brief.inputs] == ["edit"]
    assert changed(harbour(), painted(brief), (0, 0, 1, 1)) > 8


def test_the_drifting_model_moves_all_of_an_edit(tmp_path: Path) -> None:
    steady = painted(brief_of(Markup(region=REGION), harbour(), tmp_path))
    drifted = painted(brief_of(Markup(region=REGION), harbour(), tmp_path, model=faults.DRIFTS))
    assert changed(steady, drifted, (0, 0, 1, 0.15)) > 3
    assert changed(steady, drifted, (0.8, 0, 1, 1)) > 3
    assert drifted.size == steady.size


def test_another_model_leaves_the_marks_in_the_picture(tmp_path: Path) -> None:
    markup = Markup(marks=(PIN, BOX))
    left = painted(brief_of(markup, harbour(), tmp_path, model=faults.KEEPS_MARKS))
    width, height = left.size
    across = [left.getpixel((round(0.55 * width) + n, round(0.3 * height))) for n in range(-3, 4)]
    assert any(red > 150 and max(green, blue) < 120 for red, green, blue in across)  # type: ignore[misc]


def test_another_model_answers_in_another_shape(tmp_path: Path) -> None:
    brief = brief_of(Markup(region=REGION), harbour(), tmp_path, model=faults.RESHAPES)
    made = painted(brief)
    assert abs(made.width / made.height - brief.size[0] / brief.size[1]) > 0.2


def test_the_fault_models_are_the_painters() -> None:
    for name in (faults.DRIFTS, faults.KEEPS_MARKS, faults.RESHAPES):
        assert Catalogue().find("sketch", name).fault


def test_a_thin_picture_between_borders_is_painted_in_no_time() -> None:
    padded = Image.new("RGB", (900, 900), (0x80, 0x80, 0x80))
    padded.paste((200, 40, 40), (450, 450, 451, 451))
    brief = Brief(prompt="x", size=(256, 256), seed=1, inputs=(SketchInput(png(padded), "padded"),))
    assert painted(brief).size == (256, 256)


@pytest.mark.parametrize("seed", range(6))
def test_holes_of_a_mask_are_filled_as_pillow_fills_them(seed: int) -> None:
    dice = random.Random(seed)
    mask = Image.new("L", (dice.randint(1, 90), dice.randint(1, 70)))
    draw = ImageDraw.Draw(mask)
    for _line in range(dice.randint(0, 30)):
        points = [(dice.randint(-5, 95), dice.randint(-5, 75)) for _point in range(4)]
        draw.line(points, fill=255, width=dice.randint(1, 4))
    for _dot in range(dice.randint(0, 900)):
        draw.point((dice.randint(0, 90), dice.randint(0, 70)), fill=dice.choice((0, 255)))
    framed = ImageOps.expand(mask, 1, 0)
    ImageDraw.floodfill(framed, (0, 0), 128)
    expected = framed.point([255] * 128 + [0] + [255] * 127)
    expected = expected.crop((1, 1, 1 + mask.width, 1 + mask.height))
    assert _filled(mask).tobytes() == expected.tobytes()
