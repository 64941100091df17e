"""At 200 % text nothing is cut, in the window and in everything that opens over it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from studio.ui.style.theme import install, theme
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.text import ElidedLabel
from tests.ui import states
from tests.ui.clipping import ICON_ALONE, clipped, too_wide
from tests.ui.window.test_words import OVERLAYS, fill
from tests.ui.windows import LOOK_AGAIN, OpenedWindow, opened, until

SCALE = 2.0

MOST_LOOKS = 100
"""After these a layout counts as at rest."""


@pytest.fixture(autouse=True, scope="module")
def large(qapp: QApplication) -> Iterator[None]:
    """The text scale of the system, as large as WCAG asks for; no test changes it."""
    install(qapp, "dark", scale=SCALE)
    yield
    assert theme().scale == SCALE
    install(qapp, "dark", scale=1.0)


async def come_to_rest(root: QWidget) -> None:
    """Wait until nothing is cut, or the layouts have come to rest."""
    for _look in range(MOST_LOOKS):
        if not clipped(root):
            break
        await asyncio.sleep(LOOK_AGAIN)


async def fits(root: QWidget) -> None:
    """Nothing is cut once the layouts have come to rest."""
    await come_to_rest(root)
    assert clipped(root) == set()


def nothing_left(label: ElidedLabel) -> bool:
    return label.isVisible() and label.shown_text().strip() == "…"


def test_text_is_twice_as_large(qapp: QApplication) -> None:
    assert theme().font("body").pixelSize() == 26
    label = QLabel("words that have no room")
    label.resize(ICON_ALONE + 1, 10)
    assert clipped(label), "what is cut is found"


@pytest.mark.parametrize("width", [1440, 1024])
async def test_nothing_in_the_window_is_cut(tmp_path: Path, width: int) -> None:
    async with opened(tmp_path, width=width) as window:
        await until(window.core, window.welcome.isVisible, "first page")
        await fits(window)
        blank = [label for label in window.findChildren(ElidedLabel) if nothing_left(label)]
        assert not [label.text() for label in blank], "something is left of a word"
        await fill(window)
        window.zones.open_inspector(True)
        window.gallery.select_keys([window.library_view.order[0]])
        await until(window.core, window.actions_of.every["rate_4"].isEnabled, "selected")
        QApplication.sendPostedEvents()
        await fits(window)


def is_painted(text: str) -> bool:
    """Whether a text is seen: colours of a palette are names."""
    return bool(text) and not text.startswith("#")


@pytest.mark.parametrize("width", [1440, 1024])
async def test_nothing_in_the_views_is_cut(tmp_path: Path, width: int) -> None:
    async with opened(tmp_path, width=width) as window:
        await states.make_family(window)
        cut = {}
        for name, reach in states.VIEWS.items():
            await reach(window)
            QApplication.sendPostedEvents()
            window.resize(width, 900)
            await come_to_rest(window)
            cut[name] = clipped(window, is_painted) | too_wide(window)
        assert not any(cut.values()), cut


@pytest.fixture(scope="module")
def looked_at() -> dict[str, set[str]]:
    """What is cut in each overlay, by its name; empty until the first case has looked at all."""
    return {}


@pytest.mark.parametrize("name", OVERLAYS)
async def test_nothing_in_a_dialog_is_cut(
    tmp_path: Path, looked_at: dict[str, set[str]], name: str
) -> None:
    if not looked_at:
        # One window for all cases, each with an assertion of its own.
        looked_at.update(await cut_in_overlays(tmp_path))
    assert looked_at[name] == set()


async def cut_in_overlays(home: Path) -> dict[str, set[str]]:
    """What is cut in everything that opens over a window, one after the other."""
    found = {}
    async with opened(home, width=1440) as window:
        await fill(window)
        alone = over(window)
        for name, build in OVERLAYS.items():
            overlay = build(window)
            if isinstance(overlay, Popover):
                # It closes when the keyboard leaves it, so nothing is awaited here.
                overlay.adjustSize()
                overlay.open_at(QPoint(), None)
                QApplication.sendPostedEvents()
            else:
                overlay.show()
                QApplication.sendPostedEvents()
                await come_to_rest(overlay)
            assert overlay.isVisible(), name
            found[name] = clipped(overlay)
            overlay.close()
            assert over(window) == alone, f"{name} leaves the window as it was"
    return found


def over(window: OpenedWindow) -> list[QWidget]:
    """What is seen over a window."""
    found = [*QApplication.topLevelWidgets(), *window.findChildren(Popover)]
    return [one for one in found if one.isVisible() and one is not window]
