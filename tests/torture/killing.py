"""Ends a generation with kill -9 at every durable step, each time in a process of its own.

`python -m tests.torture.killing FOLDER MODEL [HOME ID URL]` first counts the durable steps of one
generation, then runs it again in FOLDER/1, FOLDER/2, … and kills the process just before step
1, 2, … What each of them printed is in FOLDER/n/events. With HOME, ID and URL each run starts from
a copy of that home and goes on with the conversation about that picture, at the service there.
Imports are done once; every run is a fork made before any thread was started.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.torture.dying import die_before, import_everything, run_in_child

PROMPT = "Lighthouse in first snow"


def _generate(home: Path, model: str, kill_at: int, before: tuple[Path, str, str] | None) -> int:
    """Run one generation in a child; the signal that ended it, or 0."""
    home.mkdir(parents=True)
    goes_on: list[str] = []
    if before is not None:
        shutil.copytree(before[0], home / "home")
        goes_on = ["--continue", before[1], "--provider", "dgrid", "--base-url", before[2]]

    def generate() -> None:
        with (home / "events").open("w") as events, Path(os.devnull).open("w") as nothing:
            os.dup2(events.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        die_before(kill_at, home)
        from studio.__main__ import main

        size = "1K" if before else "512"
        options = ["--seed", "7", "--size", size, "--model", model, "--json", *goes_on]
        main(["--home", str(home / "home"), "generate", PROMPT, *options])
        sys.stdout.flush()

    return run_in_child(generate)


def run(folder: Path, model: str, before: tuple[Path, str, str] | None = None) -> int:
    """Kill one generation at each of its durable steps; how many there were."""
    import_everything()
    _generate(folder / "0", model, -1, before)
    steps = len((folder / "0" / "steps").read_text().splitlines())
    for number in range(1, steps + 1):
        _generate(folder / str(number), model, number, before)
    return steps


if __name__ == "__main__":
    folder, model, *more = sys.argv[1:]
    print(run(Path(folder), model, (Path(more[0]), more[1], more[2]) if more else None))
