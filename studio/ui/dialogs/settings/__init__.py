"""The settings: one dialog, a section per file. What is changed holds at once; there is no OK."""

from __future__ import annotations

from studio.ui.dialogs.settings.dialog import SettingsDialog

__all__ = ["SettingsDialog"]
