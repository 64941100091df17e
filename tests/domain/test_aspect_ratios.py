"""The one table of aspect ratios."""

from __future__ import annotations

import pytest

from studio.domain.aspect_ratios import NAMED, PICKED, SEARCHED, named_ratio, ratio_name, size_tier
from studio.domain.entities import AspectRatio
from studio.domain.models import TIERS


def test_what_is_offered_is_of_the_table() -> None:
    assert {*PICKED, *SEARCHED} <= set(map(str, NAMED))


def test_no_picture_is_near_two_ratios_of_the_table() -> None:
    for one in NAMED:
        assert named_ratio(one.width * 1000, one.height * 1000) == one
        assert [other for other in NAMED if other.near(one.width, one.height)] == [one]


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [(2752, 1536, "16:9"), (1024, 2048, "1:2"), (900, 2100, "9:21"), (1000, 370, "100:37")],
)
def test_a_ratio_has_the_name_people_use_or_its_lowest_terms(
    width: int, height: int, name: str
) -> None:
    assert ratio_name(width, height) == name
    assert named_ratio(width, height) in (AspectRatio.parse(name), None)


@pytest.mark.parametrize(
    ("side", "tier"), [(512, "512"), (1024, "1K"), (2048, "2K"), (4096, "4K"), (8192, "4K")]
)
def test_the_tier_of_a_picture_goes_by_its_area(side: int, tier: str) -> None:
    assert list(TIERS)[size_tier(side, side)] == tier
