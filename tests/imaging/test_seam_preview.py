"""Another seam as it is seen: as the saved picture is, from pictures that are loaded once."""

from __future__ import annotations

import asyncio
import functools
import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from studio.domain.markup import Frame, Point, Region, Stroke, StrokeKind
from studio.imaging import compare_worker, compose_jobs, seam_preview_jobs
from studio.imaging.comparer import Comparer
from studio.imaging.composition import CompositionRecipe, SeamPixels, SeamView
from studio.imaging.seam_preview import SeamPreview
from tests import icc_profiles
from tests.imaging.scenes import WaveScene

SCENE, OTHER = WaveScene(3), WaveScene(9)
SIZE = (224, 168)
BOX = Region(strokes=(Stroke(kind=StrokeKind.BOX, points=(Point(0.25, 0.25), Point(0.5, 0.75))),))
FRAME = Frame(left=-0.25, top=0.0, right=1.25, bottom=1.0)
ALL = (0.0, 0.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    SCENE.picture(SIZE).save(folder / "parent.png")

    def changed(x: float, y: float) -> bool:
        return 60 < x < 108 and 46 < y < 122

    SCENE.picture(
        (448, 336), scale=2.02, x=4.0, y=-3.0, gain=(0.94, 1.0, 1.05), other=OTHER, where=changed
    ).save(folder / "answer.png")
    SCENE.picture((672, 336), scale=2.0, x=112.0, gain=(0.9, 1.0, 1.0)).save(folder / "wide.png")
    OTHER.picture(SIZE).save(folder / "other.png")
    return folder


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    seam_preview_jobs.give_up()
    yield
    seam_preview_jobs.give_up()


def request(folder: Path, what: Region | Frame, **more: Any) -> dict[str, Any]:
    name = "region" if isinstance(what, Region) else "frame"
    return {
        "path": str(folder / "parent.png"),
        "other": str(folder / ("answer.png" if name == "region" else "wide.png")),
        name: msgspec.to_builtins(what),
        **more,
    }


def saved(asked: dict[str, Any]) -> Image.Image:
    """The composed picture, as it would be saved."""
    facts, data = compose_jobs.compose_pictures(asked)
    assert facts["reason"] is None
    return opened(data)


def opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGBA")


_MOST = 50
"""Pixels by which a frame is wider or narrower than the picture at each edge."""


@functools.cache
def widest() -> Image.Image:
    """What an answer shows within the largest frame; a smaller one is a part of it."""
    size = SIZE[0] + 2 * _MOST, SIZE[1] + 2 * _MOST
    return SCENE.picture(size, x=_MOST, y=_MOST, gain=(0.9, 1.0, 1.0))


def previewed(
    asked: dict[str, Any], box: tuple[float, ...], size: tuple[int, int]
) -> tuple[Image.Image, dict[str, Any]]:
    """What is seen with the preview over the parent; over nothing for a frame."""
    header, data = seam_preview_jobs.preview(asked | {"box": box, "size": size})
    assert header["reason"] is None
    assert header["width"] <= size[0]
    assert header["height"] <= size[1]
    with Image.open(asked["path"]) as parent:
        under = scaled(parent.convert("RGBA"), box, size)
    if header["width"]:
        part = Image.frombytes("RGBA", (header["width"], header["height"]), data)
        under.paste(part, (header["left"], header["top"]))
    return under, header


def scaled(picture: Image.Image, box: tuple[float, ...], size: tuple[int, int]) -> Image.Image:
    width, height = picture.size
    # Whole pixels where they are meant: the slightest fraction mixes them.
    across, down = round(box[0] * width, 6), round(box[1] * height, 6)
    part = across, down, round(box[2] * width, 6), round(box[3] * height, 6)
    return picture.resize(size, Image.Resampling.BICUBIC, box=part, reducing_gap=2.0)


def apart(one: Image.Image, other: Image.Image) -> tuple[float, int]:
    """Mean and largest difference in levels."""
    found = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    largest = max(cast("tuple[int, int]", high)[1] for high in found.getextrema())
    return max(ImageStat.Stat(found).mean), largest


def close(one: Image.Image, other: Image.Image, *, mean: float, largest: int) -> bool:
    found = apart(one, other)
    assert found[0] <= mean, found
    assert found[1] <= largest, found
    return True


_places = st.tuples(st.floats(-0.1, 1.1), st.floats(-0.1, 1.1)).map(lambda at: Point(*at))
_regions = st.builds(
    Region,
    strokes=st.lists(
        st.builds(
            Stroke,
            kind=st.sampled_from(StrokeKind),
            points=st.lists(_places, min_size=2, max_size=4).map(tuple),
            width=st.floats(0.02, 0.4),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    inverted=st.booleans(),
    feather=st.sampled_from([0.0, 0.0, 0.05]),
)
_boxes = st.tuples(
    st.integers(0, 100), st.integers(0, 80), st.integers(40, 124), st.integers(30, 88)
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(region=_regions, seam=st.floats(0.0, 128.0), match=st.booleans(), part=_boxes)
def test_a_preview_is_the_saved_picture_scaled_down(
    folder: Path, region: Region, seam: float, match: bool, part: tuple[int, int, int, int]
) -> None:
    asked = request(folder, region, seam=seam, match=match)
    facts, data = compose_jobs.compose_pictures(asked)
    if facts["reason"] is not None:
        return  # too little is left outside to register by
    whole = opened(data)
    seen, _header = previewed(asked, ALL, SIZE)
    # Where the resampling of the answer begins makes a hair of difference.
    assert close(seen, whole, mean=1.0, largest=24)
    seen, _header = previewed(asked, ALL, (112, 84))
    assert close(seen, scaled(whole, ALL, (112, 84)), mean=1.5, largest=48)
    left, top, wide, high = part
    box = left / 224, top / 168, (left + wide) / 224, (top + high) / 168
    seen, _header = previewed(asked, box, (wide, high))
    assert close(seen, scaled(whole, box, (wide, high)), mean=1.5, largest=48)


@pytest.mark.parametrize("match", [True, False])
def test_a_preview_is_that_of_its_seam_and_matching_and_of_no_other(
    folder: Path, match: bool
) -> None:
    wanted = {
        (seam, matched): saved(request(folder, BOX, seam=seam, match=matched))
        for seam in (0.0, 6.0, 24.0)
        for matched in (True, False)
    }
    for seam in (0.0, 6.0, 24.0):
        seen, _header = previewed(request(folder, BOX, seam=seam, match=match), ALL, SIZE)
        means = {key: apart(seen, whole)[0] for key, whole in wanted.items()}
        near = means.pop((seam, match))
        assert 5 * near < min(means.values())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seam=st.floats(0.0, 128.0),
    match=st.booleans(),
    edges=st.tuples(*[st.integers(-_MOST, _MOST)] * 4),
    part=_boxes,
)
def test_a_preview_of_a_frame_is_the_saved_picture_scaled_down(
    folder: Path,
    seam: float,
    match: bool,
    edges: tuple[int, int, int, int],
    part: tuple[int, int, int, int],
) -> None:
    left, top, right, bottom = edges
    frame = Frame(
        left=left / 224, top=top / 168, right=(224 + right) / 224, bottom=(168 + bottom) / 168
    )
    asked = request(folder, frame, seam=seam, match=match)
    size = 224 + right - left, 168 + bottom - top
    across, down = left + _MOST, top + _MOST
    shown = widest().crop((across, down, across + size[0], down + size[1]))
    shown.save(folder / "framed.png")
    asked["other"] = str(folder / "framed.png")
    seam_preview_jobs.give_up()
    whole = saved(asked)
    assert whole.size == size
    for box, seen in (
        (ALL, size),
        (ALL, (size[0] // 2, size[1] // 2)),
        ((part[0] / size[0], part[1] / size[1], 1.0, 1.0), (size[0] - part[0], size[1] - part[1])),
    ):
        header, data = seam_preview_jobs.preview(asked | {"box": box, "size": seen})
        assert (header["left"], header["top"], header["width"], header["height"]) == (0, 0, *seen)
        mean, largest = apart(Image.frombytes("RGBA", seen, data), scaled(whole, box, seen))
        assert mean < 1.0
        if seen != (size[0] // 2, size[1] // 2):
            assert largest <= 4


def test_pictures_are_loaded_once_for_any_seam_and_again_for_another_picture(folder: Path) -> None:
    serials = {
        seam_preview_jobs.preview(
            request(folder, BOX, seam=seam, match=match) | {"box": box, "size": (80, 60)}
        )[0]["serial"]
        for seam in (0.0, 12.0, 128.0)
        for match in (True, False)
        for box in (ALL, (0.2, 0.2, 0.6, 0.6))
    }
    assert len(serials) == 1
    (first,) = serials
    facts, _none = seam_preview_jobs.open_pair(request(folder, BOX))
    assert facts["serial"] == first
    facts, _none = seam_preview_jobs.open_pair(request(folder, FRAME))
    assert facts["serial"] == first + 1
    facts, _none = seam_preview_jobs.open_pair(request(folder, BOX))
    assert facts["serial"] == first + 2, "one pair is kept, never two"


def test_what_is_kept_is_bounded_and_can_be_given_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request(folder, BOX, seam=12.0)
    full = seam_preview_jobs.open_pair(asked)[0]["kept"]
    assert full == 4 * 224 * 168 + 4 * 448 * 336 + 224 * 168
    assert seam_preview_jobs.close_pair({})[0] == {"released": True}
    assert seam_preview_jobs.close_pair({})[0] == {"released": False}
    for limit in (full - 1, full // 3, full // 20):
        seam_preview_jobs.give_up()
        monkeypatch.setattr(seam_preview_jobs, "MOST_KEPT", limit)
        assert seam_preview_jobs.open_pair(asked)[0]["kept"] <= limit
        if limit > full // 10:
            seen, header = previewed(asked, ALL, (56, 42))
            assert apart(seen, scaled(saved(asked), ALL, (56, 42)))[0] < 2.0
            small = 56 * 42 * 9 + 224 * 168
            assert header["kept"] <= limit + small, "and what was computed for the screen"


def test_a_view_is_never_answered_with_more_pixels_than_it_has_or_than_are_allowed(
    folder: Path,
) -> None:
    asked = request(folder, BOX, seam=12.0) | {"box": ALL, "size": SIZE}
    header, data = seam_preview_jobs.preview(asked, most_shown=2_000)
    assert header["across"] * header["down"] <= 2_000
    assert len(data) == 4 * header["width"] * header["height"]
    header, data = seam_preview_jobs.preview(
        asked | {"box": (0.6, 0.0, 1.0, 1.0)}, most_shown=2_000
    )
    assert (header["width"], header["height"], data) == (0, 0, b""), "the region is out of sight"


def test_too_little_memory_for_another_job_gives_up_what_is_kept(folder: Path) -> None:
    seam_preview_jobs.open_pair(request(folder, BOX))
    tries = []

    def job(_request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        tries.append(seam_preview_jobs.pairs_kept())
        if tries[-1]:
            raise MemoryError
        return {}, b"done"

    assert compare_worker.with_room(job, {}) == ({}, b"done")
    assert tries == [1, 0]

    def greedy(_request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        raise MemoryError

    with pytest.raises(MemoryError):
        compare_worker.with_room(greedy, {})


def test_what_the_answer_changed_outside_is_measured(folder: Path) -> None:
    facts, _none = seam_preview_jobs.open_pair(request(folder, BOX))
    assert facts["size"] == SIZE
    assert facts["changed"] < 0.02
    moved = Region(
        strokes=(Stroke(kind=StrokeKind.BOX, points=(Point(0.7, 0.7), Point(0.95, 0.95))),)
    )
    facts, _none = seam_preview_jobs.open_pair(request(folder, moved))
    assert 0.04 < facts["changed"] < 0.12, "the other scene lies outside of this region"
    facts, data = seam_preview_jobs.open_pair(
        request(folder, BOX) | {"other": str(folder / "other.png")}
    )
    assert (facts["reason"], data) == ("different", b"")


def recipe(folder: Path, **more: Any) -> CompositionRecipe:
    return CompositionRecipe(
        parent=folder / "parent.png", answer=folder / "answer.png", region=BOX, **more
    )


VIEW = SeamView(box=ALL, size=(112, 84))


async def test_the_process_shows_a_seam_writes_nothing_and_keeps_nothing_when_closed(
    folder: Path,
) -> None:
    before = sorted((one.name, one.stat().st_mtime_ns) for one in folder.iterdir())
    comparer = Comparer()
    try:
        await comparer.close_seam()
        assert not comparer.running, "nothing was kept, so nothing is started"
        facts = await comparer.open_seam(recipe(folder))
        assert facts.reason is None
        assert facts.zoom == pytest.approx(1.01, abs=0.002)
        first = await comparer.seam_preview(recipe(folder, seam=4.0), VIEW)
        second = await comparer.seam_preview(recipe(folder, seam=40.0), VIEW)
        assert first is not None
        assert second is not None
        assert (first.serial, second.serial) == (1, 1)
        assert first.data != second.data
        await comparer.close_seam()
        again = await comparer.seam_preview(recipe(folder, seam=4.0), VIEW)
        assert again is not None
        assert (again.serial, again.data) == (2, first.data)
    finally:
        await comparer.close()
    assert sorted((one.name, one.stat().st_mtime_ns) for one in folder.iterdir()) == before


async def test_the_colours_are_those_of_the_monitor(folder: Path) -> None:
    profile = icc_profiles.matrix(icc_profiles.WIDE, 1.8)
    with Image.open(folder / "parent.png") as parent:
        parent.save(folder / "wide_parent.png", icc_profile=profile)
    asked = request(folder, BOX, seam=4.0) | {
        "path": str(folder / "wide_parent.png"),
        "box": ALL,
        "size": SIZE,
    }
    plain, _data = seam_preview_jobs.preview(asked | {"body": b""})
    shown, data = seam_preview_jobs.preview(asked | {"body": profile})
    assert (plain["converted"], shown["converted"]) == (False, True)
    assert len(data) == 4 * shown["width"] * shown["height"]


class HeldComparer:
    """A comparer whose previews wait until they are let go."""

    def __init__(self) -> None:
        self.seams: list[float] = []
        self.closed = 0
        self.go = asyncio.Event()

    async def seam_preview(self, recipe: CompositionRecipe, view: SeamView) -> SeamPixels:
        self.seams.append(recipe.seam)
        await self.go.wait()
        return SeamPixels(
            view=view,
            left=0,
            top=0,
            across=1,
            down=1,
            width=1,
            height=1,
            data=bytes(4),
            alpha=False,
            converted=False,
            kept=0,
            serial=1,
        )

    async def close_seam(self) -> None:
        self.closed += 1


async def test_the_newest_seam_wins_and_those_overtaken_are_never_computed(folder: Path) -> None:
    held = HeldComparer()
    preview = SeamPreview(lambda: cast("Comparer", held))
    wishes = [
        asyncio.create_task(preview.pixels(recipe(folder, seam=float(seam)), VIEW))
        for seam in range(10)
    ]
    while not held.seams:
        await asyncio.sleep(0)
    held.go.set()
    found = await asyncio.gather(*wishes)
    assert held.seams == [0.0, 9.0], "the others were overtaken before they began"
    assert (preview.asked, preview.overtaken) == (10, 8)
    assert [one is not None for one in found] == [True, *[False] * 8, True]


async def test_what_is_computed_while_a_newer_one_is_wanted_is_still_shown(folder: Path) -> None:
    held = HeldComparer()
    preview = SeamPreview(lambda: cast("Comparer", held))
    first = asyncio.create_task(preview.pixels(recipe(folder, seam=1.0), VIEW))
    while not held.seams:
        await asyncio.sleep(0)
    later = [
        asyncio.create_task(preview.pixels(recipe(folder, seam=seam), VIEW)) for seam in (2.0, 3.0)
    ]
    await asyncio.sleep(0)
    held.go.set()
    assert await first is not None
    assert [one is not None for one in await asyncio.gather(*later)] == [False, True]
    assert (held.seams, preview.overtaken) == ([1.0, 3.0], 1)


async def test_a_picture_that_is_left_drops_what_was_wanted(folder: Path) -> None:
    held = HeldComparer()
    preview = SeamPreview(lambda: cast("Comparer", held))
    await preview.close()
    assert held.closed == 0, "nothing was opened"
    wish = asyncio.create_task(preview.pixels(recipe(folder, seam=1.0), VIEW))
    while not held.seams:
        await asyncio.sleep(0)
    closing = asyncio.create_task(preview.close())
    await asyncio.sleep(0)
    held.go.set()
    assert await wish is None
    await closing
    assert held.closed == 1


async def test_a_process_that_was_killed_is_started_once_more(folder: Path) -> None:
    comparer = Comparer()
    preview = SeamPreview(lambda: comparer)
    try:
        first = await preview.pixels(recipe(folder, seam=4.0), VIEW)
        assert first is not None
        assert comparer.pid is not None
        os.kill(comparer.pid, signal.SIGTERM)
        again = await preview.pixels(recipe(folder, seam=4.0), VIEW)
        assert again is not None
        assert (again.serial, again.data) == (1, first.data)
    finally:
        await comparer.close()
