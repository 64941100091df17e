"""How httpx gets its connections: `lines`, in the words of the library below it."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore

from studio.providers.lines import Line, Secured


class Network(httpcore.AsyncNetworkBackend):
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
        with _told(httpcore.ConnectTimeout, httpcore.ConnectError):
            line = await Line.open(
                host, port, seconds=timeout, local=local_address, options=socket_options or ()
            )
        return Stream(line)


class Stream(httpcore.AsyncNetworkStream):
    """One of them."""

    def __init__(self, line: Line | Secured) -> None:
        self._line = line

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What came."""
        with _told(httpcore.ReadTimeout, httpcore.ReadError):
            return await self._line.read(max_bytes, seconds=timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send."""
        if buffer:
            with _told(httpcore.WriteTimeout, httpcore.WriteError):
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
            with _told(httpcore.ConnectTimeout, httpcore.ConnectError):
                return Stream(
                    await Secured.open(self._line, ssl_context, server_hostname, seconds=timeout)
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


@contextlib.contextmanager
def _told(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:
        raise broken(str(error)) from error
