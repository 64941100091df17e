"""Dialog for exporting copies of pictures."""

from __future__ import annotations

from studio.ui.dialogs.export.dialog import ExportDialog

__all__ = ["ExportDialog"]
