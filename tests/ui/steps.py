"""Steps of a test that share one window: opening one takes longer than most of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from studio.config.settings import Settings
from studio.domain.drafts import Draft
from studio.domain.entities import Picture
from studio.library.query import Query, View
from studio.ui.views.compare.bar import CompareMode
from studio.ui.widgets.popover import Popover
from tests.ui.windows import OpenedWindow, settle, until

Step = Callable[[OpenedWindow, list[Picture]], Awaitable[None]]


class Journey:
    """Steps of a test, each of which finds the window as the first one did."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def step(self, one: Step) -> Step:
        """Add a step."""
        self._steps.append(one)
        return one

    async def walk(self, window: OpenedWindow, pictures: Sequence[Picture]) -> None:
        """Take every step with these pictures of the library.

        Raises what a step raises, with a note of its name; AssertionError if it leaves the window
        otherwise than it found it.
        """
        last = await last_change(window)
        await put_back(window, window.core.settings.value, window.composer.draft(), last)
        before = await WindowSnapshot.of(window)
        for one in self._steps:
            last = await last_change(window)
            try:
                await one(window, list(pictures))
                await put_back(window, before.settings, before.draft, last)
                assert await WindowSnapshot.of(window) == before
            except BaseException as error:
                error.add_note(f"in the step {one.__name__}")
                raise


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSnapshot:
    """What a step may change, and the next one must find as it was."""

    settings: Settings
    query: Query
    view: object
    comparing: CompareMode
    divider: float
    draft: Draft
    size: tuple[int, int]
    selected: tuple[int, ...]
    notice: object
    toast: bool
    over: int
    pictures: tuple[Picture, ...]
    trashed: int
    collections: tuple[str, ...]
    rounds: int
    jobs: int

    @classmethod
    async def of(cls, window: OpenedWindow) -> WindowSnapshot:
        """How the window and its library are now."""
        core, library = window.core, window.core.library
        compare = window.built.compare.made
        return cls(
            settings=core.settings.value,
            query=window.library_view.query,
            view=window.top_bar.views.value,
            comparing=CompareMode.SIDE_BY_SIDE if compare is None else compare.mode,
            divider=0.5 if compare is None else round(compare.divider, 6),
            draft=window.composer.draft(),
            size=(window.width(), window.height()),
            selected=tuple(window.gallery.selected_rows()),
            notice=window.messages.notice,
            toast=window.toast.isVisible(),
            over=len(over(window)),
            pictures=tuple(
                replace(one, seen=True) for one in await library.pictures(window.library_view.order)
            ),
            trashed=await library.count(Query(view=View.TRASH)),
            collections=tuple(one.name for one in await library.collections.every()),
            rounds=len(await library.choosing.rounds()),
            jobs=len(core.queue.jobs),
        )


def over(window: OpenedWindow) -> list[object]:
    """Dialogs, menus and popovers over the window."""
    found = [*QApplication.topLevelWidgets(), *window.findChildren(Popover)]
    return [one for one in found if one.isVisible() and one is not window]


async def last_change(window: OpenedWindow) -> str | None:
    """Id of the last change that is not undone; None for none."""
    changes = await window.core.library.collections.history()
    return next((one.id for one in changes if not one.undone), None)


async def put_back(
    window: OpenedWindow, settings: Settings, draft: Draft, last: str | None
) -> None:
    """Return to the grid and this draft, and undo what was changed since the change `last`."""
    library, core = window.core.library, window.core
    window.view_switch.show_grid()
    await settle()
    while (change := await last_change(window)) not in (None, last):
        assert await library.undo(change or "") is not None
    for one in await library.choosing.rounds():
        await library.choosing.delete_round(one.id)
    now = core.settings.value
    changed: dict[str, Any] = {
        each.name: getattr(settings, each.name)
        for each in fields(settings)
        if getattr(now, each.name) != getattr(settings, each.name)
    }
    if changed:
        core.settings.change(**changed)
    window.composer.set_draft(draft, undoable=False)
    window.gallery.select_keys([])
    window.messages.clear()
    window.toast.hide_toast()
    QCursor.setPos(QPoint(0, 0))
    await settle()


async def only(window: OpenedWindow, pictures: Sequence[Picture]) -> None:
    """Leave only these pictures on the shelf; the others are in the trash during a step."""
    kept = {one.id for one in pictures}
    every = await window.core.library.pictures(window.library_view.order)
    await window.core.library.trash([one.id for one in every if one.id not in kept])
    await until(window.core, lambda: len(window.library_view.order) == len(kept), "a small shelf")
