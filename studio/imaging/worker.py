"""Decoding process: opens untrusted pictures, isolated from the window and the keys.

Started as `gridbrush --worker`. It reads requests from standard input and answers on standard
output, one at a time, until standard input ends. The jobs are in `decode_jobs`; this module has the
limits and pipes of the process.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
from typing import Any, BinaryIO

from studio.config.environment import keep_memory_private
from studio.imaging import decode_jobs, sandbox
from studio.imaging.worker_protocol import Job, Message, read_message, write_message

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl
    import resource

_PIPE = 1 << 20
"""Capacity in bytes of the pipe to the program; the maximum for users on Linux."""

MEMORY = 3 << 30
"""Limit of address space in bytes: 8192 x 8192 RGBA takes 256 MiB, some steps hold four copies."""


def serve(
    jobs: dict[str, Job], *, memory: int = MEMORY, nice: int = 5, confined: bool = True
) -> int:
    """Answer requests until standard input ends; returns the exit code.

    `memory` is in bytes, `nice` lowers its priority, `confined` enters the sandbox.
    """
    requests, answers = _take_pipes()
    _limit(memory, nice)
    # Called before there is a second thread, which would be outside the sandbox.
    if confined:
        sandbox.give_up()
    asked: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests, asked), daemon=True).start()
    write_message(answers, {"ready": os.getpid()})
    while True:
        try:
            # Not in a variable, which would keep the answer while waiting: 67 MB for a 4K picture.
            write_message(answers, *_answer(jobs, *asked.get()))
        except OSError:
            return 0


def _answer(jobs: dict[str, Job], header: dict[str, Any], body: bytes) -> Message:
    try:
        return jobs[str(header.get("job"))](header | {"body": body})
    except MemoryError:
        return {"fault": "memory"}, b""
    except Exception as error:  # noqa: BLE001 a decoder may raise anything on hostile bytes
        fault = getattr(error, "fault", "unreadable")
        # Path of the picture at fault, if a job has several.
        about = {"path": path} if (path := getattr(error, "path", None)) else {}
        details = f"{type(error).__name__}: {error}"[:500]
        return {"fault": fault, "details": details, **about}, b""


def _read(stream: BinaryIO, asked: queue.SimpleQueue[Message]) -> None:
    # When the parent closes the pipe or dies, this process ends even in the middle of a decode.
    with contextlib.suppress(OSError, ValueError):
        while (message := read_message(stream)) is not None:
            asked.put(message)
    os._exit(0)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Both pipes under new descriptors, so that a stray print cannot corrupt the messages."""
    requests, answers = os.dup(0), os.dup(1)
    if sys.platform == "linux":
        # With a larger pipe a picture takes one context switch, not sixteen, on a busy machine.
        with contextlib.suppress(OSError):
            fcntl.fcntl(answers, fcntl.F_SETPIPE_SZ, _PIPE)
    if sys.platform == "win32":
        msvcrt.setmode(requests, os.O_BINARY)
        msvcrt.setmode(answers, os.O_BINARY)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def _limit(memory: int, nice: int) -> None:
    # Ctrl+C in a terminal reaches the whole group; only the parent decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.nice(nice)
        limits = [(resource.RLIMIT_FSIZE, 1 << 20)]
        if sys.platform != "darwin":  # macOS counts its shared caches and refuses
            limits.append((resource.RLIMIT_AS, memory))
        for which, wanted in limits:
            _soft, hard = resource.getrlimit(which)
            value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(which, (value, value))


def main() -> int:
    """Run the decoding process."""
    keep_memory_private()
    return serve(decode_jobs.JOBS)


if __name__ == "__main__":
    sys.exit(main())
