"""`make torture`: what the README promises, tried until it would break.

    python -m tests.torture [--short] [PART...]

Prints the count that each part reached beside the one it must reach, and fails when one is below,
or when anything that was paid for is lost. `--short` is what `make test` runs.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.generation import test_full_disk
from tests.torture import (
    composition_kills,
    faults,
    hostile,
    kills,
    mass_import,
    removing,
    replay,
    searches,
    soak,
    strangers,
    test_power,
    under_fire,
    worker_deaths,
)


@dataclass(frozen=True)
class TorturePart:
    """One part: how it is called, how much of it there must be, and what does it.

    Attributes:
        call: does so much of it in a folder and returns how much that was.
        short: how much of it in the short version; 0 leaves it out.
    """

    name: str
    call: Callable[[Path, int], int]
    full: int
    short: int


def _kill(name: str) -> Callable[[Path, int], int]:
    def call(folder: Path, _number: int) -> int:
        return kills.every_step(folder, name)

    return call


def _compose(how: str) -> Callable[[Path, int], int]:
    def call(folder: Path, _number: int) -> int:
        return composition_kills.play(folder, how)

    return call


def _replay(folder: Path, _number: int) -> int:
    return replay.every_prefix(folder)


def _power(_folder: Path, number: int) -> int:
    # A story has about ten of them.
    return test_power.play(number // 6)


def _no_room(folder: Path, _number: int) -> int:
    once = asyncio.run(
        test_full_disk._everywhere(folder / "once", lambda n: lambda step, _kind: step == n)
    )
    stays = asyncio.run(
        test_full_disk._everywhere(folder / "stays", lambda n: lambda step, _kind: step >= n)
    )
    return len(once) + len(stays)


def _faults(folder: Path, number: int) -> int:
    return faults.play(folder, number)


PARTS = (
    TorturePart("kills: generate", _kill("generate"), 35, 0),
    TorturePart("kills: edit", _kill("edit"), 35, 0),
    TorturePart("kills: trash", _kill("trash"), 8, 8),
    TorturePart("kills: empty trash", _kill("empty trash"), 10, 0),
    TorturePart("kills: rebuild", _kill("rebuild"), 1, 1),
    TorturePart("kills: import", _kill("import"), 10, 0),
    TorturePart("kills: rate 10,000", _kill("rate 10,000"), 3, 0),
    TorturePart("kills: compose", _compose("command"), 50, 0),
    TorturePart("kills: compose in the window", _compose("window"), 50, 0),
    TorturePart("kills: compose again", _compose("again"), 25, 0),
    TorturePart("kills: while composing", composition_kills.at_moments, 15, 5),
    TorturePart("kills: random", kills.at_random, 180, 6),
    TorturePart("deaths of the decoding process", worker_deaths.play, 120, 0),
    TorturePart("folders taken away", removing.play, 50, 0),
    TorturePart("kills: random, with the window", kills.windows, 20, 0),
    TorturePart("states of a disk that forgets", _replay, 12, 12),
    TorturePart("the power goes, drawn at random", _power, 1_000, 0),
    TorturePart("no room", _no_room, 60, 0),
    TorturePart("faults", _faults, 60, 6),
    TorturePart("hostile pictures", hostile.pictures, 2_000, 150),
    TorturePart("mutated answers", hostile.answers, 20_000, 1_000),
    TorturePart("searches in hostile texts", searches.search_everything, 100, 0),
    TorturePart("a window under fire", under_fire.window, 240, 0),
    TorturePart("an import beside the window", mass_import.beside_the_window, 10_000, 240),
    TorturePart("a hostile library opened", strangers.libraries, 1_900, 24),
    TorturePart("a hostile backup restored", strangers.backups, 2_000, 60),
    TorturePart("soak", soak.soak, 5_000, 0),
)


def run(part: TorturePart, *, short: bool = False) -> bool:
    """Do one part and say how it went; whether it reached what it must."""
    wanted = part.short if short else part.full
    began = time.monotonic()
    reached, why = 0, ""
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        try:
            reached = part.call(Path(folder) / "part", wanted)
        except Exception:  # noqa: BLE001 whatever it was, the other parts are tried too
            why = traceback.format_exc()
    good = not why and reached >= wanted
    word = "ok" if good else "FAILED"
    seconds = time.monotonic() - began
    print(f"{part.name:32} {reached:>7,} of {wanted:>7,}  {seconds:6.1f} s  {word}", flush=True)
    if why:
        print(why, file=sys.stderr, flush=True)
    return good


def main() -> int:
    """Do the parts that were asked for; 1 when one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--short", action="store_true", help="what `make test` runs")
    parser.add_argument("parts", nargs="*", help="only those whose name begins so")
    options = parser.parse_args()
    # What goes wrong on purpose is logged by the hundred.
    logging.disable(logging.CRITICAL)
    wanted = [
        part
        for part in PARTS
        if (part.short or not options.short)
        and (not options.parts or any(part.name.startswith(name) for name in options.parts))
    ]
    began = time.monotonic()
    good = [run(part, short=options.short) for part in wanted]
    print(f"{sum(good)} of {len(good)} parts, {time.monotonic() - began:.0f} s")
    return 0 if good and all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
