"""A scripted decoding process: dies, hangs, uses up memory, does not start, or works."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from studio.imaging.decoder import Decoder
from tests.generation.harness import Studio, studio

WORKER = """
import os, signal, sys, time
from pathlib import Path
from studio.imaging import decode_jobs as decoding, worker

todo = Path(sys.argv[1])

def trouble():
    ways = todo.read_text().split()
    if not ways:
        return False
    todo.write_text(" ".join(ways[1:]))
    if ways[0].startswith("SIG"):
        signal.raise_signal(getattr(signal, ways[0]))
        time.sleep(600)
    if ways[0] == "kill":
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    if ways[0] == "abort":
        os.abort()
    if ways[0] == "stop":
        time.sleep(600)
    if ways[0] == "memory":
        raise MemoryError
    if ways[0] == "leave":
        os._exit(0)
    return ways[0] == "well"

def probe(request):
    trouble()
    return decoding.JOBS["probe"](request)

if todo.read_text().startswith("start"):
    todo.write_text(todo.read_text()[6:])
    sys.exit("no descriptor is left")
sys.exit(worker.serve({**decoding.JOBS, "probe": probe}, confined=False))
"""

WAYS = ("kill", "abort", "stop", "memory", "leave", "start")


class Troubled:
    """A decoder whose process does what it is told, and then works."""

    def __init__(self, folder: Path) -> None:
        self._todo = folder / "todo"
        script = folder / "worker.py"
        script.write_text(WORKER)
        self._todo.write_text("")
        self._command = [sys.executable, str(script), str(self._todo)]

    def will(self, *ways: str) -> None:
        self._todo.write_text(" ".join(ways))

    @asynccontextmanager
    async def studio(self, *arguments: object) -> AsyncIterator[Studio]:
        async with studio(*arguments, shared=None) as one:  # type: ignore[arg-type]
            own = one.core.decoder
            one.core.decoder = Decoder(self._command, limit=1.0)
            yield one
            await own.close()
