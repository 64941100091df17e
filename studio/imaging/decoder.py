"""Decoding, from the program's side: asks the decoding process, and never opens a picture itself.

One thread hands out the jobs, the most urgent first, one at a time; another reads the answers.
What they bring goes to the loop through futures, so any asyncio loop will do. The process starts
with the first job, is replaced when it dies, and ends when nothing was asked for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import json
import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio import paths
from studio.errors import PictureUnreadable, StudioError
from studio.kinds import Kind, kind_of, looks_complete
from studio.values import dataclass
from studio.words import _
from studio.worker import Message, read_message, write_message

if TYPE_CHECKING:
    import concurrent.futures

__all__ = [
    "Decoder",
    "Kind",
    "PictureFacts",
    "Pixels",
    "Priority",
    "kind_of",
    "looks_complete",
]

log = logging.getLogger(__name__)

_START = 20.0
"""Seconds a new process may take to say that it is ready; a cold disk and a busy machine."""

_GIVEN_BACK = 256 * 1024
"""Blocks of memory from here on go back to the system when a picture is done; bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """What a picture file is.

    Attributes:
        width: in pixels, turned upright; so is height.
        colour: mean colour as 0xRRGGBB.
        complete: the end of the file is where its kind says it is.
        alpha: it has a channel for see-through parts.
    """

    kind: str
    media_type: str
    width: int
    height: int
    colour: int
    complete: bool
    alpha: bool
    animated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """A picture ready to paint: RGBA, 8 bits each, straight alpha, sRGB, upright.

    Attributes:
        data: rows from the top, width * 4 bytes each.
        full_width: pixels of the whole picture, when `data` is a smaller copy; so is full_height.
    """

    width: int
    height: int
    data: bytes
    full_width: int
    full_height: int
    alpha: bool


class Priority(IntEnum):
    """What is decoded first when much is asked at once."""

    LOOK = 0  # somebody waits in front of the loupe
    ARRIVAL = 1  # a picture on its way into the library
    VISIBLE = 2  # a tile in view
    LATER = 3


@dataclass(slots=True)
class _Asked:
    header: dict[str, Any]
    answer: concurrent.futures.Future[Message]


class Decoder:
    """Asks the decoding process and waits, without holding up the loop.

    Every method raises PictureUnreadable for a picture that cannot be read (a missing file too),
    and StudioError when the process itself does not start. A cancelled wait takes a queued job out.
    """

    def __init__(
        self, command: Sequence[str] | None = None, *, limit: float = 60.0, idle: float = 30.0
    ) -> None:
        """`limit` is the seconds one picture may take, `idle` those the process outlives its work.

        `command` starts another worker than the program's own.
        """
        self._command = list(command) if command is not None else _own_command()
        self._limit = limit
        self._idle = idle
        self._order = itertools.count()
        self._wanted: list[tuple[int, int, _Asked]] = []
        self._change = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._child: _Child | None = None
        self._ended: concurrent.futures.Future[None]

    async def probe(self, path: Path, *, verify: bool = False) -> PictureFacts:
        """Kind, size and colour of a file; with `verify` every byte of it is decoded."""
        facts, _body = await self._ask(Priority.ARRIVAL, job="probe", path=path, verify=verify)
        return PictureFacts(**facts)

    async def describe(self, path: Path) -> tuple[PictureFacts, dict[str, str]]:
        """Kind, size and colour of a file, and the texts that lie in it, by their names there."""
        facts, body = await self._ask(Priority.LATER, job="describe", path=path)
        facts.pop("texts_fault", None)
        return PictureFacts(**facts), dict(json.loads(body))

    async def thumbnail(
        self, path: Path, edge: int, *, priority: Priority = Priority.VISIBLE
    ) -> bytes:
        """A JPEG in sRGB whose long edge is `edge`, or the picture's own where that is less.

        See-through parts lie on a middle grey.
        """
        return (await self._ask(priority, job="thumbnail", path=path, edge=edge))[1]

    async def pixels(self, path: Path, *, edge: int | None = None) -> Pixels:
        """The picture for the canvas; with `edge` a copy whose long edge is at most that."""
        facts, data = await self._ask(Priority.LOOK, job="pixels", path=path, edge=edge)
        return Pixels(data=data, **facts)

    async def upright(self, path: Path, *, edge: int, limit: int) -> tuple[bytes, str]:
        """A copy for sending and its media type: upright, sRGB, no metadata, at most `limit` bytes.

        JPEG, or PNG where it is see-through; the file's own bytes when nothing has to change.
        """
        facts, data = await self._ask(
            Priority.ARRIVAL, job="upright", path=path, edge=edge, limit=limit
        )
        return data, str(facts["media_type"])

    async def mended(self, path: Path) -> bytes:
        """A PNG of a file that stops in the middle: what is there of it, the rest left empty.

        Raises PictureUnreadable when not even its beginning can be read.
        """
        return (await self._ask(Priority.ARRIVAL, job="mend", path=path))[1]

    async def palette(self, path: Path, *, colours: int = 5) -> tuple[int, ...]:
        """The dominant colours as 0xRRGGBB, most frequent first; fewer where it has fewer."""
        facts, _body = await self._ask(Priority.VISIBLE, job="palette", path=path, colours=colours)
        return tuple(facts["colours"])

    async def close(self) -> None:
        """End the process. What is still asked for is cancelled; never hangs on a hung decode."""
        with self._change:
            self._closing = True
            self._change.notify_all()
            child = self._child
        if self._thread is None:
            return
        if child is not None:
            child.kill()
        await asyncio.wrap_future(self._ended)

    async def _ask(self, priority: Priority, *, path: Path, **header: Any) -> Message:
        import concurrent.futures

        asked = _Asked({"path": str(path), **header}, concurrent.futures.Future())
        with self._change:
            if self._closing:
                raise asyncio.CancelledError
            heapq.heappush(self._wanted, (priority, next(self._order), asked))
            if self._thread is None:
                self._ended = concurrent.futures.Future()
                self._thread = threading.Thread(target=self._work, name="decoder", daemon=True)
                self._thread.start()
            self._change.notify()
        answer, data = await asyncio.wrap_future(asked.answer)
        if (fault := answer.get("fault")) is not None:
            raise _unreadable(str(fault), path, str(answer.get("details", "")))
        return answer, data

    def _work(self) -> None:
        """The thread: jobs in order of urgency, until closed."""
        while (asked := self._next()) is not None:
            if not asked.answer.set_running_or_notify_cancel():
                continue
            try:
                message = self._decode(asked.header)
            except Exception as error:  # noqa: BLE001 handed to whoever asked
                asked.answer.set_exception(error)
            else:
                asked.answer.set_result(message)
                del message
            del asked  # not held while waiting: pixels are large
        self._end_child()
        for _priority, _place, left in self._wanted:
            left.answer.cancel()
        self._wanted.clear()
        self._ended.set_result(None)

    def _next(self) -> _Asked | None:
        while True:
            with self._change:
                if self._closing:
                    return None
                if self._wanted:
                    return heapq.heappop(self._wanted)[2]
                woken = self._change.wait(self._idle if self._child else None)
            if not woken:
                self._end_child()

    def _decode(self, header: dict[str, Any]) -> Message:
        child = self._child
        if child is None or not child.alive:
            self._end_child()
            child = _Child(self._command)
            with self._change:
                if self._closing:
                    child.end()
                    return {"fault": "died"}, b""
                self._child = child
            child.wait_ready()
        answer = child.ask(header, self._limit)
        if "fault" in answer[0] and not child.alive:
            if not self._closing:
                log.warning("The decoding process was lost: %s", answer[0])
            self._end_child()
        return answer

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


class _Child:
    """One decoding process and the thread that reads what it answers."""

    def __init__(self, command: Sequence[str]) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 closed in end()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._errors.close()
            raise _not_started(str(error)) from error
        self._lost = False
        self._answers: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="decoder-answers", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        """Whether the next job may go to it."""
        return not self._lost and self._process.poll() is None

    def wait_ready(self) -> None:
        """Wait until it can work. Raises StudioError when it cannot."""
        ready = self._receive(_START)
        if "ready" not in ready[0]:
            raise _not_started(self._last_words())

    def ask(self, header: dict[str, Any], limit: float) -> Message:
        """One job; a fault when it takes longer than `limit` seconds or ends the process."""
        assert self._process.stdin is not None
        try:
            write_message(self._process.stdin, header)  # type: ignore[arg-type]
        except OSError:
            self._lost = True
            return {"fault": "died", "details": self._last_words()}, b""
        return self._receive(limit)

    def _receive(self, limit: float) -> Message:
        try:
            message = self._answers.get(timeout=limit)
        except queue.Empty:
            self.kill()
            return {"fault": "too_slow", "details": f"{limit:g} s"}, b""
        if message is None:
            self._lost = True
            return {"fault": "died", "details": self._last_words()}, b""
        return message

    def _read(self) -> None:
        assert self._process.stdout is not None
        message: Message | None = None
        with contextlib.suppress(OSError, ValueError):
            while (message := read_message(self._process.stdout)) is not None:  # type: ignore[arg-type]
                self._answers.put(message)
                message = None
        self._answers.put(None)

    def _last_words(self) -> str:
        code = self._process.poll()
        try:
            self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 1000))
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
        except (OSError, ValueError):
            lines = []
        return f"exit {code}: {lines[-1]}" if lines else f"exit {code}"

    def kill(self) -> None:
        """End it now, whatever it does; any thread may call this."""
        self._lost = True
        with contextlib.suppress(OSError):
            self._process.kill()

    def end(self) -> None:
        """Let it go by closing its input, and make sure of it."""
        self._lost = True
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()


def _own_command() -> list[str]:
    return [*paths.program(), "--worker"]


def _environment() -> dict[str, str]:
    """What the process needs to find this program, and no secret."""
    environment = {k: v for k, v in os.environ.items() if k != "GRIDBRUSH_API_KEY"}
    # Else glibc learns from the first large picture to keep the room of the next ones.
    environment.setdefault("MALLOC_MMAP_THRESHOLD_", str(_GIVEN_BACK))
    if not getattr(sys, "frozen", False):
        # Found wherever the program was started, and never in a folder it was started in.
        package = str(Path(__file__).resolve().parent.parent)
        before = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = package + (os.pathsep + before if before else "")
        environment["PYTHONSAFEPATH"] = "1"
    return environment


def _not_started(details: str) -> StudioError:
    return StudioError(
        _("Pictures cannot be decoded"),
        _("The decoding process did not start."),
        hint=_("Start Gridbrush again. If that does not help, install it again."),
        details=details,
    )


def _unreadable(fault: str, path: Path, details: str) -> PictureUnreadable:
    name = path.name
    sentences = {
        "missing": _("{name} is not there any more."),
        "denied": _("{name} may not be read by this user."),
        "not_a_file": _("{name} is not a file."),
        "empty": _("{name} is empty."),
        "not_a_picture": _("{name} is not a picture, or not of a kind Gridbrush reads."),
        "too_large": _("{name} has more pixels than Gridbrush opens."),
        "memory": _("{name} needs more memory than Gridbrush gives to one picture."),
        "too_slow": _("Decoding {name} took too long and was stopped."),
        "died": _("Decoding {name} ended the decoding process; the program is not harmed."),
        "too_many_bytes": _("{name} cannot be made small enough to be sent."),
    }
    sentence = sentences.get(fault, _("{name} is damaged or incomplete."))
    return PictureUnreadable(
        _("The picture cannot be read"),
        sentence.format(name=name),
        hint=_("Gridbrush reads PNG, JPEG, WebP, GIF, AVIF, TIFF and BMP.")
        if fault == "not_a_picture"
        else "",
        details=details,
    )
