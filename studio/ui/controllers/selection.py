"""Selection of the window, read only when an action needs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.app.core import Core
from studio.common.errors import InputError
from studio.common.i18n import _, number
from studio.domain.entities import Flag, Job, Picture
from studio.ui.support.late import Late
from studio.ui.support.ports import Navigation
from studio.ui.views.gallery.view import GalleryView

if TYPE_CHECKING:
    from studio.ui.views.loupe import Loupe

MOST = 20_000
"""Limit of pictures read with all their data."""

KNOWN = 1000
"""Limit of selected pictures passed to panels."""


class SelectionController:
    """Target of actions: the picture in the loupe, else the selection of the grid."""

    def __init__(
        self, core: Core, gallery: GalleryView, loupe: Late[Loupe], navigation: Navigation
    ) -> None:
        self._core = core
        self._gallery = gallery
        self._loupe = loupe
        self._navigation = navigation

    @property
    def _in_loupe(self) -> bool:
        return self._navigation.in_loupe

    async def pictures(self, limit: int | None = None) -> list[Picture]:
        """The selected pictures, in grid order; at most `limit`.

        Raises InputError for more than can be read at once; `ids` has no such limit.
        """
        if limit is None and self._gallery.selected_count() > MOST and not self._in_loupe:
            raise InputError(
                _("Too many pictures selected"),
                _("Select at most {most} for this.").format(most=number(MOST)),
            )
        if self._in_loupe:
            shown = self._loupe.get().picture
            return [] if shown is None else [shown]
        return await self._gallery.selected_pictures(limit)

    async def meant(self, ids: Sequence[str]) -> list[str]:
        """Ids meant by a panel that names these: the whole selection if it may be larger.

        Panels have only the first thousand pictures of a selection.
        """
        if len(ids) < KNOWN or self._in_loupe:
            return list(ids)
        return await self.ids()

    async def ids(self) -> list[str]:
        """Ids of the selected pictures, without a limit."""
        if self._in_loupe:
            return [picture.id for picture in await self.pictures()]
        return await self._core.library.ids(self._gallery.selected_rows())

    async def all_flagged(self, flag: Flag) -> bool:
        """Whether every selected picture has this flag."""
        if self._in_loupe:
            return all(picture.flag is flag for picture in await self.pictures())
        rows = self._gallery.selected_rows()
        library = self._core.library
        return await library.query_index(lambda index: index.all_flagged(rows, flag), long=True)

    def jobs(self) -> tuple[Job, ...]:
        return () if self._in_loupe else self._gallery.selected_jobs()

    def before_removal(self) -> None:
        """Select the item after the selection, or before it, since it will leave the view."""
        if self._in_loupe:
            self._loupe.get().step(1)
            return
        neighbour = self._gallery.neighbour()
        if neighbour is not None:
            self._gallery.select_keys([neighbour])
