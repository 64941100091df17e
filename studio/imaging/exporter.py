"""Client of the exporting processes; never opens a picture itself, and writes nothing.

At most two exporting processes run at a time, each with one picture.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from studio.common import json_reader
from studio.domain.export import ExportFormat, ExportPreset
from studio.imaging.decoder import Decoder, Priority, worker_command

PROCESSES = 2
"""Limit of processes."""

_AHEAD = 2
"""Number of pictures queued for each process, so that it never waits for the loop."""


class NotExported(StrEnum):
    """Reason why a picture cannot be exported in a format."""

    SIXTEEN_BITS = "sixteen_bits"
    TOO_LARGE = "too_large"
    FORMAT = "format"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """Facts of a picture's file that decide how it can be exported.

    Attributes:
        width, height: upright size in pixels.
        bits: bits per sample.
        whole: whether its pixels can be copied to a PNG bit for bit.
        alpha: whether it has transparency.
    """

    width: int
    height: int
    bits: int = 8
    whole: bool = False
    alpha: bool = False
    animated: bool = False
    cmyk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportTexts:
    """Metadata to write into a copy: an XMP packet, and texts of a PNG by name."""

    xmp: str = ""
    texts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPicture:
    """The bytes of a copy; empty if it was not made, with the reason."""

    data: bytes
    width: int = 0
    height: int = 0
    reason: NotExported | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReducedPicture:
    """A reduced copy of a picture, and the size of the picture itself in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int
    full: tuple[int, int]


class ExportingProcess(Decoder):
    """Hands jobs to one exporting process, and ends it with a job that is given up."""

    processes = 1
    ends_cancelled = True


class Exporter:
    """Sends requests to the exporting processes, without blocking the loop.

    The processes start with the first pictures and end after a while without any. Methods raise
    PictureUnreadable for a missing or unreadable picture, and its subclass NotDecoded if the
    process did not start, died, hung or ran out of memory.
    """

    def __init__(
        self,
        command: Sequence[str] | None = None,
        *,
        limit: float = 180.0,
        idle: float = 5.0,
        shared: Sequence[ExportingProcess] | None = None,
    ) -> None:
        """The arguments are those of `Decoder`; `close` does not end `shared` processes."""
        self._ends = shared is None
        if shared is None:
            shared = exporting_processes(command, limit, idle)
        self._processes = shared
        self._asked = [0] * PROCESSES
        self._slots = asyncio.Semaphore(PROCESSES * _AHEAD)

    @contextlib.asynccontextmanager
    async def _process(self) -> AsyncIterator[ExportingProcess]:
        """The process with the least work; an idle one, if any."""
        async with self._slots:
            number = self._asked.index(min(self._asked))
            self._asked[number] += 1
            try:
                yield self._processes[number]
            finally:
                self._asked[number] -= 1

    async def source(self, path: Path) -> SourceFacts:
        """Facts of a file; no pixel is decoded."""
        async with self._process() as process:
            facts, _data = await process.decode_job(Priority.LATER, job="source", path=path)
        return SourceFacts(**facts)

    async def formats(self) -> frozenset[ExportFormat]:
        """The formats that can be written here."""
        async with self._process() as process:
            facts, _data = await process.decode_job(Priority.LOOK, job="formats", path=Path())
        return frozenset(map(ExportFormat, facts["formats"]))

    async def export(
        self, path: Path, preset: ExportPreset, texts: ExportTexts | None = None
    ) -> ExportedPicture:
        """A copy of a picture with the settings of a preset; nothing is saved."""
        header: dict[str, Any] = {
            "format": preset.format,
            "quality": preset.quality,
            "rule": preset.size.rule,
            "value": preset.size.value,
            "enlarge": preset.enlarge,
            "colour": preset.colour,
            "ground": preset.ground,
            "ppi": preset.ppi,
        }
        body = b"" if texts is None else json_reader.encode(texts)
        async with self._process() as process:
            facts, data = await process.decode_job(
                Priority.LATER, job="export", path=path, body=body, **header
            )
        if (refused := facts.get("refused")) is not None:
            return ExportedPicture(data=b"", reason=NotExported(refused))
        return ExportedPicture(data=data, width=int(facts["width"]), height=int(facts["height"]))

    async def preview(
        self, path: Path, edge: int, *, quality: int = 88, ground: int | None = None
    ) -> ReducedPicture:
        """A copy in sRGB with a longer side of at most `edge`; nothing is saved.

        JPEG; if transparent, WebP, or JPEG on `ground` (0xRRGGBB) if that is given.
        """
        async with self._process() as process:
            facts, data = await process.decode_job(
                Priority.LATER, job="preview", path=path, edge=edge, quality=quality, ground=ground
            )
        return ReducedPicture(
            data=data,
            media_type=str(facts["media_type"]),
            width=int(facts["width"]),
            height=int(facts["height"]),
            full=(int(facts["full"][0]), int(facts["full"][1])),
        )

    async def palette(self, path: Path) -> tuple[int, ...]:
        """The five dominant colours as 0xRRGGBB, most frequent first; possibly fewer."""
        async with self._process() as process:
            facts, _data = await process.decode_job(
                Priority.LATER, job="palette", path=path, colours=5
            )
        return tuple(facts["colours"])

    @property
    def running(self) -> int:
        """Number of processes."""
        return sum(one.running for one in self._processes)

    @property
    def pids(self) -> tuple[int, ...]:
        """Ids of the processes."""
        return tuple(one.pid for one in self._processes if one.pid is not None)

    async def close(self) -> None:
        """End the processes and cancel queued jobs; nothing if the processes are shared."""
        if self._ends:
            for one in self._processes:
                await one.close()


def exporting_processes(
    command: Sequence[str] | None = None, limit: float = 180.0, idle: float = 5.0
) -> tuple[ExportingProcess, ...]:
    """The processes of an exporter, which start with the first pictures; arguments of `Decoder`."""
    words = exporter_command() if command is None else command
    return tuple(ExportingProcess(words, limit=limit, idle=idle) for _number in range(PROCESSES))


def exporter_command() -> list[str]:
    """Command that starts an exporting process."""
    return [*worker_command(), "export"]
