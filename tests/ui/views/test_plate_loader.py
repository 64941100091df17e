"""Decoding ahead: nearest first, within the limit, and never twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from studio.ui.style.theme import install
from studio.ui.views.canvas.plate_loader import PlateLoader
from tests.ui import scripted_library
from tests.ui.scripted_library import FakeDecoder, FakeLibrary, picture

SIDE = 600
ONE = SIDE * SIDE * 4 * 4 // 3
"""Bytes of one of the pictures, with its smaller copies; at most a little less."""


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    install(qapp, "dark")


@pytest.fixture
def decoder() -> FakeDecoder:
    answers = {f"{row}.png": scripted_library.raw(SIDE, SIDE) for row in range(1, 8)}
    return FakeDecoder(answers)


def loader(decoder: Any, at_end: list[Callable[[], object]], pictures: float) -> PlateLoader:
    """A loader with room for this many pictures."""
    made = PlateLoader(FakeLibrary(), decoder, most_kept=round(ONE * pictures))
    at_end.append(made.stop)
    return made


SHOWN, *NEAR = [picture(row, width=SIDE, height=SIDE) for row in range(1, 8)]


async def test_neighbours_are_decoded_after_the_picture_while_there_is_room(
    decoder: FakeDecoder, at_end: list[Callable[[], object]]
) -> None:
    made = loader(decoder, at_end, 4.1)
    made.fill(made.plate(SHOWN), SHOWN)
    made.prepare(NEAR)
    await scripted_library.settle()
    assert decoder.asked == ["1.png", "2.png", "3.png", "4.png"]
    assert made.kept_bytes <= round(ONE * 4.1)
    assert made.plate(SHOWN).raster is not None


async def test_a_picture_being_decoded_ahead_is_not_decoded_twice(
    decoder: FakeDecoder, at_end: list[Callable[[], object]]
) -> None:
    made = loader(decoder, at_end, 4.1)
    made.fill(made.plate(SHOWN), SHOWN)
    await scripted_library.settle()
    gate = decoder.gates["2.png"] = asyncio.Event()
    made.prepare(NEAR)
    while "2.png" not in decoder.asked:
        await asyncio.sleep(0)
    plate = made.plate(NEAR[0])
    made.fill(plate, NEAR[0])
    gate.set()
    await scripted_library.settle()
    assert plate.raster is not None
    assert decoder.asked.count("2.png") == 1


async def test_those_passed_give_way_to_those_ahead(
    decoder: FakeDecoder, at_end: list[Callable[[], object]]
) -> None:
    made = loader(decoder, at_end, 3.1)
    for at in range(4):
        shown = [SHOWN, *NEAR][at]
        made.fill(made.plate(shown), shown)
        made.prepare(NEAR[at : at + 2])
        await scripted_library.settle()
    assert set(made.prepared) == {one.sha256 for one in [SHOWN, *NEAR][3:6]}
    assert len(decoder.asked) == len(set(decoder.asked)) == 6
    made.release()
    assert not made.prepared


async def test_room_is_made_before_a_picture_is_decoded_ahead(
    decoder: FakeDecoder, at_end: list[Callable[[], object]]
) -> None:
    made = loader(decoder, at_end, 3.1)
    made.fill(made.plate(SHOWN), SHOWN)
    made.prepare(NEAR[:2])
    await scripted_library.settle()
    assert len(made.prepared) == 3
    gate = decoder.gates["4.png"] = asyncio.Event()
    made.fill(made.plate(NEAR[0]), NEAR[0])
    made.prepare(NEAR[1:3])
    while "4.png" not in decoder.asked:
        await asyncio.sleep(0)
    assert set(made.prepared) == {NEAR[0].sha256, NEAR[1].sha256}
    gate.set()
    await scripted_library.settle()
    assert len(made.prepared) == 3
