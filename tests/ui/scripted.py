"""Scripted stand-ins for the core, with real JPEG bytes and real files."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from studio.common.errors import PictureUnreadable
from studio.domain.entities import (
    AspectRatio,
    Failure,
    GenerationRequest,
    Job,
    JobState,
    Picture,
    Reference,
)


def image_bytes(width: int, height: int, colour: str, kind: str = "JPEG") -> bytes:
    """A picture file of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)  # type: ignore[call-overload]  # it takes text
    return bytes(buffer.data().data())


def picture(row: int, **changes: Any) -> Picture:
    """A picture with this index row."""
    values: dict[str, Any] = {
        "id": f"p{row}",
        "row": row,
        "path": f"originals/p{row}.png",
        "sha256": "0" * 64,
        "media_type": "image/png",
        "width": 100,
        "height": 100,
        "bytes": 10,
        "created": float(row),
        "title": f"picture {row}",
        "colour": 0x336699,
    }
    return Picture(**{**values, **changes})


def job(name: str, state: JobState = JobState.QUEUED, **changes: Any) -> Job:
    """A job with this id and name."""
    request = GenerationRequest(
        profile="sketch", model="sketch", prompt=name, aspect=AspectRatio(1, 1)
    )
    values: dict[str, Any] = {
        "id": name,
        "run": "run",
        "request": request,
        "created": 1.0,
        "name": name,
        "state": state,
    }
    if state is JobState.FAILED:
        values["failure"] = Failure(kind="refused", title="Refused by the safety filter")
    return Job(**{**values, **changes})


def newest(count: int) -> array[int]:
    """Index rows of a library of `count` pictures, newest first."""
    return array("q", range(count, 0, -1))


class ScriptedLibrary:
    """A library of any size; counts what it is asked.

    Attributes:
        asked: index rows of pictures, in the order they were read.
        thumbnails: (picture id, edge) of every thumbnail that was begun.
        finished: ids of thumbnails that were handed out.
        gate: thumbnails wait for it while it is not set.
        reading: pictures that are read wait for it while it is not set.
        broken: ids whose thumbnail cannot be made.
        kept: files of thumbnails that are there, by picture id and edge.
    """

    def __init__(self, folder: Path = Path("/library")) -> None:
        self.folder = folder
        self.special: dict[int, Picture] = {}
        self.asked: list[int] = []
        self.thumbnails: list[tuple[str, int]] = []
        self.finished: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.reading = asyncio.Event()
        self.reading.set()
        self.broken: set[str] = set()
        self.kept: dict[tuple[str, int], Path] = {}
        self._jpeg = image_bytes(256, 256, "#884422")

    def path(self, picture: Picture) -> Path:
        return self.folder / picture.path

    def paths(self, pictures: Sequence[Picture]) -> list[Path]:
        return list(map(self.path, pictures))

    async def pictures(self, rows: Sequence[int]) -> list[Picture]:
        self.asked.extend(rows)
        await asyncio.sleep(0)
        await self.reading.wait()
        return [self.special.get(row) or picture(row) for row in rows]

    def kept_thumbnail(self, picture: Picture, edge: int) -> Path | None:
        return self.kept.get((picture.id, edge))

    async def thumbnail(self, picture: Picture, edge: int) -> bytes:
        self.thumbnails.append((picture.id, edge))
        await self.gate.wait()
        if picture.id in self.broken:
            raise PictureUnreadable("The picture cannot be read")
        self.finished.append(picture.id)
        return self._jpeg

    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes:
        self.thumbnails.append((reference.sha256, edge))
        await asyncio.sleep(0)
        return self._jpeg


class ScriptedPixels:
    """Raw pixels of one colour."""

    def __init__(self, width: int = 8, height: int = 6) -> None:
        self.width, self.height = width, height
        self.data = bytes((10, 20, 30, 255)) * (width * height)


class ScriptedDecoder:
    """Decodes every file to the same pixels, or raises what it was told to."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self.error: Exception | None = None

    async def pixels(self, path: Path, *, edge: int | None = None) -> ScriptedPixels:
        self.paths.append(path)
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return ScriptedPixels()


class ScriptedQueue:
    """Knows how long jobs take."""

    usual: float | None = 18.0

    def usual_seconds(self, model: str, size: str | None) -> float | None:
        return self.usual


class ScriptedCore:
    """What the gallery needs of the core."""

    def __init__(self, folder: Path = Path("/library")) -> None:
        self.library = ScriptedLibrary(folder)
        self.queue = ScriptedQueue()
        self.decoder = ScriptedDecoder()
