"""A connection to a service, on asyncio alone: small answers spend most of their time in layers.

What is read is bounded: a service is left unread until somebody takes what came.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

MOST_WAITING = 512 * 1024
"""Bytes that may wait to be read."""

_PIECE = 256 * 1024

_NEXT_ADDRESS = 0.25
"""Seconds after which the next address of a name is tried too (RFC 8305)."""


class TcpConnection(asyncio.Protocol):
    """One connection. Its methods raise OSError, TimeoutError among them."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._resting = False
        self._ended = False
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
        """Connect; `options` are of the socket."""
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
                # No name at all, says Python, before anybody is asked for it.
                raise socket.gaierror(socket.EAI_NONAME, str(error)) from error
        made = line.info("socket")
        for option in options:
            made.setsockopt(*option)
        return line

    async def read(self, most: int, *, seconds: float | None = None) -> bytes:
        """What came, at most so many bytes; empty when the service has said all."""
        if not self._pieces and not self._ended:
            self._arrival = asyncio.get_running_loop().create_future()
            try:
                async with _limit(seconds):
                    await self._arrival
            finally:
                self._arrival = None
        if not self._pieces:
            if self._lost is not None:
                raise self._lost
            return b""
        piece = self._pieces.popleft()
        if len(piece) > most:
            self._pieces.appendleft(piece[most:])
            piece = piece[:most]
        self._size -= len(piece)
        if self._resting and self._size < MOST_WAITING:
            self._resting = False
            self._wire.resume_reading()
        return piece

    async def write(self, data: bytes, *, seconds: float | None = None) -> None:
        """Send; returns when the system has taken all of it."""
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
        """Hang up at once; twice is fine."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def readable(self) -> bool:
        """Whether `read` would return at once."""
        return bool(self._pieces) or self._ended

    def info(self, name: str) -> Any:
        """What the transport knows of itself."""
        return self._wire.get_extra_info(name)

    @property
    def _wire(self) -> asyncio.Transport:
        if self._transport is None:
            raise ConnectionResetError
        return self._transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio tells that the connection is there."""
        self._transport = cast("asyncio.Transport", transport)
        # So that what was written is with the system, and a broken line is noticed at once.
        self._transport.set_write_buffer_limits(0)

    def data_received(self, data: bytes) -> None:
        """Asyncio brings what came."""
        self._pieces.append(data)
        self._size += len(data)
        self._wake()
        if self._size >= MOST_WAITING and not self._resting:
            self._resting = True
            with contextlib.suppress(OSError):
                self._wire.pause_reading()

    def eof_received(self) -> bool:
        """The service has said all; what we say may still go."""
        self._ended = True
        self._wake()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is gone."""
        self._lost = exc if exc is not None or self._ended else ConnectionResetError()
        self._ended = True
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        """The system takes no more for now."""
        if self._drained is None:
            self._drained = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """All that was written is with the system, or lost."""
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            if self._lost is not None:
                drained.set_exception(self._lost)
                # Nobody may wait for it.
                drained.exception()
            else:
                drained.set_result(None)

    def _wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)


class TlsConnection:
    """TLS over a line, or over TLS to a proxy. Raises what the line raises, and ssl.SSLError."""

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
        """Agree on keys with the service that has this name."""
        made = cls(line, context, name)
        async with asyncio.timeout(seconds):
            await made._do(made._object.do_handshake)
        return made

    async def read(self, most: int, *, seconds: float | None = None) -> bytes:
        """As a line does."""
        async with _limit(seconds):
            try:
                first = await self._do(self._object.read, most)
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                # Whether that was all, HTTP tells.
                return b""
        pieces, size = [first], len(first)
        # It comes in records of 16 KB; each on its own would cost a round.
        with contextlib.suppress(ssl.SSLError):
            while first and size < most and (more := self._object.read(most - size)):
                pieces.append(more)
                size += len(more)
        return b"".join(pieces)

    async def write(self, data: bytes, *, seconds: float | None = None) -> None:
        """As a line does."""
        async with _limit(seconds):
            await self._do(self._object.write, data)

    def close(self) -> None:
        """Hang up at once; twice is fine."""
        self._line.close()

    @property
    def readable(self) -> bool:
        """Whether something came, or ended."""
        return self._object.pending() > 0 or self._line.readable

    def info(self, name: str) -> Any:
        """What is known of it; the TLS itself is `ssl_object`."""
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
                # The other side is told why.
                with contextlib.suppress(OSError):
                    await self._flush()
                raise
            else:
                await self._flush()
                return result

    async def _flush(self) -> None:
        if self._goes.pending:
            await self._line.write(self._goes.read())


def _limit(seconds: float | None) -> AbstractAsyncContextManager[object]:
    return contextlib.nullcontext() if seconds is None else asyncio.timeout(seconds)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
