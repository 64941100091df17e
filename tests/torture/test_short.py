"""The short version of `make torture`: every part that is quick, a little of each."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.torture import __main__ as torture
from tests.torture import faults
from tests.torture.pulse import on_window_loop, without_stall

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes and reads /proc")


@pytest.mark.parametrize(
    "part", [part for part in torture.PARTS if part.short], ids=lambda p: p.name
)
def test_a_little_of_each_part(tmp_path: Path, part: torture.Part) -> None:
    assert part.call(tmp_path / "part", part.short) >= part.short


def test_there_are_sixty_ways_to_answer_wrongly() -> None:
    assert len(faults.scripts()) >= 60


@pytest.mark.parametrize("where", ["on the loop", "beside it, with Python to itself"])
def test_a_window_that_stands_still_is_noticed(where: str) -> None:
    async def work() -> None:
        many = range(20_000_000)
        if where == "on the loop":
            sum(many)
        else:
            # One call of C: no other thread gets Python before it is over.
            await asyncio.to_thread(sum, many)

    with pytest.raises(AssertionError, match="stood still"):
        on_window_loop(without_stall(work))
