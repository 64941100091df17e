"""Work that is requested often and done once."""

from __future__ import annotations

import asyncio

from studio.ui.support.merged_task import MergedTask
from tests.ui.scripted_core import until


async def test_requests_during_the_work_are_done_once_more() -> None:
    gates = [asyncio.Event(), asyncio.Event(), asyncio.Event()]
    began: list[bool] = []

    async def work() -> None:
        began.append(task.outdated)
        await gates[len(began) - 1].wait()

    task = MergedTask(work)
    for _time in range(3):
        task.request()
    await asyncio.sleep(0)
    assert began == [False]
    task.request()
    task.request()
    assert task.outdated
    gates[0].set()
    gates[1].set()
    await until(lambda: not task.running)
    assert began == [False, False]
    task.request()
    await asyncio.sleep(0)
    gates[2].set()
    await until(lambda: not task.running)
    assert len(began) == 3
