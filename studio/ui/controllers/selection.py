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
            return await self._core.library.pictures(self.rows())
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
        return await self._core.library.ids(self.rows())

    async def all_flagged(self, flag: Flag, rows: Sequence[int] | None = None) -> bool:
        """Whether every picture of these rows has this flag; None for the selected ones."""
        asked = self.rows() if rows is None else rows
        library = self._core.library
        return await library.query_index(lambda index: index.all_flagged(asked, flag), long=True)

    def rows(self) -> Sequence[int]:
        """Index rows of the selected pictures at this moment.

        In the loupe that is the place in the order, even while its picture is being read.
        """
        if self._in_loupe:
            row = self._loupe.get().row
            return () if row is None else (row,)
        return self._gallery.selected_rows()

    def is_only(self, ids: Sequence[str]) -> bool:
        """Whether these are one picture, and that one alone is selected."""
        if self._in_loupe:
            shown = self._loupe.get().picture
            return shown is not None and list(ids) == [shown.id]
        return [item.id for item in self._gallery.selected_items()] == list(ids) and len(ids) == 1

    def advance(self) -> None:
        """Select the next picture if exactly one is selected."""
        if self._in_loupe:
            self._loupe.get().step(1)
        else:
            self._gallery.select_next()

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
