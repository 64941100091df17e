"""Lock of a library: one owner at a time.

It is a lock of the operating system, which is released when the process ends in any way. The
content of the file only identifies the owner, and tells whether the folder was last used by another
machine, whose locks are not visible here.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import msgspec

from studio import __version__
from studio.common import file_lock, json_reader
from studio.common.errors import LibraryLocked
from studio.common.files import ensure_folder, storage_error
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood

_LONGEST_NAME = 1 << 16  # bytes of the file
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOwner:
    """Owner of a library, as written in the lock file.

    Attributes:
        host: the machine's name, for people.
        machine: identifies the machine, even among those with the same name.
        started: start of the program, in seconds since 1970 UTC.
    """

    pid: int
    host: str
    machine: str
    started: float
    version: str

    @property
    def elsewhere(self) -> bool:
        """Whether this is another machine, so that only the user knows whether it still runs."""
        return self.machine != _machine()


_started = time.time()


def _myself() -> LockOwner:
    return LockOwner(
        pid=os.getpid(),
        host=_host(),
        machine=_machine(),
        started=_started,
        version=__version__,
    )


def _host() -> str:
    # Avoids the import of sockets at startup.
    return os.uname().nodename if hasattr(os, "uname") else socket.gethostname()


def _machine() -> str:
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        with contextlib.suppress(OSError):
            if text := path.read_text().strip():
                return hashlib.sha256(f"gridbrush {text}".encode()).hexdigest()[:16]
    return _host().lower()


def _lock_file(folder: Path) -> Path:
    return folder / ".gridbrush" / "lock"


def holder(folder: Path) -> LockOwner | None:
    """Last owner that did not close the library, if any. Blocking.

    A process of this machine may have been killed.
    """
    try:
        return json_reader.load(_lock_file(folder), LockOwner, limit=_LONGEST_NAME)
    except (OSError, NotUnderstood):
        return None


class LibraryLock:
    """Lock for writing to one library; blocking calls.

    Attributes:
        held: whether this object has the lock.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held = False
        self._handle = -1

    def acquire(self, *, anyway: bool = False) -> None:
        """Acquire the lock without waiting, or raise LibraryLocked with the owner.

        A library last opened on another machine is refused, because its lock may be invisible in a
        synced folder or on a share, unless `anyway`: the user knows that it is closed there. Raises
        StorageError where the folder cannot be written.
        """
        path = _lock_file(self.folder)
        ensure_folder(path.parent)
        try:
            # Do not write through a link.
            flags = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o600)
        except OSError as error:
            raise storage_error(error, path) from error
        try:
            self._lock_file(handle, path, anyway=anyway)
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle
        self.held = True

    def _lock_file(self, handle: int, path: Path, *, anyway: bool) -> None:
        try:
            taken = file_lock.lock(handle)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise storage_error(error, path) from error
            # On a share without locks only the content of the file counts.
            taken = anyway or holder(self.folder) is None
        before = holder(self.folder)
        if not taken:
            raise _locked(before)
        if before is not None and before.elsewhere and not anyway:
            raise _locked(before)
        text = msgspec.json.encode(_myself()) + b"\n"
        try:
            os.lseek(handle, 0, os.SEEK_SET)
            os.write(handle, text)
            os.ftruncate(handle, len(text))
        except OSError as error:
            raise storage_error(error, path) from error

    def release(self) -> None:
        """Release the lock and empty the file; does nothing when it is not held."""
        if not self.held:
            return
        self.held = False
        # On an error the next start on this machine gets the lock all the same.
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, 0)
        with contextlib.suppress(OSError):
            file_lock.unlock(self._handle)
        os.close(self._handle)
        self._handle = -1

    def __enter__(self) -> LibraryLock:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _locked(who: LockOwner | None) -> LibraryLocked:
    if who is None:
        return LibraryLocked(
            _("The library is open already"),
            _("Another Gridbrush has this library open."),
            hint=_("Use that one, or close it first."),
        )
    if who.elsewhere:
        locked = LibraryLocked(
            _("The library is open on another computer"),
            _("Gridbrush on {host} has this library open, or did not close it.").format(
                host=who.host
            ),
            hint=_("Close it there. If it is closed, or it was moved, open it anyway (--anyway)."),
        )
        locked.elsewhere = True
        return locked
    return LibraryLocked(
        _("The library is open already"),
        _("Another Gridbrush (process {pid} on {host}) has this library open.").format(
            pid=who.pid, host=who.host
        ),
        hint=_("Use that one, or close it first."),
    )
