"""Settings dialog, one section per file. Changes apply at once; there is no OK."""

from __future__ import annotations

from studio.ui.dialogs.settings.dialog import SettingsDialog

__all__ = ["SettingsDialog"]
