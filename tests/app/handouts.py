"""Scripted processes for contact sheets and pages: no picture is decoded, no page drawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from studio.common.errors import PictureUnreadable
from studio.domain.contact_sheet import SheetFormat
from studio.domain.entities import Picture
from studio.imaging.exporter import ExportedPicture, Exporter, ReducedPicture, SourceFacts
from studio.imaging.page_drawing import PageDrawing
from studio.imaging.sheet_drawer import SheetDrawer
from studio.library.facade import Library
from tests.library.builders import a_picture

Hook = Callable[[int], Awaitable[None]]


class ScriptedProcesses:
    """Reduces pictures to their names; "broken" ones are unreadable."""

    def __init__(self) -> None:
        self.reduced: list[str] = []
        self.edges: list[int] = []

    async def preview(
        self, path: Path, edge: int, *, quality: int = 88, ground: int | None = None
    ) -> ReducedPicture:
        assert 1 <= quality <= 100
        assert ground in (None, 0xFFFFFF)
        self.reduced.append(path.stem)
        self.edges.append(edge)
        if path.stem.startswith("broken"):
            raise PictureUnreadable("The picture cannot be read", f"{path.name} is damaged.")
        data = f"small {path.stem}".encode()
        return ReducedPicture(data=data, media_type="image/jpeg", width=6, height=4, full=(60, 40))

    async def palette(self, path: Path, *, colours: int = 5) -> tuple[int, ...]:
        assert path.stem
        return tuple(range(0x112233, 0x112233 + colours))

    async def source(self, path: Path) -> SourceFacts:
        assert path.stem
        return SourceFacts(width=60, height=40)

    async def export(self, path: Path, _preset: object, _texts: object) -> ExportedPicture:
        if path.stem.startswith("broken"):
            raise PictureUnreadable("The picture cannot be read", f"{path.name} is damaged.")
        return ExportedPicture(data=f"copy of {path.stem}".encode(), width=60, height=40)


class ScriptedDrawer:
    """Answers a line for each page.

    Attributes:
        pages: what was drawn.
        hook: awaited with the number of each page before it is drawn.
    """

    def __init__(self, hook: Hook | None = None) -> None:
        self.hook = hook
        self.pages: list[PageDrawing] = []
        self.pictures: list[list[bytes]] = []
        self.missing = ""
        self.closed = False

    async def draw(
        self, _kind: SheetFormat, drawing: PageDrawing, pictures: Sequence[bytes], _logo: bytes
    ) -> bytes:
        self.pages.append(drawing)
        self.pictures.append(list(pictures))
        if self.hook is not None:
            await self.hook(len(self.pages))
        return f"page {len(self.pages)}\n".encode()

    async def close(self) -> None:
        self.closed = True


def a_library(home: Path) -> Library:
    """One that knows where its pictures are, and nothing else."""
    folder = home / "library"
    return cast("Library", SimpleNamespace(folder=folder, path=lambda one: folder / one.path))


def processes() -> Exporter:
    return cast("Exporter", ScriptedProcesses())


def as_drawer(drawer: ScriptedDrawer) -> SheetDrawer:
    return cast("SheetDrawer", drawer)


def some_pictures(*names: str) -> list[Picture]:
    """Pictures with these titles and file names."""
    return [
        a_picture(title=name, path=f"2026-11/{name}.png", width=60, height=40) for name in names
    ]
