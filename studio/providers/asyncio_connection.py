"""TCP and TLS connections on plain asyncio; more layers would dominate the time of small responses.

Memory is bounded: reading pauses until received data is consumed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

MOST_WAITING = 512 * 1024
"""Limit of received bytes that wait to be read."""

_PIECE = 256 * 1024

_NEXT_ADDRESS = 0.25
"""Seconds after which the next address of a name is tried too (RFC 8305)."""


class TcpConnection(asyncio.Protocol):
    """TCP connection. Its methods raise OSError, including TimeoutError.

    Attributes:
        paused: whether reading is paused because too much received data waits.
        ended: whether no more data will arrive.
    """

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._pieces: deque[bytes | memoryview] = deque()
        self._size = 0
        self.paused = False
        self.ended = False
        self._lost: Exception | None = None
        self._arrival: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None

    @classmethod
    async def open(
        cls,
        host: str,
        port: int,
        *,
        seconds: float | None = None,
        local: str | None = None,
        options: Iterable[tuple[Any, ...]] = (),
    ) -> TcpConnection:
        """Connect; `options` are socket options."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(seconds):
            try:
                _transport, line = await loop.create_connection(
                    cls,
                    host,
                    port,
                    local_addr=(local, 0) if local else None,
                    happy_eyeballs_delay=None if _is_number(host) else _NEXT_ADDRESS,
                )
            except UnicodeError as error:
                # Python rejects an invalid host name before resolving it.
                raise socket.gaierror(socket.EAI_NONAME, str(error)) from error
        made = line.info("socket")
        for option in options:
            made.setsockopt(*option)
        return line

    async def read(self, most: int, *, seconds: float | None = None) -> bytes:
        """Read at most `most` bytes of received data; empty at the end."""
        if not self._pieces and not self.ended:
            self._arrival = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._arrival
            finally:
                self._arrival = None
        if not self._pieces:
            if self._lost is not None:
                raise self._lost
            return b""
        piece = self._pieces.popleft()
        if len(piece) > most:
            self._pieces.appendleft(memoryview(piece)[most:])
            piece = memoryview(piece)[:most]
        self._size -= len(piece)
        if self.paused and self._size < MOST_WAITING:
            self.paused = False
            self._wire.resume_reading()
        return bytes(piece)

    async def write(self, data: bytes, *, seconds: float | None = None) -> None:
        """Send; returns when the system has accepted all of it."""
        wire = self._wire
        if self._lost is not None:
            raise self._lost
        if wire.is_closing():
            raise ConnectionResetError
        wire.write(data)
        if self._drained is not None:
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._drained)

    def close(self) -> None:
        """Close at once; may be called twice."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def readable(self) -> bool:
        """Whether `read` would return at once."""
        return bool(self._pieces) or self.ended

    @property
    def waiting(self) -> int:
        """Number of received bytes that were not read yet."""
        return self._size

    @property
    def unsent(self) -> int:
        """Number of written bytes that the system has not accepted yet."""
        return self._wire.get_write_buffer_size()

    def info(self, name: str) -> Any:
        """Look up a property of the connection by asyncio's name for it."""
        return self._wire.get_extra_info(name)

    @property
    def _wire(self) -> asyncio.Transport:
        if self._transport is None:
            raise ConnectionResetError
        return self._transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport of the new connection."""
        self._transport = cast("asyncio.Transport", transport)
        # So that data is written straight to the system, and a broken connection noticed at once.
        self._transport.set_write_buffer_limits(0)

    def data_received(self, data: bytes) -> None:
        """Queue received data, and pause reading when too much of it waits."""
        self._pieces.append(data)
        self._size += len(data)
        self._wake()
        if self._size >= MOST_WAITING and not self.paused:
            self.paused = True
            with contextlib.suppress(OSError):
                self._wire.pause_reading()

    def eof_received(self) -> bool:
        """Mark the end of the service's data; writing is still possible."""
        self.ended = True
        self._wake()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake readers and writers of the lost connection."""
        self._lost = exc if exc is not None or self.ended else ConnectionResetError()
        self.ended = True
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        """Block writers until the system accepts more."""
        if self._drained is None:
            self._drained = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """Wake writers: their data was accepted by the system, or lost."""
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            if self._lost is not None:
                drained.set_exception(self._lost)
                # Mark the exception as retrieved; there may be no waiter.
                drained.exception()
            else:
                drained.set_result(None)

    def _wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)


class TlsConnection:
    """TLS over a connection, or over TLS to a proxy.

    Raises the connection's errors and ssl.SSLError. `loop.start_tls` would break the guarantees of
    `TcpConnection`; see docs/decisions/receiving.md.
    """

    def __init__(
        self, line: TcpConnection | TlsConnection, context: ssl.SSLContext, name: str | None
    ) -> None:
        self._line = line
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._came, self._goes, server_hostname=name)

    @classmethod
    async def open(
        cls,
        line: TcpConnection | TlsConnection,
        context: ssl.SSLContext,
        name: str | None,
        *,
        seconds: float | None = None,
    ) -> TlsConnection:
        """Perform the handshake with the service of this name."""
        made = cls(line, context, name)
        async with asyncio.timeout(seconds):
            await made._do(made._object.do_handshake)
        return made

    async def read(self, most: int, *, seconds: float | None = None) -> bytes:
        """Read as `TcpConnection.read` does."""
        async with asyncio.timeout(seconds):
            try:
                first = await self._do(self._object.read, most)
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                # The HTTP layer determines whether the response is complete.
                return b""
        pieces, size = [first], len(first)
        # TLS records have 16 KB; reading each separately would cost an iteration of the loop.
        with contextlib.suppress(ssl.SSLError):
            while first and size < most and (more := self._object.read(most - size)):
                pieces.append(more)
                size += len(more)
        return b"".join(pieces)

    async def write(self, data: bytes, *, seconds: float | None = None) -> None:
        """Send as `TcpConnection.write` does."""
        async with asyncio.timeout(seconds):
            await self._do(self._object.write, data)

    def close(self) -> None:
        """Close at once; may be called twice."""
        self._line.close()

    @property
    def readable(self) -> bool:
        """Whether data or the end of the connection was received."""
        return self._object.pending() > 0 or self._line.readable

    def info(self, name: str) -> Any:
        """Look up a property of the connection; `ssl_object` is the TLS object itself."""
        return self._object if name == "ssl_object" else self._line.info(name)

    async def _do(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        while True:
            try:
                result = step(*args, **kwargs)
            except ssl.SSLWantReadError:
                await self._flush()
                if data := await self._line.read(_PIECE):
                    self._came.write(data)
                else:
                    self._came.write_eof()
            except ssl.SSLError:
                # Send the TLS alert to the peer.
                with contextlib.suppress(OSError):
                    await self._flush()
                raise
            else:
                await self._flush()
                return result

    async def _flush(self) -> None:
        if self._goes.pending:
            await self._line.write(self._goes.read())


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
