"""How httpx gets its connections: `lines`, in the words of the library below it."""

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
    """Opens connections."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's word
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a host."""
        options = list(socket_options or ())
        return LenientStream(await self._reach(host, port, timeout, local_address, options))

    async def _reach(
        self, host: str, port: int, seconds: float | None, local: str | None, options: list[Any]
    ) -> TcpConnection:
        with _translate_errors(httpcore.ConnectTimeout, httpcore.ConnectError):
            return await TcpConnection.open(
                host, port, seconds=seconds, local=local, options=options
            )


class SocksBackend(NetworkBackend):
    """Opens connections through a proxy that speaks SOCKS 5 (RFC 1928, RFC 1929).

    Names are looked up by the proxy.
    """

    def __init__(self, proxy: str) -> None:
        """`proxy` is an address as `proxies.proxy_for` gives it."""
        parts = urlsplit(proxy)
        self._host, self._port = parts.hostname or "", parts.port or 0
        self._login = proxies.login(proxy)

    async def _reach(
        self, host: str, port: int, seconds: float | None, local: str | None, options: list[Any]
    ) -> TcpConnection:
        asked = _place(host) + port.to_bytes(2, "big")
        line = await super()._reach(self._host, self._port, seconds, local, options)
        stream = NetworkStream(line)
        try:
            async with asyncio.timeout(seconds):
                await self._request_connection(stream, asked)
        except TimeoutError as error:
            await stream.aclose()
            raise httpcore.ConnectTimeout from error
        except (httpcore.ReadError, httpcore.WriteError) as error:
            await stream.aclose()
            raise httpcore.ProxyError("it hung up") from error
        except BaseException:
            await stream.aclose()
            raise
        return line

    async def _request_connection(self, stream: httpcore.AsyncNetworkStream, place: bytes) -> None:
        await stream.write(b"\5\2\0\2" if self._login else b"\5\1\0")
        version, way = await _exactly(stream, 2)
        if version != 5 or way not in (0, 2, 0xFF):
            raise httpcore.ProxyError("it does not speak SOCKS 5")
        if way == 0xFF or (way == 2 and self._login is None):
            raise httpcore.ProxyError("it asks for a user name and a password")
        if way == 2 and self._login is not None:
            words = b"".join(bytes([len(one)]) + one for one in self._login)
            await stream.write(b"\1" + words)
            if (await _exactly(stream, 2))[1]:
                raise httpcore.ProxyError("it does not take the user name and password")
        await stream.write(b"\5\1\0" + place)
        version, code, _nothing, kind = await _exactly(stream, 4)
        if version != 5 or code:
            raise httpcore.ProxyError(_CODES.get(code, "it refused"))
        sizes = {1: 4, 4: 16}
        size = sizes.get(kind) or (await _exactly(stream, 1))[0]
        await _exactly(stream, size + 2)


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
    """A host as SOCKS has it: numbers as such, names with their length."""
    for family, kind in ((socket.AF_INET, b"\1"), (socket.AF_INET6, b"\4")):
        with contextlib.suppress(OSError):
            return kind + socket.inet_pton(family, host.strip("[]"))
    try:
        name = host.encode("idna")
    except UnicodeError as error:
        raise httpcore.LocalProtocolError(str(error)) from error
    return b"\3" + bytes([len(name)]) + name


async def _exactly(stream: httpcore.AsyncNetworkStream, size: int) -> bytes:
    """So many bytes; an answer that ends before is none."""
    data = b""
    while len(data) < size:
        if not (piece := await stream.read(size - len(data))):
            raise httpcore.ProxyError("it hung up")
        data += piece
    return data


def network(socks: str = "") -> NetworkBackend:
    """What opens connections: straight, or through a proxy that speaks SOCKS."""
    return SocksBackend(socks) if socks else NetworkBackend()


class NetworkStream(httpcore.AsyncNetworkStream):
    """One of them."""

    def __init__(self, line: TcpConnection | TlsConnection) -> None:
        self._line = line

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What came."""
        with _translate_errors(httpcore.ReadTimeout, httpcore.ReadError):
            return await self._line.read(max_bytes, seconds=timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send."""
        if buffer:
            with _translate_errors(httpcore.WriteTimeout, httpcore.WriteError):
                await self._line.write(buffer, seconds=timeout)

    async def aclose(self) -> None:
        """Hang up."""
        self._line.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """Go on with TLS."""
        try:
            with _translate_errors(httpcore.ConnectTimeout, httpcore.ConnectError):
                return LenientStream(
                    await TlsConnection.open(
                        self._line, ssl_context, server_hostname, seconds=timeout
                    )
                )
        except BaseException:
            self._line.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection, by httpcore's names."""
        if info == "is_readable":
            return self._line.readable
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return self._line.info(names.get(info, info))


class LenientStream(NetworkStream):
    """One on which answers come: their heads are mended before they are read."""

    def __init__(self, line: TcpConnection | TlsConnection) -> None:
        super().__init__(line)
        self._heads = LenientHeaders()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What came."""
        while data := await super().read(max_bytes, timeout):
            if mended := self._heads.feed(data):
                return mended
        return self._heads.feed(b"")


@contextlib.contextmanager
def _translate_errors(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:
        raise broken(str(error)) from error
