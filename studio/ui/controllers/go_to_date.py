"""Going to a date: asks for it, finds its first picture, and shows that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QObject, QPoint, Qt, SignalInstance
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common.i18n import _
from studio.domain.entities import Picture
from studio.library.query import Sort
from studio.ui.controllers.library_view import LibraryViewController
from studio.ui.dialogs import dates
from studio.ui.dialogs.date_popover import WIDTH, DatePopover
from studio.ui.dialogs.dates import DatePeriod
from studio.ui.support.ports import Messages, Navigation
from studio.ui.support.tasks import spawn
from studio.ui.views.gallery.view import GalleryView

Read = Callable[[Sequence[int]], Awaitable[list[Picture]]]


class DateNavigation(QObject):
    """Goes to the pictures of a day, month or year."""

    def __init__(
        self,
        core: Core,
        browsing: LibraryViewController,
        navigation: Navigation,
        messages: Messages,
        *,
        gallery: GalleryView,
        views: QWidget,
    ) -> None:
        """The popover opens over `views`."""
        super().__init__(views)
        self._core = core
        self._browsing = browsing
        self._navigation = navigation
        self._messages = messages
        self._gallery = gallery
        self._views = views

    def choose(self) -> None:
        spawn(self.ask_for_date())

    async def ask_for_date(self) -> None:
        """Ask for a date and go to its pictures."""
        order = self._browsing.order
        ends = [order[0], order[-1]] if len(order) else []
        pictures = await self._core.library.pictures(ends)
        if not pictures:
            self._messages.show_message(_("No pictures here"))
            return
        made = sorted(picture.created for picture in pictures)
        popover = DatePopover(made[0], made[-1], self._views)
        popover.chosen.connect(self.on_chosen)
        at = QPoint((self._views.width() - WIDTH) // 2, 24)
        popover.open_at(self._views.mapTo(self._views.window(), at), popover.line)

    def on_chosen(self, period: DatePeriod) -> None:
        spawn(self.go_to_period(period))

    async def go_to_period(self, period: DatePeriod) -> None:
        """Make the period's first picture current, or the nearest one if it has none."""
        self._navigation.show_grid()
        if self._browsing.query.sort not in (Sort.NEWEST, Sort.OLDEST):
            # Only sorting by date has a position for a date.
            self._core.settings.change(sort=Sort.NEWEST.value)
            await _once(self._browsing.loaded)
        while self._browsing.shown is None:
            # Wait for the rows after the first page.
            await _once(self._browsing.counted)
        order = self._browsing.order
        newest = self._browsing.query.sort is Sort.NEWEST

        def reached(picture: Picture) -> bool:
            return picture.created < period.end if newest else picture.created >= period.start

        found = await first_of(self._core.library.pictures, order, reached)
        if found is None:
            return
        self._gallery.show_item(found.row)
        self._gallery.setFocus(Qt.FocusReason.OtherFocusReason)
        if not period.start <= found.created < period.end:
            there = dates.day_of(found.created).words()
            words = _("No pictures from {date}; the nearest is from {there}")
            self._messages.show_message(words.format(date=period.words(), there=there))


async def first_of(
    read: Read, order: Sequence[int], reached: Callable[[Picture], bool]
) -> Picture | None:
    """The first picture of an order for which `reached` holds, else the last one.

    `reached` must be monotonic, false and then true: the binary search takes 20 steps per million.
    """
    low, high = 0, len(order)
    best: Picture | None = None
    while low < high:
        middle = probe = (low + high) // 2
        # Test the next neighbour in place of a deleted picture.
        while (found := await _read(read, order[probe])) is None and probe + 1 < high:
            probe += 1
        if found is not None and not reached(found):
            low = probe + 1
        else:
            best, high = found or best, middle
    return best or (await _read(read, order[-1]) if len(order) else None)


async def _read(read: Read, row: int) -> Picture | None:
    pictures = await read([row])
    return pictures[0] if pictures else None


async def _once(signal: SignalInstance) -> None:
    """Wait for a signal."""
    heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_heard(*_values: object) -> None:
        if not heard.done():
            heard.set_result(None)

    signal.connect(on_heard)
    try:
        await heard
    finally:
        signal.disconnect(on_heard)
