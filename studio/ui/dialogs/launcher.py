"""Settings, keys, shortcuts and the command palette: opened without a loop of their own.

Each is imported when it is first opened, for none is needed to show the window.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from studio.ui.support.tasks import spawn

if TYPE_CHECKING:
    from studio.ui.dialogs.settings import SettingsDialog
    from studio.ui.window.main_window import StudioWindow


class Dialogs(QObject):
    """Opens what lies over the window."""

    def __init__(self, window: StudioWindow) -> None:
        super().__init__(window)
        self._window = window

    def on_unlock_requested(self, profile: str) -> None:
        """Unlock the keyring: its own prompt appears."""
        spawn(self._unlock(profile))

    async def _unlock(self, profile: str) -> None:
        await self._window.core.keys.unlock(profile)
        self._window.hearing.show_key()

    def on_keys_requested(self) -> None:
        """The key's state was pressed."""
        self.open_settings("keys", self._window.core.default_profile)

    def on_wants_key(self, profile: str) -> None:
        """A profile needs a key: the settings have them all."""
        self.open_settings("keys", profile)

    def open_settings(self, section: str, key_of: str = "") -> SettingsDialog:
        """Open the settings at a section, with the card for the key of a profile."""
        from studio.ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self._window.core, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show_folder.connect(self.on_show_folder)
        dialog.show_section(section)
        if key_of:
            dialog.keys.show_key(key_of)
        dialog.open()
        return dialog

    def on_show_folder(self, folder: object) -> None:
        """A folder shall be opened in the file manager."""
        from studio.ui.support import desktop_services

        desktop_services.open_folder(Path(str(folder)))

    def open_shortcuts(self) -> None:
        """Show the sheet of all shortcuts."""
        from studio.ui.dialogs.shortcuts_sheet import ShortcutsSheet

        sheet = ShortcutsSheet(self._window.actions_of, self._window)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def open_changes(self) -> None:
        """Show the history of changes."""
        from studio.ui.dialogs.history import ChangesDialog

        dialog = ChangesDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_palette(self) -> None:
        """Find an action or a prompt of the history by typing."""
        from studio.ui.dialogs.command_palette import CommandPalette

        window = self._window
        palette = CommandPalette(window.actions_of, window.core.library.prompts, window)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.prompt_chosen.connect(window.composing.on_prompt_chosen)
        palette.open()

    def check_library(self) -> None:
        """Read every original again; a bar says how far it is."""
        from studio.ui.dialogs.maintenance import Upkeep

        spawn(Upkeep(self._window).check())

    def back_up(self) -> None:
        """Everything into one file, where the user says."""
        from studio.ui.dialogs.maintenance import Upkeep

        spawn(Upkeep(self._window).back_up())

    def on_forget_wanted(self, prompt: object) -> None:
        """Ask before a prompt of the history is deleted for good."""
        from studio.ui.dialogs.forget_prompt import Forgetting

        Forgetting(self._window.core.library, str(prompt), self._window).open()

    def on_history_requested(self) -> None:
        """The history was chosen in the sidebar."""
        self._window.composer.on_history_wanted()
