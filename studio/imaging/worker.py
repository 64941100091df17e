"""The decoding process: opens pictures nobody vouches for, away from the window and the keys.

Started as `gridbrush --worker`. It reads requests from standard input and answers on standard
output, one at a time, until standard input ends. A message is a JSON object with raw bytes behind
it. What the jobs do is in `decoding`; this room keeps the process: its limits and its pipes.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

from studio.common import json_reader
from studio.config.environment import keep_memory_private

MEMORY = 3 << 30
"""Address space in bytes: 8192 x 8192 RGBA takes 256 MiB, and some steps hold four copies."""

_HEAD = struct.Struct("<IQ")
_LONGEST_HEADER = 1 << 20
_LONGEST_BODY = 1 << 31

Message = tuple[dict[str, Any], bytes]
Job = Callable[[dict[str, Any]], Message]


def write_message(stream: BinaryIO, header: dict[str, Any], body: bytes = b"") -> None:
    """Send one message: lengths, the header as JSON, the bytes. Raises OSError."""
    text = json.dumps(header).encode()
    stream.write(_HEAD.pack(len(text), len(body)) + text)
    if body:
        stream.write(body)
    stream.flush()


def read_message(stream: BinaryIO) -> Message | None:
    """The next message, None at the end (or in the middle) of the stream. Raises ValueError."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    text_size, body_size = _HEAD.unpack(head)
    if text_size > _LONGEST_HEADER or body_size > _LONGEST_BODY:
        raise ValueError("a message longer than any this program sends")
    text = stream.read(text_size)
    body = stream.read(body_size) if body_size else b""
    if len(text) < text_size or len(body) < body_size:
        return None
    header = json_reader.forgiving(text)
    if not isinstance(header, dict):
        raise ValueError("a message without a header")  # noqa: TRY004 a broken stream, not a type
    return header, body


def serve(jobs: dict[str, Job], *, memory: int = MEMORY, confined: bool = True) -> int:
    """Answer requests until standard input ends; returns the exit code.

    `confined` gives up all that a decoder has no use for.
    """
    from studio.imaging import sandbox

    requests, answers = _take_pipes()
    _limit(memory)
    # Before there is a second thread, which would keep what this one gives up.
    if confined:
        sandbox.give_up()
    asked: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests, asked), daemon=True).start()
    write_message(answers, {"ready": os.getpid()})
    while True:
        header, _body = asked.get()
        answer, data = _answer(jobs, header)
        try:
            write_message(answers, answer, data)
        except OSError:
            return 0


def _answer(jobs: dict[str, Job], header: dict[str, Any]) -> Message:
    try:
        return jobs[str(header.get("job"))](header)
    except MemoryError:
        return {"fault": "memory"}, b""
    except Exception as error:  # noqa: BLE001 a decoder may raise anything over hostile bytes
        fault = getattr(error, "fault", "unreadable")
        return {"fault": fault, "details": f"{type(error).__name__}: {error}"[:500]}, b""


def _read(stream: BinaryIO, asked: queue.SimpleQueue[Message]) -> None:
    # The parent closing the pipe, or its death, ends this process even in the middle of a decode.
    with contextlib.suppress(OSError, ValueError):
        while (message := read_message(stream)) is not None:
            asked.put(message)
    os._exit(0)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Both pipes under new numbers, so that a stray print cannot get between two messages."""
    requests, answers = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(requests, os.O_BINARY)
        msvcrt.setmode(answers, os.O_BINARY)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def _limit(memory: int) -> None:
    # Ctrl+C in a terminal reaches the whole group; only the parent decides when this one ends.
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        os.nice(5)
        limits = [(resource.RLIMIT_FSIZE, 1 << 20)]
        if sys.platform != "darwin":  # macOS counts its shared caches and refuses
            limits.append((resource.RLIMIT_AS, memory))
        for which, wanted in limits:
            _soft, hard = resource.getrlimit(which)
            value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(which, (value, value))


def main() -> int:
    """Be the decoding process."""
    keep_memory_private()
    from studio.imaging import decode_jobs

    return serve(decode_jobs.JOBS)


if __name__ == "__main__":
    sys.exit(main())
