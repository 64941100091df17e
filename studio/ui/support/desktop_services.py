"""The door out of the window: what is given to the system to be opened.

An address may come from an answer, a record or a setting, and the system starts whatever program an
address belongs to. So pages are http or https, and nothing else; folders are folders.
"""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

log = logging.getLogger(__name__)

_SCHEMES = frozenset({"http", "https"})


def open_link(address: str) -> bool:
    """Open a page in the browser; False for what is no page, and where no browser is."""
    url = QUrl(address)
    if not url.isValid() or url.scheme() not in _SCHEMES or not url.host():
        log.warning("This is no address of a page: %r", address[:200])
        return False
    return QDesktopServices.openUrl(url)


def open_folder(folder: Path) -> bool:
    """Open a folder in the file manager; False where there is no manager."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
