"""Rows of the action table, and their QActions (`ui/app/action_table.py`).

`where` is the scope of a shortcut. Shortcuts of one letter or digit work in the views and panels
but never while typing: the composer is outside their zones, and text fields receive their keys
first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from studio.common.i18n import _
from studio.domain.entities import Picture
from studio.ui.style.theme import theme
from studio.ui.support import key_names, shortcuts
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.menu import reason_of, set_reason
from studio.ui.window import layout

Parts = TypeVar("Parts")


class ShortcutScope(StrEnum):
    """Scope of an action's shortcut."""

    EVERYWHERE = "everywhere"
    PANELS = "panels"  # everywhere but in the composer
    GALLERY = "gallery"  # only with focus in the grid
    NOWHERE = "nowhere"  # in the menu only, or handled by the widget itself


class ActionNeeds(StrEnum):
    """Selection an action requires."""

    NOTHING = ""
    PICTURES = "pictures"  # at least one picture selected
    ONE = "one"  # exactly one
    TWO = "two"  # exactly two, selected or compared
    TRASHED = "trashed"  # pictures of the trash
    ITEMS = "items"  # pictures or jobs
    STACK = "stack"  # one tile of a stack
    NO_COVER = "no_cover"  # one tile of a stack, other than its cover


@dataclass(frozen=True, slots=True)
class Action(Generic[Parts]):
    """An action that the user can trigger.

    Attributes:
        name: identifier in the code.
        do: handler, looked up in the window's parts when triggered.
        keys: the shortcut, and alternatives, unless the user chose others (`Actions.keys_of`).
        checked: whether it is a switch.
        repeats: whether held keys repeat it; only for moving and zooming, as in `key_repeat`.
        counted: text for this number of selected pictures, or of pictures in the stack; `text`
            without one.
        lacks: returns why it is disabled for the selected pictures; "" if it is enabled.
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
    counted: Callable[[int], str] | None = None
    lacks: Callable[[Sequence[Picture]], str] | None = None


@dataclass(frozen=True, slots=True)
class ActionMenu(Generic[Parts]):
    """A menu: groups of actions with separators between them.

    `name` is its identifier in the code.
    """

    title: str
    groups: tuple[tuple[Action[Parts], ...], ...]
    name: str = ""

    @property
    def rows(self) -> list[Action[Parts]]:
        """Actions in order."""
        return [row for group in self.groups for row in group]


def missing(needs: ActionNeeds) -> str:
    """Reason for a disabled action: the selection it requires."""
    return {
        ActionNeeds.NOTHING: "",
        ActionNeeds.PICTURES: _("Select a picture first"),
        ActionNeeds.ONE: _("Select a single picture first"),
        ActionNeeds.TWO: _("Select exactly two pictures first"),
        ActionNeeds.TRASHED: _("Select a picture in the trash first"),
        ActionNeeds.ITEMS: _("Select a picture or a job first"),
        ActionNeeds.STACK: _("Select a picture of a stack first"),
        ActionNeeds.NO_COVER: _("Open a stack and select a picture other than its cover"),
    }[needs]


def _pressed(event: QKeyEvent) -> QKeySequence:
    plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return QKeySequence(QKeyCombination(plain, Qt.Key(event.key())))


class Actions(QObject):
    """The table as QActions of one window.

    Attributes:
        every: actions by name, in the order of the menus.
        menus: the table they are created from.

    Signals:
        refused: the shortcut of a disabled action was pressed (its reason).
        menu_wanted: the shortcut of a menu was pressed (its index in `menus`).
    """

    refused = Signal(str)
    menu_wanted = Signal(int)

    def __init__(
        self,
        window: QWidget,
        menus: Sequence[ActionMenu[Parts]],
        parts: Parts,
        *,
        panels: Sequence[QWidget],
        gallery: QWidget,
    ) -> None:
        """Create every action and add it to the widgets within its scope.

        Args:
            parts: objects the actions work on.
            panels: zones in which shortcuts of one letter work.
        """
        super().__init__(window)
        self.every: dict[str, QAction] = {}
        self.menus: Sequence[ActionMenu[Any]] = menus
        self._calls: dict[str, Callable[[], object]] = {}
        self._keys = {row.name: row.keys for row in self.rows}
        self._buttons: dict[str, IconButton] = {}
        self._dressed = False
        self._panels, self._gallery = panels, gallery
        for row in self.rows:
            self._calls[row.name] = partial(row.do, parts)
            action = QAction(row.text, self)
            action.setObjectName(row.name)
            action.setShortcuts([QKeySequence(keys) for keys in row.keys])
            action.setAutoRepeat(row.repeats)
            action.setCheckable(row.checked)
            action.triggered.connect(self.on_triggered)
            self._place(action, row, window)
            self.every[row.name] = action
        self._openers = [
            self._opener(place, keys, window)
            for place, keys in enumerate(shortcuts.menu_keys(menus))
            if keys
        ]

    def _opener(self, place: int, keys: str, window: QWidget) -> QAction:
        """Action that opens a menu."""
        action = QAction(self.menus[place].title, self)
        action.setData(place)
        action.setShortcuts([QKeySequence(keys)])
        action.setAutoRepeat(False)
        action.triggered.connect(self.on_menu)
        window.addAction(action)
        return action

    def on_menu(self) -> None:
        """Request the menu whose shortcut was pressed."""
        action = self.sender()
        assert isinstance(action, QAction)
        self.menu_wanted.emit(action.data())

    @property
    def rows(self) -> list[Action[Any]]:
        """All rows of the table."""
        return [row for menu in self.menus for row in menu.rows]

    def on_triggered(self) -> None:
        """Run the triggered action; handlers of switches read the state themselves."""
        self._calls[self.sender().objectName()]()

    def keys_of(self, name: str) -> tuple[str, ...]:
        """The shortcuts of an action: those the user chose, else those of the table."""
        return self._keys[name]

    def apply(self, changes: Mapping[str, Sequence[str]]) -> None:
        """Use the shortcuts that the user chose, by name of the action."""
        found = shortcuts.effective(self.rows, changes)
        for name, keys in found.items():
            if keys == self._keys[name]:
                continue
            self._keys[name] = keys
            self.every[name].setShortcuts([QKeySequence(one) for one in keys])
            if name in self._buttons:
                self.set_button(name, self._buttons[name])

    def on_key_unused(self, event: QKeyEvent) -> None:
        """Emit the reason if the key is the shortcut of a disabled action, which Qt skips."""
        row = self._find(event)
        if row is not None and (why := reason_of(self.every[row.name])):
            self.refused.emit(why)

    def run_shortcut(self, event: QKeyEvent) -> bool:
        """Trigger the action with this shortcut, or emit the reason why it is disabled.

        Returns whether there is one whose scope includes the focus.
        """
        window = self.parent()
        focus = QApplication.focusWidget()
        if focus is None or focus.window() is not window:
            return False
        for opener in self._openers:
            if _pressed(event) in opener.shortcuts():
                opener.trigger()
                return True
        row = self._find(event)
        if row is None:
            return False
        action = self.every[row.name]
        if action.isEnabled():
            action.trigger()
        else:
            self.refused.emit(reason_of(action))
        return True

    def _find(self, event: QKeyEvent) -> Action[Any] | None:
        """The row with this shortcut whose scope includes the focus."""
        pressed = _pressed(event)
        focus = QApplication.focusWidget()
        for row in self.rows:
            if pressed in self.every[row.name].shortcuts() and self._reaches(row, focus):
                return row
        return None

    def _reaches(self, row: Action[Any], focus: QWidget | None) -> bool:
        """Whether the scope of a row's shortcut includes the focus."""
        if row.where is ShortcutScope.EVERYWHERE:
            return True
        if row.where is ShortcutScope.GALLERY:
            return focus is self._gallery
        if row.where is ShortcutScope.NOWHERE:
            return False
        return any(layout.inside(focus, panel) for panel in self._panels)

    def _place(self, action: QAction, row: Action[Parts], window: QWidget) -> None:
        if row.where is ShortcutScope.EVERYWHERE:
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            window.addAction(action)
        elif row.where is ShortcutScope.PANELS:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            for panel in self._panels:
                panel.addAction(action)
        elif row.where is ShortcutScope.GALLERY:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self._gallery.addAction(action)
        else:
            # Handled by the widget itself; the menu only shows the key.
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)

    def set_button(self, name: str, button: IconButton) -> None:
        """Bind a button of a bar to this action."""
        row = next(row for row in self.rows if row.name == name)
        self._buttons[name] = button
        keys = self.keys_of(name)
        button.set_action(self.every[name], row.icon, key_names.spoken(keys[0]) if keys else "")

    def update_enabled(
        self,
        *,
        pictures: int,
        jobs: int,
        trashed: bool,
        items: Sequence[Picture] = (),
        compared: int = 0,
        stack: int = 0,
        cover: bool = False,
        note: str = "",
    ) -> None:
        """Enable the actions that fit the selection, and put its size into their texts.

        Args:
            items: the selected pictures that are loaded.
            compared: number of pictures in a comparison, of which one is selected.
            stack: number of pictures in the stack of the selected tile; 0 without one.
            cover: whether that tile shows the cover of its stack.
            note: note on the selected part of closed stacks.
        """
        allowed = {
            ActionNeeds.NOTHING: True,
            ActionNeeds.PICTURES: pictures > 0,
            ActionNeeds.ONE: pictures == 1 and not jobs,
            ActionNeeds.TWO: (compared or pictures) == 2 and not jobs,
            ActionNeeds.TRASHED: pictures > 0 and trashed,
            ActionNeeds.ITEMS: pictures + jobs > 0,
            ActionNeeds.STACK: stack > 1,
            ActionNeeds.NO_COVER: stack > 1 and not cover,
        }
        for row in self.rows:
            action = self.every[row.name]
            why = "" if allowed[row.needs] else missing(row.needs)
            # Pictures that are not loaded may have what the loaded ones lack.
            if not why and row.lacks is not None and 0 < pictures == len(items):
                why = row.lacks(items)
            set_reason(action, why)
            if row.counted is not None:
                n = stack if row.needs is ActionNeeds.STACK else pictures
                text = row.counted(n) if n > 1 and not jobs else row.text
                if note and row.needs not in (ActionNeeds.STACK, ActionNeeds.NO_COVER):
                    # Translators: {action} is an entry of a menu, {note} such as "1 picture of a
                    # stack of 8".
                    text = _("{action} ({note})").format(action=text, note=note)
                action.setText(text)

    def dress(self) -> None:
        """Load the icons, when a menu is shown rather than at the start."""
        if not self._dressed:
            self._dressed = True
            for row in self.rows:
                if row.icon:
                    theme().bind_icon(self.every[row.name], row.icon)
