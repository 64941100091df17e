"""Move of a library to another folder: renamed if possible, else copied and verified.

The caller holds the library's lock and has closed the library. Paths in records are relative, and
computed files are found by the library's id, so no file has to be changed.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from studio.common import directory_handles, files, tree
from studio.common.errors import InputError, StorageError
from studio.common.i18n import _
from studio.library.files.originals import HIDDEN, sha256_of
from studio.library.stopped import Stopped

_BLOCK = 1 << 20


def move(
    source: Path,
    target: Path,
    settle: Callable[[], None],
    *,
    rename: Callable[[Path, Path], object] = Path.rename,
    progress: Callable[[int], None] = lambda _done: None,
) -> None:
    """Move a library; blocking.

    Args:
        settle: stores the new folder before the old one is removed; an exception undoes the move.
        progress: called with the number of bytes copied; an exception (`Stopped`) undoes the move.

    Raises InputError for an unusable target, StorageError; then the library is as it was.
    """
    check(source, target)
    source, target = source.resolve(), target.resolve()
    files.ensure_folder(target.parent)
    if target.exists():
        target.rmdir()
    try:
        rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise files.storage_error(error, target) from error
        _copy(source, target, progress)
        try:
            settle()
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
        shutil.rmtree(source, ignore_errors=True)
    else:
        try:
            files.sync_folder(target.parent)
            settle()
        except BaseException:
            # The new folder was not stored, so the move is undone.
            rename(target, source)
            raise


def check(source: Path, target: Path) -> None:
    """Raise InputError if the library cannot be moved there."""
    source, target = source.resolve(), target.resolve()
    if not (source / HIDDEN / "id").is_file():
        raise InputError(_("No library in {folder}").format(folder=source))
    if source == target or source in target.parents:
        raise InputError(_("A library cannot be moved into itself"))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(
            _("{folder} is not empty").format(folder=target),
            hint=_("Choose an empty or new folder."),
        )


def size(source: Path) -> int:
    """Size of all files of a library in bytes; blocking."""
    return sum(
        path.stat().st_size for path in _every(source) if directory_handles.is_file(source, path)
    )


def _every(source: Path) -> Iterator[Path]:
    """All files and folders in a folder."""
    for place, folders, names in tree.walk(source):
        yield from (Path(place, name) for name in (*folders, *names))


def room_for(source: Path, target: Path) -> int | None:
    """Free bytes on the disk of `target`; None if `source` is on the same disk."""
    above = next(one for one in (target, *target.parents) if one.exists())
    if above.stat().st_dev == source.stat().st_dev:
        return None
    return shutil.disk_usage(above).free


def _copy(source: Path, target: Path, progress: Callable[[int], None]) -> None:
    """Copy a library durably and atomically."""
    done = 0
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        every = sorted(_every(source))
        links = [one for one in every if directory_handles.is_link(one.lstat())]
        for folder in (source, *(p for p in every if p.is_dir() and p not in links)):
            files.ensure_folder(part / folder.relative_to(source))
        for path in links:
            # The target of a link does not belong to the library.
            (part / path.relative_to(source)).symlink_to(path.readlink())
        for path in (p for p in every if directory_handles.is_file(source, p)):
            done = _copy_file(path, part / path.relative_to(source), done, progress)
        files.rename_folder(part, target)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise files.storage_error(error, target) from error
    except (StorageError, Stopped):
        shutil.rmtree(part, ignore_errors=True)
        raise


def _copy_file(path: Path, copy: Path, done: int, progress: Callable[[int], None]) -> int:
    """Copy and verify a file; returns the total of bytes copied, including `done` earlier ones."""
    with path.open("rb") as file:
        done += files.write_new(copy, _blocks(file, done, progress))
    shutil.copystat(path, copy)
    if sha256_of(copy) != sha256_of(path):
        raise StorageError(
            _("A file could not be copied"),
            _("The copy of {name} differs from the original.").format(name=path.name),
            hint=_("Nothing was moved. Check the disk."),
        )
    return done


def _blocks(file: IO[bytes], done: int, progress: Callable[[int], None]) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block
        done += len(block)
        progress(done)
