"""Comparing pixels in the background: one pair at a time, small copies first, cancellable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from studio.common.errors import PictureUnreadable
from studio.domain.entities import Picture
from studio.imaging.comparer import ComparisonResult, DifferenceMap
from studio.ui.views.compare.pixel_comparisons import PREVIEW, WHOLE, PixelComparisons
from tests.ui import scripted_library
from tests.ui.scripted_library import FakeLibrary, picture

A, B, C, D = [picture(row, width=2048, height=1024) for row in range(1, 5)]
AtEnd = list[Callable[[], object]]


class ThumbnailLibrary(FakeLibrary):
    """A library whose small copies have paths."""

    def kept_thumbnail(self, picture: Picture, _edge: int) -> Path | None:
        return Path("/small") / picture.path


@dataclass
class FakeComparer:
    """Answers what is asked, once the gate is open."""

    asked: list[tuple[str, str, int | None]] = field(default_factory=list)
    given_up: list[tuple[str, str, int | None]] = field(default_factory=list)
    gate: asyncio.Event | None = None
    under_way: int = 0
    most_at_once: int = 0
    unreadable: str = ""
    result: ComparisonResult | None = None

    async def difference(
        self, first: Path, second: Path, *, edge: int | None = 2048
    ) -> DifferenceMap:
        question = (first.name, second.name, edge)
        self.asked.append(question)
        if second.name == self.unreadable:
            raise PictureUnreadable("no picture")
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            if self.gate is not None:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.given_up.append(question)
            raise
        finally:
            self.under_way -= 1
        return DifferenceMap(
            width=4, height=2, data=bytes([0, 4, 64, 255] * 2), comparison=self.result or aligned()
        )


def aligned(**changes: object) -> ComparisonResult:
    """Of small copies: shifted by three pixels of them to the right."""
    values: dict[str, object] = {
        "size": (512, 256), "other_size": (512, 256), "aligned": True, "reason": None,
        "agreeing": 0.9, "scale": 1.0, "x": 3.0, "y": 0.0, "gain": (1.0, 1.0, 1.0), "changed": 0.25,
    }  # fmt: skip
    return ComparisonResult(**{**values, **changes})  # type: ignore[arg-type]


def comparing(comparer: FakeComparer, at_end: AtEnd) -> PixelComparisons:
    made = PixelComparisons(ThumbnailLibrary(), comparer)
    at_end.append(made.stop)
    return made


def pair(one: Picture, other: Picture, edge: int) -> tuple[str, str, int]:
    return one.path, other.path, edge


async def asked(comparer: FakeComparer, number: int) -> None:
    while len(comparer.asked) < number:
        await asyncio.sleep(0)


async def test_the_active_pair_comes_first_and_small_copies_before_originals(
    at_end: AtEnd,
) -> None:
    comparer = FakeComparer()
    made = comparing(comparer, at_end)
    made.set_pictures([A, B, C, D], 2)
    await asked(comparer, 6)
    await scripted_library.settle()
    assert comparer.asked == [
        *(pair(A, C, edge) for edge in (PREVIEW, WHOLE)),
        *(pair(A, one, PREVIEW) for one in (B, D)),
        *(pair(A, one, WHOLE) for one in (B, D)),
    ]
    assert comparer.most_at_once == 1
    assert all(made.is_compared(side) for side in (1, 2, 3))


async def test_what_is_under_way_is_given_up_when_its_pair_is_gone(
    at_end: AtEnd,
) -> None:
    comparer = FakeComparer(gate=asyncio.Event())
    made = comparing(comparer, at_end)
    made.pause = 0.0
    made.set_pictures([A, B], 1)
    await asked(comparer, 1)
    made.set_pictures([A, C], 1)
    await asked(comparer, 2)
    assert comparer.given_up == [pair(A, B, PREVIEW)]
    assert comparer.asked[1] == pair(A, C, PREVIEW)
    assert comparer.most_at_once == 1


async def test_another_active_side_is_compared_at_once(
    at_end: AtEnd,
) -> None:
    comparer = FakeComparer(gate=asyncio.Event())
    made = comparing(comparer, at_end)
    made.pause = 0.0
    made.set_pictures([A, B, C], 1)
    await asked(comparer, 1)
    made.set_pictures([A, B, C], 2)
    await asked(comparer, 2)
    assert comparer.asked[1] == pair(A, C, PREVIEW)


async def test_a_flag_of_a_picture_interrupts_nothing(at_end: AtEnd) -> None:
    gate = asyncio.Event()
    comparer = FakeComparer(gate=gate)
    made = comparing(comparer, at_end)
    made.set_pictures([A, B], 1)
    await asked(comparer, 1)
    made.set_pictures([A, B], 1)
    gate.set()
    await asked(comparer, 2)
    assert not comparer.given_up
    assert comparer.asked == [pair(A, B, edge) for edge in (PREVIEW, WHOLE)]


async def test_known_results_are_not_asked_for_again(at_end: AtEnd) -> None:
    comparer = FakeComparer()
    made = comparing(comparer, at_end)
    made.set_pictures([A, B], 1)
    await asked(comparer, 2)
    await scripted_library.settle()
    made.set_pictures([A, C], 1)
    await asked(comparer, 4)
    await scripted_library.settle()
    made.set_pictures([A, B], 1)
    await scripted_library.settle()
    assert len(comparer.asked) == 4
    assert made.result(1) is not None


async def test_a_shift_is_said_in_pixels_of_the_original(at_end: AtEnd) -> None:
    comparer = FakeComparer()
    made = comparing(comparer, at_end)
    made.set_pictures([A, B], 1)
    assert made.result(1) is None
    while (found := made.result(1)) is None:
        await asyncio.sleep(0)
    assert found.shift == pytest.approx(3 * 2048 / 512)
    assert found.placement is not None
    assert found.placement.place(0.5, 0.5) == pytest.approx((0.5 + 3 / 512, 0.5))
    assert found.standing == "aligned"


@pytest.mark.parametrize(
    ("other_size", "said"),
    [((512, 256), "does not line up"), ((256, 256), "different aspect ratios")],
)
async def test_it_says_why_nothing_is_aligned(
    at_end: AtEnd, other_size: tuple[int, int], said: str
) -> None:
    result = aligned(aligned=False, reason="different", changed=None, other_size=other_size)
    comparer = FakeComparer(result=result)
    made = comparing(comparer, at_end)
    made.set_pictures([A, B], 1)
    while not made.is_compared(1):
        await asyncio.sleep(0)
    found = made.result(1)
    assert found is not None
    assert found.placement is None
    assert found.standing == said


async def test_an_unreadable_file_does_not_keep_others_from_being_compared(at_end: AtEnd) -> None:
    comparer = FakeComparer(unreadable=B.path)
    made = comparing(comparer, at_end)
    made.set_pictures([A, B, C], 1)
    await asked(comparer, 4)
    await scripted_library.settle()
    unreadable, readable = made.result(1), made.result(2)
    assert unreadable is not None
    assert unreadable.map is None
    assert readable is not None
    assert readable.map is not None
