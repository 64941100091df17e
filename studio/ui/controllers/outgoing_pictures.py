"""Choice of the pictures that leave a window: the selected ones, or all that are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio.app.core import Core
from studio.domain.entities import Picture
from studio.library.query import View
from studio.ui.dialogs.outgoing import OutgoingDialog, Scope
from studio.ui.support.ports import SelectionSource, ShownPictures

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPictures:
    """Index rows of the pictures that leave, in order.

    Attributes:
        selected, every: number of the selected pictures, and of all in the place.
        place: name of a collection or shelf; "" for the whole library.
    """

    rows: Sequence[int]
    scope: Scope
    selected: int
    every: int
    place: str

    def show_in(self, dialog: OutgoingDialog) -> None:
        """Show at the head of a dialog which pictures these are."""
        dialog.show_scope(self.scope, selected=self.selected, every=self.every, place=self.place)


class OutgoingPictures:
    """The pictures of a window to be exported, or put into a handout or spreadsheet.

    Attributes:
        everything: use all pictures shown, even if some are selected.
    """

    def __init__(
        self,
        core: Core,
        selection: SelectionSource,
        shown: ShownPictures,
        *,
        place_name: Callable[[], str],
    ) -> None:
        """`place_name` returns the name of the collection or shelf that is shown."""
        self._core = core
        self._selection = selection
        self._shown = shown
        self.everything = False
        self.place_name = place_name

    async def chosen(self) -> ChosenPictures:
        """The pictures as they are now."""
        query = self._shown.query
        selected = list(self._selection.rows())
        every = await self._core.library.rows(query)
        scope: Scope = "all" if self.everything or not selected else "selected"
        return ChosenPictures(
            rows=every if scope == "all" else selected,
            scope=scope,
            selected=len(selected),
            every=len(every),
            place=self.place_name() if query.collection or query.view is not View.ALL else "",
        )

    async def read(self, rows: Sequence[int]) -> list[Picture]:
        """The pictures of these index rows, read in chunks so that the event loop keeps running."""
        found: list[Picture] = []
        for start in range(0, len(rows), _CHUNK):
            found += await self._core.library.pictures(rows[start : start + _CHUNK])
        return found
