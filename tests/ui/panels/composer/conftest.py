"""A core of scripted parts for the composer: no disk, no worker, no keyring."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, SignalInstance
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from studio.app.budget import BudgetTracker
from studio.common.errors import PictureUnreadable
from studio.config.settings import SettingsStore
from studio.domain.entities import Picture, Reference, Role
from studio.domain.events import EventBus
from studio.domain.spend import Spend
from studio.library.query import PromptUse
from studio.providers.catalogue import Catalogue
from studio.ui.panels.composer.composer import Composer
from studio.ui.style import theme


def jpeg(width: int, height: int, colour: str) -> bytes:
    """A small picture of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


@dataclass
class ComposerLibrary:
    """Inputs and prompts; `broken` bytes cannot be read, `gate` holds copying back.

    `notes` tell by name how an input is sent otherwise than it is.
    """

    prompts_used: list[str] = field(default_factory=list)
    kept: dict[str, bytes | Path] = field(default_factory=dict)
    shapes: dict[str, tuple[int, int]] = field(default_factory=dict)
    known: dict[str, Picture] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    notes: dict[str, str] = field(default_factory=dict)
    gate: asyncio.Event | None = None

    async def keep_input(
        self, data: bytes | Path, *, role: Role, name: str, picture: str | None = None
    ) -> Reference:
        if self.gate is not None:
            await self.gate.wait()
        if name in self.broken:
            raise PictureUnreadable(f"{name} is not a picture")
        raw = data if isinstance(data, bytes) else str(data).encode()
        sha = hashlib.sha256(raw).hexdigest()
        self.kept[sha] = data
        return Reference(sha256=sha, media_type="image/png", role=role, picture=picture, name=name)

    async def input_note(self, reference: Reference) -> str:
        return self.notes.get(reference.name, "")

    def kept_thumbnail(self, _picture: Picture, _edge: int) -> Path | None:
        return None

    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes:
        width, height = self.shapes.get(reference.name, (64, 64))
        return jpeg(width, height, "#c06040")

    async def spend(self) -> Spend:
        return Spend()

    async def find(self, ids: Sequence[str]) -> list[Picture]:
        return [self.known[id] for id in ids if id in self.known]

    async def prompts(self, words: str = "", limit: int = 200) -> list[PromptUse]:
        found = [p for p in self.prompts_used if words in p]
        return [PromptUse(prompt, 0.0, 1) for prompt in found[:limit]]

    def path(self, picture: Picture) -> Path:
        return Path("/library") / picture.path


@dataclass
class ScriptedKey:
    source: str = "none"


@dataclass
class ScriptedKeys:
    """Profiles with a key in the keyring."""

    having: set[str] = field(default_factory=set)

    def status(self, profile: str) -> ScriptedKey:
        return ScriptedKey("keyring" if profile in self.having else "none")


@dataclass
class ComposerQueue:
    running: int = 0
    waiting: int = 0


class ComposerCore:
    """What the composer uses of the core."""

    def __init__(self, folder: Path) -> None:
        self.events = EventBus()
        self.settings = SettingsStore(folder / "settings.json", self.events)
        self.catalogue = Catalogue()
        self.library = ComposerLibrary()
        self.keys = ScriptedKeys({"google", "dgrid"})
        self.queue = ComposerQueue()
        self.budget = BudgetTracker(self.settings, self.library.spend, (), self.events)


def make_picture(id: str, title: str, **more: object) -> Picture:
    """A picture of the library."""
    return Picture(
        id=id,
        path=f"2026-11/{id}.png",
        sha256=id.ljust(64, "0"),
        media_type="image/png",
        width=1024,
        height=1024,
        bytes=1000,
        created=0.0,
        title=title,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def picture() -> object:
    """Makes pictures: `picture("id", "title")`."""
    return make_picture


@pytest.fixture
def look(application: QApplication) -> theme.Theme:
    """The dark theme, installed."""
    return theme.install(application, "dark", scale=1.0)


@pytest.fixture
def core(tmp_path: Path) -> ComposerCore:
    """A core whose parts are scripted, but for catalogue, settings and events."""
    return ComposerCore(tmp_path)


@pytest.fixture
def composer(core: ComposerCore, look: theme.Theme) -> Iterator[Composer]:
    """The composer alone, 1128 wide, shown; for coroutine tests."""
    made = Composer(core)  # type: ignore[arg-type]
    made.resize(1128, made.sizeHint().height())
    made.show()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def heard() -> object:
    """Awaits a signal: `await heard(widget.changed)` gives its first argument."""

    async def wait(signal: SignalInstance) -> object:
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()

        def on_signal(*values: object) -> None:
            if not future.done():
                future.set_result(values[0] if values else None)

        signal.connect(on_signal)
        try:
            return await future
        finally:
            signal.disconnect(on_signal)

    return wait


@pytest.fixture
def collected() -> object:
    """Collects what a signal says: `said = collected(widget.generate)`."""

    def collect(signal: SignalInstance) -> list[object]:
        said: list[object] = []
        signal.connect(lambda *values: said.append(values[0] if len(values) == 1 else values))
        return said

    return collect
