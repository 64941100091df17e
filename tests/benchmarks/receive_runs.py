"""Runs of the receive benchmark, each in its own process; each prints one line of JSON.

    python -m tests.benchmarks.receive_runs stall|four|memory|small ADDRESS FOLDER [MODEL]

The window's loop, the program's own core with its queue and library, the official client, and a
heartbeat that tells how long the loop was not free.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import sys
import time
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

from studio.domain.entities import JobState
from studio.domain.events import JobChanged, PicturesAdded
from tests.benchmarks.startup import _family, _pss, measured_memory

RUNS = 11
FOUR = 4
SMALL = 200
MANY = 50
PICTURE = "picture-20"
LITTLE = "answer-0.05"
AT_ONCE = 16
"""The most the settings allow."""

BEAT = 0.001
IDLE = 0.3
"""Seconds the idle loop is listened to before each run."""

MOST_IDLE = 0.008
_VOID = 12
"""How often a run on a disturbed machine is repeated."""

KEY = "sk-benchmark"


class Heart:
    """Beats on the loop; the longest time between two beats is its longest stall."""

    def __init__(self) -> None:
        self._longest = 0.0
        self._last = time.perf_counter()
        self._task = asyncio.get_running_loop().create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            now = time.perf_counter()
            self._longest = max(self._longest, now - self._last)
            self._last = now

    async def longest(self) -> float:
        """Seconds of the longest stall since this was asked last."""
        await asyncio.sleep(2 * BEAT)
        longest, self._longest = self._longest, 0.0
        return longest

    def stop(self) -> None:
        self._task.cancel()


class ReceivingCore:
    """The program's core: submit, then wait until the pictures are in the library."""

    def __init__(self, core: Any) -> None:
        self._core = core
        self._here: set[str | None] = set()
        self._failed: Any = None
        self._changed = asyncio.Event()
        core.events.subscribe(self._hear)

    def _hear(self, event: object) -> None:
        if isinstance(event, PicturesAdded):
            self._here.add(event.job)
            self._changed.set()
        elif isinstance(event, JobChanged) and event.job.state is JobState.FAILED:
            self._failed = event.job.failure
            self._changed.set()

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, address: str, folder: Path) -> AsyncIterator[ReceivingCore]:
        """A core of its own that knows this service."""
        from studio.app.core import Core
        from studio.app.core_options import CoreOptions
        from studio.common import paths

        options = CoreOptions(provider="dgrid", base_url=address)
        environ = {"GRIDBRUSH_API_KEY": KEY}
        core = await Core.open(paths.find(folder), options, environ=environ)
        try:
            core.settings.change(at_once=AT_ONCE)
            yield cls(core)
        finally:
            await core.close()

    async def receive(self, model: str, count: int = 1) -> None:
        """From the press of Generate to the last picture durable in the library."""
        from studio.domain import prompt_variants, runs
        from studio.domain.drafts import Draft

        draft = Draft(prompt="A lamp", profile="dgrid", model=model, count=count)
        known = self._core.catalogue.find("dgrid", model)
        jobs = await self._core.submit(
            runs.plan(draft, known, prompt_variants.expand(draft.prompt))
        )
        wanted = {job.id for job in jobs}
        while not wanted <= self._here:
            if self._failed is not None:
                raise RuntimeError(str(self._failed))
            self._changed.clear()
            await self._changed.wait()

    async def rest(self) -> None:
        """Until what is left to do after that is done."""
        await self._core.queue.idle()


class Theirs:
    """The official client."""

    def __init__(self, address: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from google import genai
            from google.genai import types

        options = types.HttpOptions(base_url=address, api_version="v1beta")
        self._client = genai.Client(api_key=KEY, http_options=options)

    async def receive(self, model: str) -> bytes:
        """The bytes of the picture."""
        answer = await self._client.aio.models.generate_content(model=model, contents="A lamp")
        candidates = answer.candidates or []
        data = candidates[0].content.parts[0].inline_data.data  # type: ignore[union-attr,index]
        return bytes(data or b"")


def write_plainly(path: Path, data: bytes) -> None:
    """A plain durable write."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


async def _undisturbed(heart: Heart, run: Callable[[], Coroutine[Any, Any, Any]]) -> dict[str, Any]:
    """Run it, after the idle loop was listened to; again where the machine was disturbed."""
    found: dict[str, Any] = {}
    for void in range(_VOID):
        await heart.longest()
        await asyncio.sleep(IDLE)
        before = await heart.longest()
        began = time.perf_counter()
        result = await run()
        wall = time.perf_counter() - began
        stall = await heart.longest()
        await asyncio.sleep(IDLE)
        idle = max(before, await heart.longest())
        if not found or idle < found["idle"]:
            found = {"idle": idle, "stall": stall, "wall": wall, "result": result}
        found["void"] = void
        if idle <= MOST_IDLE:
            break
    # Where no run was calm, the calmest tells by its idle loop that it does not count.
    return found


def _medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "stall": statistics.median(one["stall"] for one in runs),
        "wall": statistics.median(one["wall"] for one in runs),
        "idle": max(one["idle"] for one in runs),
        "void": sum(one["void"] for one in runs),
    }


async def stall(address: str, folder: Path, _model: str) -> dict[str, Any]:
    """One answer at a time, ours and theirs in turn."""
    heart, theirs = Heart(), Theirs(address)
    mine, other, written = [], [], []
    async with ReceivingCore.opened(address, folder / "home") as ours:
        await ours.receive(PICTURE)
        await theirs.receive(PICTURE)
        for _run in range(RUNS):
            mine.append(await _undisturbed(heart, lambda: ours.receive(PICTURE)))
            other.append(await _undisturbed(heart, lambda: theirs.receive(PICTURE)))
            data = other[-1].pop("result")
            began = time.perf_counter()
            await asyncio.to_thread(write_plainly, folder / "plain", data)
            written.append(time.perf_counter() - began)
            (folder / "plain").unlink()
    heart.stop()
    return {"ours": _medians(mine), "theirs": _medians(other), "write": statistics.median(written)}


async def four(address: str, folder: Path, _model: str) -> dict[str, Any]:
    """Four answers at once."""
    heart = Heart()
    async with ReceivingCore.opened(address, folder / "home") as ours:
        await ours.receive(PICTURE)
        runs = [
            await _undisturbed(heart, lambda: ours.receive(PICTURE, FOUR)) for _run in range(RUNS)
        ]
    heart.stop()
    return _medians(runs)


async def memory(address: str, folder: Path, model: str) -> dict[str, Any]:
    """Four answers of one size at once, watched from outside; then many, one after the other."""
    async with ReceivingCore.opened(address, folder / "home") as ours:
        # Code and tables that are loaded once belong to no answer.
        await ours.receive(LITTLE, FOUR)
        await ours.receive(model)
        await _told("base")
        await ours.receive(model, FOUR)
        await _told("flight")
        if model == "answer-5":
            for _number in range(MANY):
                await ours.receive(model)
        await _told("after")
    return {}


async def _told(what: str) -> None:
    """Tell the watcher how far this is, and wait until it has seen it."""
    # What was just done is over in every thread before it is measured what is left of it.
    await asyncio.sleep(0.5)
    print(what, flush=True)
    await asyncio.to_thread(sys.stdin.readline)


async def small(address: str, folder: Path, _model: str) -> dict[str, Any]:
    """Many small answers at once through the queue, then by plain httpx."""
    from studio.common import files

    steps: list[str] = []
    async with ReceivingCore.opened(address, folder / "home") as ours:
        await ours.receive(LITTLE)
        stop = files.watch(lambda kind, _path: steps.append(kind))
        began, spent = time.perf_counter(), _processor()
        await ours.receive(LITTLE, SMALL)
        wall, processor = time.perf_counter() - began, _processor() - spent
        stop()
        syncs = sum(kind in ("sync", "sync-folder") for kind in steps)
        plain = await _plainly(address, folder / "plain", round(syncs / SMALL))
    return {"wall": wall, "processor": processor / SMALL, "syncs": syncs / SMALL, "plain": plain}


async def _plainly(address: str, folder: Path, syncs: int) -> float:
    import httpx

    folder.mkdir()

    def write(number: int, data: bytes) -> None:
        with (folder / str(number)).open("wb") as file:
            for part in range(syncs):
                file.write(data[part * len(data) // syncs : (part + 1) * len(data) // syncs])
                file.flush()
                os.fsync(file.fileno())

    async def one(client: httpx.AsyncClient, number: int) -> None:
        url = f"{address}/v1/models/{LITTLE}:generateContent"
        answer = await client.post(url, json={}, headers={"Authorization": f"Bearer {KEY}"})
        await asyncio.to_thread(write, number, answer.content)

    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
    async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:
        began = time.perf_counter()
        await asyncio.gather(*(one(client, number) for number in range(SMALL)))
        return time.perf_counter() - began


def _processor() -> float:
    """Processor seconds of this process and of those it started that are over or still live."""
    if sys.platform == "linux":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        living = sum(_ticks(pid) for pid in _family(os.getpid())[1:]) / os.sysconf("SC_CLK_TCK")
        return used.ru_utime + used.ru_stime + ended.ru_utime + ended.ru_stime + living
    else:
        raise NotImplementedError


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def family_memory(pid: int) -> float:
    """Proportional memory of a process and all it started, MB."""
    total = 0
    for one in _family(pid):
        with contextlib.suppress(OSError):
            total += _pss(one)
    return measured_memory(total)


def main() -> None:
    """Run one part on the window's loop."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    from studio.ui.app.event_loop import WindowLoop
    from studio.ui.app.gc_timer import GcTimer

    part, address, folder, *model = sys.argv[1:]
    app = QApplication(["bench"])
    garbage = GcTimer(app)
    with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
        run = {"stall": stall, "four": four, "memory": memory, "small": small}[part]
        result = runner.run(run(address, Path(folder), model[0] if model else ""))
    garbage.stop()
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
