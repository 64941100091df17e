"""Index files on disk: their names, and the swap of a new index for the old one.

An index that is rebuilt beside the one in use has another name, so that no open file is renamed; it
gets the usual name when the library is closed, or at the next start.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from studio.library.index import schema

USUAL = "index.sqlite"
"""File name of the index."""

NEW_NAME = "index.new.sqlite"
"""File name of an index that is built beside the current one."""

_BESIDE = ("-wal", "-shm")


def current(path: Path) -> bool:
    """Whether the file is an index of this version; reads only its header."""
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError:
        return False
    version = int.from_bytes(head[60:64], "big", signed=True)
    return head.startswith(b"SQLite format 3\0") and version == schema.VERSION


def remove(path: Path) -> None:
    """Remove an index and its WAL files."""
    for end in ("", *_BESIDE):
        path.with_name(path.name + end).unlink(missing_ok=True)


def adopt(path: Path) -> None:
    """Rename an index built in an earlier session to the usual name; remove an unfinished one."""
    new = path.with_name(NEW_NAME)
    if not new.exists():
        return
    if not current(new):
        remove(new)
    else:
        # If the index was not closed properly, its last changes are in the WAL files.
        remove(path)
        for end in (*_BESIDE, ""):
            with contextlib.suppress(FileNotFoundError):
                new.with_name(new.name + end).replace(path.with_name(path.name + end))
