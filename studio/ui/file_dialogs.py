"""Dialogs in which pictures on the disk are chosen: where they begin, and what they show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QWidget

from studio.words import _

if TYPE_CHECKING:
    from PySide6.QtWidgets import QFileDialog

PATTERNS = "*.png *.jpg *.jpeg *.webp *.heic *.heif *.gif *.avif *.tif *.tiff *.bmp"


def usual_folder() -> Path:
    """Where a user's pictures are, as the system says."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))


def pictures_dialog(parent: QWidget, title: str, start: Path | None = None) -> QFileDialog:
    """Choose pictures; begins in `start`, else where a user's pictures are."""
    from PySide6.QtWidgets import QFileDialog

    dialog = QFileDialog(parent, title, str(start or usual_folder()))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters([f"{_('Pictures')} ({PATTERNS})", f"{_('All files')} (*)"])
    return dialog


def folder_dialog(parent: QWidget, title: str, start: Path | None = None) -> QFileDialog:
    """Choose a folder; begins as `pictures_dialog` does."""
    from PySide6.QtWidgets import QFileDialog

    dialog = QFileDialog(parent, title, str(start or usual_folder()))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    return dialog
