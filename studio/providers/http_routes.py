"""The ways a request can go, in the words of httpx: the painter, a proxy, or straight.

Imported late, by the first request; `transport` is what everybody else uses.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpcore
import httpx

from studio.common import urls
from studio.providers import network, proxies, sketch

Painter = Callable[
    [str, str, Mapping[str, str], bytes],
    Awaitable[tuple[int, Mapping[str, str], AsyncIterator[bytes]]],
]
"""(method, url, headers, body) -> (status, headers, chunks): a service inside this process."""

SKETCH_HOST = "sketch.invalid"
"""Stands for the painter in addresses httpx accepts; no such host can exist (RFC 2606)."""

_READ_PIECE = 256 * 1024
"""What one look at a socket brings at most; read in smaller pieces, each costs the loop a round."""


def prepare() -> ssl.SSLContext:
    """What httpx has no option for, and the certificates. Blocking."""
    for name in ("httpx", "httpcore"):
        # Below WARNING they write addresses and headers.
        logging.getLogger(name).setLevel(logging.WARNING)
    # Neither has an option for it.
    httpcore.AsyncHTTP11Connection.READ_NUM_BYTES = _READ_PIECE
    # Else it looks for other loops anew at each of the locks of a request.
    httpcore._synchronization.current_async_library = _asyncio  # noqa: SLF001

    # As `ssl.create_default_context` makes it, but for one thing: that notes the keys of every
    # session in the file SSLKEYLOGFILE names, with which the traffic and the API key can be read.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.version_info >= (3, 13):
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    # The system's own authorities (a company's among them) and those httpx would bring.
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    with contextlib.suppress(OSError):
        context.load_verify_locations(certifi.where())
    return context


def _asyncio() -> str:
    return "asyncio"


class Routes:
    """Chooses the way for each request: the painter, a proxy of the system, or straight."""

    def __init__(self, painter: Painter | None, context: ssl.SSLContext) -> None:
        self._painter = painter
        self._context = context
        self._ways: dict[str, httpx.AsyncHTTPTransport] = {}

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        content: AsyncIterator[bytes] | None = None,
        extensions: Mapping[str, Any],
    ) -> httpx.Response:
        """One request as it stands, and its answer with an unread body. Raises what httpx does."""
        try:
            request = httpx.Request(
                method,
                _internal(url),
                headers=dict(headers),
                content=content,
                extensions=dict(extensions),
            )
            return await self.handle_async_request(request)
        except UnicodeError as error:
            # The name of its host cannot be read as one ("xn--a").
            raise httpx.InvalidURL(str(error)) from error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, as a transport of httpx does."""
        if request.url.host == SKETCH_HOST:
            return await self._paint(request)
        return await self._way(request.url).handle_async_request(request)

    def _way(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        proxy = proxies.proxy_for(url.scheme, url.host)
        if proxy not in self._ways:
            socks = proxies.is_socks(proxy)
            try:
                # Without a context of ours it makes one, which would note the keys of sessions.
                context = self._context if proxy.startswith("https:") else None
                through = httpx.Proxy(proxy, ssl_context=context) if proxy else None
            except (ValueError, httpx.InvalidURL) as error:
                raise proxies.unusable(str(url)) from error
            way = self._ways[proxy] = httpx.AsyncHTTPTransport(
                verify=self._context,
                trust_env=False,
                http1=True,
                http2=False,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
                proxy=None if socks else through,
                socket_options=urls.socket_options(),
            )
            # httpx has no option for it.
            way._pool._network_backend = network.network(proxy if socks else "")  # noqa: SLF001
        return self._ways[proxy]

    async def _paint(self, request: httpx.Request) -> httpx.Response:
        if self._painter is None:
            self._painter = sketch.answer
        trace = request.extensions.get("trace")
        # What goes over the wire says by itself when it begins; the painter has no wire.
        if trace is not None:
            told = {"request": _Method(request.method.encode())}
            await trace("http11.send_request_headers.started", told)
        body = await request.aread()
        if trace is not None:
            await trace("http11.send_request_body.complete", {})
        status, headers, chunks = await self._painter(
            request.method, str(request.url), dict(request.headers), body
        )
        line = _PainterConnection()
        return httpx.Response(
            status,
            headers=dict(headers),
            content=_mended(chunks, line),
            extensions={"network_stream": line},
        )

    async def aclose(self) -> None:
        """Close every connection."""
        ways, self._ways = self._ways, {}
        for way in ways.values():
            await way.aclose()


@dataclass(frozen=True, slots=True)
class _Method:
    method: bytes


class _PainterConnection:
    """The painter's end of a connection that is none: it can be cut all the same."""

    def __init__(self) -> None:
        self.cut = False

    async def aclose(self) -> None:
        self.cut = True


async def _mended(chunks: AsyncIterator[bytes], line: _PainterConnection) -> AsyncIterator[bytes]:
    """The painter's chunks; where it breaks off, it breaks as a connection would."""
    try:
        async for chunk in chunks:
            yield chunk
            if line.cut:
                raise httpx.ReadError("the line was cut")
    except OSError as error:
        raise httpx.RemoteProtocolError(str(error) or "peer closed the connection") from error
    finally:
        close = getattr(chunks, "aclose", None)
        if close is not None:
            await close()


def _internal(url: str) -> str:
    parts = urlsplit(url)
    return f"https://{SKETCH_HOST}{parts.path}" if parts.scheme == "sketch" else url
