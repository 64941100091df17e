"""Quarantine of a library's unreadable files, so that the next start does not find them."""

from __future__ import annotations

import os
from pathlib import Path

from studio.common import files
from studio.common.errors import StorageError
from studio.library.files.originals import HIDDEN
from studio.library.files.save_copies import numbered


def put_away(library: Path, path: Path) -> StorageError:
    """Move a file or folder to the folder of damaged ones; returns the error to show. Blocking."""
    names = numbered(library / HIDDEN / "damaged" / path.name)
    target = next(name for name in names if not os.path.lexists(name))
    try:
        files.ensure_folder(target.parent)
        files.rename_folder(path, target)
    except StorageError as error:
        return error
    return files.set_aside_error(path, target)
