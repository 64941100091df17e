"""Files of an index on disk: their names, and the swap of a new index for the old one.

An index that is made anew beside the one in use has a name of its own, so that no open file is
moved; it takes the usual name when the library is closed, or at the next start.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from studio.library.index import schema

USUAL = "index.sqlite"
"""Name of the file of the index."""

NEW_NAME = "index.new.sqlite"
"""Name of one that is made beside it."""

_BESIDE = ("-wal", "-shm")


def current(path: Path) -> bool:
    """Whether the file is an index of this version; only its head is looked at."""
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError:
        return False
    version = int.from_bytes(head[60:64], "big", signed=True)
    return head.startswith(b"SQLite format 3\0") and version == schema.VERSION


def remove(path: Path) -> None:
    """Remove an index with what lies beside it."""
    for end in ("", *_BESIDE):
        path.with_name(path.name + end).unlink(missing_ok=True)


def adopt(path: Path) -> None:
    """Give an index that was made in an earlier session its usual name; one half made goes."""
    new = path.with_name(NEW_NAME)
    if not new.exists():
        return
    if not current(new):
        remove(new)
    else:
        # Closed in order, its last changes are in the file itself; else they are beside it.
        remove(path)
        for end in (*_BESIDE, ""):
            with contextlib.suppress(FileNotFoundError):
                new.with_name(new.name + end).replace(path.with_name(path.name + end))
