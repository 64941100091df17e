"""Backups read back as a command does."""

from __future__ import annotations

from pathlib import Path

from studio.library.operations import restore


def read_back(
    source: Path,
    library: Path,
    more: dict[str, Path],
    progress: restore.Progress = lambda _done: None,
) -> int:
    """Restore what needs no consent; the number of files."""
    with restore.opened(source) as found:
        return found.restore(library, more, progress)
