"""Settings, keys, shortcuts and the command palette: opened without a loop of their own.

Settings and upkeep are loaded when they are first opened: 16 ms each, a seventh of the window.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.ui.dialogs.command_palette import CommandPalette
from studio.ui.dialogs.confirmations import ForgetPromptDialog
from studio.ui.dialogs.history import HistoryDialog
from studio.ui.dialogs.shortcuts_sheet import ShortcutsSheet
from studio.ui.support import desktop_services
from studio.ui.support.late import Late
from studio.ui.support.ports import Messages
from studio.ui.support.tasks import spawn
from studio.ui.window.actions import Actions

if TYPE_CHECKING:
    from studio.ui.dialogs.maintenance import MaintenanceActions
    from studio.ui.dialogs.settings import SettingsDialog


class DialogLauncher(QObject):
    """Opens what lies over the window.

    Signals:
        unlocked: the keyring was asked to give its keys.
        prompt_chosen: words for the prompt (str).
        undo_wanted: the last change shall be taken back.
        redo_wanted: the last undone change shall be done again.
        mended: pictures are where they were not before.

    Attributes:
        upkeep: checks and backs up the library.
    """

    unlocked = Signal()
    prompt_chosen = Signal(str)
    undo_wanted = Signal()
    redo_wanted = Signal()
    mended = Signal()

    def __init__(self, core: Core, actions: Actions, messages: Messages, parent: QWidget) -> None:
        super().__init__(parent)
        self._core = core
        self._actions = actions
        self._messages = messages
        self._parent = parent
        self.upkeep: Late[MaintenanceActions] = Late(self._make_upkeep)

    def on_unlock_requested(self, profile: str) -> None:
        """Unlock the keyring: its own prompt appears."""
        spawn(self._unlock(profile))

    async def _unlock(self, profile: str) -> None:
        await self._core.keys.unlock(profile)
        self.unlocked.emit()

    def on_keys_requested(self) -> None:
        """The key's state was pressed."""
        self.open_settings("keys", self._core.default_profile)

    def on_limit_wanted(self) -> None:
        """Open the settings at the month's limit."""
        field = self.open_settings("pictures").pictures.budget
        field.setFocus()
        field.selectAll()

    def on_wants_key(self, profile: str) -> None:
        """Open the settings at the keys."""
        self.open_settings("keys", profile)

    def open_settings(self, section: str, key_of: str = "") -> SettingsDialog:
        """Open the settings at a section, with the card for the key of a profile."""
        # 16 ms, when they are first opened.
        from studio.ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self._core, self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show_folder.connect(self.on_show_folder)
        dialog.show_section(section)
        if key_of:
            dialog.keys.show_key(key_of)
        dialog.open()
        return dialog

    def on_show_folder(self, folder: object) -> None:
        """Open a folder in the file manager."""
        desktop_services.open_folder(Path(str(folder)))

    def open_shortcuts(self) -> None:
        """Show the sheet of all shortcuts."""
        sheet = ShortcutsSheet(self._actions, self._parent)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def open_changes(self) -> None:
        """Show the history of changes."""
        dialog = HistoryDialog(self._core, self._parent)
        dialog.undo_wanted.connect(self.undo_wanted)
        dialog.redo_wanted.connect(self.redo_wanted)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_palette(self) -> None:
        """Find an action or a prompt of the history by typing."""
        prompts = self._core.library.prompts
        palette = CommandPalette(self._actions, prompts, self._parent)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.prompt_chosen.connect(self.prompt_chosen)
        palette.open()

    def on_forget_wanted(self, prompt: object) -> None:
        """Ask before a prompt of the history is deleted for good."""
        ForgetPromptDialog(self._core.library, str(prompt), self._parent).open()

    def _make_upkeep(self) -> MaintenanceActions:
        # 16 ms, when it is first wanted.
        from studio.ui.dialogs.maintenance import MaintenanceActions

        made = MaintenanceActions(self._core, self._messages, self._parent)
        made.mended.connect(self.mended)
        return made

    def check_library(self) -> None:
        """Read every original again; a bar says how far it is."""
        spawn(self.upkeep.get().check())

    def back_up(self) -> None:
        """Everything into one file, where the user says."""
        spawn(self.upkeep.get().back_up())
