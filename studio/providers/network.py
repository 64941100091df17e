"""Network backend for httpcore: direct connections, and those through a SOCKS 5 proxy."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpcore

from studio.providers import proxies
from studio.providers.asyncio_connection import TcpConnection, TlsConnection
from studio.providers.lenient_headers import LenientHeaders


class NetworkBackend(httpcore.AsyncNetworkBackend):
    """Opens connections directly to a host."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own name
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        options = list(socket_options or ())
        return NetworkStream(await self._reach(host, port, timeout, local_address, options))

    async def _reach(
        self, host: str, port: int, seconds: float | None, local: str | None, options: list[Any]
    ) -> TcpConnection:
        with _translate_errors(httpcore.ConnectTimeout, httpcore.ConnectError):
            return await TcpConnection.open(
                host, port, seconds=seconds, local=local, options=options
            )


class SocksBackend(NetworkBackend):
    """Opens connections through a SOCKS 5 proxy (RFC 1928, RFC 1929).

    The proxy resolves host names.
    """

    def __init__(self, proxy: str) -> None:
        """`proxy` is an address as returned by `proxies.proxy_for`."""
        parts = urlsplit(proxy)
        self._host, self._port = parts.hostname or "", parts.port or 0
        self._login = proxies.login(proxy)

    async def _reach(
        self, host: str, port: int, seconds: float | None, local: str | None, options: list[Any]
    ) -> TcpConnection:
        asked = _place(host) + port.to_bytes(2, "big")
        line = await super()._reach(self._host, self._port, seconds, local, options)
        try:
            async with asyncio.timeout(seconds):
                await self._request_connection(line, asked)
        except TimeoutError as error:
            line.close()
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            line.close()
            raise httpcore.ProxyError("it hung up") from error
        except BaseException:
            line.close()
            raise
        return line

    async def _request_connection(self, line: TcpConnection, place: bytes) -> None:
        await line.write(b"\5\2\0\2" if self._login else b"\5\1\0")
        version, way = await _exactly(line, 2)
        if version != 5 or way not in (0, 2, 0xFF):
            raise httpcore.ProxyError("it does not speak SOCKS 5")
        if way == 0xFF or (way == 2 and self._login is None):
            raise httpcore.ProxyError("it asks for a user name and a password")
        if way == 2 and self._login is not None:
            words = b"".join(bytes([len(one)]) + one for one in self._login)
            await line.write(b"\1" + words)
            if (await _exactly(line, 2))[1]:
                raise httpcore.ProxyError("it does not take the user name and password")
        await line.write(b"\5\1\0" + place)
        version, code, _nothing, kind = await _exactly(line, 4)
        if version != 5 or code:
            raise httpcore.ProxyError(_CODES.get(code, "it refused"))
        sizes = {1: 4, 4: 16}
        size = sizes.get(kind) or (await _exactly(line, 1))[0]
        await _exactly(line, size + 2)


_CODES = {
    1: "it failed",
    2: "its rules do not allow it",
    3: "it does not reach that network",
    4: "it does not reach that computer",
    5: "the connection was refused there",
    6: "it took too long",
    7: "it cannot do that",
    8: "it does not know that kind of address",
}


def _place(host: str) -> bytes:
    """Encode a host for SOCKS: numeric addresses as such, names with their length."""
    for family, kind in ((socket.AF_INET, b"\1"), (socket.AF_INET6, b"\4")):
        with contextlib.suppress(OSError):
            return kind + socket.inet_pton(family, host.strip("[]"))
    try:
        name = host.encode("idna")
    except UnicodeError as error:
        raise httpcore.LocalProtocolError(str(error)) from error
    return b"\3" + bytes([len(name)]) + name


async def _exactly(line: TcpConnection, size: int) -> bytes:
    """Read `size` bytes. Raises ProxyError if the proxy closes the connection earlier."""
    data = b""
    while len(data) < size:
        if not (piece := await line.read(size - len(data))):
            raise httpcore.ProxyError("it hung up")
        data += piece
    return data


class NetworkStream(httpcore.AsyncNetworkStream):
    """Connection for responses; repairs their heads before httpcore parses them."""

    def __init__(self, line: TcpConnection | TlsConnection) -> None:
        self._line = line
        self._heads = LenientHeaders()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Read received data; empty at the end."""
        with _translate_errors(httpcore.ReadTimeout, httpcore.ReadError):
            while data := await self._line.read(max_bytes, seconds=timeout):
                if mended := self._heads.feed(data):
                    return mended
        return self._heads.feed(b"")

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send; returns when the system has accepted all of it."""
        if buffer:
            with _translate_errors(httpcore.WriteTimeout, httpcore.WriteError):
                await self._line.write(buffer, seconds=timeout)

    async def aclose(self) -> None:
        """Close at once."""
        self._line.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """Continue with TLS."""
        try:
            with _translate_errors(httpcore.ConnectTimeout, httpcore.ConnectError):
                return NetworkStream(
                    await TlsConnection.open(
                        self._line, ssl_context, server_hostname, seconds=timeout
                    )
                )
        except BaseException:
            self._line.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        """Look up a property of the connection by httpcore's name for it."""
        if info == "is_readable":
            return self._line.readable
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return self._line.info(names.get(info, info))


@contextlib.contextmanager
def _translate_errors(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:
        raise broken(str(error)) from error
