"""Dialogs in which pictures on the disk are chosen: where they begin, and what they show."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.common.i18n import _
from studio.ui.support import tasks

PATTERNS = "*.png *.jpg *.jpeg *.webp *.gif *.avif *.tif *.tiff *.bmp"
"""Names of the files that are read, and of no others."""


def usual_folder() -> Path:
    """Where a user's pictures are, as the system says."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))


def pictures_dialog(parent: QWidget, title: str, start: Path | None = None) -> QFileDialog:
    """Choose pictures; begins in `start`, else where a user's pictures are."""
    dialog = file_dialog(parent, title, start)
    dialog.setFileMode(dialog.FileMode.ExistingFiles)
    pictures, everything = _("Pictures"), _("All files")
    dialog.setNameFilters([f"{pictures} ({PATTERNS})", f"{everything} (*)"])
    return dialog


def folder_dialog(parent: QWidget, title: str, start: Path | None = None) -> QFileDialog:
    """Choose a folder; begins as `pictures_dialog` does."""
    dialog = file_dialog(parent, title, start)
    dialog.setFileMode(dialog.FileMode.Directory)
    return dialog


def saving_dialog(parent: QWidget, title: str, name: str, start: Path | None = None) -> QFileDialog:
    """Choose where to write a file, `name` is offered; asks before one is written over."""
    dialog = file_dialog(parent, title, start)
    dialog.setAcceptMode(dialog.AcceptMode.AcceptSave)
    dialog.setFileMode(dialog.FileMode.AnyFile)
    dialog.setDefaultSuffix(Path(name).suffix.lstrip("."))
    dialog.selectFile(name)
    return dialog


def file_dialog(parent: QWidget, title: str, start: Path | None = None) -> QFileDialog:
    """Choose a file that is there; begins as `pictures_dialog` does."""
    dialog = QFileDialog(parent, title, str(start or usual_folder()))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return dialog


async def all_chosen(dialog: QFileDialog) -> list[Path]:
    """Show the dialog, and what was chosen; nothing where it was left. It is deleted then."""
    try:
        accepted = await tasks.finished(dialog)
        return [Path(name) for name in dialog.selectedFiles()] if accepted else []
    finally:
        dialog.deleteLater()


async def chosen(dialog: QFileDialog) -> Path | None:
    """The same for one file or folder."""
    return next(iter(await all_chosen(dialog)), None)
