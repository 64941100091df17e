"""Copy only: what another program finds on the clipboard."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage

from studio.domain.entities import Picture
from studio.ui.support import clipboard, drop_contents
from tests.ui.windows import PROMPT, OpenedWindow, make, opened, until


async def copied(window: OpenedWindow, name: str) -> QMimeData:
    """What is on the clipboard after this action."""
    QGuiApplication.clipboard().setText("before")
    action = window.actions_of.every[name]
    await until(window.core, action.isEnabled, "offered")
    window.toast.hide()
    action.trigger()
    await until(window.core, window.toast.isVisible, "told")
    mime = clipboard.contents()
    assert mime is not None
    return mime


async def selected(window: OpenedWindow, count: int = 1) -> list[Picture]:
    pictures = await make(window, count=count)
    window.gallery.select_everything()
    return pictures


async def test_an_image_has_its_transparency_and_no_file(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await selected(window)
        mime = await copied(window, "copy_image")
        assert not mime.hasUrls()
        assert not mime.hasText()
        assert not mime.hasFormat(drop_contents.IDS)
        assert mime.hasImage()
        image = QImage.fromData(mime.data("image/png"))
        assert (image.width(), image.height()) == (picture.width, picture.height)
        assert drop_contents.pictures_in(mime).blobs


async def test_files_and_paths(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await selected(window, 2)
        library = window.core.library
        paths = await asyncio.to_thread(lambda: [library.path(one) for one in pictures])
        mime = await copied(window, "copy_file")
        assert {Path(url.toLocalFile()) for url in mime.urls()} == set(paths)
        assert bytes(mime.data(drop_contents.GNOME_FILES).data()).startswith(b"copy\nfile://")
        assert not mime.hasImage()
        mime = await copied(window, "copy_path")
        assert {Path(line) for line in mime.text().splitlines()} == set(paths)
        assert not mime.hasUrls()


async def test_prompt_settings_and_seed_are_text(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await selected(window)
        assert (await copied(window, "copy_prompt")).text() == PROMPT
        text = (await copied(window, "copy_settings")).text()
        assert text.startswith(f"Prompt: {PROMPT}\n")
        assert "Seed: 1" in text
        found = json.loads((await copied(window, "copy_settings_json")).text())
        assert (found["prompt"], found["seed"], found["size"]) == (PROMPT, 1, "512")
        assert (await copied(window, "copy_seed")).text() == "1"


def test_an_image_goes_with_its_own_bytes_and_in_the_format_of_windows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = QImage(3, 2, QImage.Format.Format_ARGB32)
    image.fill("#40102030")
    png = drop_contents.png_of(image)
    back = QImage.fromData(png)
    assert back.pixelColor(1, 1).alpha() == 0x40
    for system in ("linux", "win32"):
        monkeypatch.setattr(drop_contents, "SYSTEM", system)
        mime = QMimeData()
        drop_contents.add_image(mime, image, png)
        assert bytes(mime.data("image/png").data()) == png
        assert mime.hasImage()
        assert mime.hasFormat(drop_contents.WINDOWS_PNG) == (system == "win32")
