"""Copies of originals in folders of the user, written atomically.

A copy gets its name when its bytes are durable. If the name is taken, the copy gets a number,
unless the user agreed to replace the file, which happens once the copy is complete. The library's
own files are never overwritten. All calls block.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from studio.common import directory_handles, files, unfinished_copies
from studio.common.errors import InputError, StorageError
from studio.common.i18n import _
from studio.library.files.originals import HIDDEN, collision_key

_MODE = 0o666  # minus the user's umask
_BLOCK = 1 << 22
_LONGEST = 255  # bytes of one name, on all common disks


def taken(folder: Path, sources: Sequence[Path]) -> list[str]:
    """The names of these files that already exist in a folder."""
    return [source.name for source in sources if os.path.lexists(folder / source.name)]


def save(
    sources: Sequence[Path], folder: Path, library: Path, *, over: Collection[str] = ()
) -> Iterator[Path]:
    """Copy originals into a folder; yields the path of each copy.

    Args:
        over: names of files to replace; any other copy whose name is taken gets a number, as does
            the second of two sources with the same name.

    Raises InputError, StorageError; copies already yielded stay.
    """
    agreed, written = set(over), set[str]()
    for source in sources:
        # Two names may be one file, and no copy may replace another.
        if source.name in agreed and collision_key(source.name) not in written:
            saved = save_as(source, folder / source.name, library)
        else:
            saved = save_into(source, folder, library)
        written.add(collision_key(saved.name))
        yield saved


class OriginalUnreadable(StorageError):
    """The original cannot be read; the disk of the copy is not at fault."""


def save_into(source: Path, folder: Path, library: Path) -> Path:
    """Copy an original into a folder, with a number if its name is taken; returns its path.

    Raises InputError, StorageError.
    """
    saved = save_named(source, folder / source.name, library)
    assert saved is not None
    return saved


def save_named(
    source: Path | bytes | Iterable[bytes], wanted: Path, library: Path, *, number: bool = True
) -> Path | None:
    """Save a copy of an original, or these bytes, under a name; returns its path.

    If the name is taken, the copy gets a number; without `number`, nothing is saved and None is
    returned. Raises InputError, StorageError; for the original its subclass OriginalUnreadable.
    """
    check_folder(wanted.parent, library)
    with unfinished_copies.beside(wanted) as part:
        if isinstance(source, Path):
            _write(source, part, wanted)
        else:
            content = (source,) if isinstance(source, bytes) else source
            files.write_new(part, content, mode=_MODE, told=wanted)
        for target in numbered(wanted) if number else (wanted,):
            try:
                files.claim(part, target)
            except FileExistsError:
                continue
            return target
        files.remove(part)
    return None


def check_folder(folder: Path, library: Path) -> None:
    """Raise InputError for a folder that contains the library's own files."""
    _check_hidden(folder / HIDDEN, library)


def save_as(source: Path, target: Path, library: Path) -> Path:
    """Copy an original to a path the user chose, replacing a file there with their consent.

    If the path is a link, the link is replaced, not its target. Raises InputError, StorageError.
    """
    if _is_same(source, target):
        raise InputError(
            _("A picture cannot overwrite its own original"),
            _("{name} is the picture's original. It was not changed.").format(name=target),
            hint=_("Choose another name or another folder."),
        )
    there = target_exists(target, library)
    with unfinished_copies.beside(target) as part:
        _write(source, part, target)
        if there:
            files.into_place(part, target)
            return target
        try:
            files.claim(part, target)
        except FileExistsError as error:
            # The file was created meanwhile, so the user did not agree to replace it.
            files.remove(part)
            raise files.storage_error(error, target) from error
    return target


def make_folder(folder: Path) -> None:
    """Create a folder the user named, and its parents, with the default permissions.

    Raises StorageError.
    """
    with files.storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)


def prepare_folder(folder: Path, library: Path) -> None:
    """Create a folder for copies, unless it contains the library's own files.

    Raises InputError, StorageError.
    """
    check_folder(folder, library)
    make_folder(folder)


def numbered(path: Path) -> Iterator[Path]:
    """A path, followed by the same path with numbers from 2 on: "lighthouse-2.png"."""
    yield path
    for number in itertools.count(2):
        stem, end = path.stem, f"-{number}{path.suffix}"
        while len(os.fsencode(stem + end)) > _LONGEST and len(stem) > 1:
            stem = stem[:-1]
        yield path.with_name(stem + end)


def usual_mode() -> int:
    """Default mode of the user's new files."""
    umask = os.umask(0o077)
    os.umask(umask)
    return _MODE & ~umask


def make_usual(paths: Iterable[Path]) -> None:
    """Give the default mode of new files to originals that other programs will copy.

    Copies inherit the mode; the folders of the originals stay private. Modes changed by other
    programs are left alone; errors, as on disks without modes, are ignored.
    """
    mode = usual_mode()
    for path in paths:
        with contextlib.suppress(OSError):
            if stat.S_IMODE(path.lstat().st_mode) == 0o600:
                path.chmod(mode)


def _is_same(source: Path, target: Path) -> bool:
    with files.storage_errors(target):
        if target.is_symlink() or not (target.is_file() and source.is_file()):
            return False
        return source.samefile(target)


def target_exists(target: Path, library: Path) -> bool:
    """Whether there is a file at a path the user chose that may be replaced with their consent.

    Raises InputError if it may not, StorageError if it is not a file.
    """
    _check_hidden(target, library)
    with files.storage_errors(target):
        try:
            about = target.lstat()
        except FileNotFoundError:
            return False
        if directory_handles.is_link(about):
            return True
        if stat.S_ISDIR(about.st_mode):
            raise StorageError(
                _("A folder already has this name"),
                _("{name} is a folder. It was not overwritten.").format(name=target),
                hint=_("Choose another name or another folder."),
            )
        if not stat.S_ISREG(about.st_mode):
            raise StorageError(
                _("Not a file"),
                _("{name} is a device or a pipe. It was not overwritten.").format(name=target),
                hint=_("Choose another name or another folder."),
            )
        if _real(library) in _real(target).parents:
            raise InputError(
                _("Library files cannot be overwritten"),
                _("{name} belongs to the library. It was not changed.").format(name=target),
                hint=_("Choose another name or another folder."),
            )
    return True


def _check_hidden(target: Path, library: Path) -> None:
    """Raise InputError for a path in the library's hidden folder."""
    hidden, parent = _real(library / HIDDEN), _real(target.parent)
    if hidden == parent or hidden in parent.parents:
        raise InputError(
            _("This folder belongs to the library"),
            _("The library needs the files in {folder}. Nothing was saved there.").format(
                folder=hidden
            ),
            hint=_("Choose another folder."),
        )


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # unlike Path.resolve, accepts circular links


def _write(source: Path, part: Path, target: Path) -> None:
    """Write the copy under its temporary name."""
    try:
        with source.open("rb") as file:
            blocks = iter(lambda: file.read(_BLOCK), b"")
            files.write_new(part, _read(blocks, source), mode=_MODE, told=target)
    except FileNotFoundError as error:
        raise InputError(_("The picture's file is missing"), str(source)) from error
    except OSError as error:
        raise _unread(error, source) from error


def _read(blocks: Iterator[bytes], source: Path) -> Iterator[bytes]:
    try:
        yield from blocks
    except OSError as error:
        # Otherwise the error would be reported as one of the target disk.
        raise _unread(error, source) from error


def _unread(error: OSError, source: Path) -> OriginalUnreadable:
    return OriginalUnreadable(
        _("The picture's file cannot be read"),
        f"{source}: {error.strerror or error}",
        hint=_("Check the pictures with Library > Check all pictures."),
    )
