"""Folders of copies that were dragged or copied out of the window.

Each process has a folder of its own, locked while it runs. Other programs may read the files long
after they were dropped, so they are kept until the start after next: the next start marks the
folder, the one after that removes it. All calls block.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import shutil
from pathlib import Path

from studio.common import file_lock, files
from studio.common.errors import StorageError

log = logging.getLogger(__name__)

_LOCK = "lock"
_MARK = "old"
_SESSION = re.compile(r"[0-9a-f]{16}")
"""Pattern of the folders' names; no others are removed."""


class CopyCache:
    """The folder of this process, created with the first copies."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder: Path | None = None
        self._handle = -1
        self._number = 0

    def new_folder(self) -> Path:
        """Create an empty folder for copies. Raises StorageError.

        Folders that another program removed, even this process's own, are created again.
        """
        with files.storage_errors(self._root):
            if self._folder is None or not (self._folder / _LOCK).exists():
                self.close()
                self._folder = self._begin()
            self._number += 1
            made = self._folder / f"{self._number:05}"
            files.private_folder(made)
        return made

    def remove_folder(self, folder: Path) -> None:
        """Remove a folder whose copies were not passed to another program."""
        if self._folder is not None and folder.parent == self._folder:
            _remove(folder)

    def close(self) -> None:
        """Release the folder; its files stay."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)

    def _begin(self) -> Path:
        while True:
            folder = self._root / secrets.token_hex(8)
            files.private_folder(folder)
            handle = _open_lock(folder)
            if file_lock.lock(handle):
                self._handle = handle
                # Another start may have seen it before it was locked.
                (folder / _MARK).unlink(missing_ok=True)
                return folder
            os.close(handle)


def remove_old(root: Path) -> int:
    """Remove folders from before the last start; to be called once at each start.

    Returns the number of folders removed. Those of running processes stay.
    """
    removed = 0
    try:
        found = sorted(one for one in root.iterdir() if _SESSION.fullmatch(one.name))
    except OSError:
        return 0  # nothing was ever dragged as a copy
    for folder in found:
        try:
            removed += _remove_or_mark(folder)
        except (OSError, StorageError) as error:
            log.warning("Old copies could not be removed: %s", error)
    return removed


def _remove_or_mark(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    handle = _open_lock(folder)
    try:
        if not file_lock.lock(handle):
            return False
        marked = (folder / _MARK).exists()
        if not marked:
            files.write_new(folder / _MARK, ())
    finally:
        os.close(handle)
    return marked and _remove(folder)


def _open_lock(folder: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.open(folder / _LOCK, flags, 0o600)


def _remove(folder: Path) -> bool:
    """Remove a folder with its files; links in it are not followed."""
    # The mark is removed last: if the process is killed, the next start removes the rest.
    with contextlib.suppress(FileNotFoundError):
        for one in sorted(folder.iterdir(), key=lambda one: one.name == _MARK):
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one)
            else:
                one.unlink()
        folder.rmdir()
    return True
