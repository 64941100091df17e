"""Views of the window as a working day shows them, for tests that look at each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.domain.entities import Flag, Picture
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.views.canvas.canvas import PictureCanvas
from tests.ui import loupe_modes
from tests.ui.windows import LOOK_AGAIN, OpenedWindow, make, until

FOREBEAR = "A lighthouse on an island at dawn"


async def make_family(window: OpenedWindow) -> None:
    """Four pictures: two alone, and one with a child; a rating, a pick and a reject."""
    await make(window, "Harbour at noon", count=2)
    await make(window, FOREBEAR)
    window.composer.edit((await pictures_of(window))[0])
    window.composer.set_prompt("A lighthouse on an island at dusk with a boat")
    window.composer.generate_now()
    await until(window.core, lambda: len(window.library_view.order) == 4, "edited")
    await window.core.queue.idle()
    child, root, second, first = await pictures_of(window)
    library = window.core.library
    await library.rate([child.id], 4)
    await library.flag([root.id], Flag.PICK)
    await library.flag([first.id], Flag.REJECT)
    await library.choosing.name_branch(child.id, "Dusk")
    await library.mark_seen([child.id, root.id, second.id, first.id])


async def pictures_of(window: OpenedWindow) -> list[Picture]:
    """All pictures, the newest first."""
    found = await window.core.library.pictures(window.library_view.order)
    return sorted(found, key=lambda one: one.row, reverse=True)


async def select(window: OpenedWindow, *pictures: Picture, action: str = "rate_4") -> None:
    """Return to the grid, select these, and wait until an action is ready for them."""
    window.view_switch.show_grid()
    window.gallery.setFocus()
    window.gallery.select_keys([one.row for one in pictures])
    await until(window.core, window.actions_of.every[action].isEnabled, action)


async def sharp(window: OpenedWindow, *canvases: PictureCanvas) -> None:
    """Wait for the pixels of the pictures that are shown."""

    def are_sharp() -> bool:
        plates = [canvas.plate for canvas in canvases]
        return all(plate is not None and plate.raster is not None for plate in plates)

    await until(window.core, are_sharp, "pixels")


async def in_grid(window: OpenedWindow) -> None:
    """One of four pictures selected, beside the inspector."""
    window.zones.open_inspector(True)
    child = (await pictures_of(window))[0]
    await select(window, child)


async def in_loupe(window: OpenedWindow) -> None:
    """A picture that was edited from another one."""
    child = (await pictures_of(window))[0]
    window.view_switch.show_grid()
    window.view_switch.open_loupe(child)
    await sharp(window, window.loupe.canvas)
    await until(window.core, window.inspector.page.palette_strip.isVisible, "colours")


async def in_comparison(window: OpenedWindow) -> None:
    """Three pictures."""
    await select(window, *(await pictures_of(window))[:3], action="compare")
    window.actions_of.every["compare"].trigger()
    await until(window.core, lambda: len(window.compare.pictures) >= 3, "read")
    panes = [window.compare.panes[side] for side in range(3)]
    await sharp(window, *(pane.canvas for pane in panes))


async def in_pick_mode(window: OpenedWindow) -> None:
    """The second of four pictures."""
    await select(window, *await pictures_of(window), action="pick_mode")
    window.actions_of.every["pick_mode"].trigger()
    await until(window.core, lambda: window.view_switch.in_pick, "open")
    await until(window.core, lambda: window.pick.picture is not None, "read")
    QTest.keyClick(window.pick.canvas, Qt.Key.Key_P)
    rounds = window.built.pick_rounds
    await until(window.core, lambda: rounds.idle, "recorded")
    await sharp(window, window.pick.canvas)


async def in_duel(window: OpenedWindow) -> None:
    """The second pair of four pictures."""
    await select(window, *await pictures_of(window), action="duel")
    window.actions_of.every["duel"].trigger()
    await until(window.core, lambda: window.view_switch.in_duel, "open")
    QTest.keyClick(window.duel.panes[0].canvas, Qt.Key.Key_Up)
    duels = window.built.duels.get()
    await until(window.core, lambda: duels.idle, "recorded")
    await until(
        window.core, lambda: all(pane.picture is not None for pane in window.duel.panes), "read"
    )
    await sharp(window, *(pane.canvas for pane in window.duel.panes))


async def in_tree(window: OpenedWindow) -> None:
    """A picture with a child in a named branch."""
    child = (await pictures_of(window))[0]
    await select(window, child, action="tree")
    window.actions_of.every["tree"].trigger()
    await until(window.core, lambda: window.view_switch.in_tree, "open")
    await until(window.core, lambda: window.tree.picture is not None, "read")
    await until(window.core, window.inspector.page.palette_strip.isVisible, "colours")


async def in_marks(window: OpenedWindow) -> None:
    """A pin with its sentence."""
    await _enter(window, LoupeModeName.MARK)
    canvas = window.loupe.canvas
    await until(window.core, lambda: not canvas.picture_rect().isEmpty(), "the picture")
    loupe_modes.click(canvas, 0.5, 0.4)
    field = QApplication.focusWidget()
    assert field is not None
    QTest.keyClicks(field, "Less rock here")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await until(window.core, lambda: bool(window.composer.draft().markup.marks), "a mark")


async def in_region(window: OpenedWindow) -> None:
    """A region painted."""
    await _enter(window, LoupeModeName.ONLY_HERE)
    canvas = window.loupe.canvas
    await until(window.core, lambda: not canvas.picture_rect().isEmpty(), "the picture")
    loupe_modes.drag(canvas, (0.4, 0.6), (0.6, 0.6))
    await until(window.core, lambda: window.composer.draft().markup.region is not None, "a region")


async def in_reframe(window: OpenedWindow) -> None:
    """A format ticked."""
    await _enter(window, LoupeModeName.REFRAME)
    mode = window.built._loupe_parts.get().reframing.get().mode
    chip = next(one for one in mode.row.chips if one.aspect == "16:9")
    QTest.mouseClick(
        chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() // 2, chip.height() // 2)
    )
    await asyncio.sleep(LOOK_AGAIN)


async def _enter(window: OpenedWindow, mode: LoupeModeName) -> None:
    """A mode on the oldest picture, the marks of others let go."""
    await loupe_modes.enter_mode(window, (await pictures_of(window))[-1], mode)
    await sharp(window, window.loupe.canvas)


VIEWS: dict[str, Callable[[OpenedWindow], Awaitable[None]]] = {
    "grid": in_grid,
    "loupe": in_loupe,
    "comparison": in_comparison,
    "pick mode": in_pick_mode,
    "duel": in_duel,
    "tree": in_tree,
    "marks": in_marks,
    "only here": in_region,
    "reframe": in_reframe,
}
"""How each view is reached; before the first, `make_family`."""
