"""A child of this process that ends itself with kill -9 before one of its durable steps."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from studio import files


def import_everything() -> None:
    """Once, before the first fork: no child has to."""
    from studio import cli, core, worker
    from studio.cli import generate, parser
    from studio.providers import sketch

    assert all((cli, core, worker, generate, parser, sketch))


def die_before(kill_at: int, home: Path) -> None:
    """Kill this process just before that step, counted from 1; HOME/steps gets each one's name."""
    done = 0

    def step(kind: str, path: Path) -> None:
        nonlocal done
        done += 1
        with (home / "steps").open("a") as steps:
            steps.write(f"{kind} {path.name}\n")
        if done == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    files.watch(step)
