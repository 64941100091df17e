"""The first screen: pictures and prompt are shown before anything else exists."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.library.query import Query
from studio.ui.app.first_screen import FIRST_PICTURES, FirstScreen
from studio.ui.support import tasks
from tests.ui.windows import OpenedWindow, built, make, opened, put_away, until

PICTURES = 3
WIDTH = 780
"""Fits on the screen that tests have."""

HANG = 60.0


async def _left(home: Path, prompt: str = "") -> None:
    """A library with pictures, closed in the usual way."""
    async with opened(home, width=WIDTH) as window:
        await make(window, "Lighthouse", count=PICTURES)
        await _has_thumbnails(window)
        window.composer.set_prompt(prompt)


async def _has_thumbnails(window: OpenedWindow) -> None:
    """Until the thumbnails of all rows are there, and so stored for the next start."""
    gallery = window.gallery

    def there() -> bool:
        every = [gallery.rows.picture_at(row) for row in range(gallery.rows.rowCount())]
        return gallery.idle and all(one and gallery.thumbnails.pixmap(one.id) for one in every)

    async with asyncio.timeout(HANG):
        while not there():
            await asyncio.sleep(0.001)


def _first(home: Path) -> tuple[OpenedWindow, Core]:
    """The window as a start has it before there is a loop."""
    core = Core(paths.find(home), CoreOptions(), environ={})
    core.prepare()
    screen = FirstScreen(core)
    screen.decode(1.0)
    window = built(core)
    window.session.restore()
    window.show_first(screen)
    return window, core


async def test_pictures_stand_before_the_library_is_open(tmp_path: Path) -> None:
    await _left(tmp_path)
    window, core = _first(tmp_path)
    try:
        assert window.isVisible()
        assert not hasattr(window, "composer")
        rows = window.gallery.visible_rows()
        pictures = [window.gallery.rows.picture_at(row) for row in rows]
        assert len(pictures) == PICTURES
        for picture in pictures:
            assert picture is not None
            assert window.gallery.thumbnails.strength(picture.id) == 1
        icon = ("star-filled", "star", 16, 1.0)
        assert window.gallery.kit.icon(*icon).isNull(), "icons come with the furniture"
        before = [picture.id for picture in pictures if picture is not None]
        await core.open_library()
        await window.open()
        await asyncio.sleep(0)
        assert not window.gallery.kit.icon(*icon).isNull()
        after = [window.gallery.rows.picture_at(row) for row in rows]
        assert [picture.id for picture in after if picture is not None] == before
    finally:
        await put_away(window)


async def test_stacks_stand_before_the_library_is_open(tmp_path: Path) -> None:
    async with opened(tmp_path, width=WIDTH) as window:
        await make(window, "Lighthouse", count=PICTURES)
        await make(window, "Harbour", count=2)
        await _has_thumbnails(window)
        window.core.settings.change(stacks={"all": "run"})
    window, core = _first(tmp_path)
    try:
        rows = window.gallery.rows
        before = [(rows.key_at(row), rows.tile_at(row)) for row in range(rows.rowCount())]
        assert [tile and (tile.size, tile.closed) for _key, tile in before] == [
            (2, True),
            (PICTURES, True),
        ]
        for row in range(2):
            picture = rows.picture_at(row)
            assert picture is not None
            assert window.gallery.thumbnails.strength(picture.id) == 1
        await core.open_library()
        await window.open()
        await until(core, lambda: window.library_view.shown == PICTURES + 2, "filled")
        assert [(rows.key_at(row), rows.tile_at(row)) for row in range(rows.rowCount())] == before
    finally:
        await put_away(window)


async def test_what_is_written_before_the_composer_is_there_is_kept(tmp_path: Path) -> None:
    await _left(tmp_path, "A red ")
    window, core = _first(tmp_path)
    try:
        editor = window.first_card.editor
        assert editor.text() == "A red "
        window.activateWindow()
        editor.setFocus()
        editor.caret_to_end()
        QTest.keyClicks(editor, "kite")
        QTest.keyClick(editor, Qt.Key.Key_Left)
        await core.open_library()
        await window.open()
        assert window.composer.card.editor is editor
        assert window.composer.draft().prompt == "A red kite"
        assert editor.text() == "A red kite"
        assert editor.textCursor().position() == len("A red kit")
        assert editor.hasFocus()
    finally:
        await put_away(window)


async def test_a_word_composed_while_the_composer_comes_is_kept(tmp_path: Path) -> None:
    await _left(tmp_path, "A red ")
    window, core = _first(tmp_path)
    try:
        editor = window.first_card.editor
        window.activateWindow()
        editor.setFocus()
        editor.caret_to_end()
        QApplication.sendEvent(editor, QInputMethodEvent("たこ", []))
        await core.open_library()
        await window.open()
        assert window.composer.draft().prompt == editor.text() == "A red たこ"
        assert not editor.composing
        assert editor.textCursor().position() == len("A red たこ")
        assert editor.hasFocus()
    finally:
        await put_away(window)


async def test_the_prompt_stands_where_it_will_stay(tmp_path: Path) -> None:
    await _left(tmp_path)
    window, core = _first(tmp_path)
    try:
        editor = window.first_card.editor
        before = editor.mapTo(window, editor.rect().topLeft()), editor.size()
        await core.open_library()
        await window.open()
        QApplication.sendPostedEvents()
        window.layout().activate()  # type: ignore[union-attr]
        assert (editor.mapTo(window, editor.rect().topLeft()), editor.size()) == before
    finally:
        await put_away(window)


async def test_another_width_waits_for_the_composer(tmp_path: Path) -> None:
    """Left wide, found narrow: nobody knows yet where the prompt will stand."""
    async with opened(tmp_path) as window:
        await make(window, "Lighthouse", count=PICTURES)
        window.resize(1440, 900)
    window, core = _first(tmp_path)
    try:
        assert window.width() < 1100
        assert not window.isVisible()
        await core.open_library()
        await window.open()
        assert window.isVisible()
    finally:
        await put_away(window)


async def test_a_library_never_seen_is_shown_when_it_is_open(tmp_path: Path) -> None:
    window, core = _first(tmp_path)
    try:
        assert not window.isVisible()
        await core.open_library()
        await window.open()
        assert window.isVisible()
    finally:
        await put_away(window)


async def test_work_that_was_asked_for_too_early_is_done_later(tmp_path: Path) -> None:
    await _left(tmp_path)
    tasks.hold()
    window, core = _first(tmp_path)
    try:
        thumbnails, browsing = window.gallery.thumbnails, window.library_view
        picture = window.gallery.rows.picture_at(0)
        assert picture is not None
        thumbnails.refetch_thumbnails([picture.id])
        window.gallery.on_wishes()
        browsing.recount()
        await core.open_library()
        # The library is open by now, and still nothing was begun.
        assert tasks.running() == ()
        assert (browsing.counts.all, thumbnails.pixmap(picture.id)) == (0, None)
        tasks.start_waiting()
        await until(core, lambda: browsing.counts.all == PICTURES, "counted")
        await window.open()
        await until(core, lambda: thumbnails.pixmap(picture.id), "decoded")
    finally:
        tasks.start_waiting()
        await put_away(window)


async def test_the_first_screen_reads_no_more_than_it_needs(tmp_path: Path) -> None:
    await _left(tmp_path)
    core = await Core.open(paths.find(tmp_path), environ={})
    try:
        asked: list[int] = []
        first = core.library.first_screen

        def counted(query: Query, limit: int) -> list[object]:
            asked.append(limit)
            return list(first(query, limit))

        core.library.first_screen = counted  # type: ignore[method-assign,assignment]
        screen = FirstScreen(core)
        assert len(screen.read()) == PICTURES
        assert asked == [FIRST_PICTURES]
        assert not screen.limited
        assert set(screen.images()) == {picture.id for picture in screen.pictures}
        assert screen.images() == {}
    finally:
        await core.close()
