"""The painter's sizes: the published table, the user's own spellings, and what is refused."""

from __future__ import annotations

import pytest

from studio.domain.models import TIERS
from studio.providers.sketch.sizes import UnknownSizeError, nearest, pixels, published

# The published table, written out again from its source rather than computed.
PUBLISHED = {
    "1:1": "512x512 1024x1024 2048x2048 4096x4096",
    "2:3": "424x632 848x1264 1696x2528 3392x5056",
    "3:2": "632x424 1264x848 2528x1696 5056x3392",
    "3:4": "448x600 896x1200 1792x2400 3584x4800",
    "4:3": "600x448 1200x896 2400x1792 4800x3584",
    "4:5": "464x576 928x1152 1856x2304 3712x4608",
    "5:4": "576x464 1152x928 2304x1856 4608x3712",
    "9:16": "384x688 768x1376 1536x2752 3072x5504",
    "16:9": "688x384 1376x768 2752x1536 5504x3072",
    "21:9": "792x336 1584x672 3168x1344 6336x2688",
    "1:4": "256x1024 512x2048 1024x4096 2048x8192",
    "4:1": "1024x256 2048x512 4096x1024 8192x2048",
    "1:8": "192x1536 384x3072 768x6144 1536x12288",
    "8:1": "1536x192 3072x384 6144x768 12288x1536",
}


@pytest.mark.parametrize("ratio", PUBLISHED)
def test_every_ratio_and_tier_has_the_published_pixels(ratio: str) -> None:
    sizes = ["x".join(map(str, pixels(ratio, tier))) for tier in ("512", "1K", "2K", "4K")]
    assert " ".join(sizes) == PUBLISHED[ratio]


def test_the_table_is_complete() -> None:
    assert set(published().aspects) == set(PUBLISHED)
    assert list(TIERS) == ["512", "1K", "2K", "4K"]


def test_without_a_ratio_the_picture_is_square_or_follows_the_last_input() -> None:
    assert pixels(None, "1K") == (1024, 1024)
    assert pixels(None, "1K", [(100, 800), (1920, 1080)]) == (1376, 768)
    assert str(nearest(1000, 1400)) == "3:4"


def test_pixels_are_taken_as_asked() -> None:
    assert pixels("16:9", "1024x1024") == (1024, 1024)
    assert pixels(None, "640×480") == (640, 480)


def test_a_ratio_beside_the_table_keeps_its_area_in_multiples_of_eight() -> None:
    width, height = pixels("7:5", "1K")
    assert width % 8 == height % 8 == 0
    assert width / height == pytest.approx(7 / 5, rel=0.02)
    assert width * height == pytest.approx(1024 * 1024, rel=0.02)


@pytest.mark.parametrize(
    ("aspect", "size"),
    [("wide", None), ("0:1", None), ("1:9", "1K"), ("1:1", "8K"), ("1:1", "512px"),
     ("1:1", "9999x9999"), ("1:1", "4x4")],
)  # fmt: skip
def test_what_cannot_be_painted_is_refused_by_name(aspect: str, size: str | None) -> None:
    with pytest.raises(UnknownSizeError, match=r"aspectRatio|imageSize"):
        pixels(aspect, size)
