"""A gallery of forty pictures, and what is painted of it."""

from __future__ import annotations

import asyncio
from array import array
from typing import Any

import pytest
import shiboken6
from PIL import ImageChops, ImageQt, ImageStat
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from studio.domain.entities import Job
from studio.ui.views.gallery import paint, tile_view
from studio.ui.views.gallery import tile_cache as kept
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.view import GalleryView
from tests.ui import scripted


class CachedGallery:
    """A gallery of forty pictures whose thumbnails are there."""

    def __init__(self, *, keeps: bool) -> None:
        self.core = scripted.ScriptedCore()
        self.model = GalleryModel(self.core.library, clock=lambda: 1000.0)
        self.view = GalleryView(self.core, self.model, clock=lambda: 1000.0)
        self.view.resize(920, 600)
        if keeps:
            self.view.keep_tiles()

    async def show(self) -> QImage:
        self.model.set_rows(array("q", range(40, 0, -1)))
        self.view.show()
        return await self.settled()

    async def settled(self) -> QImage:
        for _turn in range(400):
            await asyncio.sleep(0.002)
            if self.view.idle and self.model.idle and self.filled():
                break
        else:
            raise AssertionError("the gallery does not come to rest")
        self.view.thumbnails.finish_fading()
        self.image()
        # Where the machine is slow a paint event leaves tiles for the next one.
        while self.view.unpainted:
            self.image()
        return self.image()

    async def painted(self) -> QImage:
        """What is shown once no tile is left for a later paint event."""
        self.image()
        while self.view.unpainted:
            await asyncio.sleep(0.002)
            self.image()
        return self.image()

    def filled(self) -> bool:
        items = [self.model.item_at(row) for row in self.view.visible_rows()]
        return all(
            isinstance(one, Job) or (one is not None and self.view.thumbnails.pixmap(one.id))
            for one in items
        )

    def image(self) -> QImage:
        return self.view.viewport().grab().toImage()

    def shown(self) -> QImage:
        """What is on the screen, with nothing painted anew."""
        QApplication.sendPostedEvents()
        return self.view.screen().grabWindow(self.view.winId()).toImage()

    def end(self) -> None:
        self.view.close()
        shiboken6.delete(self.view)
        shiboken6.delete(self.model)


def differences(one: QImage, other: QImage) -> ImageStat.Stat:
    """How much the channels of two pictures differ."""
    pictures = [ImageQt.fromqimage(image).convert("RGB") for image in (one, other)]
    return ImageStat.Stat(ImageChops.difference(*pictures))


def counted_tiles(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tiles that are painted from now on."""
    painted: list[str] = []

    def counted(*values: Any) -> object:
        painted.append(values[2].tile.name)
        return paint.paint_tile(*values)

    for module in (kept, tile_view):
        monkeypatch.setattr(module, "paint_tile", counted)
    return painted


def without_pointer(d: CachedGallery, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pointer may be anywhere: the tile under it is painted for itself."""
    monkeypatch.setattr(d.view.viewport(), "underMouse", bool)
