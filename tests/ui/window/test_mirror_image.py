"""Where lines begin at the right, each view is the mirror image of what it is otherwise.

In English both times, so that only the direction differs: as the program called with `-reverse`.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from studio.ui.support.layout_direction import flipped, placed
from studio.ui.widgets.popover import Popover
from tests.ui import states
from tests.ui.mirror_images import paintings, places, unlike
from tests.ui.window.test_words import OVERLAYS, fill
from tests.ui.windows import LOOK_AGAIN, OpenedWindow, opened, settle, until

FROM_LEFT, FROM_RIGHT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft

AT_REST = 4
"""Looks in a row that see the same."""

MOST_LOOKS = 200

FEW = 4
"""Pixels of corners and round marks that a painter sets otherwise."""

NOT_MIRRORED = {
    r"/Logo\d+: ": "the sign of the program",
    r"/FrameHandle\d+: ": "an edge or corner of a picture, which is not mirrored",
    r"/Loupe1/PictureCanvas1: ": "what is drawn on a picture",
    r"/VerdictButton[12]: ": "the left one is named Left in both",
}
"""Patterns of paths, with why these are the same in both directions."""


@dataclass(frozen=True, slots=True)
class Look:
    """A view: places of its widgets, and what they paint."""

    size: QRect
    places: dict[str, QRect]
    paintings: dict[str, QImage]


@pytest.fixture(autouse=True)
def turned_back(qapp: QApplication) -> Iterator[None]:
    """Lines begin at the left again."""
    yield
    qapp.setLayoutDirection(FROM_LEFT)


async def look(root: QWidget, patch: pytest.MonkeyPatch) -> Look:
    """What a window shows once it has come to rest."""
    same, before = 0, dict[str, QRect]()
    drawn = dict[str, QImage]()
    for _look in range(MOST_LOOKS):
        await settle()
        boxes = places(root)
        same = same + 1 if boxes == before else 0
        if same >= AT_REST:
            last, drawn = drawn, paintings(root, patch)
            if drawn == last:
                break
        before = boxes
        await asyncio.sleep(LOOK_AGAIN)
    return Look(root.rect(), before, drawn)


def differences(plain: Look, mirrored: Look) -> list[str]:
    """What of a view is not where its mirror image has it."""
    found = [f"only once: {path}" for path in plain.places.keys() ^ mirrored.places.keys()]
    for path, box in plain.places.items():
        there = mirrored.places.get(path)
        wanted = flipped(box, plain.size)
        if there is not None and not near(there, wanted):
            found.append(f"{path}: {there.getRect()}, not {wanted.getRect()}")
    for path, image in plain.paintings.items():
        other = mirrored.paintings.get(path)
        count = 0 if other is None or image.size() != other.size() else unlike(image, other)
        if count > FEW:
            found.append(f"{path}: {count} pixels painted elsewhere")
    return [one for one in found if not any(re.search(part, one) for part in NOT_MIRRORED)]


def near(one: QRect, other: QRect) -> bool:
    """The same place, but for halves of a pixel in a centre and its centre."""
    return one.size() == other.size() and (one.topLeft() - other.topLeft()).manhattanLength() <= 2


async def in_both_directions(
    home: Path,
    app: QApplication,
    seen: Callable[[OpenedWindow], Awaitable[dict[str, Look]]],
) -> dict[str, list[str]]:
    """What differs between the looks at a library in one direction and in the other, by look."""
    kept, looks = home.with_name("kept"), list[dict[str, Look]]()
    home.rename(kept)
    for direction in (FROM_LEFT, FROM_RIGHT):
        # In the same folder: its path is shown.
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(kept, home)
        app.setLayoutDirection(direction)
        async with opened(home) as window:
            looks.append(await seen(window))
    plain, mirrored = looks
    assert plain.keys() == mirrored.keys()
    found = {name: differences(plain[name], mirrored[name]) for name in plain}
    return {name: wrong for name, wrong in found.items() if wrong}


def told(wrong: dict[str, list[str]]) -> str:
    """What differs, a line for each."""
    return "\n".join(f"{name}: {one}" for name, every in wrong.items() for one in every)


async def test_each_view_is_a_mirror_image(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    async with opened(home) as window:
        await states.make_family(window)

    async def seen(window: OpenedWindow) -> dict[str, Look]:
        found = {}
        for name, reach in states.VIEWS.items():
            await reach(window)
            found[name] = await look(window, monkeypatch)
        return found

    wrong = await in_both_directions(home, qapp, seen)
    assert not wrong, told(wrong)


async def test_what_lies_over_the_window_is_a_mirror_image(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    async with opened(home) as window:
        await fill(window)

    async def seen(window: OpenedWindow) -> dict[str, Look]:
        found = {}
        await until(window.core, lambda: window.model.rowCount() > 0, "tiles")
        for name, build in OVERLAYS.items():
            overlay = build(window)
            if isinstance(overlay, Popover):
                # It closes when the keyboard leaves it, so nothing is awaited here.
                overlay.adjustSize()
                overlay.open_at(QPoint(), None)
                QApplication.sendPostedEvents()
                boxes, drawn = places(overlay), paintings(overlay, monkeypatch)
                found[name] = Look(overlay.rect(), boxes, drawn)
            else:
                overlay.show()
                found[name] = await look(overlay, monkeypatch)
            overlay.close()
        return found

    wrong = await in_both_directions(home, qapp, seen)
    assert not wrong, told(wrong)


class Sign(QWidget):
    """A dot near where lines begin, or at the left always."""

    heeds = True

    def paintEvent(self, _event: object) -> None:  # noqa: N802 - Qt's
        dot = QRect(3, 4, 8, 8)
        QPainter(self).fillRect(placed(self, dot) if self.heeds else dot, Qt.GlobalColor.white)


@pytest.mark.parametrize("heeds", [True, False])
def test_what_ignores_the_direction_is_found(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, heeds: bool
) -> None:
    monkeypatch.setattr(Sign, "__module__", "studio.ui.widgets.signs")
    monkeypatch.setattr(Sign, "heeds", heeds)
    looks = []
    for direction in (FROM_LEFT, FROM_RIGHT):
        root = QWidget()
        root.setLayoutDirection(direction)
        root.resize(100, 30)
        sign = Sign(root)
        box = QRect(10, 5, 40, 20)
        sign.setGeometry(placed(root, box) if heeds else box)
        looks.append(Look(root.rect(), places(root), paintings(root, monkeypatch)))
    found = differences(*looks)
    assert len(found) == (0 if heeds else 2), found
