"""Receiving: cost of an arriving answer to the window, in time, frames and memory.

A service in a process of its own sends answers over loopback. Ours is the whole way: the queue, the
journal, the scanner, every pixel looked at, original and record durable in a library. The peer is
the official client on the same loop, and a plain durable write of its bytes. Both alternate.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.frame import Measure, NotMeasured, Result
from tests.benchmarks.receive_runs import (
    FOUR,
    LITTLE,
    MANY,
    MOST_IDLE,
    PICTURE,
    SMALL,
    family_memory,
)

MOST_STALL, MOST_STALL_SHARE, MOST_STALL_FOUR = 16.0, 1 / 6, 33.0
MOST_WALL = 1.0
MOST_MEMORY, MOST_LEFT = 8.0, 5.0
MOST_PROCESSOR, MOST_SMALL_WALL = 10.0, 2.2
BODIES = ("answer-5", "answer-40")
OFFICIAL = "google-genai"

_TRIES = 3
_LOOK = 0.005
"""Seconds between two looks at the memory."""


@contextlib.contextmanager
def _service() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.receive_service", PICTURE, LITTLE, *BODIES]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def _started(part: str, address: str, folder: Path, *more: str) -> subprocess.Popen[str]:
    folder.mkdir()
    command = [sys.executable, "-m", "tests.benchmarks.receive_runs", part, address, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen([*command, *more], **pipes)  # type: ignore[call-overload,no-any-return]


def _ran(part: str, address: str, folder: Path) -> dict[str, Any]:
    with _started(part, address, folder) as process:
        out, _err = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{part} ended with {process.returncode}")
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


class _Watch:
    """Looks at the memory of a process and its children, from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._most = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._end.wait(_LOOK):
            self._most = max(self._most, family_memory(self._process.pid))

    def step(self, name: str) -> tuple[float, float]:
        """Wait for a step; the most since the last one, and what it is now, MB."""
        assert self._process.stdout is not None
        assert self._process.stdin is not None
        said = self._process.stdout.readline().strip()
        if said != name:
            raise RuntimeError(f"{said!r} instead of {name!r}")
        most, now = self._most, family_memory(self._process.pid)
        self._most = 0.0
        self._process.stdin.write("on\n")
        self._process.stdin.flush()
        return most, now

    def stop(self) -> None:
        self._end.set()
        self._thread.join()


def _memory(address: str, folder: Path, model: str) -> tuple[float, float]:
    """MB an answer in flight takes, and MB that stay when all are there."""
    with _started("memory", address, folder, model) as process:
        watch = _Watch(process)
        try:
            _most, base = watch.step("base")
            most, _now = watch.step("flight")
            _most, after = watch.step("after")
        finally:
            watch.stop()
        process.communicate()
    return (most - base) / FOUR, after - base


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _calm(*runs: dict[str, Any]) -> bool:
    """Whether the machine let the idle loop go on; else a run does not count."""
    return all(run["idle"] <= MOST_IDLE for run in runs)


def _counted(result: Measure, *runs: dict[str, Any]) -> Result:
    busy = "the machine was too busy with other things"
    return result if _calm(*runs) else NotMeasured(result.name, busy)


def _told(what: str, run: dict[str, Any]) -> None:
    if not _calm(run):
        print("receive: the machine is too busy with other things; this does not count")
    print(
        f"receive: {what}: idle loop's longest gap {_milliseconds(run['idle'])} ms, "
        f"{run['void']} void runs repeated, wall {_milliseconds(run['wall'])} ms"
    )


def _stalls(address: str, folder: Path) -> Iterator[Result]:
    one = _ran("stall", address, folder / "stall")
    ours, theirs = one["ours"], one["theirs"]
    _told("one answer, ours", ours)
    _told(f"one answer, {OFFICIAL}", theirs)
    stall, peer = _milliseconds(ours["stall"]), _milliseconds(theirs["stall"])
    result = Measure(
        name="receive.stall",
        value=stall,
        unit="ms",
        peer=OFFICIAL,
        peer_value=peer,
        ratio=round(stall / peer, 3),
        goal=f"at most {MOST_STALL:g} ms and a sixth",
        holds=stall <= min(MOST_STALL, MOST_STALL_SHARE * peer),
    )
    yield _counted(result, ours, theirs)
    four = _ran("four", address, folder / "four")
    _told("four at once", four)
    stall = _milliseconds(four["stall"])
    result = Measure(
        name="receive.stall_four",
        value=stall,
        unit="ms",
        peer=f"{OFFICIAL}, one",
        peer_value=peer,
        ratio=round(stall / peer, 3),
        goal=f"at most {MOST_STALL_FOUR:g} ms",
        holds=stall <= MOST_STALL_FOUR,
    )
    yield _counted(result, four)
    wall, plain = ours["wall"], theirs["wall"] + one["write"]
    result = Measure(
        name="receive.wall",
        value=_milliseconds(wall),
        unit="ms",
        peer=f"{OFFICIAL} and a durable write",
        peer_value=_milliseconds(plain),
        ratio=round(wall / plain, 3),
        goal=f"at most {MOST_WALL:g} times",
        holds=wall <= MOST_WALL * plain,
    )
    yield _counted(result, ours, theirs)


def _memories(address: str, folder: Path) -> Iterator[Result]:
    left = 0.0
    for model in BODIES:
        for number in range(_TRIES):
            each, stays = _memory(address, folder / f"{model}-{number}", model)
            # Libraries are shared: others who end meanwhile leave their share of them to us.
            if each <= MOST_MEMORY and stays <= MOST_LEFT:
                break
        if model == BODIES[0]:
            left = stays
        body = float(model.rpartition("-")[2])
        yield Measure(
            name=f"receive.memory_{body:g}",
            value=round(each, 1),
            unit="MB",
            peer="the answer",
            peer_value=body,
            ratio=round(each / body, 3),
            goal=f"at most {MOST_MEMORY:g} MB for each of {FOUR} in flight",
            holds=each <= MOST_MEMORY,
        )
    yield Measure(
        name="receive.memory_left",
        value=round(left, 1),
        unit="MB",
        peer="the answers",
        peer_value=MANY * 5.0,
        ratio=round(left / (MANY * 5), 3),
        goal=f"at most {MOST_LEFT:g} MB after {MANY}",
        holds=left <= MOST_LEFT,
    )


def _small(address: str, folder: Path) -> Iterator[Result]:
    few = _ran("small", address, folder / "small")
    print(f"receive: {SMALL} small answers, {few['syncs']:.1f} syncs for each")
    processor, wall, plain = _milliseconds(few["processor"]), few["wall"], few["plain"]
    yield Measure(
        name="receive.small_processor",
        value=processor,
        unit="ms",
        peer="the goal",
        peer_value=MOST_PROCESSOR,
        ratio=round(processor / MOST_PROCESSOR, 3),
        goal=f"at most {MOST_PROCESSOR:g} ms for each",
        holds=processor <= MOST_PROCESSOR,
    )
    yield Measure(
        name="receive.small_wall",
        value=round(wall, 2),
        unit="s",
        peer="plain httpx and as many syncs",
        peer_value=round(plain, 2),
        ratio=round(wall / plain, 3),
        goal=f"at most {MOST_SMALL_WALL:g} times",
        holds=wall <= MOST_SMALL_WALL * plain,
    )


def run() -> Iterator[Result]:
    """Measure it."""
    with tempfile.TemporaryDirectory() as name, _service() as address:
        folder = Path(name)
        yield from _stalls(address, folder)
        yield from _memories(address, folder)
        yield from _small(address, folder)
