"""Daily copies of the records for the last fourteen days: `.gridbrush/copies/YYYY-MM-DD/`.

If a month's file has not grown since the last copy, its new copy is a hard link to that one, on
disks that support it. A copy is complete when its folder has its final name.
"""

from __future__ import annotations

import contextlib
import gzip
import logging
import os
import shutil
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from studio.common import directory_handles, files
from studio.common.errors import LibraryTooNew
from studio.library.files.originals import HIDDEN
from studio.library.log import record_log
from studio.library.log.records import Record

log = logging.getLogger(__name__)

KEPT = 14
"""Number of copies kept."""

_BLOCK = 1 << 20
_LONGEST = 128 << 20
"""Limit of a line in bytes: one change of a million pictures takes less."""


def _folder(library: Path) -> Path:
    return library / HIDDEN / "copies"


def every(library: Path) -> list[Path]:
    """Folders of complete copies, oldest first."""
    folder = _folder(library)
    return [one for one in directory_handles.folders(library, folder) if one.name[:1] != "."]


def make(library: Path, *, now: float | None = None) -> Path | None:
    """Make today's copy; returns its folder, or None if it exists already. Blocking.

    Raises StorageError.
    """
    source = library / HIDDEN / "records"
    day = time.strftime("%Y-%m-%d", time.localtime(now))
    target = _folder(library) / day
    if target.exists() or not any(source.glob("*.jsonl")):
        return None
    before = every(library)
    begun = target.with_name(f".{day}.new")
    shutil.rmtree(begun, ignore_errors=True)
    files.ensure_folder(begun, within=library)
    for path in sorted(source.glob("*.jsonl")):
        _copy(path, begun, before[-1] if before else None)
    files.rename_folder(begun, target)
    for old in every(library)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return target


def _copy(path: Path, folder: Path, before: Path | None) -> None:
    # The name contains the size: a log only grows, so an equal size means equal content.
    size = path.stat().st_size
    name = f"{path.name}.{size}.gz"
    if before is not None and (before / name).is_file():
        with contextlib.suppress(OSError):
            os.link(before / name, folder / name)
            return
    files.write_new(folder / name, _packed(path, size))


def _packed(path: Path, size: int) -> Iterator[bytes]:
    packer = zlib.compressobj(3, wbits=31)
    left = size
    with path.open("rb") as file:
        while left and (block := file.read(min(_BLOCK, left))):
            left -= len(block)
            yield packer.compress(block)
    yield packer.flush()


def records_of(library: Path) -> Iterator[Record]:
    """Readable records of all copies, oldest copy first; blocking."""
    seen: set[str] = set()
    for folder in every(library):
        for path in directory_handles.regular(library, folder):
            if path.suffix != ".gz" or path.name in seen:
                continue
            seen.add(path.name)
            try:
                with gzip.open(path) as file:
                    # With a limit, because a small compressed file may expand to a very long line.
                    while (line := file.readline(_LONGEST)) and len(line) < _LONGEST:
                        with contextlib.suppress(ValueError, LibraryTooNew):
                            yield record_log.decode(line)
            except (OSError, EOFError, zlib.error) as error:
                log.warning("A copy of the records cannot be read: %s", error)
