"""The window while a service sends only hostile answers.

    python -m tests.torture.under_fire SEED

is that service, in a process of its own so that its work is not the window's; it prints its address
and ends with its input.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from studio.app.core_options import CoreOptions
from studio.domain.entities import Job
from studio.library.query import View
from tests.fake_service import FakeService, Reply, tiny_png
from tests.generation.harness import KEY, Studio, inline, parts
from tests.torture import faults
from tests.torture.hostile import sources_of, spoilt
from tests.torture.pulse import on_window_loop, without_stall

if TYPE_CHECKING:
    from tests.ui.windows import OpenedWindow

_ROOT = Path(__file__).parents[2]
_AT_ONCE = 6
_SOME = 12
_HANG = 60.0
"""Seconds after which a batch of jobs counts as hung."""

_BIG = 3_000_000
"""Bytes of the larger answers: enough to make anything that is done at once felt."""


def _hostile(chance: random.Random, sources: list[bytes]) -> Reply:
    """One answer that means no good."""
    picture = spoilt(chance.choice(sources), chance)
    good = inline(tiny_png())
    match chance.randrange(8):
        case 0 | 1:
            return Reply(body=parts(inline(picture), inline(picture, "image/jpeg")))
        case 2:
            body = json.dumps(parts({"text": "Here."}, good)).encode()
            return Reply(body=spoilt(body, chance))
        case 3:
            return Reply(body=parts({"text": "\u202e\x1b[31m<b>" * (_BIG // 12)}))
        case 4:
            return Reply(body=parts(*({"text": "x"} for _part in range(20_000)), good))
        case 5:
            return Reply(body=b"[" * (_BIG // 3) + b"]" * (_BIG // 3))
        case 6:
            return Reply(body=parts(inline(chance.randbytes(_BIG), "image/svg+xml")), pieces=50)
        case _:
            # Other words than 200 make the queue slow down, which is right and takes minutes.
            return chance.choice([one for one in faults.scripts() if one.status == 200])


def serve(seed: int) -> None:
    """Answer until standard input ends."""
    chance = random.Random(seed)
    sources = sources_of(chance)
    with FakeService(fallback=lambda _request: _hostile(chance, sources)) as service:
        print(service.url, flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def _enemy() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.torture.under_fire", "5"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


async def _fire(home: Path, number: int) -> None:
    from studio.ui.support import tasks
    from tests.ui.windows import opened

    errors: list[BaseException] = []
    tasks.on_error(errors.append)
    with _enemy() as url:
        options = CoreOptions(provider="dgrid", base_url=url)
        async with opened(home, options=options, key=KEY, shared=None) as window:
            core = window.core
            core.settings.change(at_once=_AT_ONCE)
            core.queue.jitter = lambda: -1000.0
            one = Studio(core)
            await _batch(one, 2 * _AT_ONCE)  # what is loaded at the first answer is no stall
            # In the program the window is there before anybody looks for garbage.
            gc.collect()
            gc.freeze()
            for begun in range(0, number, _SOME):
                await without_stall(partial(_rounds, one, window, min(_SOME, number - begun)))
            assert one.troubles() == [], one.troubles()
    tasks.on_error(None)
    assert errors == [], errors


async def _rounds(one: Studio, window: OpenedWindow, number: int) -> None:
    for done in range(0, number, _AT_ONCE):
        window.show_shelf((View.ALL, View.FAILED)[done // _AT_ONCE % 2])
        await _batch(one, _AT_ONCE)


async def _batch(one: Studio, number: int) -> None:
    jobs: list[Job] = []
    for count in range(number):
        jobs += await one.submit(f"Lamp {count}")
    async with asyncio.timeout(_HANG):
        await one.until(lambda: all(faults.ended(one, job) for job in jobs))
    for job in jobs:
        if not one.removed(job):
            assert one.failure(job).kind != "bug", one.failure(job)
    one.heard.clear()


def window(folder: Path, number: int) -> int:
    """Ask for that many pictures in a window, which must go on; how many were asked for."""
    on_window_loop(_fire(folder, number))
    return number


if __name__ == "__main__":
    serve(int(sys.argv[1]))
