"""Opening links and folders in other programs.

An address may be from a response, a record or a setting, and the system starts any program
registered for its scheme. So links must be http or https, and folders must be folders.
"""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

log = logging.getLogger(__name__)

_SCHEMES = frozenset({"http", "https"})


def open_link(address: str) -> bool:
    """Open a page in the browser; False for other addresses, and without a browser."""
    url = QUrl(address)
    if not url.isValid() or url.scheme() not in _SCHEMES or not url.host():
        log.warning("This is no address of a page: %r", address[:200])
        return False
    return QDesktopServices.openUrl(url)


def open_folder(folder: Path) -> bool:
    """Open a folder in the file manager; False without one."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
