"""Move of a library to another folder: renamed where possible, else copied and compared.

The caller holds the library's lock and nothing of it is open. Records name files within the library
only, and computed files are found by the library's id, so nothing in it has to be changed.
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
    """Move it; blocking. `settle` makes the new place the library's, before the old one goes.

    What `settle` raises leaves everything where it was.

    `progress` hears how many bytes were copied; what it raises ends the copy (`Stopped`).
    Raises InputError for a place that cannot be, StorageError; then the old one is as it was.
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
            # Nobody would find it in its new place.
            rename(target, source)
            raise


def check(source: Path, target: Path) -> None:
    """Whether the library can go there. Raises InputError, which says why it cannot."""
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
    """Bytes of all its files; blocking."""
    return sum(
        path.stat().st_size for path in _every(source) if directory_handles.is_file(source, path)
    )


def _every(source: Path) -> Iterator[Path]:
    """All that is in it, folders too."""
    for place, folders, names in tree.walk(source):
        yield from (Path(place, name) for name in (*folders, *names))


def room_for(source: Path, target: Path) -> int | None:
    """Bytes that are free where it would be copied to; None where it is on that disk already."""
    above = next(one for one in (target, *target.parents) if one.exists())
    if above.stat().st_dev == source.stat().st_dev:
        return None
    return shutil.disk_usage(above).free


def _copy(source: Path, target: Path, progress: Callable[[int], None]) -> None:
    """A durable copy, whole or not at all."""
    done = 0
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        every = sorted(_every(source))
        links = [one for one in every if directory_handles.is_link(one.lstat())]
        for folder in (source, *(p for p in every if p.is_dir() and p not in links)):
            files.ensure_folder(part / folder.relative_to(source))
        for path in links:
            # What a link leads to is not the library's.
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
    """Copy one file and compare; `done` bytes were copied before, and so many are with it."""
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
