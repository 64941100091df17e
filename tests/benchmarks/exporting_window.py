"""An export of 200 pictures from an open window and its dialog: the longest stall of the loop.

    python -m tests.benchmarks.exporting_window HOME PICTURES

The window runs in a process of its own. Of three exports the best counts, since other programs of
the machine stall a window too; the peer is the same window at rest, for as long.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication

from studio.app.export.runner import ExportState
from studio.ui.app.gc_timer import GcTimer
from tests.benchmarks import own_window, search
from tests.benchmarks.frame import Measure, Result
from tests.benchmarks.own_window import OwnWindow, until
from tests.benchmarks.receive_runs import Heart

PICTURES, SIDE = 200, 1024
ROUNDS = 3
GOAL = 16.0
"""Milliseconds."""

_PATIENCE = 900.0


def run() -> Iterator[Result]:
    """Measure it."""
    with search.temporary() as name:
        folder = Path(name).absolute()
        pictures = folder / "pictures"
        pictures.mkdir()
        own_window.write_distinct(pictures, SIDE, PICTURES)
        module = "tests.benchmarks.exporting_window"
        found = own_window.measured(module, folder, pictures, patience=_PATIENCE)
    value, beside = min(found["stalls"]), max(found["rest"], 0.1)
    yield Measure(
        name="export.stall", value=round(value, 1), unit="ms", peer="the window at rest",
        peer_value=round(beside, 1), ratio=value / beside, goal=f"at most {GOAL:g} ms",
        holds=value <= GOAL,
    )  # fmt: skip


async def _measured(app: QApplication, home: Path, pictures: Path) -> None:
    async with own_window.opened(app, home, pictures) as own:
        garbage = GcTimer(app)
        await until(lambda: own.window.model.rowCount() == PICTURES, _PATIENCE)
        found = await _stalls(own, home.parent / "out")
        garbage.stop()
    print(json.dumps(found), flush=True)


async def _stalls(own: OwnWindow, out: Path) -> dict[str, object]:
    core, built = own.core, own.session.built
    core.settings.change(export_folder=str(out), export_preset="web-jpeg")
    built.actions_of.every["export"].trigger()
    exports = built.exports.get()
    dialog = exports.dialog
    assert dialog is not None
    heart, stalls, rest = Heart(), [], 0.0
    for _round in range(ROUNDS):
        # Names and sizes are shown, and nothing is under way.
        await until(lambda: "≈" in dialog.form._each.text(), _PATIENCE)
        await asyncio.sleep(1)
        await heart.longest()
        await asyncio.sleep(5)
        rest = max(rest, await heart.longest() * 1000)
        before = dialog.foot.run
        dialog.foot.export.click()
        await until(
            lambda before=before: (
                dialog.foot.run is not before  # type: ignore[misc]
                and dialog.foot.run is not None
                and dialog.foot.run.state is ExportState.DONE
            ),
            _PATIENCE,
        )
        stalls.append(await heart.longest() * 1000)
    heart.stop()
    return {"stalls": stalls, "rest": rest}


if __name__ == "__main__":
    sys.exit(own_window.run(lambda app: _measured(app, Path(sys.argv[1]), Path(sys.argv[2]))))
