"""Decoder, keys and instance server on the loop of the command line and on the window's."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from PIL import Image

from studio.app.instance import ask_to_raise, serve
from studio.common.errors import KeyLocked, PictureUnreadable
from studio.config.credentials import Credentials, KeyState
from studio.config.settings import SettingsStore
from studio.domain.events import EventBus, KeyChanged
from studio.imaging.decoder import Decoder


class Prompting:
    """A keyring whose prompt waits until the test answers it."""

    name = "prompting"

    def __init__(self) -> None:
        self.answered = threading.Event()

    def door(self) -> KeyState:
        return KeyState.LOCKED

    def get(self, service: str, profile: str) -> str | None:
        assert self.answered.wait(60)
        return "sk-from-behind-the-prompt"

    def set(self, service: str, profile: str, key: str) -> None:
        raise NotImplementedError

    def delete(self, service: str, profile: str) -> None:
        raise NotImplementedError


async def test_pictures_are_decoded(tmp_path: Path) -> None:
    paths = []
    for number in range(6):
        paths.append(tmp_path / f"{number}.png")
        Image.new("RGB", (40 + number, 30), (number, 0, 0)).save(paths[-1])
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    decoder = Decoder()
    try:
        found = await asyncio.gather(*(decoder.pixels(path) for path in paths))
        assert [pixels.width for pixels in found] == [40, 41, 42, 43, 44, 45]
        with pytest.raises(PictureUnreadable):
            await decoder.probe(tmp_path / "broken.png")
    finally:
        await decoder.close()


async def test_closing_while_pictures_are_asked_for_ends(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (3000, 3000)).save(path, compress_level=1)
    decoder = Decoder()
    asked = [asyncio.create_task(decoder.pixels(path)) for _ in range(5)]
    await asyncio.wait({asked[0]})
    await decoder.close()
    await asyncio.gather(*asked, return_exceptions=True)
    assert asked[-1].cancelled()


async def test_a_prompts_answer_reaches_the_loop(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"known_keys": ["dgrid"]}')
    events = EventBus()
    settings = SettingsStore(tmp_path / "settings.json", events)
    settings.load()
    vault = Prompting()
    keys = Credentials("gridbrush", settings, events, {}, vault, patience=0.05)
    with pytest.raises(KeyLocked):
        await keys.get("dgrid")
    answered = asyncio.Event()
    events.subscribe(lambda event: answered.set() if isinstance(event, KeyChanged) else None)
    vault.answered.set()
    await answered.wait()
    assert await keys.get("dgrid") == "sk-from-behind-the-prompt"


async def test_the_bell_rings(tmp_path: Path) -> None:
    heard: list[str] = []
    bell = await serve(tmp_path, lambda: heard.append("raise"), state=tmp_path)
    assert await ask_to_raise(tmp_path, state=tmp_path)
    assert heard == ["raise"]
    await bell.close()
