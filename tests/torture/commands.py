"""Ends a command with kill -9 before every durable step it makes, and looks at what is left.

`python -m tests.torture.commands FOLDER COMMAND...` counts the durable steps of one command on a
copy of FOLDER/start, then runs it again on copies in FOLDER/1, FOLDER/2, … and kills the process
just before step 1, 2, …; a last run is killed after the last. It prints how many steps there were.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from tests.torture.dying import die_before, import_everything, run_in_child

LINKED = (".png", ".jpg", ".webp")


def copy_home(source: Path, target: Path) -> None:
    """Another home like that one; originals, which nobody writes to, are the same files."""

    def one(src: str, dst: str) -> None:
        if src.endswith(LINKED):
            os.link(src, dst)
        else:
            shutil.copy2(src, dst)

    shutil.copytree(source, target, copy_function=one)


def _run(home: Path, kill_at: int, command: list[str]) -> int:
    """Run the command in a child; how many steps it came to."""

    def work() -> None:
        with Path(os.devnull).open("w") as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        die_before(kill_at, home)
        from studio.__main__ import main

        main(["--home", str(home), *command])
        if kill_at == 0:
            os.kill(os.getpid(), signal.Signals["SIGKILL"])

    run_in_child(work)
    return len((home / "steps").read_text().splitlines()) if (home / "steps").exists() else 0


def run(folder: Path, command: list[str]) -> int:
    """Kill the command at each of its steps, and after the last; how many kills there were."""
    import_everything()
    copy_home(folder / "start", folder / "0")
    steps = _run(folder / "0", 0, command)
    for number in range(1, steps + 1):
        copy_home(folder / "start", folder / str(number))
        _run(folder / str(number), number, command)
    return steps + 1


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), sys.argv[2:]))
