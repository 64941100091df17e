"""The one table of actions: menus, the command palette and the sheet of shortcuts are made from it.

`where` says where a shortcut works. Hotkeys of one letter or digit work in the views and panels but
never while typing: the composer is not among their zones, and a text field takes its keys first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _, ngettext, pgettext
from studio.ui.style.theme import theme


class ShortcutScope(StrEnum):
    """Where an action's shortcut is heard."""

    EVERYWHERE = "everywhere"
    PANELS = "panels"  # everywhere but in the composer
    GALLERY = "gallery"  # only with the keyboard in the grid
    NOWHERE = "nowhere"  # in the menu only, or heard by the widget itself


class ActionNeeds(StrEnum):
    """What must be there for an action to be offered."""

    NOTHING = ""
    PICTURES = "pictures"  # at least one picture selected
    ONE = "one"  # exactly one
    TRASHED = "trashed"  # pictures of the trash
    ITEMS = "items"  # pictures or jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing the user can do.

    Attributes:
        name: how the code calls it; `ui/app/action_bindings.py` says what does it.
        keys: the shortcut, and others that do the same.
        menu: the menu it stands in; "" for none.
        group: actions of one group stand together, separators between groups.
        checked: whether it is a switch.
        repeats: whether it is done again and again while its keys are held; only what moves or
            zooms, as in `key_repeat`.
    """

    name: str
    text: str
    keys: tuple[str, ...] = ()
    menu: str = ""
    group: int = 0
    where: ShortcutScope = ShortcutScope.EVERYWHERE
    needs: ActionNeeds = ActionNeeds.NOTHING
    icon: str = ""
    checked: bool = False
    repeats: bool = False


def menu_titles() -> dict[str, str]:
    """The menus in their order, with what they are called."""
    return {
        "file": pgettext("menu", "File"),
        "edit": pgettext("menu", "Edit"),
        "image": pgettext("menu", "Picture"),
        "view": pgettext("menu", "View"),
        "library": pgettext("menu", "Library"),
        "help": pgettext("menu", "Help"),
    }


def table() -> tuple[Action, ...]:
    """Every action, in the order of the menus."""
    panels, gallery, nowhere = ShortcutScope.PANELS, ShortcutScope.GALLERY, ShortcutScope.NOWHERE
    pictures, one, items = ActionNeeds.PICTURES, ActionNeeds.ONE, ActionNeeds.ITEMS

    def stars(n: int) -> str:
        return ngettext("{n} star", "{n} stars", n).format(n=n)

    return (
        Action(
            name="generate", text=_("Generate"), keys=("Ctrl+Return", "Ctrl+Enter"), menu="file"
        ),
        Action(name="composer", text=_("Write a prompt"), keys=("Ctrl+L",), menu="file"),
        Action(
            name="import_files",
            text=_("Import pictures…"),
            keys=("Ctrl+Shift+I",),
            menu="file",
            group=1,
            icon="import",
        ),
        Action(name="import_folder", text=_("Import a folder…"), menu="file", group=1),
        Action(
            name="save_as",
            text=_("Save as…"),
            keys=("Ctrl+S",),
            menu="file",
            group=1,
            needs=pictures,
            icon="save",
        ),
        Action(
            name="show_in_folder",
            text=_("Show in folder"),
            keys=("Ctrl+Shift+R",),
            menu="file",
            group=1,
            needs=pictures,
            icon="folder",
        ),
        Action(name="settings", text=_("Settings…"), keys=("Ctrl+,",), menu="file", group=2),
        Action(name="quit", text=_("Quit"), keys=("Ctrl+Q",), menu="file", group=3),
        Action(name="undo", text=_("Undo"), keys=("Ctrl+Z",), menu="edit"),
        Action(name="redo", text=_("Redo"), keys=("Ctrl+Shift+Z", "Ctrl+Y"), menu="edit"),
        Action(
            name="copy",
            text=_("Copy"),
            keys=("Ctrl+C",),
            menu="edit",
            group=1,
            where=panels,
            needs=pictures,
            icon="copy",
        ),
        Action(
            name="select_all",
            text=_("Select all"),
            keys=("Ctrl+A",),
            menu="edit",
            group=1,
            where=panels,
        ),
        Action(name="search", text=_("Search"), keys=("Ctrl+F",), menu="edit", group=2),
        Action(name="changes", text=_("History of changes…"), menu="edit", group=2, icon="history"),
        Action(
            name="open",
            text=_("Open in the loupe"),
            keys=("Return", "Enter"),
            menu="image",
            where=gallery,
            needs=items,
            icon="loupe",
        ),
        Action(
            name="quick_look",
            text=_("Quick look"),
            keys=("Space",),
            menu="image",
            where=gallery,
            needs=pictures,
        ),
        Action(
            name="edit",
            text=_("Edit this picture"),
            keys=("Ctrl+E",),
            menu="image",
            group=1,
            needs=pictures,
            icon="edit",
        ),
        Action(
            name="vary",
            text=_("Vary"),
            keys=("V",),
            menu="image",
            group=1,
            where=panels,
            needs=one,
            icon="vary",
        ),
        Action(
            name="remix",
            text=_("Remix"),
            keys=("R",),
            menu="image",
            group=1,
            where=panels,
            needs=one,
            icon="remix",
        ),
        Action(
            name="pick",
            text=_("Pick"),
            keys=("P",),
            menu="image",
            group=2,
            where=panels,
            needs=pictures,
            icon="flag",
        ),
        Action(
            name="reject",
            text=_("Reject"),
            keys=("X",),
            menu="image",
            group=2,
            where=panels,
            needs=pictures,
            icon="reject",
        ),
        *(
            Action(
                name=f"rate_{n}",
                text=stars(n) if n else _("No stars"),
                keys=(str(n),),
                menu="image",
                group=3,
                where=panels,
                needs=pictures,
            )
            for n in (1, 2, 3, 4, 5, 0)
        ),
        Action(
            name="rename",
            text=_("Rename"),
            keys=("F2",),
            menu="image",
            group=4,
            needs=one,
        ),
        Action(
            name="tag",
            text=_("Tags…"),
            keys=("Ctrl+T",),
            menu="image",
            group=4,
            needs=pictures,
        ),
        Action(
            name="collect",
            text=_("Add to collection…"),
            keys=("Ctrl+B",),
            menu="image",
            group=4,
            needs=pictures,
            icon="folder",
        ),
        Action(
            name="before",
            text=_("Show original"),
            keys=("\\",),
            menu="image",
            group=4,
            where=nowhere,
            needs=one,
        ),
        Action(
            name="trash",
            text=_("Move to trash"),
            keys=("Del",),
            menu="image",
            group=5,
            where=panels,
            needs=items,
            icon="trash",
        ),
        Action(
            name="restore",
            text=_("Restore from trash"),
            menu="image",
            group=5,
            needs=ActionNeeds.TRASHED,
        ),
        Action(name="grid", text=_("Grid"), keys=("G",), menu="view", where=panels, icon="grid"),
        Action(
            name="loupe",
            text=_("Loupe"),
            keys=("L",),
            menu="view",
            where=panels,
            needs=pictures,
            icon="loupe",
        ),
        Action(
            name="sidebar",
            text=_("Sidebar"),
            keys=("F9",),
            menu="view",
            group=1,
            checked=True,
            icon="panel-left",
        ),
        Action(
            name="inspector",
            text=_("Inspector"),
            keys=("I",),
            menu="view",
            group=1,
            where=panels,
            checked=True,
            icon="panel-right",
        ),
        Action(
            name="captions",
            text=_("Captions"),
            menu="view",
            group=2,
            checked=True,
            icon="caption",
        ),
        Action(
            name="hide_rejected",
            text=_("Hide rejected"),
            menu="view",
            group=2,
            checked=True,
        ),
        Action(
            name="larger_tiles",
            text=_("Larger tiles"),
            keys=("Ctrl++", "Ctrl+="),
            menu="view",
            group=2,
            repeats=True,
        ),
        Action(
            name="smaller_tiles",
            text=_("Smaller tiles"),
            keys=("Ctrl+-",),
            menu="view",
            group=2,
            repeats=True,
        ),
        Action(
            name="go_to_date",
            text=_("Go to date…"),
            keys=("Ctrl+J",),
            menu="view",
            group=3,
            icon="clock",
        ),
        Action(
            name="full_screen",
            text=_("Full screen"),
            keys=("F11",),
            menu="view",
            group=3,
            checked=True,
        ),
        Action(name="next_zone", text=_("Next zone"), keys=("F6",), menu="view", group=3),
        Action(name="menu", text=_("Menu"), keys=("F10",), menu="view", group=3),
        Action(name="all_images", text=_("All pictures"), menu="library", icon="images"),
        Action(name="this_session", text=_("This session"), menu="library", icon="clock"),
        Action(name="picks", text=_("Picks"), menu="library", icon="flag"),
        Action(name="failed", text=_("Failed"), menu="library", icon="warning"),
        Action(name="trash_shelf", text=_("Trash"), menu="library", icon="trash"),
        Action(
            name="new_collection", text=_("New collection…"), menu="library", group=1, icon="folder"
        ),
        Action(
            name="save_search",
            text=_("Save this search…"),
            menu="library",
            group=1,
            icon="smart-folder",
        ),
        Action(name="history", text=_("Prompt history"), menu="library", group=1, icon="history"),
        Action(
            name="pause_queue", text=_("Pause the queue"), menu="library", group=2, checked=True
        ),
        Action(name="retry_failed", text=_("Try all failed again"), menu="library", group=2),
        Action(name="cancel_all", text=_("Cancel all jobs"), menu="library", group=2),
        Action(name="open_library", text=_("Open another library…"), menu="library", group=3),
        Action(name="move_library", text=_("Move library…"), menu="library", group=3),
        Action(
            name="open_library_folder",
            text=_("Open library folder"),
            menu="library",
            group=3,
        ),
        Action(name="check_library", text=_("Check all pictures…"), menu="library", group=3),
        Action(name="back_up", text=_("Back up everything…"), menu="library", group=3),
        Action(name="empty_trash", text=_("Empty trash…"), menu="library", group=3, icon="trash"),
        Action(name="palette", text=_("Command palette"), keys=("Ctrl+K",), menu="help"),
        Action(
            name="shortcuts",
            text=_("All shortcuts"),
            keys=("?",),
            menu="help",
            where=panels,
            icon="help",
        ),
        Action(name="log_folder", text=_("Open log folder"), menu="help", group=1),
        Action(name="about", text=_("About Gridbrush"), menu="help", group=1, icon="info"),
    )


class Actions(QObject):
    """The table as QActions of one window.

    Attributes:
        every: actions by name, in the order of the table.
    """

    def __init__(
        self,
        window: QWidget,
        find: Callable[[str], Callable[[], None]],
        *,
        panels: Sequence[QWidget],
        gallery: QWidget,
    ) -> None:
        """Make every action and give it to the widgets that hear its shortcut.

        Args:
            find: what does the action of that name.
            panels: the zones in which hotkeys of one letter work.
        """
        super().__init__(window)
        self.every: dict[str, QAction] = {}
        self.rows = table()
        self._dressed = False
        for row in self.rows:
            action = QAction(row.text, self)
            action.setObjectName(row.name)
            action.setShortcuts([QKeySequence(keys) for keys in row.keys])
            action.setAutoRepeat(row.repeats)
            action.setCheckable(row.checked)
            # `triggered` would pass whether a switch is on; what is done reads that itself.
            action.triggered.connect(_ActionCall(find(row.name), action).on_triggered)
            self._place(action, row, window, panels, gallery)
            self.every[row.name] = action

    def _place(
        self,
        action: QAction,
        row: Action,
        window: QWidget,
        panels: Sequence[QWidget],
        gallery: QWidget,
    ) -> None:
        if row.where is ShortcutScope.EVERYWHERE:
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            window.addAction(action)
        elif row.where is ShortcutScope.PANELS:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            for panel in panels:
                panel.addAction(action)
        elif row.where is ShortcutScope.GALLERY:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            gallery.addAction(action)
        else:
            # Heard by the widget itself; the menu only names the key.
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)

    def update_enabled(self, *, pictures: int, jobs: int, trashed: bool) -> None:
        """Switch on what the selection allows."""
        allowed = {
            ActionNeeds.NOTHING: True,
            ActionNeeds.PICTURES: pictures > 0,
            ActionNeeds.ONE: pictures == 1 and not jobs,
            ActionNeeds.TRASHED: pictures > 0 and trashed,
            ActionNeeds.ITEMS: pictures + jobs > 0,
        }
        for row in self.rows:
            self.every[row.name].setEnabled(allowed[row.needs])

    def dress(self) -> None:
        """Give the actions their icons: before a menu shows them, not at the start."""
        if not self._dressed:
            self._dressed = True
            for row in self.rows:
                if row.icon:
                    theme().bind_icon(self.every[row.name], row.icon)

    def of_menu(self, menu: str) -> list[list[QAction]]:
        """The actions of a menu, in their groups."""
        groups: dict[int, list[QAction]] = {}
        for row in self.rows:
            if row.menu == menu:
                groups.setdefault(row.group, []).append(self.every[row.name])
        return [groups[number] for number in sorted(groups)]


class _ActionCall(QObject):
    """Calls what an action does, without the switch's state."""

    def __init__(self, do: Callable[[], None], action: QAction) -> None:
        super().__init__(action)
        self._do = do

    def on_triggered(self) -> None:
        """The action was chosen."""
        self._do()
