"""The shelf: adds and removes pictures, saves its contents, and undoes changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.app.picture_tray import MOST, TrayFile
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext, number
from studio.domain.events import Event, PicturesAdded, RecordsChanged
from studio.ui.panels.tray import Tray
from studio.ui.support.ports import Messages, SelectionSource
from studio.ui.support.tasks import spawn
from studio.ui.widgets.menu import Menu

_MOST_STEPS = 50
"""Maximum number of changes that can be undone."""


class TrayController(QObject):
    """Keeps the strip and its file in step with the user's changes.

    Attributes:
        most: maximum number of pictures on the shelf.

    Signals:
        shown_changed: the strip was shown or hidden (bool).
    """

    shown_changed = Signal(bool)

    def __init__(
        self,
        core: Core,
        selection: SelectionSource,
        messages: Messages,
        *,
        view: Tray,
        show_bar: Callable[[bool], object],
        parent: QWidget,
    ) -> None:
        """`show_bar` shows the strip or hides it."""
        super().__init__(parent)
        self._core = core
        self._selection = selection
        self._messages = messages
        self._view = view
        self._show_bar = show_bar
        self._parent = parent
        self._file = TrayFile(core.paths.state / "shelves", core.library.id)
        self._ids: tuple[str, ...] = ()
        self.most = MOST
        self._undo: list[tuple[str, ...]] = []
        self._redo: list[tuple[str, ...]] = []
        # Reads and writes are made in order.
        self._work = asyncio.Lock()
        self._loaded = False
        view.hide()
        view.dropped.connect(self.on_dropped)
        view.clear.clicked.connect(self.on_clear)
        view.close_button.clicked.connect(self.on_closed)
        view.list.removal_wanted.connect(self.on_removal_wanted)
        view.list.undo_wanted.connect(self.on_undo)
        view.list.redo_wanted.connect(self.on_redo)
        view.list.menu_wanted.connect(self.on_menu)
        self.destroyed.connect(core.events.subscribe(self.on_core_event))

    @property
    def shown(self) -> bool:
        """Whether the strip is shown."""
        return self._core.settings.value.shelf

    def show(self) -> None:
        """Show the strip with its pictures."""
        self._set_shown(shown=True)
        spawn(self._refresh())

    def toggle(self) -> None:
        """Show the strip and give it the keyboard, or hide it."""
        if self.shown:
            self.on_closed()
            return
        self.show()
        self._view.focus_list()

    def on_closed(self) -> None:
        """Hide the strip; its pictures stay on it."""
        self._set_shown(shown=False)

    def _set_shown(self, *, shown: bool) -> None:
        self._core.settings.change(shelf=shown)
        self._show_bar(shown)
        self.shown_changed.emit(shown)

    # Changes

    def put_selected(self) -> None:
        """Put the selected pictures on the shelf; take them off if all of them are there."""
        spawn(self._put_selected(), records=True)

    async def _put_selected(self) -> None:
        chosen = await self._selection.pictures(self.most + 1)
        ids = [one.id for one in chosen]
        await self._load()
        if ids and set(ids) <= set(self._ids):
            await self._remove(ids)
        else:
            await self._put(ids)

    def on_dropped(self, ids: tuple[str, ...]) -> None:
        """Put dropped pictures on the shelf."""
        spawn(self._put(ids), records=True)

    async def _put(self, ids: Sequence[str]) -> None:
        await self._load()
        new = [one for one in dict.fromkeys(ids) if one not in self._ids]
        if len(self._ids) + len(new) > self.most:
            raise InputError(
                _("Too many pictures for the shelf"),
                _("The limit is {most}.").format(most=number(self.most)),
            )
        if not self.shown:
            self._set_shown(shown=True)
        n = len(new)
        if not n:
            self._messages.show_message(_("Already on the shelf"))
            return
        said = ngettext("{n} picture put on the shelf", "{n} pictures put on the shelf", n).format(
            n=number(n)
        )
        await self._change((*self._ids, *new), said)

    def on_removal_wanted(self, ids: tuple[str, ...]) -> None:
        """Take pictures off the shelf."""
        spawn(self._remove(ids), records=True)

    async def _remove(self, ids: Sequence[str]) -> None:
        gone = set(ids)
        kept = tuple(one for one in self._ids if one not in gone)
        n = len(self._ids) - len(kept)
        if n:
            said = ngettext(
                "{n} picture taken off the shelf", "{n} pictures taken off the shelf", n
            ).format(n=number(n))
            await self._change(kept, said)

    def on_clear(self) -> None:
        """Take all pictures off the shelf."""
        spawn(self._remove(self._ids), records=True)

    async def _change(self, ids: tuple[str, ...], said: str) -> None:
        self._undo = [*self._undo, self._ids][-_MOST_STEPS:]
        self._redo = []
        await self._apply(ids)
        self._messages.offer_action(said, _("Undo"), partial(self._undo_if, ids))

    def _undo_if(self, ids: tuple[str, ...]) -> None:
        """Undo the last change, if it is the one that left these pictures on the shelf."""
        if self._ids == ids:
            self.on_undo()

    def on_undo(self) -> None:
        """Undo the last change of the shelf."""
        if self._undo:
            self._redo.append(self._ids)
            spawn(self._apply(self._undo.pop()), records=True)

    def on_redo(self) -> None:
        """Redo the change undone last."""
        if self._redo:
            self._undo.append(self._ids)
            spawn(self._apply(self._redo.pop()), records=True)

    async def _apply(self, ids: tuple[str, ...]) -> None:
        self._ids = ids
        await self._show()
        async with self._work:
            await asyncio.to_thread(self._file.save, self._ids)

    # Reading

    async def _load(self) -> None:
        async with self._work:
            if self._loaded:
                return
            self._ids = await asyncio.to_thread(self._file.load)
            self._loaded = True
        if (trouble := self._file.trouble) is not None:
            self._messages.on_problem(trouble)

    async def _refresh(self) -> None:
        await self._load()
        await self._show()

    async def _show(self) -> None:
        """Show the pictures as they are now, without those in the trash, which may be restored."""
        ids = self._ids
        found = await self._core.library.find(ids)
        if ids == self._ids:
            self._view.show_pictures([one for one in found if not one.trashed])

    def on_core_event(self, event: Event) -> None:
        """Follow changes of the pictures on the shelf."""
        if not self._loaded or not isinstance(event, RecordsChanged | PicturesAdded):
            return
        if not set(event.ids).isdisjoint(self._ids):
            spawn(self._show())

    # Menu

    def on_menu(self, where: QPoint) -> None:
        """Open the menu of the selected pictures."""
        chosen = self._view.list.selected
        menu = Menu("", self._parent)
        entries: tuple[tuple[str, Callable[[], object]], ...] = (
            (_("Open in the loupe"), partial(self._view.list.opened.emit, chosen[0])),
            (_("Copy"), partial(self._view.list.copy_wanted.emit, chosen)),
            (
                _("Take off the shelf"),
                partial(self.on_removal_wanted, tuple(one.id for one in chosen)),
            ),
        )
        for words, do in entries:
            menu.entry(words).triggered.connect(partial(_run, do))
        menu.popup_once(where)


def _run(do: Callable[[], object]) -> None:
    do()
