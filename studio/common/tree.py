"""Folders from the top down, however deep they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path


def walk(
    folder: Path,
    *,
    through_links: bool = False,
    unread: Callable[[OSError], object] = lambda _error: None,
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Folders from the top down, each with the names of folders and of files in it, as `os.walk`.

    However deep they are: that one fails on a thousand folders within each other. Folders that
    cannot be read are `unread`.
    """
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        folders: list[str] = []
        names: list[str] = []
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    (folders if _is_folder(entry) else names).append(entry.name)
        except OSError as error:
            # Gone meanwhile, or not for this user.
            unread(error)
            continue
        yield str(place), folders, names
        below = (place / name for name in reversed(folders))
        waiting += [one for one in below if through_links or not one.is_symlink()]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
