"""Restore of a backup, which may be broken or malicious.

A backup's hashes prove that it is complete, not who made it, so its names, sizes and compression
ratios are checked before anything is written. The files are written to a folder beside the
library's, verified, and moved into place by one rename. Content that the next start would act on
(unfinished work, addresses that keys are sent to) is left out unless the user agreed; the lock and
unknown files are always left out.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from studio.common import directory_handles, files, json_reader, user_input
from studio.common.errors import InputError, StorageError
from studio.common.i18n import _
from studio.common.library_lock import LibraryLock
from studio.config.settings import BUILT_IN_NAMES, built_in
from studio.domain.entities import new_id
from studio.library.files import originals as inside
from studio.library.files.originals import HIDDEN, UNFINISHED

VERSION = 1
MANIFEST = "manifest.json"
INSIDE = "library"
SETTINGS = "settings.json"
_LASTING = ("id", "records", "inputs", "turns", "trash", "copies", "damaged")
_IDENTITY = f"{INSIDE}/{HIDDEN}/id"
_BLOCK = 1 << 20
_LARGEST_DIRECTORY = 256 << 20
_LARGEST_BESIDE = 16 << 20
_FEWEST_ENTRIES = 1000
_BYTES_OF_AN_ENTRY = 256
"""Minimum size in bytes of an entry, which has the name three times and the hash."""

_RATIO = 200
"""Limit of the compression ratio; records reach twenty."""

_STAGE = ".restoring-"
_HEADER = 30
_NAME = 4096

Progress = Callable[[int], None]
"""Called with the number of bytes done; an exception (`Stopped`) ends the work."""


class BackupManifest(msgspec.Struct, frozen=True):
    """Content of `manifest.json`: the SHA-256 of every other file."""

    version: int
    made: float
    sha256: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingWork:
    """Parts of a backup that the next start would act on.

    Attributes:
        unfinished: number of files of unfinished imports, deletions and requests.
        addresses: titles of providers and their addresses, which keys would be sent to.
    """

    unfinished: int = 0
    addresses: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.unfinished or self.addresses)


class _BoundedZipFile(io.FileIO):
    """File that refuses to read a central directory larger than possible for its size."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LARGEST_DIRECTORY:
            raise zipfile.BadZipFile(_("its file list is too long"))
        data = super().read(-1 if size is None else size)
        most = _FEWEST_ENTRIES + os.fstat(self.fileno()).st_size // _BYTES_OF_AN_ENTRY
        if len(data) > 64 * _FEWEST_ENTRIES and data.count(b"PK\x01\x02") > most:
            raise zipfile.BadZipFile(_("its file list is too long"))
        return data


@contextlib.contextmanager
def opened(source: Path) -> Iterator[Backup]:
    """Open and check a backup. Raises InputError, StorageError, also for errors in the block."""
    try:
        plain = user_input.opened(source)
    except user_input.Unusable as error:
        raise InputError(
            _("Not a Gridbrush backup"),
            f"{user_input.shown_name(source)}: {error.reason}",
            hint=error.hint,
        ) from error
    try:
        with (
            plain,
            _BoundedZipFile(plain.fileno(), closefd=False) as file,
            zipfile.ZipFile(file) as archive,
        ):
            yield Backup(archive, source)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise _damaged(source, error) from error
    except (RuntimeError, LookupError, ValueError, ArithmeticError) as error:
        raise _damaged(source, error) from error
    except (zlib.error, struct.error, MemoryError) as error:
        raise _damaged(source, error) from error
    except OSError as error:
        if error.errno == errno.EINVAL:
            # The central directory of the archive has a negative offset.
            raise _damaged(source, error) from error
        raise files.storage_error(error, source) from error


def _damaged(source: Path, error: BaseException) -> StorageError:
    return StorageError(
        _("The backup is damaged"),
        f"{source}: {str(error)[:200]}",
        hint=_("Nothing was restored. Try an older backup."),
    )


class Backup:
    """An open backup.

    Attributes:
        held: parts that need the user's consent.
        left_out: number of files that `restore` left out.
    """

    def __init__(self, archive: zipfile.ZipFile, source: Path) -> None:
        self._archive = archive
        self._source = source
        self._entries = _checked_entries(archive)
        self._manifest = self._read_manifest()
        settings = self._beside(SETTINGS) if SETTINGS in self._manifest.sha256 else b""
        self.held = PendingWork(
            unfinished=sum(_is_unfinished(name) for name in self._manifest.sha256),
            addresses=_addresses(settings),
        )
        self.left_out = 0

    def restore(
        self,
        library: Path,
        more: dict[str, Path],
        progress: Progress = lambda _done: None,
        *,
        agreed: bool = False,
    ) -> int:
        """Restore the library into a folder without a library; returns the number of files.

        Files in `more` are restored only if they are missing; `agreed` includes the parts in
        `held`. Blocking. Raises InputError for a folder that is in use, StorageError; then nothing
        is changed.
        """
        library = library.resolve()
        _clear_leftovers(library)
        _check_free(library)
        wanted = [name for name in self._manifest.sha256 if _is_wanted(name, agreed=agreed)]
        _check_names(wanted)
        beside = self._all_beside(more, agreed=agreed)
        self.left_out = len(self._manifest.sha256) - len(wanted) - len(beside)
        self._check_room(library, wanted)
        above = next(one for one in (library, *library.parents) if one.exists())
        stage = (library if above == library else library.parent) / f"{_STAGE}{new_id()}"
        lock = LibraryLock(stage)
        placed: list[Path] = []
        try:
            # The lock keeps other processes from removing the folder.
            lock.acquire()
            self._stage(wanted, stage, progress)
            lock.release()
            (stage / HIDDEN / "lock").unlink()
            for path, data in beside.items():
                files.replace(path, data)
                placed.append(path)
            _into_place(stage, library)
        except BaseException:
            lock.release()
            shutil.rmtree(stage, ignore_errors=True)
            for path in placed:
                with contextlib.suppress(OSError):
                    path.unlink()
            _remove_empty(library, above)
            raise
        return len(wanted) + len(beside)

    def _read_manifest(self) -> BackupManifest:
        nothing = InputError(
            _("Not a Gridbrush backup"),
            _("{name} has no file list.").format(name=self._source),
        )
        entry = self._entries.get(MANIFEST)
        if entry is None or entry.file_size > 16 * _NAME + _NAME * len(self._entries):
            raise nothing
        try:
            found = json_reader.decode(self._archive.read(entry), BackupManifest)
        except json_reader.NotUnderstood as error:
            raise nothing from error
        if found.version > VERSION:
            raise InputError(
                _("The backup was made by a newer version of Gridbrush"),
                hint=_("Install the newest version, then try again."),
            )
        if _IDENTITY not in found.sha256:
            raise InputError(_("This backup contains no library"))
        return found

    def _entry(self, name: str) -> zipfile.ZipInfo:
        if name not in self._entries:
            raise zipfile.BadZipFile(_("{name} is missing").format(name=repr(name[:200])))
        return self._entries[name]

    def _beside(self, name: str) -> bytes:
        """A small file beside the library, verified."""
        entry = self._entry(name)
        if entry.file_size > _LARGEST_BESIDE:
            raise zipfile.BadZipFile(_("{name} is too large").format(name=name))
        data = self._archive.read(entry)
        if hashlib.sha256(data).hexdigest() != self._manifest.sha256[name]:
            raise zipfile.BadZipFile(_("the content of {name} has changed").format(name=name))
        return data

    def _all_beside(self, more: dict[str, Path], *, agreed: bool) -> dict[Path, bytes]:
        found: dict[Path, bytes] = {}
        for name, path in more.items():
            if name in self._manifest.sha256 and not os.path.lexists(path):
                data: bytes | None = self._beside(name)
                if name == SETTINGS:
                    data = _harmless(data or b"", agreed=agreed)
                if data is not None:
                    found[path] = data
        return found

    def _check_room(self, library: Path, wanted: Sequence[str]) -> None:
        needed = sum(self._entry(name).file_size for name in wanted)
        if needed > files.free_bytes(library):
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise files.storage_error(full, library) from full

    def _stage(self, wanted: Sequence[str], stage: Path, progress: Progress) -> None:
        """Write and verify all files in a folder of their own."""
        done = 0
        files.ensure_folder(stage)
        # The id comes last: without it, the folder is not yet a library.
        for name in sorted(wanted, key=lambda one: one == _IDENTITY):
            target = stage / name.removeprefix(f"{INSIDE}/")
            files.ensure_folder(target.parent, within=stage)
            if self._entry(name).compress_type != zipfile.ZIP_STORED:
                # Compressed files are verified before they are written.
                for _block in self._blocks(name):
                    pass
            for size in self._written(name, target):
                done += size
                progress(done)
            files.sync_folder(target.parent)

    def _written(self, name: str, target: Path) -> Iterator[int]:
        sizes: list[int] = []

        def noted() -> Iterator[bytes]:
            for block in self._blocks(name):
                sizes.append(len(block))
                yield block

        files.write_new(target, noted())
        yield from sizes

    def _blocks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file. Raises BadZipFile at the end if the hash differs."""
        digest = hashlib.sha256()
        with self._archive.open(self._entry(name)) as source:
            while block := source.read(_BLOCK):
                digest.update(block)
                yield block
        if digest.hexdigest() != self._manifest.sha256[name]:
            raise zipfile.BadZipFile(_("the content of {name} has changed").format(name=name))


def _checked_entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The entries by name. Raises BadZipFile if they overlap or expand too much."""
    end = 0
    for entry in sorted(archive.infolist(), key=lambda one: one.header_offset):
        packed = entry.compress_type != zipfile.ZIP_STORED
        if packed and entry.compress_type != zipfile.ZIP_DEFLATED:
            raise zipfile.BadZipFile(_("unsupported compression"))
        largest = entry.compress_size * _RATIO + _NAME if packed else entry.compress_size
        if entry.file_size > largest or entry.header_offset < end:
            raise zipfile.BadZipFile(_("it lists more content than it can hold"))
        end = entry.header_offset + _HEADER + entry.compress_size
    return {entry.filename: entry for entry in archive.infolist()}


def _parts(name: str) -> tuple[str, ...]:
    """Path parts of a library file below its folder; empty for any other."""
    top, _slash, below = name.partition("/")
    return (inside.parts(below) or ()) if top == INSIDE else ()


def _check_names(names: Sequence[str]) -> None:
    """Raise BadZipFile if a name is used for both a file and a folder."""
    every = set(names)
    for name in names:
        parents = (name[:at] for at, sign in enumerate(name) if sign == "/")
        if both := next((one for one in parents if one in every), None):
            raise zipfile.BadZipFile(_("{name} is both a file and a folder").format(name=both))


def _is_unfinished(name: str) -> bool:
    names = _parts(name)
    return len(names) > 2 and names[0] == HIDDEN and names[1] in UNFINISHED


def _is_wanted(name: str, *, agreed: bool) -> bool:
    names = _parts(name)
    if not names:
        return False
    if names[0] == HIDDEN:
        return len(names) > 1 and (names[1] in _LASTING or (agreed and _is_unfinished(name)))
    # Excludes other spellings that some file system treats as the hidden folder.
    return not inside.is_hidden(names[0])


def _settings(data: bytes) -> dict[str, Any]:
    try:
        found = json_reader.plain(data)
    except json_reader.NotUnderstood:
        return {}
    return found if isinstance(found, dict) else {}


def _profiles(settings: dict[str, Any]) -> list[dict[str, Any]]:
    every = settings.get("profiles")
    return [one for one in every if isinstance(one, dict)] if isinstance(every, list) else []


def _addresses(data: bytes) -> tuple[tuple[str, str], ...]:
    return tuple(
        (str(one.get("title") or one.get("name"))[:60], str(one.get("base_url"))[:200])
        for one in _profiles(_settings(data))
    )


def _harmless(data: bytes, *, agreed: bool) -> bytes | None:
    """Settings without anything harmful; None for invalid ones.

    The library's folder and the hosts of keys are always those of this computer. Even if the user
    agreed to the addresses, a key stored here is still sent only to its former host.
    """
    settings = _settings(data)
    if not settings:
        return None
    for name in ("library", "key_hosts"):
        settings.pop(name, None)
    if agreed:
        named = {one.get("name") for one in _profiles(settings)}
        settings["key_hosts"] = [
            [one.name, urlsplit(one.base_url).hostname or ""]
            for one in built_in()
            if one.name in named
        ]
    else:
        settings.pop("profiles", None)
        if settings.get("profile") not in BUILT_IN_NAMES:
            settings.pop("profile", None)
        for name, value in list(settings.items()):
            # Settings of a newer version may have addresses in unknown entries.
            if name != "system" and b"://" in msgspec.json.encode(value):
                del settings[name]
    return msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n"


def _clear_leftovers(library: Path) -> None:
    """Remove folders of killed restores; a running one holds its lock."""
    for folder in (library, library.parent):
        try:
            children = _children(folder)
        except OSError:
            # The folder cannot be read; leftovers do no harm.
            continue
        for one in children:
            name = one.name.removeprefix(_STAGE)
            if name == one.name or not json_reader.is_id(name):
                continue
            with contextlib.suppress(StorageError, OSError):
                if directory_handles.is_link(one.lstat()):
                    continue
                with LibraryLock(one):
                    pass
                shutil.rmtree(one, ignore_errors=True)


def _check_free(library: Path) -> None:
    """Raise InputError unless the folder is empty or missing."""
    if not os.path.lexists(library) or (library.is_dir() and not _has_anything(library)):
        return
    raise InputError(
        _("A library already exists"),
        _("{folder} is not overwritten.").format(folder=library),
        hint=_("Move it elsewhere, or restore to another folder with --to."),
    )


def _has_anything(library: Path) -> bool:
    """Whether a folder has anything but a leftover lock."""
    return any(
        not one.is_dir() if one.name == HIDDEN else True for one in library.iterdir()
    ) or any(one.name != "lock" for one in _children(library / HIDDEN))


def _children(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _into_place(stage: Path, library: Path) -> None:
    """Move the library with one rename, or into an existing folder with the hidden folder last."""
    if stage.parent != library:
        try:
            files.rename_folder(stage, library)
        except BaseException:
            # The rename may have succeeded without being durable.
            if not stage.exists():
                shutil.rmtree(library, ignore_errors=True)
            raise
        return
    moved: list[Path] = []
    with contextlib.suppress(OSError):
        (library / HIDDEN / "lock").unlink()
    with contextlib.suppress(OSError):
        (library / HIDDEN).rmdir()
    try:
        for one in sorted(stage.iterdir(), key=lambda path: path.name == HIDDEN):
            target = library / one.name
            if os.path.lexists(target):
                # Another program created it meanwhile, so it is neither replaced nor removed below.
                raise files.storage_error(FileExistsError(errno.EEXIST, ""), target)
            moved.append(target)
            files.rename_folder(one, target)
    except BaseException:
        for one in reversed(moved):
            if one.is_dir() and not directory_handles.is_link(one.lstat()):
                shutil.rmtree(one, ignore_errors=True)
            else:
                one.unlink(missing_ok=True)
        raise
    stage.rmdir()


def _remove_empty(library: Path, above: Path) -> None:
    """Remove the folders that were created for the library."""
    for one in (library, *library.parents):
        if one == above:
            return
        with contextlib.suppress(OSError):
            one.rmdir()
