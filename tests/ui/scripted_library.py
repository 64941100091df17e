"""A scripted library and decoder for the tests of everything that shows pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from studio.common.errors import PictureUnreadable
from studio.domain.entities import CostBasis, Picture, Reference
from studio.domain.spend import Outlay
from studio.library.query import Family


def picture(row: int, **changes: object) -> Picture:
    """A picture of the library; every field may be said otherwise."""
    values: dict[str, object] = {
        "id": f"p{row}",
        "row": row,
        "path": f"{row}.png",
        "sha256": f"{row:064x}",
        "media_type": "image/png",
        "width": 200,
        "height": 100,
        "bytes": 6_100_000,
        "created": 1_700_000_000.0,
        "title": f"picture {row}",
        "prompt": f"a lighthouse number {row}",
        "model": "model-x",
        "cost_usd": 0.134,
        "cost_basis": CostBasis.USAGE,
    }
    return Picture(**{**values, **changes})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Raw:
    """What a decoder answers."""

    width: int
    height: int
    data: bytes

    @property
    def full_width(self) -> int:
        return self.width

    @property
    def full_height(self) -> int:
        return self.height


def raw(width: int, height: int, colour: tuple[int, int, int, int] = (200, 30, 30, 255)) -> Raw:
    """A picture of one colour."""
    return Raw(width, height, bytes(colour) * (width * height))


def jpeg(width: int = 64, height: int = 32, colour: str = "#3050a0") -> bytes:
    """A thumbnail of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPG", 90)  # type: ignore[call-overload]  # it takes text
    return bytes(buffer.data().data())


class FakeOutlays:
    """Nothing was spent."""

    async def run_outlay(self, _run: str) -> Outlay:
        return Outlay()


@dataclass
class FakeLibrary:
    """Answers from a list; every question is written down."""

    choosing = FakeOutlays()

    known: list[Picture] = field(default_factory=list)
    asked_rows: list[list[int]] = field(default_factory=list)
    thumbnails: list[str] = field(default_factory=list)
    families: dict[str, Family] = field(default_factory=dict)
    gate: asyncio.Event | None = None
    doubted: list[str] = field(default_factory=list)

    async def pictures(self, rows: Sequence[int]) -> list[Picture]:
        self.asked_rows.append(list(rows))
        if self.gate is not None:
            await self.gate.wait()
        by_row = {one.row: one for one in self.known}
        return [by_row[row] for row in rows if row in by_row]

    async def find(self, ids: Sequence[str]) -> list[Picture]:
        by_id = {one.id: one for one in self.known}
        return [by_id[name] for name in ids if name in by_id]

    async def family(self, id: str) -> Family:
        if id in self.families:
            return self.families[id]
        return Family(picture=next(one for one in self.known if one.id == id))

    async def thumbnail(self, picture: Picture, edge: int) -> bytes:
        self.thumbnails.append(picture.id)
        return jpeg()

    def kept_thumbnail(self, _picture: Picture, _edge: int) -> Path | None:
        return None

    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes:
        return jpeg()

    def doubt(self, picture: Picture) -> None:
        self.doubted.append(picture.id)

    def path(self, picture: Picture) -> Path:
        return Path("/library") / picture.path


@dataclass
class FakeDecoder:
    """Answers with `answers` by file name, once its gate is open."""

    answers: dict[str, Raw] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    colours: tuple[int, ...] = (0x101D42, 0xFFCF6B)

    async def pixels(self, path: Path, *, edge: int | None = None) -> Raw:
        self.asked.append(path.name)
        if path.name in self.gates:
            await self.gates[path.name].wait()
        self.finished.append(path.name)
        if path.name not in self.answers:
            raise PictureUnreadable("This file cannot be read")
        return self.answers[path.name]

    async def palette(self, path: Path, *, colours: int = 5) -> tuple[int, ...]:
        return self.colours


async def settle() -> None:
    """Let everything that was started come to its end, thumbnails and their threads too."""
    from studio.ui.support import tasks

    while waiting := [task for task in tasks.running() if not task.done()]:
        await asyncio.gather(*waiting, return_exceptions=True)
