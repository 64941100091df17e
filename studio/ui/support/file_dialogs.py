"""File dialogs for pictures: start folder and filters."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.common.errors import InputError
from studio.common.i18n import _
from studio.common.paths import user_home
from studio.ui.support import tasks

PATTERNS = "*.png *.jpg *.jpeg *.webp *.gif *.avif *.tif *.tiff *.bmp"
"""Supported file name patterns."""


def usual_folder() -> Path:
    """The user's picture folder, from the system."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))


def folder_words(folder: Path) -> str:
    """Folder in readable form: "Pictures / Harbour" within the user's home."""
    try:
        parts = folder.relative_to(user_home()).parts
    except (ValueError, InputError):
        return str(folder)
    return " / ".join(parts) or str(folder)


def pictures_dialog(parent: QWidget, title: str, start: Path | None = None) -> QFileDialog:
    """Dialog for choosing pictures; starts in `start`, else in the user's picture folder."""
    dialog = file_dialog(parent, title, start)
    dialog.setFileMode(dialog.FileMode.ExistingFiles)
    pictures, everything = _("Pictures"), _("All files")
    dialog.setNameFilters([f"{pictures} ({PATTERNS})", f"{everything} (*)"])
    return dialog


def folder_dialog(parent: QWidget, title: str, start: Path | None = None) -> QFileDialog:
    """Dialog for choosing a folder; starts as `pictures_dialog` does."""
    dialog = file_dialog(parent, title, start)
    dialog.setFileMode(dialog.FileMode.Directory)
    return dialog


def saving_dialog(parent: QWidget, title: str, name: str, start: Path | None = None) -> QFileDialog:
    """Dialog for saving a file, with `name` as a suggestion; confirms overwriting."""
    dialog = file_dialog(parent, title, start)
    dialog.setAcceptMode(dialog.AcceptMode.AcceptSave)
    dialog.setFileMode(dialog.FileMode.AnyFile)
    dialog.setDefaultSuffix(Path(name).suffix.lstrip("."))
    dialog.selectFile(name)
    return dialog


def file_dialog(parent: QWidget, title: str, start: Path | None = None) -> QFileDialog:
    """Dialog for choosing an existing file; starts as `pictures_dialog` does."""
    dialog = QFileDialog(parent, title, str(start or usual_folder()))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return dialog


async def all_chosen(dialog: QFileDialog) -> list[Path]:
    """Show the dialog; returns the chosen paths, none if cancelled. Deletes the dialog."""
    try:
        accepted = await tasks.finished(dialog)
        return [Path(name) for name in dialog.selectedFiles()] if accepted else []
    finally:
        dialog.deleteLater()


async def chosen(dialog: QFileDialog) -> Path | None:
    """Show the dialog for a single file or folder; None if cancelled. Deletes the dialog."""
    return next(iter(await all_chosen(dialog)), None)
