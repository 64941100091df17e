"""Backup of library and settings in one file.

A backup is a ZIP file without compression (pictures are compressed), so that any system can read
it: `library/…` as it is on disk, `settings.json`, and at the end `manifest.json` with the SHA-256
of every file. `restore` reads it back.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from studio.common import directory_handles, files, tree, unfinished_copies
from studio.common.errors import InputError, StorageError
from studio.common.i18n import _
from studio.library.files import save_copies
from studio.library.files.originals import HIDDEN
from studio.library.operations.restore import INSIDE, MANIFEST, VERSION, BackupManifest, Progress

_BLOCK = 1 << 20


class _ArchiveFile:
    """Append-only file for ZipFile."""

    def __init__(self, file: files.Appender) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        self._file.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def close(self) -> None:
        """Do nothing: the caller closes the file that it opened."""


def size_of(library: Path) -> int:
    """Size of a backup's contents in bytes; blocking."""
    return sum(path.stat().st_size for _name, path in _contents(library, {}) if path.exists())


def write(
    library: Path,
    target: Path,
    more: dict[str, Path],
    progress: Progress = lambda _done: None,
    *,
    over: bool = False,
) -> int:
    """Write a backup of everything; returns the number of files in it. Blocking.

    Args:
        more: files beside the library, by their name in the backup; missing ones are left out.
        over: whether to replace a file that has that name now, once the backup is complete.

    The library may be in use. Raises InputError if `target` is taken, StorageError.
    """
    there = save_copies.target_exists(target, library)
    if there and not over:
        raise InputError(
            _("A file with this name already exists"),
            _("{name} is not overwritten.").format(name=target),
            hint=_("Choose another name for the backup."),
        )
    with unfinished_copies.beside(target) as part:
        # The user did not agree to replace a file created meanwhile.
        return _write(library, target, part, more, progress, over=there)


def _write(
    library: Path,
    target: Path,
    part: Path,
    more: dict[str, Path],
    progress: Progress,
    *,
    over: bool,
) -> int:
    """Write the backup under a temporary name, then rename it."""
    done, hashes = 0, dict[str, str]()
    try:
        with files.Appender(part, lasting=False) as file:
            with zipfile.ZipFile(_ArchiveFile(file), "w", zipfile.ZIP_STORED) as archive:
                for name, path in _contents(library, more):
                    # A running program may remove files meanwhile, such as those of finished work.
                    with contextlib.suppress(FileNotFoundError):
                        for size in _add(archive, name, path, hashes):
                            done += size
                            progress(done)
                manifest = BackupManifest(VERSION, time.time(), hashes)
                archive.writestr(MANIFEST, msgspec.json.encode(manifest))
            file.sync()
        if over:
            files.into_place(part, target)
        else:
            files.claim(part, target)
    except BaseException as error:
        part.unlink(missing_ok=True)
        cause = error.__cause__ if isinstance(error, StorageError) else error
        if isinstance(cause, OSError):
            # The error names the final file, because the user knows only that.
            raise files.storage_error(cause, target) from error
        raise
    return len(hashes)


def _contents(library: Path, more: dict[str, Path]) -> Iterator[tuple[str, Path]]:
    """Names and files; records first, so that no record names a picture added later."""
    records = library / HIDDEN / "records"
    seen = set()
    for place in (records, library):
        for folder, folders, names in tree.walk(place):
            folders.sort()
            for name in sorted(names):
                path = Path(folder) / name
                relative = path.relative_to(library).as_posix()
                temporary = name.startswith(".") and name.endswith((".new", ".part"))
                if temporary or relative in seen or relative == f"{HIDDEN}/lock":
                    continue
                if directory_handles.is_file(library, path):
                    seen.add(relative)
                    yield f"{INSIDE}/{relative}", path
    for name, path in more.items():
        if path.is_file():
            yield name, path


def _add(archive: zipfile.ZipFile, name: str, path: Path, hashes: dict[str, str]) -> Iterator[int]:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        # A log may grow while it is read; its end at this moment is the end of a line.
        left = os.fstat(source.fileno()).st_size
        info = zipfile.ZipInfo(name, time.localtime(max(path.stat().st_mtime, 315_619_200))[:6])
        info.external_attr = 0o600 << 16
        with archive.open(info, "w", force_zip64=True) as target:
            while left and (block := source.read(min(_BLOCK, left))):
                left -= len(block)
                digest.update(block)
                target.write(block)
                yield len(block)
    hashes[name] = digest.hexdigest()
