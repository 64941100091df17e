"""A serial executor runs calls in order, and releases no argument on its thread."""

from __future__ import annotations

import asyncio
import threading

import pytest

from studio.common.serial_executor import SerialExecutor, call_on_loop, run_detached


class WindowPart:
    """Stands for a part of the window, which must not die on a thread."""

    def __init__(self, died: list[str]) -> None:
        self._died = died

    def __del__(self) -> None:
        self._died.append(threading.current_thread().name)

    def look(self) -> int:
        return 7

    def fail(self) -> int:
        raise ValueError("nothing there")


async def test_what_was_asked_by_somebody_who_left_dies_on_the_loops_thread() -> None:
    lane, go_on, died = SerialExecutor("reading"), threading.Event(), list[str]()
    first = lane.start(go_on.wait, 20)
    left = lane.start(WindowPart(died).look)
    left.cancel()
    go_on.set()
    assert await first
    assert await lane.run(len, "next") == 4
    await asyncio.sleep(0)
    assert died == ["MainThread"]
    await asyncio.to_thread(lane.close)


@pytest.mark.parametrize("times", [300])
async def test_what_was_done_dies_there_too(times: int) -> None:
    lane, died = SerialExecutor("reading"), list[str]()
    for _time in range(times):
        assert await lane.run(WindowPart(died).look) == 7
        with pytest.raises(ValueError, match="nothing there"):
            await lane.run(WindowPart(died).fail)
    await asyncio.to_thread(lane.close)
    assert set(died) == {"MainThread"}


async def test_what_its_loop_does_not_hear_any_more_stays_with_the_lane() -> None:
    go_on, died = threading.Event(), list[str]()
    lanes, parts = [SerialExecutor("reading")], [WindowPart(died)]

    def ask() -> None:
        async def leave() -> None:
            lanes[0].start(go_on.wait, 20)
            lanes[0].start(parts[0].look)

        asyncio.run(leave())

    await asyncio.to_thread(ask)
    parts.clear()
    go_on.set()
    # A thread of its own: one of the pool's may hold the lane a moment longer.
    closing = threading.Thread(target=lanes[0].close)
    closing.start()
    await asyncio.to_thread(closing.join)
    del closing
    assert died == []
    lanes.clear()
    assert died == ["MainThread"]


async def test_a_detached_call_gives_its_outcome_and_nothing_dies_on_its_thread() -> None:
    died = list[str]()
    assert await run_detached("keyring", WindowPart(died).look) == 7
    with pytest.raises(ValueError, match="nothing there"):
        await run_detached("keyring", WindowPart(died).fail)
    assert set(died) == {"MainThread"}


def test_whoever_tells_a_loop_that_is_gone_hears_of_it() -> None:
    heard = list[int]()

    async def ask() -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        assert call_on_loop(loop, heard.append, 1)
        await asyncio.sleep(0)
        return loop

    loop = asyncio.run(ask())
    assert not call_on_loop(loop, heard.append, 2)
    assert heard == [1]
