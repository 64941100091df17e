"""Everything in one file, and everything back out of it.

A backup is a ZIP file without compression (pictures have theirs), so that any system can look into
it: `library/…` as it lies on the disk, `settings.json`, and at the end `manifest.json` with the
SHA-256 of every file. A restored file is believed only when its hash is right, and the library's
identity is written last: half a restored library is none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from studio import files
from studio.errors import InputError, StorageError
from studio.library.originals import HIDDEN
from studio.words import _

VERSION = 1
_MANIFEST = "manifest.json"
_INSIDE = "library"
_IDENTITY = f"{_INSIDE}/{HIDDEN}/id"
_BLOCK = 1 << 20
_LONGEST_MANIFEST = 1 << 30

Progress = Callable[[int], None]
"""Hears how many bytes were done; what it raises (`check.Stopped`) ends the work."""


class _Manifest(msgspec.Struct, frozen=True):
    version: int
    made: float
    sha256: dict[str, str]


class _Out:
    """A file that only grows, as ZipFile wants it."""

    def __init__(self, file: files.Appender) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        self._file.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Whoever opened the file closes it."""


def size_of(library: Path) -> int:
    """Bytes of everything a backup will hold; blocking."""
    return sum(path.stat().st_size for _name, path in _contents(library, {}) if path.exists())


def write(
    library: Path,
    target: Path,
    more: dict[str, Path],
    progress: Progress = lambda _done: None,
    *,
    over: bool = False,
) -> int:
    """Back everything up into a file; the number of files in it. Blocking.

    Args:
        more: files beside the library, by their name in the backup; missing ones are left out.
        over: a backup of that name may go, once this one is whole.

    The library may be in use. Raises InputError when `target` is taken, StorageError.
    """
    if target.exists() and not over:
        raise InputError(
            _("There is a file of that name already"),
            _("{name} is not written over.").format(name=target),
            hint=_("Choose another name for the backup."),
        )
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    done, hashes = 0, dict[str, str]()
    try:
        with files.Appender(part, lasting=False) as file:
            with zipfile.ZipFile(_Out(file), "w", zipfile.ZIP_STORED) as archive:
                for name, path in _contents(library, more):
                    # What a running program has finished with meanwhile is in the records.
                    with contextlib.suppress(FileNotFoundError):
                        for size in _add(archive, name, path, hashes):
                            done += size
                            progress(done)
                manifest = _Manifest(VERSION, time.time(), hashes)
                archive.writestr(_MANIFEST, msgspec.json.encode(manifest))
            file.sync()
        if over:
            files.into_place(part, target)
        else:
            files.move(part, target)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise files.storage_error(error, target) from error
        raise
    return len(hashes)


def _contents(library: Path, more: dict[str, Path]) -> Iterator[tuple[str, Path]]:
    """Names and files; the records first, so that none names a picture that was not there yet."""
    records = library / HIDDEN / "records"
    seen = set()
    for place in (records, library):
        for folder, folders, names in os.walk(place):
            folders.sort()
            for name in sorted(names):
                path = Path(folder) / name
                relative = path.relative_to(library).as_posix()
                temporary = name.startswith(".") and name.endswith((".new", ".part"))
                left_out = temporary or relative == f"{HIDDEN}/lock" or path.is_symlink()
                if relative not in seen and not left_out:
                    seen.add(relative)
                    yield f"{_INSIDE}/{relative}", path
    for name, path in more.items():
        if path.is_file():
            yield name, path


def _add(archive: zipfile.ZipFile, name: str, path: Path, hashes: dict[str, str]) -> Iterator[int]:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        # A log grows while it is read; what is there now is whole.
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


def read_back(
    source: Path, library: Path, more: dict[str, Path], progress: Progress = lambda _done: None
) -> int:
    """Put everything of a backup into a library folder where none is; the number of files.

    What is in `more` is put back only where it is missing. Blocking. Raises InputError for a file
    that is no backup or a folder that is in use, StorageError when the backup is damaged.
    """
    if (library / HIDDEN / "id").exists() or _has_pictures(library):
        raise InputError(
            _("There is a library already"),
            _("{folder} is not written over.").format(folder=library),
            hint=_("Move it away, or restore into another folder with --to."),
        )
    try:
        with zipfile.ZipFile(source) as archive:
            return _extract(archive, library, more, progress)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise StorageError(
            _("The backup is damaged"),
            f"{source}: {error}",
            hint=_("Nothing was put in its place. Is there an older backup?"),
        ) from error
    except OSError as error:
        raise files.storage_error(error, source) from error


def _has_pictures(library: Path) -> bool:
    return library.is_dir() and any(one.name != HIDDEN for one in library.iterdir())


def _extract(
    archive: zipfile.ZipFile, library: Path, more: dict[str, Path], progress: Progress
) -> int:
    manifest = _manifest(archive)
    names = sorted(manifest.sha256, key=lambda name: name == _IDENTITY)
    done = 0
    for name in names:
        target = _place(name, library, more)
        if target is None or (name in more and target.exists()):
            continue
        digest = hashlib.sha256()
        with archive.open(name) as source:
            part = target.with_name(f".{target.name}.new")
            files.ensure_folder(part.parent)
            part.unlink(missing_ok=True)
            done = _copy(_blocks(source), part, digest.update, done, progress)
        if digest.hexdigest() != manifest.sha256[name]:
            part.unlink(missing_ok=True)
            raise zipfile.BadZipFile(_("{name} has other bytes than it had").format(name=name))
        target.unlink(missing_ok=True)
        files.move(part, target)
    return len(names)


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block


def _copy(
    blocks: Iterator[bytes],
    part: Path,
    update: Callable[[bytes], None],
    done: int,
    progress: Progress,
) -> int:
    def passed() -> Iterator[bytes]:
        nonlocal done
        for block in blocks:
            update(block)
            done += len(block)
            progress(done)
            yield block

    files.write_new(part, passed())
    return done


def _manifest(archive: zipfile.ZipFile) -> _Manifest:
    try:
        if archive.getinfo(_MANIFEST).file_size > _LONGEST_MANIFEST:
            raise KeyError
        found = msgspec.json.decode(archive.read(_MANIFEST), type=_Manifest)
    except (KeyError, msgspec.MsgspecError) as error:
        raise InputError(
            _("This is no backup of Gridbrush"),
            _("{name} has no list of what is in it.").format(name=archive.filename),
        ) from error
    if found.version > VERSION:
        raise InputError(
            _("The backup was made by a newer Gridbrush"),
            hint=_("Install the newest version, then try again."),
        )
    if _IDENTITY not in found.sha256:
        raise InputError(_("There is no library in this backup"))
    return found


def _place(name: str, library: Path, more: dict[str, Path]) -> Path | None:
    """Where a file of the backup belongs; None for one that belongs nowhere."""
    if name in more:
        return more[name]
    parts = PurePosixPath(name).parts
    wrong = ("", ".", "..")
    if (
        parts[:1] != (_INSIDE,)
        or len(parts) < 2
        or any(part in wrong or "\\" in part or ":" in part or "\0" in part for part in parts)
    ):
        return None
    return library.joinpath(*parts[1:])
