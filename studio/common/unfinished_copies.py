"""Cleanup of unfinished copies that killed processes left in the user's folders.

A copy has a hidden name until it is complete. That name is noted in the state folder first, and the
note is locked while the copy is written; the lock ends with the process. The next start removes
the files in unlocked notes. All calls block.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from studio.common import file_lock, files
from studio.common.errors import StorageError

log = logging.getLogger(__name__)

NOTE = ".note"
_NAME = re.compile(r"\..{0,24}\.\d+\.[0-9a-f]+\.new", re.DOTALL)
"""Pattern of names made by `files.beside`; no others are removed."""

_LONGEST = 1 << 16  # bytes of a note
_EMPTY_FOR = 3600.0  # seconds; a younger empty note may be in use
_OUT_OF_REACH_FOR = 180 * 86400.0  # seconds a disk may be disconnected

_folder: Path | None = None


def note_in(folder: Path | None) -> None:
    """Store this process's notes in a folder from now on; None for none."""
    global _folder
    _folder = folder


@contextlib.contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A hidden name beside `target` for an unfinished copy, noted until the block ends."""
    part = files.beside(target)
    handle, note = _begin(part)
    try:
        yield part
    finally:
        _end(handle, note)


def _begin(part: Path) -> tuple[int, Path | None]:
    """Write and lock a note; None if that fails, and the copy is made without one."""
    if _folder is None:
        return -1, None
    note = _folder / f"{os.getpid()}-{secrets.token_hex(8)}{NOTE}"
    handle = -1
    try:
        # The note is empty until it is locked, so that it does not count as left behind.
        files.ensure_folder(_folder)
        files.write_new(note, ())
        handle = os.open(note, os.O_RDWR | getattr(os, "O_BINARY", 0))
        file_lock.lock(handle)
        with files.Appender(note) as file:
            file.append(os.fsencode(part.absolute()))
            file.sync()
        files.sync_folder(_folder)
    except (OSError, StorageError) as error:
        log.warning("A copy could not be noted: %s", error)
    return handle, note


def _end(handle: int, note: Path | None) -> None:
    if handle >= 0:
        os.close(handle)
    if note is not None:
        with contextlib.suppress(StorageError):
            files.remove(note)


def remove_left(folder: Path) -> int:
    """Remove unfinished copies of ended processes; returns their number.

    Notes of files on disconnected disks are kept for half a year.
    """
    removed = 0
    try:
        notes = sorted(one for one in folder.iterdir() if one.suffix == NOTE)
    except OSError:
        return 0
    for note in notes:
        try:
            removed += _remove_one(note)
        except (OSError, StorageError) as error:
            log.warning("What is left of a copy could not be removed: %s", error)
    return removed


def _remove_one(note: Path) -> bool:
    handle = os.open(note, os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0))
    try:
        if not file_lock.lock(handle):
            return False
        text, age = os.read(handle, _LONGEST), time.time() - os.fstat(handle).st_mtime
        if not text and age < _EMPTY_FOR:
            return False
        part = Path(os.fsdecode(text))
        if text and not part.parent.is_dir() and age < _OUT_OF_REACH_FOR:
            return False
        found = _is_ours(part)
        if found:
            files.remove(part)
    finally:
        os.close(handle)
    files.remove(note)
    return found


def _is_ours(part: Path) -> bool:
    if not part.is_absolute() or _NAME.fullmatch(part.name) is None:
        return False
    try:
        return stat.S_ISREG(part.lstat().st_mode)
    except (OSError, ValueError):
        return False
