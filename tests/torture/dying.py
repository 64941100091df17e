"""A child of this process that ends itself with kill -9 before one of its durable steps."""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from studio.common import files

ROOMS = (
    *("common", "domain", "config", "imaging", "providers", "library", "generation"),
    *("app", "remote", "cli"),
)

DRAWING = ("studio.imaging.sheet_jobs", "studio.imaging.sheet_worker")
"""Modules of the drawing process, which alone beside the window has Qt."""


def import_everything() -> None:
    """Import the program without its window, once, before the first fork: no child has to.

    That includes what a command imports when it needs it, which takes most of a short one's time.
    """
    for room in ROOMS:
        package = importlib.import_module(f"studio.{room}")
        for found in pkgutil.walk_packages(package.__path__, f"studio.{room}."):
            if found.name not in DRAWING:
                importlib.import_module(found.name)
    assert threading.active_count() == 1
    assert "PySide6" not in sys.modules
    gc.collect()
    gc.freeze()


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
