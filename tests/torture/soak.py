"""Thousands of generations in one process: nothing may grow."""

from __future__ import annotations

import asyncio
import gc
import mmap
import os
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from tests.generation.harness import replies, studio

GROWTH = 0.05
"""By which the last fifth may need more memory than the second fifth."""

_AT_ONCE = 10
_OWN = (".new", ".part", ".done", ".tmp")


@dataclass(frozen=True)
class Need:
    """What the process needs at one moment; memory in bytes."""

    memory: int
    handles: int
    threads: int
    tasks: int
    children: int


def _need() -> Need:
    memory = int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE
    return Need(
        memory=memory,
        handles=sum(1 for _one in Path("/proc/self/fd").iterdir()),
        threads=threading.active_count(),
        tasks=len(asyncio.all_tasks()),
        children=len(_children()),
    )


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def _temporary(home: Path) -> int:
    """Files under the program's own names for what is on its way, and folders of what is over."""
    own = (home, Path(os.environ.get("XDG_RUNTIME_DIR", home)) / f"gridbrush-{home.stat().st_uid}")
    names = [path for place in own for path in place.rglob("*")]
    left = [path for path in names if path.suffix in _OWN]
    elsewhere = Path(tempfile.gettempdir()).glob("gridbrush*")
    return len(left) + sum(1 for one in elsewhere if one.is_file())


async def _run(home: Path, number: int) -> list[Need]:
    needs: list[Need] = []
    with replies() as service:
        async with studio(home, service, shared=None, at_once=_AT_ONCE) as one:
            fifth = number // 5
            for done in range(0, number, _AT_ONCE):
                text = "Lamp {" + "|".join(str(done + n) for n in range(_AT_ONCE)) + "}"
                jobs = await one.submit(text)
                for job in jobs:
                    await one.gone(job)
                one.heard.clear()
                one.last.clear()
                service.requests.clear()
                if done % fifth >= fifth // 2:
                    gc.collect()
                    needs.append(_need())
            assert (await one.core.library.counts(0.0)).all == number
            assert one.journal == []
    left = _temporary(home)
    assert left == 0, f"{left} temporary files are left"
    return needs


def soak(folder: Path, number: int) -> int:
    """Make that many pictures; how many were made. Raises AssertionError where something grows."""
    return _soaked(folder, number) if sys.platform == "linux" else 0


def _soaked(folder: Path, number: int) -> int:
    before = _children()
    needs = asyncio.run(_run(folder, number))
    assert _children() <= before, "a process is left"
    part = len(needs) // 5
    second, last = needs[part : 2 * part], needs[-part:]

    def middle(every: list[Need]) -> int:
        return sorted(one.memory for one in every)[len(every) // 2]

    assert middle(last) <= middle(second) * (1 + GROWTH), (middle(second), middle(last))
    for name in ("handles", "threads", "tasks", "children"):
        before = max(getattr(one, name) for one in second)
        after = max(getattr(one, name) for one in last)
        assert after <= before, (name, before, after)
    return number
