"""Rows of the table of actions, and the QActions made from them (`ui/app/action_table.py`).

`where` says where a shortcut works. Hotkeys of one letter or digit work in the views and panels but
never while typing: the composer is not among their zones, and a text field takes its keys first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.ui.style.theme import theme
from studio.ui.widgets import IconButton

Parts = TypeVar("Parts")


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


@dataclass(frozen=True, slots=True)
class Action(Generic[Parts]):
    """One thing the user can do.

    Attributes:
        name: how the code calls it.
        do: what does it, found among the parts of the window when it is triggered.
        keys: the shortcut, and others that do the same.
        checked: whether it is a switch.
        repeats: whether it is done again and again while its keys are held; only what moves or
            zooms, as in `key_repeat`.
    """

    name: str
    text: str
    do: Callable[[Parts], object]
    _: KW_ONLY
    keys: tuple[str, ...] = ()
    where: ShortcutScope = ShortcutScope.EVERYWHERE
    needs: ActionNeeds = ActionNeeds.NOTHING
    icon: str = ""
    checked: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class ActionMenu(Generic[Parts]):
    """A menu: groups of actions with separators between them."""

    title: str
    groups: tuple[tuple[Action[Parts], ...], ...]

    @property
    def rows(self) -> list[Action[Parts]]:
        """Its actions in order."""
        return [row for group in self.groups for row in group]


class Actions(QObject):
    """The table as QActions of one window.

    Attributes:
        every: actions by name, in the order of the menus.
        menus: what they are made from.
    """

    def __init__(
        self,
        window: QWidget,
        menus: Sequence[ActionMenu[Parts]],
        parts: Parts,
        *,
        panels: Sequence[QWidget],
        gallery: QWidget,
    ) -> None:
        """Make every action and give it to the widgets that hear its shortcut.

        Args:
            parts: what the actions act on.
            panels: the zones in which hotkeys of one letter work.
        """
        super().__init__(window)
        self.every: dict[str, QAction] = {}
        self.menus: Sequence[ActionMenu[Any]] = menus
        self._calls: dict[str, Callable[[], object]] = {}
        self._dressed = False
        for row in self.rows:
            self._calls[row.name] = partial(row.do, parts)
            action = QAction(row.text, self)
            action.setObjectName(row.name)
            action.setShortcuts([QKeySequence(keys) for keys in row.keys])
            action.setAutoRepeat(row.repeats)
            action.setCheckable(row.checked)
            action.triggered.connect(self.on_triggered)
            self._place(action, row, window, panels, gallery)
            self.every[row.name] = action

    @property
    def rows(self) -> list[Action[Any]]:
        """The whole table."""
        return [row for menu in self.menus for row in menu.rows]

    def on_triggered(self) -> None:
        """An action was chosen; whether a switch is on, its handler reads itself."""
        self._calls[self.sender().objectName()]()

    def _place(
        self,
        action: QAction,
        row: Action[Parts],
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

    def set_button(self, name: str, button: IconButton) -> None:
        """Have a button of a bar do this action."""
        row = next(row for row in self.rows if row.name == name)
        button.set_action(self.every[name], row.icon, row.keys[0] if row.keys else "")

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
