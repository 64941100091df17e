"""Shortcuts of the window: those the user chose, and those by position on other layouts."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QKeyEvent

from studio.app.core import Core
from studio.domain.events import Event, SettingsChanged
from studio.ui.support import key_positions, shortcuts
from studio.ui.widgets import dialog_mnemonics
from studio.ui.window.actions import Actions

SETTING = "shortcuts"


class ShortcutsController(QObject):
    """Applies the shortcuts of the settings, at the start and after a change."""

    def __init__(self, core: Core, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._actions = actions
        key_positions.watch(self.run_shortcut)
        dialog_mnemonics.watch()
        self._apply()
        self.destroyed.connect(core.events.subscribe(self.on_core_event))

    def on_core_event(self, event: Event) -> None:
        """Apply changed shortcuts."""
        if isinstance(event, SettingsChanged) and SETTING in event.names:
            self._apply()

    def _apply(self) -> None:
        changes = self._core.settings.value.shortcuts
        self._actions.apply(changes)
        shortcuts.use(self._actions.rows, changes)

    def run_shortcut(self, event: QKeyEvent) -> bool:
        """Run the action that has this key as its shortcut, in the window or in a dialog."""
        if not shiboken6.isValid(self):
            return False
        return dialog_mnemonics.press(event) or self._actions.run_shortcut(event)
