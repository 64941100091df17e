"""What a user does in the modes of the loupe: begin one, and draw on its picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.domain.entities import Picture
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.views.canvas.canvas import PictureCanvas
from tests.ui.windows import OpenedWindow, until

LEFT = Qt.MouseButton.LeftButton

_KEYS = {
    LoupeModeName.MARK: Qt.Key.Key_K,
    LoupeModeName.ONLY_HERE: Qt.Key.Key_O,
    LoupeModeName.REFRAME: Qt.Key.Key_W,
}
_ACTIONS = {
    LoupeModeName.MARK: "mark",
    LoupeModeName.ONLY_HERE: "only_here",
    LoupeModeName.REFRAME: "reframe",
}


async def imported(window: OpenedWindow, path: Path) -> Picture:
    """Import a picture into an empty library, and wait until the import has selected it."""
    work = window.import_controller
    work.import_paths([path])
    await until(window.core, lambda: not work.is_under_way(), "the end of the import")
    await until(window.core, lambda: window.library_view.shown == 1, "the imported picture")
    (picture,) = await window.core.library.pictures(window.library_view.order)
    return picture


async def enter_mode(window: OpenedWindow, picture: Picture, mode: LoupeModeName) -> None:
    """Select a picture in the grid and press the key of a mode."""
    window.show()
    window.view_switch.show_grid()
    window.gallery.setFocus()
    window.gallery.select_keys([picture.row])
    await until(window.core, window.actions_of.every[_ACTIONS[mode]].isEnabled, "selected")
    QTest.keyClick(window.gallery, _KEYS[mode])
    await mode_begun(window, picture, mode)


async def mode_begun(window: OpenedWindow, picture: Picture, mode: LoupeModeName) -> None:
    """Wait until the loupe shows a picture in a mode."""

    def ready() -> bool:
        shown = window.loupe.picture
        there = shown is not None and shown.id == picture.id
        return there and is_in(window, mode) and window.loupe.mode is mode

    await until(window.core, ready, f"the mode {mode}")


def is_in(window: OpenedWindow, mode: LoupeModeName) -> bool:
    return window.view_switch.loupe_mode is mode


def place(canvas: PictureCanvas, x: float, y: float) -> QPoint:
    """Pixel of a canvas at fractions of its picture."""
    rect = canvas.picture_rect()
    return QPoint(round(rect.x() + x * rect.width()), round(rect.y() + y * rect.height()))


def click(canvas: PictureCanvas, x: float, y: float) -> None:
    QTest.mouseClick(canvas, LEFT, pos=place(canvas, x, y))


def drag(canvas: PictureCanvas, *places: tuple[float, float]) -> None:
    """Drag the mouse from place to place, as fractions of the picture."""
    QTest.mousePress(canvas, LEFT, pos=place(canvas, *places[0]))
    for each in places[1:]:
        QTest.mouseMove(canvas, place(canvas, *each))
    QTest.mouseRelease(canvas, LEFT, pos=place(canvas, *places[-1]))
