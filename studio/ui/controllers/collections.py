"""Collections and saved searches in the window: create, fill, rename, delete, show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, QRect, Signal
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext, number
from studio.domain.entities import Picture
from studio.domain.events import Event, PicturesAdded, RecordsChanged
from studio.library.query import Collection
from studio.ui.controllers.library_view import shelf_name
from studio.ui.dialogs import name_popover
from studio.ui.dialogs.name_popover import NamePopover
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.sidebar.rail import Rail, RailList
from studio.ui.panels.sidebar.sidebar import Sidebar
from studio.ui.support import sidebar_items
from studio.ui.support.layout_direction import placed
from studio.ui.support.ports import Messages, SelectionSource, ShownPictures
from studio.ui.support.sidebar_items import SidebarItem
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.widgets import tips
from studio.ui.window.top_bar import TopBar

_TOUCH = frozenset({"collection", "collection_place", "collections", "trashed"})


class CollectionsController(QObject):
    """Keeps the sidebar's collections current and performs its actions.

    Attributes:
        every: the collections, by name.
        naming: the open question for a name.
        listed: the open list beside the rail.

    Signals:
        changed: collections were added, removed or renamed.
        shelf_wanted: show a shelf (View).
        collection_wanted: show a collection (its id).
        search_wanted: run a search (str).
    """

    changed = Signal()
    shelf_wanted = Signal(object)
    collection_wanted = Signal(str)
    search_wanted = Signal(str)

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        selection: SelectionSource,
        messages: Messages,
        *,
        sidebar: Sidebar,
        rail: Rail,
        inspector: Inspector,
        top_bar: TopBar,
        views: QWidget,
        parent: QWidget,
    ) -> None:
        """Popovers about the selection open over `views`."""
        super().__init__(parent)
        self._core = core
        self._shown = shown
        self._selection = selection
        self._messages = messages
        self._sidebar = sidebar
        self._rail = rail
        self._inspector = inspector
        self._top_bar = top_bar
        self._views = views
        self._parent = parent
        self._collections = core.library.collections
        self.naming: NamePopover | None = None
        self.listed: RailList | None = None
        self._reading: SpawnedTask | None = None
        self._again = False
        self.every: list[Collection] = []

    def refresh(self) -> None:
        """Read the collections again soon; requests are merged."""
        if self._reading is not None and not self._reading.done():
            self._again = True
            return
        self._reading = spawn(self._read())

    async def _read(self) -> None:
        while True:
            self._again = False
            self.every = await self._collections.every()
            self._show()
            for one in [each for each in self.every if each.search]:
                count = await self._collections.count(one)
                self.every = [
                    Collection(id=e.id, name=e.name, search=e.search, pictures=count)
                    if e.id == one.id
                    else e
                    for e in self.every
                ]
            self._show()
            if not self._again:
                break
        shown = self._shown.query.collection
        if shown and not any(one.id == shown for one in self.every):
            # The shown collection was deleted or its creation undone.
            self.shelf_wanted.emit(self._shown.query.view)

    def _show(self) -> None:
        self._sidebar.model.show_collections(list(map(sidebar_items.collection, self.every)))
        self._inspector.set_collections({one.id: one.name for one in self.every})
        self.changed.emit()

    def on_core_event(self, event: Event) -> None:
        touched = isinstance(event, RecordsChanged) and _TOUCH.intersection(event.fields)
        may_be_found = isinstance(event, (RecordsChanged, PicturesAdded))
        if touched or (may_be_found and any(one.search for one in self.every)):
            self.refresh()

    def name_of(self, id: str) -> str:
        """Name of a collection; empty if unknown."""
        return next((one.name for one in self.every if one.id == id), "")

    def place_name(self) -> str:
        """Name of the collection or shelf in the grid."""
        query = self._shown.query
        return self.name_of(query.collection) or shelf_name(query.view)

    def take_from(self, asked: NamePopover, take: Callable[[str], Awaitable[str]]) -> None:
        """Call `take` with the name entered in the popover; the popover stays open if the name is
        refused.
        """
        self.naming = asked
        asked.named.connect(partial(self._apply_name, take))

    def _apply_name(self, take: Callable[[str], Awaitable[str]], text: str) -> None:
        spawn(self._named(take(text)))

    # Sidebar

    def on_chosen(self, id: str) -> None:
        self.collection_wanted.emit(id)

    def on_dropped(self, id: str, ids: Sequence[str]) -> None:
        self._spawn_change(self._collections.add(ids, id))

    def on_new(self) -> None:
        """Ask for a name and create a collection from the selection."""
        self._ask_for_name(_("Name of the new collection"), _("Create"), self._make)

    def on_save_search(self) -> None:
        """Ask for a name and save the current search."""
        words = self._shown.query.words.strip()
        if not words:
            self._messages.show_message(_("Enter a search first"))
            self._top_bar.focus_search()
            return
        self._ask_for_name(
            _("Name of the saved search"), _("Save"), partial(self._save, words), words
        )

    def on_asked(self, place: SidebarItem, what: str) -> None:
        """Rename or delete a collection."""
        if what == "delete":
            self._spawn_change(self._collections.delete(place.collection))
        else:
            rename = partial(self._rename, place.collection)
            self._ask_for_name(_("New collection name"), _("Rename"), rename, place.label)

    def on_moved(self, id: str, following: str) -> None:
        """Place a collection before another, or at the end for ""."""
        ids = [one.id for one in self.every if one.id != id]
        ids.insert(ids.index(following) if following in ids else len(ids), id)
        if ids != [one.id for one in self.every]:
            self._spawn_change(self._collections.arrange(ids))

    # Rail

    def on_list_wanted(self, searches: bool, button: QWidget) -> None:  # noqa: FBT001 - a Qt signal
        """Open or close the list of collections, or of saved searches, in a narrow window."""
        if self.listed is not None:
            self.listed.close_it()
            return
        listed = self.listed = RailList(self._sidebar.model, button, searches=searches)
        listed.wanted.connect(self.on_save_search if searches else self.on_new)
        listed.closed.connect(self.on_list_closed)
        tips.cancel_tip(button)
        beside = QRect(QPoint(button.width() + 8, 0), listed.size())
        at = button.mapTo(self._parent, placed(button, beside).topLeft())
        listed.open_at(at, listed.rows if listed.rows.count() else listed.more, button)

    def on_list_closed(self) -> None:
        self.listed = None

    def on_collect_wanted(self, ids: Sequence[str] = ()) -> None:
        """Ask which collection to add these pictures to, or the selected ones if `ids` is empty."""
        spawn(self._collect(ids))

    async def _collect(self, ids: Sequence[str]) -> None:
        """Ask which collection to add pictures to: these ids, or the selection if empty.

        A new name creates a collection.
        """
        ids = list(ids) or await self._selection.ids()
        if not ids:
            return
        known = [one.name for one in await self._collections.every() if not one.search]
        n = len(ids)
        title = ngettext("Add {n} picture to a collection", "Add {n} pictures to a collection", n)
        asked = name_popover.ask_for_tags(
            self._views, title.format(n=number(n)), _("Add"), known, empty=False
        )
        asked.field.setPlaceholderText(_("Choose or type a new name"))

        async def take(name: str) -> str:
            return await self._collections.collect(ids, name)

        self.take_from(asked, take)

    def collect_branch(self) -> None:
        """Make a collection of the selected picture and all its descendants."""
        spawn(self._collect_branch(), records=True)

    async def _collect_branch(self) -> None:
        for picture in await self._selection.pictures(1):
            tree = await self._core.library.choosing.family(picture.id)
            ids = tree.present(picture.id)
            name = tree.nodes[picture.id].branch or picture.name
            if ids and (said := await self._collections.make_of(ids, name)):
                self._messages.on_said(said)

    # Tags

    def ask_tags(self) -> None:
        """Ask for the tags of the selected pictures."""
        spawn(self._ask_tags())

    async def _ask_tags(self) -> None:
        """Ask for the tags; tags that only some of the pictures have stay unchanged."""
        pictures = await self._selection.pictures()
        if not pictures:
            return
        known = [name for name, _n in await self._collections.tags()]
        shared = _shared(pictures)
        n = len(pictures)
        title = ngettext(
            "Tags of {n} picture, comma-separated",
            "Tags shared by {n} pictures, comma-separated",
            n,
        ).format(n=number(n))
        asked = name_popover.ask_for_tags(
            self._views, title, _("Apply"), known, text=", ".join(shared)
        )

        async def take(text: str) -> str:
            wanted = [" ".join(one.split()) for one in text.split(",")]
            remove = [one for one in shared if one not in wanted]
            ids = [picture.id for picture in pictures]
            return await self._core.library.tag(ids, add=wanted, remove=remove)

        self.take_from(asked, take)

    def on_tagged(self, ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> None:
        """Add tags to pictures and remove others."""
        spawn(self._tag(ids, add, remove), records=True)

    def on_tag_chosen(self, name: str) -> None:
        """Search for a tag."""
        words = f'tag:"{name}"' if any(sign in name for sign in ' ,"') else f"tag:{name}"
        self._top_bar.set_words(words)
        self.search_wanted.emit(words)

    def on_tags_wanted(self) -> None:
        """Offer the existing tags."""
        spawn(self._offer_tags())

    async def _tag(self, ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> None:
        meant = await self._selection.meant(ids)
        await self._core.library.tag(meant, add=add, remove=remove)

    async def _offer_tags(self) -> None:
        self._inspector.offer_tags([name for name, _n in await self._collections.tags()])

    # Helpers

    def _ask_for_name(
        self, title: str, button: str, take: Callable[[str], None], name: str = ""
    ) -> None:
        side = self._sidebar
        over: QWidget = self._rail
        at = QPoint(over.width(), 120)
        if side.isVisible():
            over, at = side.collections, QPoint(0, side.collections.height() + 4)
        self.naming = name_popover.ask_for_name(title, button, over, at, take, name)

    def _make(self, name: str) -> None:
        spawn(self._named(self._made(name)), records=True)

    def _save(self, words: str, name: str) -> None:
        spawn(self._named(self._saved(name, words)), records=True)

    def _rename(self, id: str, name: str) -> None:
        spawn(self._named(self._collections.rename(id, name)), records=True)

    async def _made(self, name: str) -> str:
        made = await self._collections.make(name)
        if ids := await self._selection.ids():
            return await self._collections.add(ids, made.id)
        # Translators: {name} is a collection.
        return _("Collection {name} created").format(name=made.name)

    async def _saved(self, name: str, words: str) -> str:
        made = await self._collections.make(name, words)
        # Translators: {name} is a saved search.
        return _("Search {name} saved").format(name=made.name)

    async def _named(self, change: Awaitable[str]) -> None:
        naming, self.naming = self.naming, None
        try:
            said = await change
        except InputError as error:
            self.naming = naming
            if naming is not None:
                naming.refuse(error.title)
            return
        if naming is not None:
            naming.close_it()
        if said:
            self._messages.on_said(said)

    def _spawn_change(self, change: Awaitable[str]) -> None:
        spawn(self._await_change(change), records=True)

    async def _await_change(self, change: Awaitable[str]) -> None:
        if said := await change:
            self._messages.on_said(said)


def _shared(pictures: Sequence[Picture]) -> list[str]:
    """Tags shared by all of the pictures."""
    every = [set(picture.tags) for picture in pictures]
    return [one for one in pictures[0].tags if all(one in tags for tags in every)]
