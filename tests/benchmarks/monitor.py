"""Showing a picture of 4096 x 4096 through the monitor's profile, against showing it without.

Both go the whole way of the loupe: decoded in the process apart, and made ready for painting in a
thread. They take turns, and the fastest of each counts: the machine is shared. How long the loop
stands still while a picture is converted is held against how long it does without.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from PIL import Image, ImageFilter

from studio.imaging.decoder import Decoder
from studio.ui.support import raster
from studio.ui.support.screen_colours import ScreenTransform, transform_for
from tests import icc_profiles
from tests.benchmarks.frame import Measure, Result
from tests.icc_profiles import SRGB, WIDE

SIDE = 4096
ROUNDS = 7
MORE = 600.0
"""Milliseconds that a conversion may add."""

STALL = 16.0
"""Milliseconds the loop may stand still longer than without a conversion."""

KINDS = (
    ("an sRGB picture, a monitor of three primaries", None, icc_profiles.matrix(WIDE, 2.0)),
    ("an sRGB picture, a monitor of tables", None, icc_profiles.table(grid=33)),
    ("a wide picture", icc_profiles.matrix(WIDE), icc_profiles.matrix(SRGB, 1.9)),
)


def run() -> Iterator[Result]:
    """Both kinds of pictures and of profiles."""
    with tempfile.TemporaryDirectory() as folder:
        for name, own, monitor in KINDS:
            path = Path(folder) / "picture.png"
            _make(path, own)
            yield from asyncio.run(_measured(name, path, transform_for(monitor)))


def _make(path: Path, profile: bytes | None) -> None:
    noise = Image.effect_noise((SIDE // 4, SIDE // 4), 60).filter(ImageFilter.GaussianBlur(3))
    bands = [noise.transpose(Image.Transpose(turn)).resize((SIDE, SIDE)) for turn in (0, 1, 2)]
    Image.merge("RGB", bands).save(path, compress_level=1, icc_profile=profile)


async def _measured(name: str, path: Path, screen: ScreenTransform) -> list[Measure]:
    decoder = Decoder()

    async def without() -> None:
        await asyncio.to_thread(raster.build, await decoder.pixels(path))

    async def through() -> None:
        shown = await decoder.screen_pixels(path, screen.profile)
        await asyncio.to_thread(raster.build, shown.pixels, screen, converted=shown.converted)

    plain: list[tuple[float, float]] = []
    converted: list[tuple[float, float]] = []
    await without()
    for _round in range(ROUNDS):
        plain.append(await _timed(without))
        converted.append(await _timed(through))
    await decoder.close()
    before, after = (min(took for took, _gap in every) for every in (plain, converted))
    still, stands = (min(gap for _took, gap in every) for every in (plain, converted))
    return [
        Measure(
            name=f"4096 x 4096 through a profile: {name}",
            value=round(after, 1),
            unit="ms",
            peer="without",
            peer_value=round(before, 1),
            ratio=after / before,
            goal=f"at most {MORE:.0f} ms more",
            holds=after - before <= MORE,
        ),
        Measure(
            name=f"the loop's longest gap meanwhile: {name}",
            value=round(stands, 1),
            unit="ms",
            peer="without",
            peer_value=round(still, 1),
            ratio=stands / still,
            goal=f"at most {STALL:.0f} ms more",
            holds=stands - still <= STALL,
        ),
    ]


async def _timed(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Milliseconds of one call, and the longest gap between two turns of the loop meanwhile."""
    gap = 0.0
    task = asyncio.ensure_future(work())
    began = last = time.perf_counter()
    while not task.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        gap, last = max(gap, now - last), now
    await task
    return (time.perf_counter() - began) * 1000, gap * 1000
