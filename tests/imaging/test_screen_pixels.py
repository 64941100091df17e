"""Pictures decoded for a monitor: from their own colours straight to its, or as sRGB."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from studio.imaging.decoder import Decoder, Pixels, ScreenPixels
from tests import icc_profiles
from tests.icc_profiles import SRGB, SWAPPED, WIDE
from tests.imaging.decoder_harness import run

Colour = tuple[int, int, int]


def _first(pixels: Pixels) -> Colour:
    red, green, blue = pixels.data[:3]
    return red, green, blue


def _decoded(path: Path, monitor: bytes) -> tuple[ScreenPixels, Pixels]:
    """A picture for a monitor, and in sRGB."""
    found: list[tuple[ScreenPixels, Pixels]] = []

    async def work(decoder: Decoder) -> None:
        found.append((await decoder.screen_pixels(path, monitor), await decoder.pixels(path)))

    run(work)
    return found[0]


def _near(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) <= 3 for a, b in zip(one, other, strict=True))


@pytest.fixture
def picture(tmp_path: Path) -> Callable[..., Path]:
    def make(colour: object, mode: str = "RGB", profile: bytes | None = None) -> Path:
        path = tmp_path / ("picture.tif" if mode == "CMYK" else "picture.png")
        Image.new(mode, (6, 4), colour).save(path, icc_profile=profile)  # type: ignore[arg-type]
        return path

    return make


def test_colours_outside_srgb_reach_a_wide_monitor(picture: Callable[..., Path]) -> None:
    profile = icc_profiles.matrix(WIDE)
    path = picture((250, 30, 20), profile=profile)
    shown, clipped = _decoded(path, icc_profiles.matrix(WIDE, name="Monitor"))
    assert shown.converted
    assert _near(_first(shown.pixels), (250, 30, 20))
    assert _first(clipped)[0] == 255, "sRGB has no such red"


def test_a_picture_with_a_profile_is_converted_once(picture: Callable[..., Path]) -> None:
    path = picture((220, 40, 90), profile=icc_profiles.matrix(SRGB, 1.0, name="Linear"))
    shown, _plain = _decoded(path, icc_profiles.matrix(SWAPPED, 1.0))
    assert shown.converted
    assert _near(_first(shown.pixels), (40, 220, 90))


@pytest.mark.parametrize("profile", [None, icc_profiles.matrix(name="sRGB")])
def test_an_srgb_picture_comes_as_it_is(
    picture: Callable[..., Path], profile: bytes | None
) -> None:
    path = picture((220, 40, 90, 128), mode="RGBA", profile=profile)
    shown, plain = _decoded(path, icc_profiles.matrix(SWAPPED))
    assert not shown.converted
    assert shown.pixels == plain
    assert shown.pixels.data[:4] == bytes((220, 40, 90, 128))


@pytest.mark.parametrize(
    "monitor",
    [b"", b"no profile", icc_profiles.matrix()[:200], icc_profiles.table(inverse=False)],
    ids=["none", "text", "cut", "for reading only"],
)
def test_a_monitor_that_cannot_be_converted_to_gets_srgb(
    picture: Callable[..., Path], monitor: bytes
) -> None:
    path = picture((250, 30, 20), profile=icc_profiles.matrix(WIDE))
    shown, plain = _decoded(path, monitor)
    assert not shown.converted
    assert shown.pixels == plain


def test_a_profile_of_tables_is_used(picture: Callable[..., Path]) -> None:
    path = picture((128, 128, 128), profile=icc_profiles.matrix(WIDE))
    shown, _plain = _decoded(path, icc_profiles.table())
    assert shown.converted
    red, green, blue = _first(shown.pixels)
    assert red == green == blue


def test_the_other_jobs_know_no_monitor(picture: Callable[..., Path]) -> None:
    """Thumbnails, uploads and palettes are made of sRGB, before and after a picture is shown."""
    path = picture((250, 30, 20), profile=icc_profiles.matrix(WIDE))

    async def others(decoder: Decoder) -> list[object]:
        return [
            await decoder.probe(path),
            await decoder.thumbnail(path, 64),
            await decoder.upright(path, edge=100, limit=1_000_000),
            await decoder.palette(path),
            await decoder.pixels(path),
        ]

    async def work(decoder: Decoder) -> None:
        before = await others(decoder)
        await decoder.screen_pixels(path, icc_profiles.matrix(SWAPPED))
        assert await others(decoder) == before

    run(work)
