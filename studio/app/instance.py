"""The bell of a library's owner: a second start rings it for the window, or with work for it.

Who the owner is, the lock decides (`common/library_lock.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import secrets
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

if sys.platform == "win32":
    import platformdirs

Work = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Takes the line of somebody who has work for the owner, until that is done."""

_PATIENCE = 2.0
_ASK_AGAIN = 0.1
_RAISE, _WORK, _YES = b"raise\n", b"work\n", b"ok\n"
_MOST_NAMES = 1 << 20  # bytes of the files' names that a second start was given
_LINE = 1024  # bytes of a line; what is longer comes with its length before it
_LONGEST_ADDRESS = 100  # bytes of a socket's path; systems take 104 or 108


class InstanceServer:
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
) -> InstanceServer:
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
    return InstanceServer(server, address)


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
