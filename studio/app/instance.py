"""One owner per library: the lock, who holds it, and the bell a second start rings.

The lock is the operating system's own, so it goes with the process that held it, however that
ended. What is written in the file only says who it is, and whether the folder was last used by
another machine, whose locks cannot be seen from here.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import secrets
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from studio import __version__
from studio.common import file_lock, json_reader
from studio.common.errors import LibraryLocked
from studio.common.files import ensure_folder, storage_error
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood

if TYPE_CHECKING:
    Work = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    """Takes the line of somebody who has work for the owner, until that is done."""

_PATIENCE = 2.0
_ASK_AGAIN = 0.1
_RAISE, _WORK, _YES = b"raise\n", b"work\n", b"ok\n"
_MOST_NAMES = 1 << 20  # bytes of the files' names that a second start was given
_LONGEST_NAME = 1 << 16  # bytes of what a holder wrote down of itself
_LINE = 1024  # bytes of a line; what is longer comes with its length before it
_LONGEST_ADDRESS = 100  # bytes of a socket's path; systems take 104 or 108
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who opened a library for writing, as they wrote it down.

    Attributes:
        host: the machine's name, for people.
        machine: what tells two machines apart even when they have the same name.
        started: when the program started, seconds since 1970 UTC.
    """

    pid: int
    host: str
    machine: str
    started: float
    version: str

    @property
    def elsewhere(self) -> bool:
        """Whether this is another machine, so that nobody here can know if it still runs.

        Then, and only then, the user may be asked to open the library anyway.
        """
        return self.machine != _machine()


_started = time.time()


def _myself() -> Holder:
    return Holder(
        pid=os.getpid(),
        host=_host(),
        machine=_machine(),
        started=_started,
        version=__version__,
    )


def _host() -> str:
    # Asking the system needs no sockets, and a start none either.
    return os.uname().nodename if hasattr(os, "uname") else socket.gethostname()


def _machine() -> str:
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        with contextlib.suppress(OSError):
            if text := path.read_text().strip():
                return hashlib.sha256(f"gridbrush {text}".encode()).hexdigest()[:16]
    return _host().lower()


def _lock_file(folder: Path) -> Path:
    return folder / ".gridbrush" / "lock"


def holder(folder: Path) -> Holder | None:
    """Who last opened the library and did not close it; None when nobody did. Blocking.

    Somebody on this machine named here may have been ended without a word.
    """
    try:
        return json_reader.load(_lock_file(folder), Holder, limit=_LONGEST_NAME)
    except (OSError, NotUnderstood):
        return None


class LibraryLock:
    """The right to write to one library; blocking calls.

    Attributes:
        held: whether this object has it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held = False
        self._handle = -1

    def acquire(self, *, anyway: bool = False) -> None:
        """Take it or raise LibraryLocked, which says who has it; never waits.

        A library last opened on another machine is refused, because that machine's lock cannot be
        seen in a synced folder or on a share; with `anyway` the user has said that it is closed
        there. Raises StorageError where the folder cannot be written.
        """
        path = _lock_file(self.folder)
        ensure_folder(path.parent)
        try:
            # What is written there must not go where a link leads.
            flags = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o600)
        except OSError as error:
            raise storage_error(error, path) from error
        try:
            self._take(handle, path, anyway=anyway)
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle
        self.held = True

    def _take(self, handle: int, path: Path, *, anyway: bool) -> None:
        try:
            taken = file_lock.lock(handle)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise storage_error(error, path) from error
            # A share without locks: only what is written in the file can tell.
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
        """Give it back and say so in the file; no complaint when it is not held."""
        if not self.held:
            return
        self.held = False
        # A full or vanished disk: the next start on this machine gets the lock all the same.
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


def _locked(who: Holder | None) -> LibraryLocked:
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


class Bell:
    """What the owner of a library listens on; `serve` makes it, `close` ends it."""

    def __init__(self, server: asyncio.Server, address: Path) -> None:
        self._server = server
        self._address = address

    async def close(self) -> None:
        """Stop listening; what is being answered is finished."""
        self._server.close()
        with contextlib.suppress(OSError):
            self._address.unlink()


async def serve(
    folder: Path,
    on_raise: Callable[[], bool | None],
    *,
    on_files: Callable[[list[Path]], None] | None = None,
    work: Work | None = None,
    state: Path | None = None,
) -> Bell:
    """Hear from now on when a second start asks for the window of this library, or has work for it.

    Only this user can ring: the socket lies in a folder of theirs. On Windows it is a port of this
    machine alone, with a token in a file. `on_raise` may return False: there is no window.
    `on_files` gets the pictures the second start was to open. `work` gets the line once it was
    answered. Raises OSError.
    """
    address = await asyncio.to_thread(_address, folder, state)
    token = b""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                line = await reader.readline()
                if secrets.compare_digest(line, token + _RAISE) and on_raise() is not False:
                    await _say_yes(writer)
                    files = await _names(reader)
                    if files and on_files is not None:
                        on_files(files)
                wanted = work is not None and secrets.compare_digest(line, token + _WORK)
                if wanted:
                    await _say_yes(writer)
            if wanted and work is not None:
                await work(reader, writer)
        except (OSError, TimeoutError, ValueError, EOFError):
            # Whoever rang has left, or spoke no language of ours.
            pass
        finally:
            writer.close()

    with contextlib.suppress(FileNotFoundError):
        await asyncio.to_thread(address.unlink)
    if sys.platform == "win32":
        token = secrets.token_hex(16).encode() + b" "
        server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=_LINE)
        port = server.sockets[0].getsockname()[1]
        await asyncio.to_thread(address.write_bytes, b"%d\n%s" % (port, token))
    else:
        server = await asyncio.start_unix_server(answer, address, limit=_LINE)
        await asyncio.to_thread(address.chmod, 0o600)
    return Bell(server, address)


async def _say_yes(writer: asyncio.StreamWriter) -> None:
    writer.write(_YES)
    await writer.drain()


async def _names(reader: asyncio.StreamReader) -> list[Path]:
    """The files a second start was given: so many bytes, each name with a zero after it."""
    size = int(await reader.readline() or 0)
    if not 0 < size <= _MOST_NAMES:
        return []
    names = (await reader.readexactly(size)).split(b"\0")
    return [Path(os.fsdecode(name)) for name in names if name]


async def ask_to_raise(
    folder: Path, *, files: Sequence[Path] = (), state: Path | None = None
) -> bool:
    """Ask the owner of the library to show its window; whether it said yes within 2 seconds.

    `files` are pictures the owner is to open there.

    An owner that is still starting hangs its bell a moment later: it is asked again until then.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                try:
                    line = await _ring(folder, state, _RAISE)
                except (ConnectionError, FileNotFoundError):
                    await asyncio.sleep(_ASK_AGAIN)
                    continue
                if line is not None:
                    names = b"".join(os.fsencode(path) + b"\0" for path in files)
                    line[1].write(b"%d\n" % len(names) + names)
                    line[1].close()
                    await line[1].wait_closed()
                return line is not None
    except (OSError, TimeoutError, ValueError):
        return False


async def call(
    folder: Path, *, state: Path | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """A line to the owner of the library, which has said that it takes work; None without one.

    Nobody is waited for: whoever owns it may be starting, ending or stuck. Raises TimeoutError when
    it took the call and did not answer within 2 seconds.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            return await _ring(folder, state, _WORK)
    except TimeoutError:
        raise
    except (OSError, ValueError):
        return None


async def _ring(
    folder: Path, state: Path | None, word: bytes
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """The line once the owner said yes; None when it said no. Raises OSError."""
    address = await asyncio.to_thread(_bell_of, folder, state)
    if sys.platform == "win32":
        port, token = (await asyncio.to_thread(address.read_bytes)).split(b"\n", 1)
        word = token + word
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port), limit=_LINE)
    else:
        reader, writer = await asyncio.open_unix_connection(address, limit=_LINE)
    try:
        writer.write(word)
        if await reader.readline() == _YES:
            return reader, writer
    except BaseException:
        writer.close()
        raise
    writer.close()
    return None


def _address(folder: Path, state: Path | None) -> Path:
    """Where to hang the bell of a library: beside the state, or where the system keeps sockets."""
    for address in _addresses(folder, state):
        return address
    raise OSError(errno.EACCES, "no private folder for a socket")


def _bell_of(folder: Path, state: Path | None) -> Path:
    """Where the bell of a library hangs, though its owner may have another environment."""
    for address in _addresses(folder, state):
        if address.exists():
            return address
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))


def _addresses(folder: Path, state: Path | None) -> Iterator[Path]:
    digest = hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
    name = f"gridbrush-{digest[:16]}"
    rooms = [state] if state is not None else []
    if (runtime := Path(os.environ.get("XDG_RUNTIME_DIR", ""))).is_absolute():
        rooms.append(runtime)
    if sys.platform == "win32":
        import platformdirs

        rooms.append(platformdirs.user_state_path("gridbrush", appauthor=False))
    else:
        # A shell without a session of its own, as after `su` or in cron.
        if (usual := Path(f"/run/user/{os.getuid()}")).is_dir():
            rooms.append(usual)
        rooms.append(Path(tempfile.gettempdir()) / f"gridbrush-{os.getuid()}")
    for room in dict.fromkeys(rooms):
        if _private(room, room / name):
            yield room / name


def _private(room: Path, address: Path) -> bool:
    """Whether only this user can put or replace something there; makes the room."""
    try:
        room.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = room.stat()
    except OSError:
        # XDG_RUNTIME_DIR of somebody else, as after `su`: the next room will do.
        return False
    return sys.platform == "win32" or (
        len(os.fsencode(address)) <= _LONGEST_ADDRESS
        and about.st_uid == os.getuid()
        and not about.st_mode & 0o022
    )
