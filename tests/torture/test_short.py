"""The short version of `make torture`: every part that is quick, a little of each."""

from __future__ import annotations

import asyncio
import math
import sys
from pathlib import Path

import pytest

from tests.torture import __main__ as torture
from tests.torture import faults, hostile, pulse
from tests.torture.pulse import ThreadTimes, keep_python, on_window_loop, without_stall

_STALL = 0.2  # seconds

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes and reads /proc")


@pytest.mark.parametrize(
    "part", [part for part in torture.PARTS if part.short], ids=lambda p: p.name
)
def test_a_little_of_each_part(
    tmp_path: Path, part: torture.TorturePart, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Times are for `make torture` on a quiet machine: only what comes out is looked at here.
    monkeypatch.setattr(pulse, "LIMIT", math.inf)
    monkeypatch.setattr(hostile, "SLOW", math.inf)
    assert part.call(tmp_path / "part", part.short) >= part.short


def test_there_are_sixty_ways_to_answer_wrongly() -> None:
    assert len(faults.scripts()) >= 60


class SetClock(ThreadTimes):
    """A clock that says how long threads waited and computed between two beats."""

    def __init__(self, queued: float, computed: float) -> None:
        super().__init__()
        self._step, self._turns = (queued, computed), [0, 0]

    def _next(self, which: int) -> float:
        self._turns[which] += 1
        return self._turns[which] * self._step[which]

    def queued(self) -> float:
        return self._next(0)

    def computed(self) -> float:
        return self._next(1)


def _stand_still(where: str, clock: ThreadTimes) -> None:
    async def work() -> None:
        if where == "on the loop":
            keep_python(_STALL)
        else:
            await asyncio.to_thread(keep_python, _STALL)

    on_window_loop(without_stall(work, lambda: clock))


@pytest.mark.parametrize("where", ["on the loop", "beside it, with Python to itself"])
@pytest.mark.parametrize(
    ("queued", "computed"),
    [
        pytest.param(0, 0, id="nobody waited for a processor"),
        pytest.param(1, _STALL, id="waited, and computed all the time"),
    ],
)
def test_a_window_that_stands_still_is_noticed(where: str, queued: float, computed: float) -> None:
    with pytest.raises(AssertionError, match="stood still"):
        _stand_still(where, SetClock(queued, computed))


class SlowClock(ThreadTimes):
    """A clock that another thread keeps Python beside while it is read for the third time."""

    def __init__(self) -> None:
        super().__init__()
        self._reads = 0

    def queued(self) -> float:
        return 0

    def computed(self) -> float:
        self._reads += 1
        if self._reads == 3:
            keep_python(_STALL)
        return 0


def test_a_stall_between_two_beats_is_noticed() -> None:
    with pytest.raises(AssertionError, match="stood still"):
        on_window_loop(without_stall(lambda: asyncio.sleep(0.05), SlowClock))


def test_what_the_machine_did_meanwhile_is_not_held_against_the_window() -> None:
    _stand_still("on the loop", SetClock(1, 0))
