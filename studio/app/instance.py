"""Connection of a second process to the owner of a library, to raise its window or hand over work.

The owner is the holder of the lock (`common/library_lock.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import logging
import os
import secrets
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

if sys.platform == "win32":
    import platformdirs

log = logging.getLogger(__name__)

Work = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Handles the connection of a process with work for the owner, until the work is done."""

PATIENCE = 2.0
"""Seconds to wait for the other process."""

_ASK_AGAIN = 0.1
_RAISE, _WORK, _YES = b"raise\n", b"work\n", b"ok\n"
_MOST_NAMES = 1 << 20  # bytes of the file names given to a second process
_LINE = 1024  # bytes of a line; longer data is preceded by its length
_LONGEST_ADDRESS = 100  # bytes of a socket's path; systems take 104 or 108


class InstanceServer:
    """Server of the owner of a library, started by `serve`."""

    def __init__(self, server: asyncio.Server, address: Path) -> None:
        self._server = server
        self._address = address

    async def close(self) -> None:
        """Stop listening; open connections are finished."""
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
) -> InstanceServer:
    """Listen for processes that request the window of this library, or have work for it.

    Only this user can connect: the socket is in a private folder. On Windows it is a loopback port
    with a token in a file. `on_raise` returns False if there is no window. `on_files` gets the
    pictures that the other process was asked to open. `work` gets an accepted connection. Raises
    OSError.
    """
    address = await asyncio.to_thread(new_address, folder, state)
    token = b""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
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
            # The other process has disconnected, or does not follow the protocol.
            pass
        except asyncio.CancelledError:
            # The process is ending. Up to Python 3.11, asyncio logs a traceback for a cancelled
            # handler.
            log.info("A connection of another process ended with this one")
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
    return InstanceServer(server, address)


async def _say_yes(writer: asyncio.StreamWriter) -> None:
    writer.write(_YES)
    await writer.drain()


async def _names(reader: asyncio.StreamReader) -> list[Path]:
    """File names sent by another process.

    Format: the total size in bytes on a line, then each name, ended by a zero byte.
    """
    size = int(await reader.readline() or 0)
    if not 0 < size <= _MOST_NAMES:
        return []
    names = (await reader.readexactly(size)).split(b"\0")
    return [Path(os.fsdecode(name)) for name in names if name]


async def ask_to_raise(
    folder: Path,
    *,
    files: Sequence[Path] = (),
    state: Path | None = None,
    patience: float = PATIENCE,
) -> bool:
    """Ask the owner of the library to show its window; False if it does not within `patience`.

    `files` are pictures to open there. The request is repeated while the owner is starting.
    """
    try:
        async with asyncio.timeout(patience):
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
    """A connection to the owner of the library that accepts work; None if there is none.

    Does not wait for an owner that is starting or ending. Raises TimeoutError if the owner accepts
    the connection and does not answer within 2 seconds.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return await _ring(folder, state, _WORK)
    except TimeoutError:
        raise
    except (OSError, ValueError):
        return None


async def _ring(
    folder: Path, state: Path | None, word: bytes
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """Connect to the owner of the library; None if it refuses. Raises OSError."""
    address = await asyncio.to_thread(_existing_address, folder, state)
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


def new_address(folder: Path, state: Path | None) -> Path:
    """Address of a new socket: in the state folder, or in the system's folder for sockets."""
    for address in _addresses(folder, state):
        return address
    raise OSError(errno.EACCES, "no private folder for a socket")


def _existing_address(folder: Path, state: Path | None) -> Path:
    """Address of the owner's socket, even if the owner's environment variables differ."""
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
        rooms.append(platformdirs.user_state_path("gridbrush", appauthor=False))
    else:
        # For shells without a session of their own, as after `su` or in cron.
        if (usual := Path(f"/run/user/{os.getuid()}")).is_dir():
            rooms.append(usual)
        rooms.append(Path(tempfile.gettempdir()) / f"gridbrush-{os.getuid()}")
    for room in dict.fromkeys(rooms):
        if _private(room, room / name):
            yield room / name


def _private(room: Path, address: Path) -> bool:
    """Create a private folder for a socket; False if the socket's address cannot be used."""
    try:
        room.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = room.stat()
    except OSError:
        # XDG_RUNTIME_DIR of another user, as after `su`: the next folder is tried.
        return False
    return sys.platform == "win32" or (
        len(os.fsencode(address)) <= _LONGEST_ADDRESS
        and about.st_uid == os.getuid()
        and not about.st_mode & 0o022
    )
