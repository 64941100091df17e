"""Colours of copies as another reader sees them: Qt, which has a colour engine of its own.

Qt reads no AVIF: vips, which has another decoder than Pillow, makes a PNG of it first, with the
same pixels and the same profile.
"""

from __future__ import annotations

import functools
import itertools
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, features
from PySide6.QtGui import QColorSpace, QImage

from studio.domain.export import ExportColour, ExportFormat, ExportPreset
from studio.imaging.exporter import Exporter
from tests import icc_profiles

SQUARE = 16
WITHIN = 4
"""Steps of 255 by which a colour may be off: two roundings, and the loss of JPEG and WebP."""

PROFILES = {
    "none": None,
    "sRGB": icc_profiles.matrix(name="Own sRGB"),
    "wide": icc_profiles.matrix(icc_profiles.WIDE, 2.4, name="Wide"),
    "swapped": icc_profiles.matrix(icc_profiles.SWAPPED, name="Swapped"),
    "dark": icc_profiles.matrix(gamma=1.6, name="Dark"),
}
COLOURS = [(150, 60, 70), (70, 150, 90), (60, 70, 160), (128, 128, 128), (200, 180, 160)]
"""Not so strong that sRGB lacks them in any of the profiles."""

VIPS = shutil.which("vips")
_OF_QT = [one for one in ExportFormat if one not in (ExportFormat.ORIGINAL, ExportFormat.AVIF)]


@functools.cache
def need_avif() -> str:
    """Skip the test unless Pillow writes AVIF and vips reads it."""
    if VIPS is None or not features.check("avif"):
        pytest.skip("needs AVIF in Pillow, and vips (libvips-tools)")
    listed = subprocess.run([VIPS, "-l"], capture_output=True, check=True)
    if b"(heifload)" not in listed.stdout:
        pytest.skip("needs a vips with AVIF")
    return VIPS


def readable(path: Path) -> Path:
    """The file, or a PNG of it where Qt cannot read it."""
    if path.suffix != ".avif":
        return path
    made = path.with_suffix(".avif.png")
    subprocess.run([need_avif(), "copy", str(path), str(made)], capture_output=True, check=True)
    return made


def seen(path: Path) -> list[tuple[int, int, int]]:
    """The colours of the squares in sRGB, by the profile in the file."""
    image = QImage(str(path))
    assert not image.isNull(), path
    if not image.colorSpace().isValid():
        image.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    image.convertToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    middle = [(SQUARE * n + SQUARE // 2, SQUARE // 2) for n in range(image.width() // SQUARE)]
    colours = [image.pixelColor(*place) for place in middle]
    return [(one.red(), one.green(), one.blue()) for one in colours]


def embedded_name(path: Path) -> str:
    return QImage(str(path)).colorSpace().description()


def source(folder: Path, profile: bytes | None) -> Path:
    """A picture with a square of each colour."""
    picture = Image.new("RGB", (SQUARE * len(COLOURS), SQUARE))
    for n, colour in enumerate(COLOURS):
        picture.paste(colour, (SQUARE * n, 0, SQUARE * (n + 1), SQUARE))
    path = folder / "source.png"
    picture.save(path, icc_profile=profile)
    return path


async def check_colours(
    exporter: Exporter, folder: Path, profile: str, kinds: Sequence[ExportFormat]
) -> None:
    """Export a picture with this profile, and compare what is seen of it and of its copies."""
    path = source(folder, PROFILES[profile])
    wanted = seen(path)
    if profile not in ("none", "sRGB"):
        assert wanted != COLOURS, "this profile changes nothing, so the test shows nothing"
    for kind, colour in itertools.product(kinds, ExportColour):
        preset = ExportPreset(id="t", format=kind, quality=100, colour=colour)
        made = await exporter.export(path, preset, None)
        copy = folder / f"{colour.value}.{kind.value}"
        copy.write_bytes(made.data)
        copy = readable(copy)
        told = seen(copy)
        off = max(
            abs(here - there)
            for one, other in zip(wanted, told, strict=True)
            for here, there in zip(one, other, strict=True)
        )
        assert off <= WITHIN, (kind, colour, wanted, told)
        if colour is ExportColour.DISPLAY_P3:
            assert embedded_name(copy) == "Display P3"


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_copy_shows_the_colours_of_its_source(
    exporter: Exporter, tmp_path: Path, profile: str
) -> None:
    await check_colours(exporter, tmp_path, profile, _OF_QT)


@pytest.mark.parametrize("profile", PROFILES)
async def test_an_avif_shows_the_colours_of_its_source(
    exporter: Exporter, tmp_path: Path, profile: str
) -> None:
    need_avif()
    await check_colours(exporter, tmp_path, profile, [ExportFormat.AVIF])
