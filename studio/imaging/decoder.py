"""Client of the decoding process; never opens a picture itself.

One thread passes the jobs to the process, one at a time, the most urgent first; another reads the
answers. Results reach the loop through futures, so any asyncio loop will do. The process starts
with the first job, is replaced when it dies, and ends after a while without jobs. While one picture
takes long, a second process does the waiting jobs.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import heapq
import itertools
import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct

from studio.common import foreign_json, paths
from studio.common.errors import NotDecoded, PictureUnreadable, StudioError
from studio.common.file_types import FileType, kind_of, looks_complete
from studio.common.i18n import _
from studio.config.environment import worker_environment
from studio.imaging.worker_protocol import Message, read_message, write_message

__all__ = [
    "Decoder",
    "FileType",
    "PictureFacts",
    "Pixels",
    "Priority",
    "ScreenPixels",
    "kind_of",
    "looks_complete",
]

log = logging.getLogger(__name__)

_START = 20.0
"""Time limit in seconds for the start of a process, on a cold disk and a busy machine."""

PROCESS_FAULTS = ("died", "too_slow", "memory")
"""Faults of the process rather than of the picture."""

_MOST_PROCESSES = 2
"""Limit of processes: one, and a second while a picture takes long."""

_GIVEN_BACK = 256 * 1024
"""Size in bytes from which freed blocks of memory are returned to the system."""


class PictureFacts(Struct, frozen=True, kw_only=True):
    """Facts about a picture file.

    Attributes:
        width, height: upright size in pixels.
        colour: mean colour as 0xRRGGBB.
        complete: whether the file ends where its format says.
        alpha: whether it has transparency.
    """

    kind: str
    media_type: str
    width: int
    height: int
    colour: int
    complete: bool
    alpha: bool
    animated: bool

    @property
    def extension(self) -> str:
        """Extension of a file of this type, with the dot."""
        kind = self.media_type.partition("/")[2]
        return {"jpeg": ".jpg", "tiff": ".tif"}.get(kind, f".{kind}")


class Pixels(Struct, frozen=True, kw_only=True):
    """A picture ready to paint: RGBA, 8 bits each, straight alpha, sRGB, upright.

    Attributes:
        data: rows from the top, width * 4 bytes each.
        full_width, full_height: size of the whole picture, of which `data` may be a smaller copy.
    """

    width: int
    height: int
    data: bytes
    full_width: int
    full_height: int
    alpha: bool


class ScreenPixels(Struct, frozen=True, kw_only=True):
    """A picture for one monitor; for painting only, never for copies, files or comparisons.

    Attributes:
        converted: whether its colours are the monitor's; otherwise they are sRGB.
    """

    pixels: Pixels
    converted: bool


class Priority(IntEnum):
    """Urgency of a job; jobs with the lowest value are decoded first."""

    LOOK = 0  # the picture in the loupe
    ARRIVAL = 1  # a picture on its way into the library
    VISIBLE = 2  # a tile in view
    LATER = 3


class _DecodeRequest(Struct):
    header: dict[str, Any]
    body: bytes
    answer: concurrent.futures.Future[Message]
    paid: bool
    given_up: bool = False


class Decoder:
    """Sends requests to the decoding process, without blocking the loop.

    Every method raises PictureUnreadable for a missing or unreadable picture; NotDecoded, a
    subclass, if the process did not start, died, hung or had too little memory. Cancelling removes
    a queued job.

    Attributes:
        processes: maximum number of processes.
        ends_cancelled: whether cancelling a running job ends it, together with its process.
        workers: threads, each with at most one process.
    """

    processes = _MOST_PROCESSES
    ends_cancelled = False

    def __init__(
        self,
        command: Sequence[str] | None = None,
        *,
        limit: float = 60.0,
        idle: float = 30.0,
        patience: float = 2.0,
    ) -> None:
        """Limits in seconds: `limit` for one picture, `idle` for a process without work.

        If a picture takes longer than `patience` seconds, a second process decodes the others.
        `command` starts another worker than the program's own.
        """
        self.command = list(command) if command is not None else worker_command()
        self.limit = limit
        self.patience = patience
        self._idle = idle
        self._order = itertools.count()
        self._wanted: list[tuple[int, int, _DecodeRequest]] = []
        self._change = threading.Condition()
        self._closing = False
        self.workers: list[_WorkerThread] = []

    async def probe(self, path: Path, *, verify: bool = False) -> PictureFacts:
        """Type, size and colour of a file; with `verify`, every byte is decoded.

        `verify` is for pictures that enter the library: if the process dies, hangs or does not
        start, a second process tries again.
        """
        facts, _body = await self.decode_job(
            Priority.ARRIVAL, job="probe", path=path, verify=verify, paid=verify
        )
        return PictureFacts(**facts)

    async def describe(self, path: Path) -> tuple[PictureFacts, dict[str, str]]:
        """Type, size and colour of a file, and its embedded texts by name."""
        facts, body = await self.decode_job(Priority.LATER, job="describe", path=path)
        facts.pop("texts_fault", None)
        texts = await asyncio.to_thread(foreign_json.forgiving, body)
        return PictureFacts(**facts), {str(name): str(text) for name, text in dict(texts).items()}

    async def thumbnail(
        self, path: Path, edge: int, *, priority: Priority = Priority.VISIBLE
    ) -> bytes:
        """A JPEG in sRGB whose long edge is `edge`, or that of the picture if shorter.

        Transparent parts are shown over a middle grey.
        """
        return (await self.decode_job(priority, job="thumbnail", path=path, edge=edge))[1]

    async def pixels(self, path: Path, *, edge: int | None = None) -> Pixels:
        """The picture for the canvas; with `edge`, a copy with a long edge of at most that."""
        facts, data = await self.decode_job(Priority.LOOK, job="pixels", path=path, edge=edge)
        return Pixels(data=data, **facts)

    async def screen_pixels(self, path: Path, profile: bytes) -> ScreenPixels:
        """The picture for a monitor with this ICC profile.

        Only pictures with an embedded profile are converted here; for others, `converted` is False.
        """
        facts, data = await self.decode_job(
            Priority.LOOK, job="screen_pixels", path=path, body=profile
        )
        converted = bool(facts.pop("converted"))
        return ScreenPixels(pixels=Pixels(data=data, **facts), converted=converted)

    async def upright(self, path: Path, *, edge: int, limit: int) -> tuple[bytes, str]:
        """A copy for sending and its media type: upright, sRGB, no metadata, at most `limit` bytes.

        JPEG, or PNG if it has transparency; the file's own bytes if nothing has to change.
        """
        facts, data = await self.decode_job(
            Priority.ARRIVAL, job="upright", path=path, edge=edge, limit=limit
        )
        return data, str(facts["media_type"])

    async def mended(self, path: Path) -> bytes:
        """A PNG of the readable part of a truncated file, the rest left empty.

        Raises PictureUnreadable if not even its beginning can be read.
        """
        return (await self.decode_job(Priority.ARRIVAL, job="mend", path=path, paid=True))[1]

    async def palette(self, path: Path, *, colours: int = 5) -> tuple[int, ...]:
        """The dominant colours as 0xRRGGBB, most frequent first; possibly fewer."""
        facts, _body = await self.decode_job(
            Priority.VISIBLE, job="palette", path=path, colours=colours
        )
        return tuple(facts["colours"])

    async def close(self) -> None:
        """End the processes and cancel queued jobs; never waits for a decode that hangs."""
        with self._change:
            self._closing = True
            self._change.notify_all()
            for hand in self.workers:
                if hand.child is not None:
                    hand.child.kill()
        for hand in self.workers:
            await asyncio.wrap_future(hand.ended)
        for _priority, _place, left in self._wanted:
            left.answer.cancel()
        self._wanted.clear()

    @property
    def closing(self) -> bool:
        """Whether the decoder is closed, or about to be."""
        return self._closing

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return any(hand.child is not None for hand in self.workers)

    @property
    def pid(self) -> int | None:
        """Id of the first process; None if there is none."""
        return next((hand.child.pid for hand in self.workers if hand.child is not None), None)

    async def decode_job(
        self,
        priority: Priority,
        *,
        path: Path,
        body: bytes = b"",
        paid: bool = False,
        **header: Any,
    ) -> Message:
        answer: concurrent.futures.Future[Message] = concurrent.futures.Future()
        asked = _DecodeRequest({"path": str(path), **header}, body, answer, paid)
        with self._change:
            if self._closing:
                raise asyncio.CancelledError
            if all(hand.slow for hand in self.workers):
                self._begin()
            heapq.heappush(self._wanted, (priority, next(self._order), asked))
            self._change.notify()
        try:
            facts, data = await asyncio.wrap_future(answer)
        except asyncio.CancelledError:
            if self.ends_cancelled:
                self._give_up(asked)
            raise
        if (fault := facts.get("fault")) is not None:
            at_fault = Path(facts.get("path", path))
            raise self.error_of(str(fault), at_fault, str(facts.get("details", "")))
        return facts, data

    def error_of(self, fault: str, path: Path, details: str) -> PictureUnreadable:
        """The error for a fault that concerns this file."""
        return _unreadable(fault, path, details)

    def _give_up(self, asked: _DecodeRequest) -> None:
        """End the process that runs this job, if it is running."""
        with self._change:
            asked.given_up = True
            for hand in self.workers:
                if hand.working is asked and hand.child is not None:
                    hand.child.kill()

    def _begin(self) -> None:
        """Start another process, if the limit allows it. Raises NotDecoded. Call under the lock."""
        if len(self.workers) < self.processes and not self._closing:
            hand = _WorkerThread(self, concurrent.futures.Future())
            try:
                hand.thread.start()
            except RuntimeError as error:
                raise _not_started(str(error)) from error
            self.workers.append(hand)

    def slow(self, hand: _WorkerThread) -> None:
        """Start a second process for the pictures queued behind a slow one."""
        with self._change:
            hand.slow = True
            if self._wanted:
                with contextlib.suppress(NotDecoded):
                    self._begin()

    def next(self, hand: _WorkerThread) -> _DecodeRequest | None:
        """Wait for the most urgent job; None if the decoder is closed. Ends an idle process."""
        while True:
            with self._change:
                hand.working = None
                if self._closing:
                    return None
                if self._wanted:
                    hand.working = heapq.heappop(self._wanted)[2]
                    return hand.working
                woken = self._change.wait(self._idle if hand.child else None)
            if not woken:
                hand.end_child()

    def add_worker(self, hand: _WorkerThread, child: _WorkerProcess) -> bool:
        """Add a process that has started; False if the decoder is closing."""
        with self._change:
            if not self._closing:
                hand.child = child
            return not self._closing


class _WorkerThread:
    """Thread that passes jobs to its decoding process, which it starts, replaces and ends."""

    def __init__(self, decoder: Decoder, ended: concurrent.futures.Future[None]) -> None:
        self.child: _WorkerProcess | None = None
        self.slow = False
        self.working: _DecodeRequest | None = None
        self.ended = ended
        self.thread = threading.Thread(target=self._work, name="decoder", daemon=True)
        self._decoder = decoder

    def _work(self) -> None:
        """Do jobs in order of urgency until the decoder is closed."""
        while (asked := self._decoder.next(self)) is not None:
            if not asked.answer.set_running_or_notify_cancel():
                continue
            try:
                message = self._decoded(asked)
            except Exception as error:  # noqa: BLE001 raised for the caller
                asked.answer.set_exception(error)
            else:
                asked.answer.set_result(message)
                del message
            del asked  # not held while waiting: pixels are large
        self.end_child()
        self.ended.set_result(None)

    def _decoded(self, asked: _DecodeRequest) -> Message:
        """Decode; for a paid picture, try again in a second process if the first one fails."""
        try:
            answer = self._decode(asked)
        except StudioError as error:
            if not asked.paid or self._decoder.closing:
                raise
            log.warning("The decoding process is started once more: %s", error)
        else:
            fault = answer[0].get("fault")
            if not asked.paid or fault not in PROCESS_FAULTS or self._decoder.closing:
                return answer
            log.warning("Decoding a picture again: %s", answer[0])
        self.end_child()
        return self._decode(asked)

    def _decode(self, asked: _DecodeRequest) -> Message:
        child = self.child
        if child is None or not child.alive:
            self.end_child()
            child = _WorkerProcess(self._decoder.command)
            if not self._decoder.add_worker(self, child):
                child.stop_process()
                return {"fault": "died"}, b""
            child.wait_ready()
        if asked.given_up:
            return {"fault": "died"}, b""
        on_slow = partial(self._decoder.slow, self)
        answer = child.run_job(asked, self._decoder.limit, self._decoder.patience, on_slow)
        self.slow = False
        if "fault" in answer[0] and not child.alive:
            if not self._decoder.closing and not asked.given_up:
                log.warning("The decoding process was lost: %s", answer[0])
            self.end_child()
        return answer

    def end_child(self) -> None:
        """End the process, if there is one."""
        child, self.child = self.child, None
        if child is not None:
            child.stop_process()


class _WorkerProcess:
    """One decoding process and the thread that reads its answers.

    Attributes:
        process: the process.
    """

    def __init__(self, command: Sequence[str]) -> None:
        try:
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 closed in end()
        except OSError as error:
            raise _not_started(str(error)) from error
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=process_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._errors.close()
            raise _not_started(str(error)) from error
        self._lost = False
        self._answers: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="decoder-answers", daemon=True)
        try:
            self._reader.start()
        except RuntimeError as error:
            self.process.kill()
            self.process.wait()
            self._errors.close()
            raise _not_started(str(error)) from error

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether the process can take another job."""
        return not self._lost and self.process.poll() is None

    def wait_ready(self) -> None:
        """Wait until the process is ready. Raises StudioError if it cannot start."""
        ready = self._receive(_START)
        if "ready" not in ready[0]:
            raise _not_started(self._last_words())

    def run_job(
        self,
        asked: _DecodeRequest,
        limit: float,
        patience: float,
        on_slow: Callable[[], None],
    ) -> Message:
        """Run one job; the answer is a fault if it takes over `limit` seconds or ends the process.

        `on_slow` is called after `patience` seconds.
        """
        assert self.process.stdin is not None
        try:
            write_message(self.process.stdin, asked.header, asked.body)
        except OSError:
            self._lost = True
            return {"fault": "died", "details": self._last_words()}, b""
        try:
            return self._checked_reply(self._answers.get(timeout=min(patience, limit)))
        except queue.Empty:
            on_slow()
        return self._receive(max(0.0, limit - patience))

    def _receive(self, limit: float) -> Message:
        try:
            return self._checked_reply(self._answers.get(timeout=limit))
        except queue.Empty:
            self.kill()
            return {"fault": "too_slow", "details": f"{limit:g} s"}, b""

    def _checked_reply(self, message: Message | None) -> Message:
        if message is None:
            self._lost = True
            return {"fault": "died", "details": self._last_words()}, b""
        return message

    def _read(self) -> None:
        assert self.process.stdout is not None
        message: Message | None = None
        with contextlib.suppress(OSError, ValueError):
            while (message := read_message(self.process.stdout)) is not None:
                self._answers.put(message)
                message = None
        self._answers.put(None)

    def _last_words(self) -> str:
        code = self.process.poll()
        try:
            self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 1000))
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
        except (OSError, ValueError):
            lines = []
        return f"exit {code}: {lines[-1]}" if lines else f"exit {code}"

    def kill(self) -> None:
        """End the process immediately; thread-safe."""
        self._lost = True
        with contextlib.suppress(OSError):
            self.process.kill()

    def stop_process(self) -> None:
        """End the process by closing its input, or by force after a second."""
        self._lost = True
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(1.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._errors.close()


def worker_command() -> list[str]:
    """Command that starts the decoding process."""
    return [*paths.program(), "--worker"]


def process_environment() -> dict[str, str]:
    """Environment of the decoding process: what it needs to find this program, and no secrets."""
    environment = worker_environment()
    # Otherwise glibc adapts to the first large picture, and does not return the memory of later
    # ones.
    environment.setdefault("MALLOC_MMAP_THRESHOLD_", str(_GIVEN_BACK))
    if not getattr(sys, "frozen", False):
        # So that this package is found from any working directory, and nothing in that directory.
        package = str(Path(__file__).resolve().parents[2])
        before = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = package + (os.pathsep + before if before else "")
        environment["PYTHONSAFEPATH"] = "1"
    return environment


def _not_started(details: str) -> NotDecoded:
    return NotDecoded(
        _("Pictures cannot be decoded"),
        _("The decoding process did not start."),
        hint=_("Restart Gridbrush. If the problem remains, reinstall it."),
        details=details,
    )


def _unreadable(fault: str, path: Path, details: str) -> PictureUnreadable:
    sentences = {
        "missing": _("{name} no longer exists."),
        "denied": _("You have no permission to read {name}."),
        "not_a_file": _("{name} is not a file."),
        "empty": _("{name} is empty."),
        "not_a_picture": _("{name} is not a picture in a supported format."),
        "no_decoder": _("{name} is an AVIF file. AVIF is not supported on this computer."),
        "too_large": _("{name} has too many pixels."),
        "memory": _("{name} exceeds the memory limit per picture."),
        "too_slow": _("Decoding {name} took too long and was stopped."),
        "died": _(
            "Decoding {name} crashed the decoding process. Gridbrush itself is not affected."
        ),
        "too_many_bytes": _("{name} is too large to send, even scaled down."),
    }
    sent = _("The picture cannot be sent") if fault == "too_many_bytes" else ""
    formats = _("Supported: PNG, JPEG, WebP, GIF, AVIF, TIFF and BMP.")
    kind = NotDecoded if fault in PROCESS_FAULTS else PictureUnreadable
    return kind(
        sent or _("The picture cannot be read"),
        sentences.get(fault, _("{name} is damaged or incomplete.")).format(name=path.name),
        hint=formats if fault == "not_a_picture" else "",
        details=details,
    )
