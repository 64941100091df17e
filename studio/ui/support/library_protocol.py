"""What views of pictures ask of the core; scripted in tests, the real library in the program."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from studio.domain.entities import Picture, Reference
from studio.library.query import Family
from studio.ui.support import tasks
from studio.ui.support.raster import RawPixels


class LibraryProtocol(Protocol):
    """The library, as far as looking at pictures needs it."""

    async def pictures(self, rows: Sequence[int]) -> list[Picture]: ...
    async def find(self, ids: Sequence[str]) -> list[Picture]: ...
    async def family(self, id: str) -> Family: ...
    async def thumbnail(self, picture: Picture, edge: int) -> bytes: ...
    def kept_thumbnail(self, picture: Picture, edge: int) -> Path | None: ...
    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes: ...
    def path(self, picture: Picture) -> Path: ...
    def doubt(self, picture: Picture) -> None: ...


class DecoderProtocol(Protocol):
    """The decoder, as far as looking at pictures needs it."""

    async def pixels(self, path: Path, *, edge: int | None = None) -> RawPixels: ...
    async def palette(self, path: Path, *, colours: int = 5) -> tuple[int, ...]: ...


def loop_runs() -> bool:
    """Whether anything can be asked for: Qt still paints when the loop has ended."""
    if tasks.held():
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
