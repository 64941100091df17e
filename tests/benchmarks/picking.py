"""Pick mode, walked through two hundred pictures of 4096 x 4096: the next picture, and memory.

    python -m tests.benchmarks.picking HOME

The window runs in a process of its own. Its memory is that of all its processes. The peer of the
next picture is decoding it in place.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication

from studio.app.core import Core
from studio.ui.app.gc_timer import GcTimer
from studio.ui.app.window_builder import WindowBuilder
from tests.benchmarks import own_window, search
from tests.benchmarks.frame import Measure, Result
from tests.benchmarks.own_window import OwnWindow
from tests.benchmarks.startup import memory_of

PICTURES, SIDE = 200, 4096
MOST, NEXT, BACK, MORE = 600.0, 50.0, 5.0, 30.0
"""MB, milliseconds, seconds until memory is back, and the MB above the base that count as back."""

_PATIENCE = 900.0


def run() -> Iterator[Result]:
    """Measure it."""
    with search.temporary() as name:
        folder = Path(name).absolute()
        pictures = folder / "pictures"
        pictures.mkdir()
        own_window.write_distinct(pictures, SIDE, PICTURES, grain=4)
        module = "tests.benchmarks.picking"
        found = own_window.measured(module, folder, pictures, patience=_PATIENCE)
    assert found["walked"] == PICTURES
    yield Measure(
        name="pick mode: next picture, p95", value=round(found["next"], 1), unit="ms",
        peer="decoding one", peer_value=round(found["decoding"], 1),
        ratio=found["next"] / found["decoding"], goal=f"at most {NEXT:g} ms",
        holds=found["next"] <= NEXT,
    )  # fmt: skip
    yield Measure(
        name="pick mode: memory", value=round(found["most"], 1), unit="MB", peer="before it",
        peer_value=round(found["base"], 1), ratio=found["most"] / found["base"],
        goal=f"at most {MOST:g} MB", holds=found["most"] <= MOST,
    )  # fmt: skip
    yield Measure(
        name="pick mode: memory after it", value=round(found["after"], 1), unit="MB",
        peer="before it", peer_value=round(found["base"], 1),
        ratio=found["after"] / found["base"],
        goal=f"at most {MORE:g} MB more within {BACK:g} s",
        holds=found["after"] <= found["base"] + MORE,
    )  # fmt: skip


class PickWalk:
    """The window in pick mode."""

    def __init__(self, core: Core, built: WindowBuilder) -> None:
        self._core, self._built = core, built
        self.checksums: dict[str, str] = {}
        self.most = 0.0

    async def until(self, condition: Callable[[], bool]) -> float:
        """Milliseconds until it holds."""
        began = time.perf_counter()
        while not condition():
            if time.perf_counter() - began > _PATIENCE:
                raise TimeoutError(condition)
            await asyncio.sleep(0.001)
        return (time.perf_counter() - began) * 1000

    def sharp(self) -> bool:
        """Whether all pixels of the current picture are shown."""
        view = self._built.pick.get()
        plate, picture = view.canvas.plate, view.picture
        return (
            plate is not None
            and picture is not None
            and plate.key == picture.id
            and plate.raster is not None
        )

    def ready(self) -> bool:
        """Whether the next picture is decoded."""
        view = self._built.pick.get()
        following = next(iter(view.round.neighbours(behind=0, ahead=1)), None)
        return following is None or self.checksums[following] in view.prepared

    def look(self) -> None:
        """Remember the most memory seen."""
        self.most = max(self.most, memory_of(os.getpid()))

    async def walk(self) -> list[float]:
        """Milliseconds until each next picture is sharp, its neighbours being ready."""
        self._built.actions_of.every["pick_mode"].trigger()
        await self.until(lambda: self._built.view_switch.in_pick)
        await self.until(self.sharp)
        took = []
        for _step in range(PICTURES - 1):
            await self.until(self.ready)
            self.look()
            self._built.pick.get().step(1)
            took.append(await self.until(self.sharp))
        self.look()
        return took


async def _measured(app: QApplication, home: Path, pictures: Path) -> None:
    async with own_window.opened(app, home, pictures) as own:
        await _measured_in(app, own)


async def _measured_in(app: QApplication, own: OwnWindow) -> None:
    core, window, session = own.core, own.window, own.session
    walk = PickWalk(core, session.built)
    await walk.until(lambda: window.model.rowCount() == PICTURES)
    found = await core.library.pictures(session.browsing.order)
    walk.checksums = {one.id: one.sha256 for one in found}
    one = found[0]
    began = time.perf_counter()
    await core.decoder.pixels(core.library.path(one))
    decoding = (time.perf_counter() - began) * 1000
    garbage = GcTimer(app)
    garbage.collect_all()
    await asyncio.sleep(BACK)
    base = memory_of(os.getpid())
    took = sorted(await walk.walk())
    session.built.view_switch.show_grid()
    await asyncio.sleep(BACK)
    after = memory_of(os.getpid())
    garbage.stop()
    result = {
        "walked": len(took) + 1,
        "next": took[int(len(took) * 0.95)],
        "decoding": decoding,
        "base": base,
        "most": walk.most,
        "after": after,
    }
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    sys.exit(own_window.run(lambda app: _measured(app, Path(sys.argv[1]), Path(sys.argv[2]))))
