"""Unreadable files of a library, moved to where no start looks for work."""

from __future__ import annotations

import os
from pathlib import Path

from studio.common import files
from studio.common.errors import StorageError
from studio.common.i18n import _
from studio.library.files.originals import HIDDEN


def put_away(library: Path, path: Path) -> StorageError:
    """Keep a file or folder among the damaged ones; what is to be said about it. Blocking."""
    target = library / HIDDEN / "damaged" / path.name
    number = 1
    while os.path.lexists(target):
        number += 1
        target = target.with_name(f"{path.stem}-{number}{path.suffix}")
    try:
        files.ensure_folder(target.parent)
        files.rename_folder(path, target)
    except StorageError as error:
        return error
    return StorageError(
        _("{name} could not be read").format(name=path.name),
        _("It was renamed {name}; defaults are used.").format(name=target),
        hint=_("Pictures and keys are not affected."),
    )
