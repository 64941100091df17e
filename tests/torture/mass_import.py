"""Thousands of files are imported beside the window, which must go on beating meanwhile.

Then as many again, stopped halfway: what was taken stays, and nothing is left half.
"""

from __future__ import annotations

import gc
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

from studio.remote import server
from tests.fake_service import tiny_png
from tests.torture import pulse as beat
from tests.torture.pulse import Pulse, on_window_loop

if TYPE_CHECKING:
    from tests.ui.windows import OpenedWindow

_TRIES = 10
_LEFT = 8
"""The stopped import has this many times fewer files."""


def files(folder: Path, number: int, seed: int) -> Path:
    """So many small pictures of different content; quick to make, not the subject here."""
    folder.mkdir(parents=True)
    draw = random.Random(seed)
    plain = tiny_png(16, 16)
    for n in range(number):
        # What comes after the end of a PNG is nobody's concern, and makes it another file.
        path = folder / f"scan {n:05d}.png"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.write(handle, plain + draw.randbytes(8))
        os.close(handle)
    return folder


def beside_the_window(folder: Path, number: int) -> int:
    """Import so many; how many came in without a stall."""
    counted: list[int] = []
    on_window_loop(_import(folder, number, counted))
    return sum(counted)


async def _import(folder: Path, number: int, counted: list[int]) -> None:
    from tests.ui.windows import opened

    async with opened(folder / "home") as window:
        # In the program the window is there before anybody looks for garbage.
        gc.collect()
        gc.freeze()
        for attempt in range(_TRIES):
            some = files(folder / f"in-{attempt}", number, attempt)
            before = window.library_view.counts.all
            async with Pulse() as pulse:
                window.import_controller.import_paths([some])
                await _over(window)
            taken = (await window.core.library.counts(0.0)).all - before
            assert taken == number, taken
            if pulse.longest <= beat.LIMIT:
                break
            stalls = pulse.stalls[-5:]
            assert pulse.disturbed, f"the window stood still: {stalls}"
            # The machine was busy with something else: others are taken, and it is looked again.
            assert attempt < _TRIES - 1, f"the window stood still: {stalls}"
        counted.append(taken)
        await _stopped(window, files(folder / "more", max(80, number // _LEFT), 99))


async def _stopped(window: OpenedWindow, folder: Path) -> None:
    """Stop an import once something of it is in."""
    from tests.ui.windows import until

    core = window.core
    before = (await core.library.counts(0.0)).all
    window.import_controller.import_paths([folder])
    await until(core, lambda: window.library_view.counts.all > before, "some are in")
    window.import_controller.stop()
    await _over(window)
    every = await core.library.every()
    assert len(every) > before
    report = await server.check(core)
    assert report.whole, report
    assert report.orphans == (), report
    assert not list((core.library.folder / ".gridbrush/importing").iterdir())


async def _over(window: OpenedWindow) -> None:
    work = window.import_controller._work
    assert work is not None
    while not work.done():
        await work.wait_until_ended(1.0)
