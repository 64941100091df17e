"""Library lock: one owner at a time, named in the lock file.

The lock is the operating system's, so it ends with the process that holds it, however that ends.
The text in the file only names the owner, and shows whether the folder was last used by another
machine, whose locks cannot be seen from here.
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

import msgspec

from studio import __version__
from studio.common import file_lock, json_reader
from studio.common.errors import LibraryLocked
from studio.common.files import ensure_folder, storage_error
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood

_LONGEST_NAME = 1 << 16  # bytes of an owner's note about itself
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOwner:
    """Owner of a library, as noted in its lock file.

    Attributes:
        host: name of the machine, for people.
        machine: identifier of the machine, to tell apart two with the same name.
        started: when the program started, seconds since 1970 UTC.
    """

    pid: int
    host: str
    machine: str
    started: float
    version: str

    @property
    def elsewhere(self) -> bool:
        """Whether the owner is on another machine, so that its process cannot be seen from here.

        Only then may the user be asked to open the library anyway.
        """
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
    # `uname` avoids importing sockets, which nothing else needs at the start.
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
    """Process that opened the library last and did not close it, if any. Blocking.

    An owner on this machine may have been killed meanwhile.
    """
    try:
        return json_reader.load(_lock_file(folder), LockOwner, limit=_LONGEST_NAME)
    except (OSError, NotUnderstood):
        return None


class LibraryLock:
    """Lock for writing to one library. Its methods block.

    Attributes:
        held: whether this object holds it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held = False
        self._handle = -1

    def acquire(self, *, anyway: bool = False) -> None:
        """Take the lock or raise LibraryLocked, which names the owner; never waits.

        A library last opened on another machine is refused, because its lock cannot be seen in a
        synced folder or on a share; with `anyway` the user has confirmed that it is closed there.
        Raises StorageError if the folder cannot be written.
        """
        path = _lock_file(self.folder)
        ensure_folder(path.parent)
        try:
            # The note must not be written through a link.
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
            # A share without locks: only the note shows whether there is an owner.
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
        """Release the lock and clear the note; does nothing when it is not held."""
        if not self.held:
            return
        self.held = False
        # On a full or vanished disk the next start on this machine gets the lock anyway.
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, 0)
        with contextlib.suppress(OSError):
            file_lock.unlock(self._handle)
        os.close(self._handle)
        self._handle = -1

    def __enter__(self) -> LibraryLock:
        self.acquire()
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()


def _locked(who: LockOwner | None) -> LibraryLocked:
    if who is None:
        return LibraryLocked(
            _("The library is already open"),
            _("Another Gridbrush has this library open."),
            hint=_("Use that one, or close it first."),
        )
    if who.elsewhere:
        locked = LibraryLocked(
            _("The library is open on another computer"),
            _("Gridbrush on {host} has this library open or ended unexpectedly.").format(
                host=who.host
            ),
            hint=_(
                "Close it there. If it is already closed there, or was moved here, open it "
                "anyway (--anyway)."
            ),
        )
        locked.elsewhere = True
        return locked
    return LibraryLocked(
        _("The library is already open"),
        _("Another Gridbrush (process {pid} on {host}) has this library open.").format(
            pid=who.pid, host=who.host
        ),
        hint=_("Use that one, or close it first."),
    )
