"""Selection of the window, read only when an action needs it."""

from __future__ import annotations

from collections.abc import Sequence

from studio.app.core import Core
from studio.common.errors import InputError
from studio.common.i18n import _, number
from studio.domain.entities import Flag, Job, Picture
from studio.ui.support.ports import LargeView, Navigation
from studio.ui.views.gallery.view import GalleryView

MOST = 20_000
"""Maximum number of pictures read with all their data."""

KNOWN = 1000
"""Maximum number of selected pictures passed to panels."""


class SelectionController:
    """Target of actions: the picture of the loupe or comparison, else the selection of the grid.

    Attributes:
        most: maximum number of pictures read at once.
        known: maximum number of selected pictures passed to panels.
    """

    def __init__(self, core: Core, gallery: GalleryView, navigation: Navigation) -> None:
        self.most, self.known = MOST, KNOWN
        self._core = core
        self._gallery = gallery
        self._navigation = navigation

    @property
    def _large(self) -> LargeView | None:
        return self._navigation.large

    async def pictures(self, limit: int | None = None) -> list[Picture]:
        """The selected pictures, in grid order; at most `limit`.

        Raises InputError for more than can be read at once; `ids` has no such limit.
        """
        if limit is None and self._gallery.selected_count() > self.most and self._large is None:
            raise InputError(
                _("Too many pictures selected"),
                _("Select at most {most} for this.").format(most=number(self.most)),
            )
        if self._large is not None:
            return await self._core.library.pictures(self.rows())
        return await self._gallery.selected_pictures(limit)

    async def meant(self, ids: Sequence[str]) -> list[str]:
        """Ids to act on for a panel that lists `ids`: the whole selection, if it may be larger.

        Panels have only the first thousand pictures of a selection.
        """
        if len(ids) < self.known or self._large is not None:
            return list(ids)
        return await self.ids()

    async def pair(self) -> tuple[Picture, Picture] | None:
        """The two selected or compared pictures, the first selected one first; else None.

        The grid's current picture was selected last.
        """
        rows = list(self._navigation.compared)
        if self._large is None:
            rows = list(self._gallery.selected_rows()[:3])
            current = self._gallery.current_item()
            if isinstance(current, Picture) and rows[:1] == [current.row]:
                rows.reverse()
        if len(rows) != 2:
            return None
        found = {one.row: one for one in await self._core.library.pictures(rows)}
        first, second = (found.get(row) for row in rows)
        return None if first is None or second is None else (first, second)

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

        In a large view that is the row it shows, even while its picture is being read.
        """
        if (large := self._large) is not None:
            row = large.row
            return () if row is None else (row,)
        return self._gallery.selected_rows()

    def closed_stacks(self) -> tuple[int, int]:
        """Number of closed stacks selected, and of the pictures in them."""
        return (0, 0) if self._large is not None else self._gallery.closed_stacks()

    def stack_rows(self) -> Sequence[int]:
        """Index rows of the stack whose tile alone is selected; empty if there is none."""
        return () if self._large is not None else self._gallery.selected_stack_rows()

    def is_only(self, ids: Sequence[str]) -> bool:
        """Whether these ids are a single picture, which alone is selected."""
        if (large := self._large) is not None:
            shown = large.picture
            return shown is not None and list(ids) == [shown.id]
        return [item.id for item in self._gallery.selected_items()] == list(ids) and len(ids) == 1

    def advance(self) -> None:
        """Select the next picture if exactly one is selected."""
        if (large := self._large) is not None:
            large.step(1)
        else:
            self._gallery.select_next()

    def jobs(self) -> tuple[Job, ...]:
        return self._gallery.selected_jobs() if self._large is None else ()

    def before_removal(self) -> None:
        """Select the item after the selection, or before it, since it will leave the view."""
        if (large := self._large) is not None:
            large.step(1)
            return
        neighbour = self._gallery.neighbour()
        if neighbour is not None:
            self._gallery.select_keys([neighbour])
