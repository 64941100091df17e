"""The selection of the window, asked for only when something is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.domain import Job, Picture

if TYPE_CHECKING:
    from studio.ui.main_window import StudioWindow

KNOWN = 1000
"""Pictures of a selection that panels are told of."""


class Selected:
    """What an action is about: the picture in the loupe, else the selection of the grid."""

    def __init__(self, window: StudioWindow) -> None:
        self._window = window

    async def pictures(self, limit: int | None = None) -> list[Picture]:
        """The chosen pictures, in the order of the grid; at most `limit`."""
        window = self._window
        if window.looking.in_loupe:
            shown = window.loupe.picture
            return [] if shown is None else [shown]
        return await window.gallery.selected_pictures(limit)

    async def meant(self, ids: Sequence[str]) -> list[str]:
        """Whose ids are meant where a panel speaks of these: all that is chosen, if it is more.

        Panels know the first thousand pictures of a selection.
        """
        if len(ids) < KNOWN or self._window.looking.in_loupe:
            return list(ids)
        return [picture.id for picture in await self.pictures()]

    def jobs(self) -> tuple[Job, ...]:
        """The chosen jobs."""
        return () if self._window.looking.in_loupe else self._window.gallery.selected_jobs()

    def before_removal(self) -> None:
        """What is chosen leaves the view: choose the one after it, else the one before."""
        window = self._window
        if window.looking.in_loupe:
            window.loupe.step(1)
            return
        neighbour = window.gallery.neighbour()
        if neighbour is not None:
            window.gallery.select_keys([neighbour])
