"""Opening links and folders in other programs.

An address may be from a response, a record or a setting, and the system starts any program
registered for its scheme. So links must be http or https, folders must be folders, and files
must be pictures.
"""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

log = logging.getLogger(__name__)

PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif", ".tif", ".tiff", ".bmp", ".heic"}
)
"""Suffixes of files opened in their default program."""

_SCHEMES = frozenset({"http", "https"})


def open_link(address: str) -> bool:
    """Open a page in the browser; False for other addresses, and without a browser."""
    url = QUrl(address)
    if not url.isValid() or url.scheme() not in _SCHEMES or not url.host():
        log.warning("This is no address of a page: %r", address[:200])
        return False
    return QDesktopServices.openUrl(url)


def open_picture(path: Path) -> bool:
    """Open a picture file in its default program; False for other files, and without one.

    A record may name any file, and the system would run a program.
    """
    if path.suffix.lower() not in PICTURES:
        log.warning("This is no picture: %r", path.name[:200])
        return False
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def open_folder(folder: Path) -> bool:
    """Open a folder in the file manager; False without one."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
