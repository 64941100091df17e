"""Composing: whatever the answer, nothing outside of a region differs in the decoded file."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from studio.common.errors import PictureUnreadable
from studio.domain.frame_layout import FrameLayout
from studio.domain.markup import Frame, Point, Region, Stroke, StrokeKind
from studio.imaging import align, compare, compose, compose_jobs, masks
from studio.imaging.comparer import Comparer
from studio.imaging.composition import CompositionRecipe, NotComposed
from tests import icc_profiles
from tests.imaging.png_pixels import PngPixels, read_png
from tests.imaging.scenes import WaveScene

PROFILES = {"": b"", "wide": icc_profiles.matrix(icc_profiles.WIDE, 1.8)}

_places = st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2)).map(lambda at: Point(*at))
_strokes = st.builds(
    Stroke,
    kind=st.sampled_from(StrokeKind),
    points=st.lists(_places, min_size=1, max_size=5).map(tuple),
    width=st.floats(0.0, 0.6),
)
_regions = st.builds(
    Region,
    strokes=st.lists(_strokes, max_size=4).map(tuple),
    inverted=st.booleans(),
    feather=st.floats(0.0, 0.3),
)
_frames = st.builds(
    lambda left, top, wide, high: Frame(left=left, top=top, right=left + wide, bottom=top + high),
    st.floats(-0.8, 0.8),
    st.floats(-0.8, 0.8),
    st.floats(0.2, 2.0),
    st.floats(0.2, 2.0),
)


_TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a picture with this orientation lies in its file."""


@dataclass(frozen=True, slots=True)
class Parent:
    """A picture of noise, and what its pixels are as RGBA."""

    picture: Image.Image
    pixels: bytes
    profile: str
    orientation: int = 1

    def save(self, path: Path) -> None:
        """Save it turned, with an orientation that turns it back."""
        raw = self.picture
        if self.orientation > 1:
            raw = raw.transpose(_TURNED[self.orientation])
        tags = Image.Exif()
        tags[0x0112] = self.orientation
        raw.save(path, icc_profile=PROFILES[self.profile] or None, exif=tags)

    def rgba(self, x: int, y: int) -> bytes:
        start = (y * self.picture.width + x) * 4
        return self.pixels[start : start + 4]


def noise(size: tuple[int, int], mode: str, seed: int) -> Image.Image:
    width, height = size
    dice = random.Random(seed)
    return Image.frombytes(mode, size, dice.randbytes(width * height * len(mode)))


def _parent(
    size: tuple[int, int], mode: str, profile: str, seed: int, orientation: int = 1
) -> Parent:
    if mode == "P":
        picture = noise(size, "L", seed)
        colours = random.Random(seed + 1).randbytes(768)
        levels = picture.tobytes()
        palette = Image.frombytes("P", size, levels)
        palette.putpalette(colours)
        pixels = b"".join(colours[3 * n : 3 * n + 3] + b"\xff" for n in levels)
        return Parent(palette, pixels, "", orientation)
    picture = noise(size, mode, seed)
    data, step = picture.tobytes(), len(mode)
    every = [data[n : n + step] for n in range(0, len(data), step)]
    shapes = {
        "L": lambda one: one * 3 + b"\xff",
        "LA": lambda one: one[:1] * 3 + one[1:],
        "RGB": lambda one: one + b"\xff",
        "RGBA": lambda one: one,
    }
    # A profile of RGB says nothing about grey.
    kept = profile if mode in ("RGB", "RGBA") else ""
    return Parent(picture, b"".join(map(shapes[mode], every)), kept, orientation)


_sizes = st.tuples(st.integers(1, 46), st.integers(1, 38))
_parents = st.builds(
    _parent,
    _sizes,
    st.sampled_from(["RGB", "RGBA", "L", "LA", "P"]),
    st.sampled_from(sorted(PROFILES)),
    st.integers(0, 1 << 20),
    st.sampled_from([1, 1, *_TURNED]),
)
_drawn = st.none() | st.builds(
    lambda size, seed: noise(size, "L", seed), _sizes, st.integers(0, 1 << 20)
)
"""Pictures of masks."""


def composed(
    folder: Path, parent: Parent, answer: Image.Image, **request: Any
) -> tuple[PngPixels | None, dict[str, Any]]:
    """The saved file as a witness reads it, and what the proof says of it."""
    parent.save(folder / "parent.png")
    answer.save(folder / "answer.png")
    asked = {"path": str(folder / "parent.png"), "other": str(folder / "answer.png"), **request}
    facts, data = compose_jobs.compose_pictures(asked)
    if facts["reason"] is not None:
        return None, facts
    (folder / "saved.png").write_bytes(data)
    proof, _none = compose_jobs.prove_picture(asked | {"other": str(folder / "saved.png")})
    return read_png(data), proof


@settings(max_examples=60)
@given(
    parent=_parents,
    region=_regions,
    drawn=_drawn,
    factor=st.sampled_from([0.5, 1.0, 1.0, 2.5]),
    seam=st.floats(0.0, 20.0),
    match=st.booleans(),
    seed=st.integers(0, 1 << 20),
)
def test_no_pixel_outside_of_a_region_differs_in_the_saved_file(
    parent: Parent,
    region: Region,
    drawn: Image.Image | None,
    factor: float,
    seam: float,
    match: bool,
    seed: int,
) -> None:
    """Strokes on a mask's picture or not, of any size; the parent lies in its file in any way."""
    width, height = parent.picture.size
    size = max(1, round(width * factor)), max(1, round(height * factor))
    with tempfile.TemporaryDirectory() as folder:
        mask_file = Path(folder) / "mask.png"
        if drawn is not None:
            region = replace(region, mask="0" * 64)
            drawn.save(mask_file)
        saved, proof = composed(
            Path(folder),
            parent,
            noise(size, "RGB", seed),
            mask=None if drawn is None else str(mask_file),
            region=msgspec.to_builtins(region),
            seam=seam,
            match=match,
        )
    if saved is None:
        assert proof["reason"] == "shape"
        return
    mask = masks.region_mask(region, parent.picture.size, drawn)
    outside = [n for n, level in enumerate(mask.tobytes()) if level == 0]
    assert (saved.width, saved.height) == (width, height)
    assert saved.profile == PROFILES[parent.profile]
    for n in outside:
        y, x = divmod(n, width)
        assert saved.rgba(x, y) == parent.rgba(x, y)
    assert proof == {"outside": len(outside), "changed": 0}


@settings(max_examples=60)
@given(
    parent=_parents,
    frame=_frames,
    factor=st.sampled_from([0.5, 1.0, 2.5]),
    seam=st.floats(0.0, 20.0),
    match=st.booleans(),
    seed=st.integers(0, 1 << 20),
)
def test_no_pixel_of_the_picture_in_a_frame_differs_in_the_saved_file(
    parent: Parent, frame: Frame, factor: float, seam: float, match: bool, seed: int
) -> None:
    layout = FrameLayout.of(frame, parent.picture.size)
    size = max(1, round(layout.size[0] * factor)), max(1, round(layout.size[1] * factor))
    with tempfile.TemporaryDirectory() as folder:
        saved, proof = composed(
            Path(folder),
            parent,
            noise(size, "RGB", seed),
            frame=msgspec.to_builtins(frame),
            seam=seam,
            match=match,
        )
    assert saved is not None
    assert (saved.width, saved.height) == layout.size
    assert saved.profile == PROFILES[parent.profile]
    left, top, right, bottom = layout.kept
    for y in range(top, bottom):
        for x in range(left, right):
            assert saved.rgba(x - layout.left, y - layout.top) == parent.rgba(x, y)
    assert proof == {"outside": (right - left) * (bottom - top), "changed": 0}


@settings(max_examples=60)
@given(
    size=_sizes,
    region=_regions,
    seam=st.floats(0.0, 60.0),
    place=st.builds(
        align.Placement, st.floats(0.4, 2.5), st.floats(-40.0, 40.0), st.floats(-40.0, 40.0)
    ),
    gain=st.tuples(*[st.floats(0.8, 1.25)] * 3),
    seed=st.integers(0, 1 << 20),
)
def test_a_region_keeps_what_is_outside_wherever_the_answer_lies(
    size: tuple[int, int],
    region: Region,
    seam: float,
    place: align.Placement,
    gain: compare.Gain,
    seed: int,
) -> None:
    parent, answer = noise(size, "RGBA", seed), noise((31, 27), "RGB", seed + 1)
    mask = masks.region_mask(region, size)
    whole = parent.copy()
    compose.put_region(whole, answer, place, masks.soft_edge(mask, seam), gain)
    before, after, levels = parent.tobytes(), whole.tobytes(), mask.tobytes()
    for n, level in enumerate(levels):
        if not level:
            assert after[4 * n : 4 * n + 4] == before[4 * n : 4 * n + 4]
    assert whole.getchannel("A").tobytes() == parent.getchannel("A").tobytes()


@settings(max_examples=60)
@given(
    size=_sizes,
    mode=st.sampled_from(["RGB", "RGBA"]),
    frame=_frames,
    seam=st.integers(0, 60),
    place=st.builds(
        align.Placement, st.floats(0.4, 2.5), st.floats(-40.0, 40.0), st.floats(-40.0, 40.0)
    ),
    gain=st.tuples(*[st.floats(0.8, 1.25)] * 3),
    seed=st.integers(0, 1 << 20),
)
def test_a_frame_keeps_the_picture_wherever_the_answer_lies(
    size: tuple[int, int],
    mode: str,
    frame: Frame,
    seam: int,
    place: align.Placement,
    gain: compare.Gain,
    seed: int,
) -> None:
    parent, answer = noise(size, mode, seed), noise((31, 27), "RGB", seed + 1)
    layout = FrameLayout.of(frame, size)
    whole = compose.with_frame(parent, answer, place, layout, seam=seam, gain=gain)
    assert (whole.size, whole.mode) == (layout.size, mode)
    assert whole.crop(layout.place).tobytes() == parent.crop(layout.kept).tobytes()


SCENE, OTHER = WaveScene(3), WaveScene(9)
SIZE = (224, 168)
BOX = Region(strokes=(Stroke(kind=StrokeKind.BOX, points=(Point(0.25, 0.25), Point(0.5, 0.75))),))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    SCENE.picture(SIZE).save(folder / "parent.png")

    def changed(x: float, y: float) -> bool:
        return 60 < x < 108 and 46 < y < 122

    SCENE.picture(
        (448, 336), scale=2.02, x=4.0, y=-3.0, gain=(0.94, 1.0, 1.05), other=OTHER, where=changed
    ).save(folder / "answer.png")
    SCENE.picture(SIZE, x=9.5).save(folder / "far.png")
    SCENE.picture((224, 120)).save(folder / "other_shape.png")
    OTHER.picture(SIZE).save(folder / "other.png")
    return folder


async def test_the_inside_is_that_of_the_answer_in_its_place_and_colours(folder: Path) -> None:
    comparer = Comparer()
    recipe = CompositionRecipe(
        parent=folder / "parent.png", answer=folder / "answer.png", region=BOX, seam=4.0
    )
    try:
        found = await comparer.compose(recipe)
        (folder / "saved.png").write_bytes(found.data)
        proof = await comparer.prove(recipe, folder / "saved.png")
    finally:
        await comparer.close()
    assert found.reason is None
    assert found.zoom == pytest.approx(1.01, abs=0.002)
    assert (proof.outside, proof.changed) == (224 * 168 - 56 * 84, 0)
    with Image.open(folder / "saved.png") as saved:
        inside = saved.crop((70, 56, 100, 112))
    # The other scene in the colours of the first: its matched gain is taken back.
    wanted = OTHER.picture(SIZE).crop((70, 56, 100, 112))
    differences = ImageChops.difference(inside, wanted).histogram()
    far = sum(sum(differences[256 * band + 14 : 256 * band + 256]) for band in range(3))
    assert far < 0.02 * 3 * 30 * 56


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("far.png", NotComposed.SHIFT),
        ("other_shape.png", NotComposed.SHAPE),
        ("other.png", NotComposed.DIFFERENT),
    ],
)
async def test_an_answer_that_does_not_line_up_is_not_composed(
    folder: Path, answer: str, reason: NotComposed
) -> None:
    comparer = Comparer()
    try:
        found = await comparer.compose(
            CompositionRecipe(parent=folder / "parent.png", answer=folder / answer, region=BOX)
        )
    finally:
        await comparer.close()
    assert (found.reason, found.data) == (reason, b"")


@pytest.mark.parametrize("shade", ["dark", "light", "falling"])
@pytest.mark.parametrize("inside", ["unchanged", "plain", "detailed"])
@pytest.mark.parametrize("corners", [(0.1, 0.1, 0.5, 0.6), (0.3, 0.2, 0.9, 0.9)])
def test_the_region_of_a_picture_without_detail_is_no_reason_for_not_lining_up(
    folder: Path, shade: str, inside: str, corners: tuple[float, ...]
) -> None:
    """The edge of the region, which only one of the pictures may show, once was one."""
    left, top, right, bottom = corners
    size = width, height = 600, 400
    level = 9 if shade == "dark" else 240
    parent = Image.new("L", size, level)
    if shade == "falling":
        parent = Image.linear_gradient("L").resize(size)
    box = [round(left * width), round(top * height), round(right * width), round(bottom * height)]
    answer = parent.convert("RGB")
    if inside == "plain":
        answer.paste((220, 40, 30), (box[0], box[1], box[2], box[3]))
    elif inside == "detailed":
        answer.paste(OTHER.picture((box[2] - box[0], box[3] - box[1])), (box[0], box[1]))
    parent.convert("RGB").save(folder / "plain.png")
    answer.save(folder / "plain_answer.png")
    stroke = Stroke(kind=StrokeKind.BOX, points=(Point(left, top), Point(right, bottom)))
    facts, _data = compose_jobs.compose_pictures(
        {
            "path": str(folder / "plain.png"),
            "other": str(folder / "plain_answer.png"),
            "region": msgspec.to_builtins(Region(strokes=(stroke,))),
        }
    )
    assert (facts["reason"], facts["shift"]) == (None, (0.0, 0.0))


def test_the_narrow_border_around_a_region_tells_where_the_answer_lies(folder: Path) -> None:
    size = 600, 400
    SCENE.picture(size).save(folder / "large.png")

    def changed(x: float, y: float) -> bool:
        return 42 < x < 558 and 42 < y < 358

    SCENE.picture(size, x=3.0, y=-2.0, other=OTHER, where=changed).save(folder / "large_answer.png")
    stroke = Stroke(kind=StrokeKind.BOX, points=(Point(0.06, 0.09), Point(0.94, 0.91)))
    facts, _data = compose_jobs.compose_pictures(
        {
            "path": str(folder / "large.png"),
            "other": str(folder / "large_answer.png"),
            "region": msgspec.to_builtins(Region(strokes=(stroke,))),
        }
    )
    assert facts["reason"] is None
    assert facts["shift"] == pytest.approx((3.0, -2.0), abs=0.2)


async def test_a_crop_of_the_parent_lines_up_with_an_answer_that_shows_only_it(
    folder: Path, tmp_path: Path
) -> None:
    SCENE.picture((336, 252), scale=3.0, x=-56 * 3.0, y=-42 * 3.0).save(tmp_path / "crop.png")
    comparer = Comparer()
    recipe = CompositionRecipe(
        parent=folder / "parent.png",
        answer=tmp_path / "crop.png",
        region=Region(
            strokes=(Stroke(kind=StrokeKind.BOX, points=(Point(0.4, 0.4), Point(0.5, 0.6))),)
        ),
        crop=(0.25, 0.25, 0.75, 0.75),
    )
    try:
        found = await comparer.compose(recipe)
    finally:
        await comparer.close()
    assert found.reason is None
    assert found.shift == pytest.approx((0.0, 0.0), abs=0.2)


async def test_a_changed_pixel_outside_is_counted(folder: Path, tmp_path: Path) -> None:
    with Image.open(folder / "parent.png") as parent:
        saved = parent.copy()
    red, green, blue = saved.getpixel((3, 4))  # type: ignore[misc]
    saved.putpixel((3, 4), (red, green, blue ^ 1))
    saved.putpixel((80, 80), (0, 0, 0))
    saved.save(tmp_path / "saved.png")
    comparer = Comparer()
    try:
        proof = await comparer.prove(
            CompositionRecipe(parent=folder / "parent.png", region=BOX), tmp_path / "saved.png"
        )
    finally:
        await comparer.close()
    assert proof.changed == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cmyk.jpg", "cmyk.jpg is in CMYK, the colours of print. Only RGB can be changed here."),
        ("deep.png", "This picture has 16 bits; only an 8-bit copy can be changed here."),
    ],
)
async def test_a_parent_that_cannot_be_kept_as_it_is_gets_refused(
    folder: Path, tmp_path: Path, name: str, sentence: str
) -> None:
    Image.new("CMYK", (64, 64)).save(tmp_path / "cmyk.jpg")
    Image.new("I;16", (64, 64)).save(tmp_path / "deep.png")
    comparer = Comparer()
    try:
        with pytest.raises(PictureUnreadable) as caught:
            await comparer.compose(
                CompositionRecipe(parent=tmp_path / name, answer=folder / "answer.png", region=BOX)
            )
    finally:
        await comparer.close()
    assert caught.value.message == sentence


async def test_a_free_crop_is_the_part_of_the_parent(folder: Path) -> None:
    comparer = Comparer()
    recipe = CompositionRecipe(
        parent=folder / "parent.png", frame=Frame(left=0.25, top=0.25, right=0.5, bottom=0.75)
    )
    try:
        found = await comparer.compose(recipe)
        (folder / "crop.png").write_bytes(found.data)
        proof = await comparer.prove(recipe, folder / "crop.png")
    finally:
        await comparer.close()
    assert (found.width, found.height) == (56, 84)
    assert (proof.outside, proof.changed) == (56 * 84, 0)


@pytest.mark.parametrize("hidden", [0, 255])
def test_what_is_see_through_in_a_mask_stays(tmp_path: Path, hidden: int) -> None:
    """White painted on nothing, as drawing programs save it."""
    size = 40, 30
    noise(size, "RGB", 1).save(tmp_path / "parent.png")
    noise(size, "RGB", 2).save(tmp_path / "answer.png")
    mask = Image.new("RGBA", size, (hidden, hidden, hidden, 0))
    mask.paste((255, 255, 255, 255), (10, 10, 20, 20))
    mask.save(tmp_path / "mask.png")
    asked = {
        "path": str(tmp_path / "parent.png"),
        "other": str(tmp_path / "answer.png"),
        "mask": str(tmp_path / "mask.png"),
        "region": msgspec.to_builtins(Region(mask="0" * 64)),
    }
    _facts, data = compose_jobs.compose_pictures(asked)
    (tmp_path / "saved.png").write_bytes(data)
    proof, _none = compose_jobs.prove_picture(asked | {"other": str(tmp_path / "saved.png")})
    assert proof == {"outside": 40 * 30 - 10 * 10, "changed": 0}
    drawn = Image.open(tmp_path / "mask.png")
    assert masks.region_mask(Region(mask="0" * 64), size, drawn).getbbox() == (10, 10, 20, 20)


def test_a_region_is_drawn_in_the_order_of_its_strokes_on_top_of_its_mask() -> None:
    drawn = Image.new("1", (4, 4))
    drawn.paste(1, (0, 0, 2, 4))
    rub = Stroke(kind=StrokeKind.ERASER, points=(Point(0.1, 0.5), Point(0.4, 0.5)), width=0.2)
    mask = masks.region_mask(Region(strokes=(rub,), mask="0" * 64), (40, 40), drawn)
    assert [mask.getpixel(at) for at in ((5, 5), (10, 20), (30, 5))] == [255, 0, 0]
    again = Stroke(kind=StrokeKind.BOX, points=(Point(0.2, 0.4), Point(0.3, 0.6)))
    over = masks.region_mask(Region(strokes=(rub, again), inverted=True), (40, 40), drawn)
    assert [over.getpixel(at) for at in ((5, 5), (10, 20), (30, 5))] == [0, 0, 255]


def test_a_seam_rises_inward_from_the_edge_but_not_from_the_border_of_the_picture() -> None:
    mask = Image.new("L", (200, 100))
    mask.paste(255, (0, 0, 100, 100))
    line = list(masks.soft_edge(mask, 32.0).crop((0, 50, 200, 51)).tobytes())
    assert line[100:] == [0] * 100
    assert line[:64] == [255] * 64
    rising = line[64:100][::-1]
    assert rising == sorted(rising)
    assert rising[0] < 30


def test_a_stroke_that_is_narrower_than_the_seam_still_changes_its_middle() -> None:
    mask = Image.new("L", (200, 100))
    mask.paste(255, (20, 40, 180, 46))
    weights = masks.soft_edge(mask, 80.0)
    assert weights.getextrema()[1] == 255
