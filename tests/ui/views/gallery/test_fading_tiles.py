"""Tiles whose thumbnails fade in are painted once, not before their thumbnails are there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtGui import QPixmap

from studio.domain.entities import JobState, Reference
from studio.ui.support.thumbnail_cache import ThumbnailCache
from studio.ui.views.gallery import animation
from studio.ui.views.gallery.animation import ProgressAnimation
from tests.ui import scripted
from tests.ui.views.gallery.cached_gallery import (
    CachedGallery,
    counted_tiles,
    differences,
    without_pointer,
)


def half_there(monkeypatch: pytest.MonkeyPatch, strength: float) -> None:
    """All thumbnails fade in, and have come so far."""
    monkeypatch.setattr(ThumbnailCache, "strength", lambda *_asked: strength)
    monkeypatch.setattr(animation, "MOST_FADING", 100)


async def test_tiles_that_fade_in_are_painted_once_and_not_in_each_frame(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    d = desk()
    whole = await d.show()
    assert d.view.tile_cache is not None
    kept_bytes = d.view.tile_cache.bytes
    d.view.thumbnails.refetch_thumbnails([f"p{number}" for number in range(1, 41)])
    empty = await d.painted()
    half_there(monkeypatch, 0.3)
    d.view.on_wishes()
    await d.painted()
    while not d.filled():
        await asyncio.sleep(0.002)
    await d.painted()
    painted = counted_tiles(monkeypatch)
    frames = [d.image()]
    for strength in (0.6, 0.9):
        half_there(monkeypatch, strength)
        frames.append(d.image())
    assert painted == []
    far = [[sum(differences(frame, end).sum) for frame in frames] for end in (empty, whole)]
    assert far[0] == sorted(far[0])
    assert far[1] == sorted(far[1], reverse=True)
    assert len({*far[0], *far[1]}) == 6
    half_there(monkeypatch, 1.0)
    assert await d.painted() == whole
    assert painted == []
    assert d.view.tile_cache.bytes == kept_bytes, "what they looked like before is forgotten"


@pytest.mark.parametrize("strength", [0.2, 0.7])
async def test_tiles_that_fade_in_look_as_if_painted_for_themselves(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch, strength: float
) -> None:
    plain, quick = desk(keeps=False), desk()
    images = []
    for d in (plain, quick):
        d.core.library.special[39] = scripted.picture(39, rating=4)
        await d.show()
        d.view.thumbnails.refetch_thumbnails([f"p{number}" for number in range(1, 41)])
        await d.painted()
        with monkeypatch.context() as patch:
            half_there(patch, strength)
            d.view.on_wishes()
            while not d.filled():
                await asyncio.sleep(0.002)
            images.append(await d.painted())
    # Blending in two steps rounds twice, and the corner pixels are round once only.
    far = differences(*images).h
    corners = 4 * len(quick.view.visible_rows())
    assert all(sum(far[at + 8 : at + 256]) <= corners for at in (0, 256, 512))


async def test_while_the_user_scrolls_tiles_wait_for_their_thumbnails(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would be painted twice, the first time within the frames of the scroll."""
    d = desk()
    without_pointer(d, monkeypatch)
    await d.show()
    monkeypatch.setattr(d.view.thumbnails, "request_thumbnails", list)
    d.view.thumbnails.refetch_thumbnails([f"p{number}" for number in range(1, 41)])
    painted = counted_tiles(monkeypatch)
    scrolling = True
    monkeypatch.setattr(ProgressAnimation, "scrolling", property(lambda _pulse: scrolling))
    d.view.verticalScrollBar().setValue(30)
    d.image()
    waiting = set(d.view.waiting)
    assert waiting == set(d.view.visible_rows())
    assert painted == []
    assert not d.view.idle
    scrolling = False
    while d.view.waiting:
        await asyncio.sleep(0.002)
    await d.painted()
    assert "fade" not in d.view.pulse.running(), "there is nothing to fade in"
    items = [d.model.item_at(row) for row in waiting]
    assert sorted(painted) == sorted(item.name for item in items if item is not None)


async def test_a_picture_that_replaces_its_source_leaves_the_other_tiles_as_they_are(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    d = desk()
    without_pointer(d, monkeypatch)
    await d.show()
    source = Reference(sha256="0" * 64, media_type="image/png")
    made = scripted.job("made", JobState.DONE)
    edit = replace(made, request=replace(made.request, references=(source,)))
    monkeypatch.setattr(d.view.thumbnails, "ghost", lambda _reference: QPixmap(16, 16))
    half_there(monkeypatch, 0.5)
    d.view.on_replaced(edit, 40)
    painted = counted_tiles(monkeypatch)
    d.image()
    item = d.model.item_at(0)
    assert item is not None
    assert painted == [item.name]


async def test_no_more_than_a_few_tiles_fade_in_at_the_same_time(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 5
    monkeypatch.setattr(animation, "MOST_FADING", most)
    d = desk()
    await d.show()
    thumbnails, rows = d.view.thumbnails, d.view.visible_rows()
    # As if all came at this moment, however long the test takes.
    for held in thumbnails._held.values():
        held.since = float("inf")
    names = [item.id for row in rows if (item := d.model.item_at(row)) is not None]
    d.image()
    fading = [name for name in names if thumbnails.strength(name) < 1]
    assert len(rows) > most
    assert len(fading) == most
    await d.settled()
