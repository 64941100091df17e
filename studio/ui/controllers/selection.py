"""The selection of the window, asked for only when something is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.common.errors import InputError
from studio.common.i18n import _
from studio.domain.entities import Flag, Job, Picture

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow

MOST = 20_000
"""Pictures whose every fact is held at once."""

KNOWN = 1000
"""Pictures of a selection that panels are told of."""


class Selected:
    """What an action is about: the picture in the loupe, else the selection of the grid."""

    def __init__(self, window: StudioWindow) -> None:
        self._window = window

    async def pictures(self, limit: int | None = None) -> list[Picture]:
        """The chosen pictures, in the order of the grid; at most `limit`.

        Raises InputError where they are more than can be held at once; `ids` knows no such limit.
        """
        window = self._window
        if limit is None and window.gallery.selected_count() > MOST and not window.looking.in_loupe:
            raise InputError(
                _("That is too many pictures for this at once"),
                _("At most {most} can be selected for it.").format(most=f"{MOST:,}"),
            )
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
        return await self.ids()

    async def ids(self) -> list[str]:
        """The ids of the chosen pictures, a million if need be."""
        window = self._window
        if window.looking.in_loupe:
            return [picture.id for picture in await self.pictures()]
        return await window.core.library.ids(window.gallery.selected_rows())

    async def all_flagged(self, flag: Flag) -> bool:
        """Whether every chosen picture has this mark."""
        window = self._window
        if window.looking.in_loupe:
            return all(picture.flag is flag for picture in await self.pictures())
        rows = window.gallery.selected_rows()
        library = window.core.library
        return await library.ask(lambda index: index.all_flagged(rows, flag), long=True)

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
