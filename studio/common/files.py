"""Durable writes, appends and moves, and portable file names.

Writes are on disk when the call returns: data is fsynced before the rename, the folder after it.
Every durable step is announced to `watch`, so that a test can count the steps, kill the process at
any of them, or make one fail like a full disk. A failed fsync is never repeated on the same file:
its pages are marked clean, so a second call would succeed without writing.

Not for the thread of a user interface.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from studio.common import directory_handles
from studio.common.errors import StorageError
from studio.common.i18n import _

if sys.platform != "win32":
    import fcntl

_WINDOWS = sys.platform == "win32"
_BUSY_TRIES = 12
"""Attempts to rename while another program has the file open (Windows), about 10 s in all."""

_HELD = (32, 33)
"""Windows error codes for a file that is open elsewhere."""

_LONG_NAME = 300  # characters; longer names are shortened in messages
_FLUSH_EVERY = 4 << 20

Watcher = Callable[[str, Path], None]

_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> Callable[[], None]:
    """Call `watcher(kind, path)` before every durable step; returns the function to stop.

    Kinds: folder, create, write, sync, rename, sync-folder, append, remove. A watcher may raise
    OSError to make that step fail.
    """
    _watchers.append(watcher)

    def end() -> None:
        _watchers.remove(watcher)

    return end


def _step(kind: str, path: Path) -> None:
    for watcher in tuple(_watchers):
        watcher(kind, path)


def storage_error(error: OSError, path: Path) -> StorageError:
    """Convert an error of the disk to a StorageError with a hint."""
    name = str(path)
    if len(name) > _LONG_NAME:
        name = f"{name[: _LONG_NAME // 2]}…{name[-_LONG_NAME // 4 :]}"
    if error.errno == errno.ENAMETOOLONG:
        return StorageError(
            _("The name is too long"),
            _("{name} is too long for a file name.").format(name=name),
            hint=_("Choose a shorter name."),
        )
    if getattr(error, "winerror", None) in _HELD:
        return StorageError(
            _("The file is in use"),
            _("Another program has {name} open, so it cannot be changed.").format(name=name),
            hint=_("Close the other program, then try again."),
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(
            _("The disk is full"),
            _("No space left to write {name}.").format(name=name),
            hint=_("Free some space, then try again. Saved files are not affected."),
        )
    if error.errno == errno.EFBIG:
        return StorageError(
            _("The file is too large for this disk"),
            _("{name} is larger than this disk allows.").format(name=name),
            hint=_("Choose a folder on another disk. Memory cards often accept 4 GB at most."),
        )
    if error.errno == errno.ELOOP:
        return StorageError(
            _("Unexpected link"),
            _("{name} is a link or inside a linked folder. Nothing was changed.").format(name=name),
            hint=_("Replace the link with the actual folder or file."),
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return StorageError(
            _("No permission to write"),
            _("You have no permission to write {name}.").format(name=name),
            hint=_("Change the folder's permissions, or choose another folder."),
        )
    if error.errno == errno.EROFS:
        return StorageError(
            _("The disk is read-only"),
            _("{name} is on a read-only disk.").format(name=name),
            hint=_("Choose a folder on another disk."),
        )
    if error.errno in (errno.EEXIST, errno.EISDIR, errno.ENOTEMPTY):
        return StorageError(
            _("The name is already in use"),
            _("{name} already exists. It was not overwritten.").format(name=name),
            hint=_("Choose another name or another folder."),
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.EIO):
        return StorageError(
            _("The folder cannot be reached"),
            f"{name}: {error.strerror or error}",
            hint=_("Is the disk still connected? Connect it, then try again."),
        )
    return StorageError(_("The disk reported a problem"), f"{name}: {error.strerror or error}")


@contextlib.contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Convert OSErrors in the block to StorageErrors about `path`."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, path) from error


def sync_folder(folder: Path) -> None:
    """Make new and changed names in `folder` durable; not needed on Windows."""
    _step("sync-folder", folder)
    if _WINDOWS:
        return
    handle = -1
    try:
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
    except OSError as error:
        # Some disks do not support this, and some folders are writable but not readable.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EACCES):
            raise
    finally:
        if handle >= 0:
            os.close(handle)


def _sync(handle: int, path: Path) -> None:
    _step("sync", path)
    if sys.platform == "darwin":
        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    else:
        os.fsync(handle)


def check_way(root: Path, folder: Path) -> None:
    """Raise OSError (`ELOOP`) if the path from a folder to an entry below it contains a link."""
    directory_handles.check(root, folder)


def ensure_folder(folder: Path, *, within: Path | None = None) -> None:
    """Create `folder` and its parents durably, readable by this user only.

    Raises StorageError if the path from `within` contains a link.
    """
    with storage_errors(folder):
        if within is not None:
            check_way(within, folder)
        if folder.is_dir():
            return
        missing = [folder]
        while not missing[-1].parent.is_dir():
            missing.append(missing[-1].parent)
        for one in reversed(missing):
            _step("folder", one)
            with contextlib.suppress(FileExistsError):
                one.mkdir(mode=0o700)
            sync_folder(one.parent)


def new_folder(folder: Path) -> None:
    """Create a folder in an existing one; durable after `sync_folder` of its parent."""
    with storage_errors(folder):
        _step("folder", folder)
        folder.mkdir(mode=0o700)


def private_folder(folder: Path) -> None:
    """Create `folder` and its parents, readable by this user only, but not durably.

    For caches and logs. Raises OSError.
    """
    missing = [folder]
    while not missing[-1].is_dir() and missing[-1] != missing[-1].parent:
        missing.append(missing[-1].parent)
    for one in reversed(missing[:-1]):
        with contextlib.suppress(FileExistsError):
            one.mkdir(mode=0o700)


def beside(path: Path) -> Path:
    """A temporary name in the same folder, short if the name is long."""
    return path.with_name(f".{path.name[:24]}.{os.getpid()}.{time.monotonic_ns():x}.new")


def write_new(
    path: Path, chunks: Iterable[bytes], *, mode: int = 0o600, told: Path | None = None
) -> int:
    """Write a new file durably, except for its name, which `sync_folder` makes durable.

    Returns the number of bytes. An incomplete file is removed. Errors name `told`, the path that
    the user knows, instead of `path`; the umask is subtracted from `mode`.
    """
    with storage_errors(told or path):
        _step("create", path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags, mode)
        total = 0
        try:
            for chunk in chunks:
                _step("write", path)
                total += write_all(handle, chunk)
            _sync(handle, path)
        except BaseException:
            os.close(handle)
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        os.close(handle)
        return total


def write_all(handle: int, data: bytes) -> int:
    """Write all bytes at the handle's position; returns their number. Raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
    return len(data)


def replace(path: Path, data: bytes, *, within: Path | None = None) -> None:
    """Write a file atomically and durably, over an existing one.

    Raises StorageError if the path from `within` contains a link.
    """
    temporary = beside(path)
    if within is not None:
        with storage_errors(path):
            check_way(within, path.parent)
    try:
        write_new(temporary, (data,))
    except StorageError as error:
        # The folder nearly always exists, so it is not checked first.
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        ensure_folder(path.parent, within=within)
        write_new(temporary, (data,))
    into_place(temporary, path, within=within)


def set_aside(path: Path) -> StorageError:
    """Rename an invalid file with `put_aside`; returns the error to show."""
    try:
        return set_aside_error(path, put_aside(path))
    except OSError as error:
        return storage_error(error, path)


def set_aside_error(path: Path, aside: Path) -> StorageError:
    """Error for an invalid file that was renamed."""
    return StorageError(
        _("{name} could not be read").format(name=path.name),
        _("It was renamed {name}; defaults are used.").format(name=aside),
        hint=_("Pictures and keys are not affected."),
    )


def put_aside(path: Path) -> Path:
    """Rename an invalid file to a free name that marks it as such; returns the new path.

    Raises OSError.
    """
    number = 1
    aside = path.with_name(f"{path.stem}.broken{path.suffix}")
    while os.path.lexists(aside):
        number += 1
        aside = path.with_name(f"{path.stem}.broken-{number}{path.suffix}")
    path.replace(aside)
    return aside


def rewrite(path: Path) -> None:
    """Replace a file whose fsync failed with a durable copy of itself."""
    copy_over(path, path)


def copy_over(source: Path, target: Path) -> None:
    """Copy a file atomically and durably, over an existing one."""
    temporary = beside(target)
    write_new(temporary, _blocks(source))
    into_place(temporary, target)


def into_place(temporary: Path, path: Path, *, within: Path | None = None) -> None:
    """Rename a complete, synced file to `path`, durably; it is removed if that fails."""
    with storage_errors(path):
        try:
            _rename(temporary, path, within)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def claim(temporary: Path, path: Path) -> None:
    """Rename a complete, synced file to a free name, durably; it is removed if that fails.

    Raises FileExistsError if the name is taken, and then keeps the file; StorageError.
    """
    try:
        _step("rename", path)
        if _WINDOWS:
            # A rename on Windows replaces nothing.
            until_free(lambda: temporary.rename(path))
        else:
            directory_handles.name_anew(temporary, path)
    except FileExistsError:
        raise
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise storage_error(error, path) from error
    with storage_errors(path):
        sync_folder(path.parent)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_FLUSH_EVERY):
            yield block


def write_file(path: Path, data: bytes) -> None:
    """Write a file atomically but not durably, for data that another file will have as well."""
    with storage_errors(path):
        temporary = path.with_name(f".{path.name}.new")
        _step("create", temporary)
        temporary.write_bytes(data)
        _rename(temporary, path)


def move(
    source: Path,
    target: Path,
    *,
    leaving: bool = False,
    lasting: bool = True,
    within: Path | None = None,
) -> None:
    """Move a file on one disk, durably. Raises StorageError if `target` exists.

    Also raises it if the path from `within` to the target contains a link. With `leaving` the old
    folder is not synced, because it is removed next, or because its old entry would do no harm.
    Without `lasting` the caller syncs the new folder. Another program could create `target` between
    the check and the renaming; names with an id of this program are safe, use `claim` for others.
    """
    with storage_errors(target):
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        try:
            _rename(source, target, within)
        except FileNotFoundError:
            if target.parent.is_dir():
                raise
            ensure_folder(target.parent, within=within)
            _rename(source, target, within)
        if lasting:
            sync_folder(target.parent)
        if source.parent != target.parent and not leaving:
            sync_folder(source.parent)


def _rename(source: Path, target: Path, within: Path | None = None) -> None:
    def act() -> None:
        if within is None:
            source.replace(target)
        else:
            directory_handles.rename(within, source, target)

    _step("rename", target)
    if _WINDOWS:
        until_free(act)
    else:
        act()


def until_free(act: Callable[[], object], wait: Callable[[float], object] = time.sleep) -> None:
    """Retry `act` for 10 s while another program, such as a virus scanner, has the file open.

    Needed on Windows only. Raises PermissionError in the end.
    """
    for attempt in range(_BUSY_TRIES):
        try:
            act()
        except PermissionError:
            if attempt == _BUSY_TRIES - 1:
                raise
            wait(min(0.05 * 2**attempt, 1.6))
        else:
            return


def remove(path: Path, *, within: Path | None = None) -> None:
    """Remove a file if it exists. Raises StorageError, also if the path contains a link."""

    def act() -> None:
        with contextlib.suppress(FileNotFoundError):
            if within is None:
                path.unlink()
            else:
                directory_handles.unlink(within, path)

    with storage_errors(path):
        _step("remove", path)
        if _WINDOWS:
            until_free(act)
        else:
            act()


def rename_folder(source: Path, target: Path, *, lasting: bool = True) -> None:
    """Rename a folder in the same parent, durably unless `lasting` is False."""
    with storage_errors(source):
        _rename(source, target)
        if lasting:
            sync_folder(target.parent)


def remove_folder(folder: Path) -> None:
    """Remove a folder and its contents as far as possible; links are left alone."""
    with contextlib.suppress(OSError):
        if directory_handles.is_link(folder.lstat()):
            return
        for one in folder.iterdir():
            one.unlink()
        folder.rmdir()
        return
    shutil.rmtree(folder, ignore_errors=True)


class Appender:
    """An append-only file: the record log, the body of an answer.

    Its name is durable at once unless `lasting` is False, for files in an existing folder that are
    renamed later. Errors name `told`, the path that the user knows, instead of `path`.
    """

    def __init__(self, path: Path, *, lasting: bool = True, told: Path | None = None) -> None:
        if lasting:
            ensure_folder(path.parent)
        self.path = path
        self._told = told or path
        with storage_errors(self._told):
            new = not path.exists()
            if new:
                _step("create", path)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            flags |= getattr(os, "O_NOFOLLOW", 0)
            self._handle = os.open(path, flags, 0o600)
            self.size = self._flushed = 0 if new else os.fstat(self._handle).st_size
            if new and lasting:
                sync_folder(path.parent)

    def append(self, data: bytes) -> int:
        """Append bytes, not yet durably; returns their offset."""
        with storage_errors(self._told):
            _step("append", self.path)
            start = self.size
            try:
                write_all(self._handle, data)
            except OSError:
                # An incomplete line would damage the next one.
                with contextlib.suppress(OSError):
                    os.ftruncate(self._handle, start)
                raise
            self.size += len(data)
            if self.size - self._flushed >= _FLUSH_EVERY:
                self._flush()
            return start

    def content(self) -> Iterator[bytes]:
        """Content in chunks, readable even after the file was deleted or renamed."""
        with storage_errors(self._told):
            os.lseek(self._handle, 0, os.SEEK_SET)
            while piece := os.read(self._handle, _FLUSH_EVERY):
                yield piece

    def _flush(self) -> None:
        """Start writing to disk, so that little is left for the fsync."""
        start, self._flushed = self._flushed, self.size
        if sys.platform == "linux":
            # The call is only a hint to the system.
            with contextlib.suppress(OSError):
                os.posix_fadvise(self._handle, start, self.size - start, os.POSIX_FADV_DONTNEED)

    def sync(self) -> None:
        """Make everything appended so far durable."""
        with storage_errors(self._told):
            _sync(self._handle, self.path)

    def in_place(self) -> bool:
        """Whether the path still refers to this file: it was not moved or deleted."""
        try:
            named = self.path.stat()
        except OSError:
            return False
        here = os.fstat(self._handle)
        return (named.st_dev, named.st_ino) == (here.st_dev, here.st_ino)

    @property
    def open(self) -> bool:
        return self._handle >= 0

    def close(self) -> None:
        """Close the file; idempotent."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> Appender:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def free_bytes(folder: Path) -> int:
    """Free bytes for this user on the disk of `folder`, which may not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


_RESERVED = frozenset(
    {"con", "prn", "aux", "nul"}
    | {f"com{n}" for n in range(1, 10)}
    | {f"lpt{n}" for n in range(1, 10)}
)


def slug(text: str, *, limit: int = 60) -> str:
    """A file name of letters and digits of any script, joined by hyphens; at most `limit` bytes.

    Never empty, and never a name reserved by a system.
    """
    kept: list[str] = []
    for sign in unicodedata.normalize("NFC", text).lower():
        kind = unicodedata.category(sign)
        if kind[0] in "LN" or (kind[0] == "M" and kept and kept[-1] != "-"):
            kept.append(sign)
        elif kept and kept[-1] != "-":
            kept.append("-")
    name = unicodedata.normalize("NFC", "".join(kept)).strip("-")
    while len(name.encode()) > limit:
        shorter = name.rpartition("-")[0]
        name = shorter if len(shorter.encode()) > limit // 2 else name[:-1]
    name = name.strip("-") or "picture"
    return f"picture-{name}" if name in _RESERVED else name
