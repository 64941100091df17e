"""Processes of the program that stand still, so that there is time to stop what they work for."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator

from tests.e2e.desktop import Desktop
from tests.e2e.screen import POLL


@contextlib.contextmanager
def halted(user: Desktop, kind: str) -> Iterator[set[int]]:
    """Processes of a kind stand still, those that are there and those that start: their numbers."""
    over = threading.Event()
    stopped: set[int] = set()

    def halt() -> None:
        while not over.is_set():
            for pid, line in user.session.processes().items():
                if pid not in stopped and " -m studio" in line and line.endswith(f" {kind}"):
                    stopped.add(pid)
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.Signals["SIGSTOP"])
            over.wait(POLL)

    watching = threading.Thread(target=halt)
    watching.start()
    try:
        yield stopped
    finally:
        over.set()
        watching.join()
        # Whoever is asked to end hears it once it goes on.
        for pid in stopped.intersection(user.session.processes()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.Signals["SIGCONT"])
