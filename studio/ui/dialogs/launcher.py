"""Opens settings, keys, shortcuts and the command palette, without nested event loops.

The dialogs are imported at first use. Settings and maintenance take 16 ms each, a seventh of the
window's start; maintenance also loads import, backup and repair.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from studio.app import crash_reports
from studio.app.core import Core
from studio.ui.dialogs.confirmations import ForgetPromptDialog
from studio.ui.support import desktop_services
from studio.ui.support.late import Late
from studio.ui.support.ports import Messages
from studio.ui.support.tasks import spawn
from studio.ui.window.actions import Actions

if TYPE_CHECKING:
    from studio.ui.dialogs.history import HistoryDialog
    from studio.ui.dialogs.maintenance import MaintenanceActions
    from studio.ui.dialogs.settings import SettingsDialog
    from studio.ui.dialogs.shortcut_editor import ShortcutEditor


class DialogLauncher(QObject):
    """Opens the dialogs and popovers of the window.

    Signals:
        unlocked: the keyring was asked to unlock.
        prompt_chosen: a prompt was chosen (str).
        undo_wanted: undo the last change.
        redo_wanted: redo the change undone last.
        mended: the library's files were repaired.
        pictures_chosen: pictures of a change were chosen (a tuple of ids).

    Attributes:
        upkeep: checks and backs up the library.
    """

    unlocked = Signal()
    prompt_chosen = Signal(str)
    undo_wanted = Signal()
    redo_wanted = Signal()
    mended = Signal()
    pictures_chosen = Signal(object)

    def __init__(self, core: Core, actions: Actions, messages: Messages, parent: QWidget) -> None:
        super().__init__(parent)
        self._core = core
        self._actions = actions
        self._messages = messages
        self._parent = parent
        self.upkeep: Late[MaintenanceActions] = Late(self._make_upkeep)

    def on_unlock_requested(self, profile: str) -> None:
        """Unlock the keyring, which shows its own prompt."""
        spawn(self._unlock(profile))

    async def _unlock(self, profile: str) -> None:
        await self._core.keys.unlock(profile)
        self.unlocked.emit()

    def on_keys_requested(self) -> None:
        self.open_settings("keys", self._core.default_profile)

    def on_limit_wanted(self) -> None:
        """Open the settings at the monthly budget."""
        field = self.open_settings("pictures").pictures.budget
        field.setFocus()
        field.selectAll()

    def on_wants_key(self, profile: str) -> None:
        """Open the settings at the card for a key."""
        self.open_settings("keys", profile)

    def on_wants_words(self) -> None:
        """Open the settings at the sentences sent with references."""
        self.open_settings("words")

    def open_settings(self, section: str, key_of: str = "") -> SettingsDialog:
        """Open the settings at a section, with the key card of the profile `key_of` if given."""
        # Imported late: 16 ms, only at first use.
        from studio.ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self._core, self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show_folder.connect(self.on_show_folder)
        dialog.shortcuts_wanted.connect(self.change_shortcuts)
        dialog.show_section(section)
        if key_of:
            dialog.keys.show_key(key_of)
        dialog.open()
        return dialog

    def on_show_folder(self, folder: object) -> None:
        desktop_services.open_folder(Path(str(folder)))

    def open_shortcuts(self) -> None:
        # Imported late, like the next two: 0.3 MB together.
        from studio.ui.dialogs.shortcuts_sheet import ShortcutsSheet

        sheet = ShortcutsSheet(self._actions, self._parent)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def change_shortcuts(self) -> ShortcutEditor:
        """Open the dialog that changes shortcuts."""
        # As above.
        from studio.ui.dialogs.shortcut_editor import ShortcutEditor

        over = QApplication.activeModalWidget() or QApplication.activeWindow() or self._parent
        dialog = ShortcutEditor(self._core, self._actions, self._messages, over)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def open_changes(self) -> HistoryDialog:
        """Open the history of changes."""
        # As above.
        from studio.ui.dialogs.history import HistoryDialog

        dialog = HistoryDialog(self._core, self._parent)
        dialog.undo_wanted.connect(self.undo_wanted)
        dialog.redo_wanted.connect(self.redo_wanted)
        dialog.pictures_chosen.connect(self.pictures_chosen)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def open_palette(self) -> None:
        # As above.
        from studio.ui.dialogs.command_palette import CommandPalette

        prompts = self._core.library.prompts
        palette = CommandPalette(self._actions, prompts, self._parent)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.prompt_chosen.connect(self.prompt_chosen)
        palette.open()

    def on_forget_wanted(self, prompt: object) -> None:
        """Ask before deleting a prompt of the history permanently."""
        ForgetPromptDialog(self._core.library, str(prompt), self._parent).open()

    def _make_upkeep(self) -> MaintenanceActions:
        # Imported late: 16 ms, only at first use.
        from studio.ui.dialogs.maintenance import MaintenanceActions

        made = MaintenanceActions(self._core, self._messages, self._parent)
        made.mended.connect(self.mended)
        return made

    async def tell_of_crash(self) -> None:
        """Show the crash report of the last session, once."""
        folder = self._core.paths.log_folder
        if text := await asyncio.to_thread(crash_reports.left_behind, folder):
            self.upkeep.get().show_crash(text)

    def check_library(self) -> None:
        """Verify every original, with progress."""
        spawn(self.upkeep.get().check())

    def back_up(self) -> None:
        """Ask for a file and back up the library into it."""
        spawn(self.upkeep.get().back_up())
