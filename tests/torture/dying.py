"""A child of this process that ends itself with kill -9 before one of its durable steps."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from studio.common import files


def import_everything() -> None:
    """Once, before the first fork: no child has to."""
    from studio import cli
    from studio.app import core
    from studio.cli import generate, parser
    from studio.imaging import worker
    from studio.providers import sketch

    assert all((cli, core, worker, generate, parser, sketch))


def run_in_child(work: Callable[[], None]) -> int:
    """Run it in a fork of this process; the signal that ended the fork, or 0."""
    if sys.platform != "win32":
        child = os.fork()
        if child:
            _pid, status = os.waitpid(child, 0)
            return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        work()
        os._exit(0)
    else:
        raise NotImplementedError


def die_before(kill_at: int, home: Path) -> None:
    """Kill this process just before that step, counted from 1; HOME/steps gets each one's name."""
    done = 0

    def step(kind: str, path: Path) -> None:
        nonlocal done
        done += 1
        with (home / "steps").open("a") as steps:
            steps.write(f"{kind} {path.name}\n")
        if done == kill_at:
            os.kill(os.getpid(), signal.Signals["SIGKILL"])

    files.watch(step)
