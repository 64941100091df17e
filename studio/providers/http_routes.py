"""Transport for httpx requests: through the painter, a proxy, or directly to the service.

Imported late, by the first request; all other modules use `transport`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpcore
import httpx

from studio.common import urls
from studio.providers import proxies, sketch
from studio.providers.network import NetworkBackend, SocksBackend

Painter = Callable[
    [str, str, Mapping[str, str], bytes],
    Awaitable[tuple[int, Mapping[str, str], AsyncIterator[bytes]]],
]
"""(method, url, headers, body) -> (status, headers, chunks): a service within this process."""

SKETCH_HOST = "sketch.invalid"
"""Host name of the painter in addresses for httpx; no such host can exist (RFC 2606)."""

_MOST_KNOWN = 64
"""Size of the cache of parsed addresses; all requests to a service have the same address."""


for _name in ("httpx", "httpcore"):
    # Below WARNING, these libraries log addresses and headers.
    logging.getLogger(_name).setLevel(logging.WARNING)


def load_certificates() -> ssl.SSLContext:
    """Context for TLS connections, with the trusted certificate authorities. Blocking."""
    # Like `ssl.create_default_context`, which would also log session keys to the file named by
    # SSLKEYLOGFILE: with these keys the traffic, including the API key, could be read.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.version_info >= (3, 13):
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    # The authorities of the system, including a company's own, and those of httpx.
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    with contextlib.suppress(OSError):
        context.load_verify_locations(certifi.where())
    return context


class Routes(httpx.AsyncBaseTransport):
    """Chooses the route of each request: the painter, a system proxy, or a direct connection.

    The certificates are loaded for the first request that may need TLS: not for the painter, nor
    for a service on this machine without TLS.

    Raises the errors of httpcore, which have the same names as those of httpx.
    """

    def __init__(
        self,
        painter: Painter | None,
        *,
        proxy_for: proxies.ProxyFor = proxies.proxy_for,
        certificates: Callable[[], ssl.SSLContext] = load_certificates,
    ) -> None:
        """`proxy_for` returns the proxy of a scheme and a host; `certificates` blocks."""
        self._painter = painter
        self._proxy_for = proxy_for
        self._certificates = certificates
        self._context: ssl.SSLContext | None = None
        self._loading = asyncio.Lock()
        self._routes: dict[str, _DirectRoute | httpcore.AsyncConnectionPool] = {}

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        content: AsyncIterator[bytes] | None = None,
        extensions: Mapping[str, Any],
    ) -> httpx.Response:
        """Send one request unchanged; the body of the response has not been read yet.

        Raises the errors of httpcore, and httpx.InvalidURL.
        """
        try:
            request = httpx.Request(
                method,
                _address(url),
                headers=dict(headers),
                content=content,
                extensions=dict(extensions),
            )
            return await self.handle_async_request(request)
        except UnicodeError as error:
            # The host name is invalid ("xn--a").
            raise httpx.InvalidURL(str(error)) from error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, as any httpx transport does."""
        if request.url.host == SKETCH_HOST:
            return await self._paint(request)
        route = await self._route(request.url)
        answer = await route.handle_async_request(
            httpcore.Request(
                request.method,
                _core_url(request.url),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream),
            extensions=answer.extensions,
        )

    async def _route(self, url: httpx.URL) -> _DirectRoute | httpcore.AsyncConnectionPool:
        proxy = self._proxy_for(url.scheme, url.host)
        if proxy in self._routes:
            return self._routes[proxy]
        route: _DirectRoute | httpcore.AsyncConnectionPool
        if not proxy or proxies.is_socks(proxy):
            backend = SocksBackend(proxy) if proxy else NetworkBackend()
            route = _DirectRoute(backend, self._tls)
        else:
            route = _pool(url, proxy, await self._tls())
        # Another request may have created it in the meantime.
        return self._routes.setdefault(proxy, route)

    async def _tls(self) -> ssl.SSLContext:
        """The context for TLS connections, created on another thread at its first use."""
        async with self._loading:
            if self._context is None:
                self._context = await asyncio.to_thread(self._certificates)
            return self._context

    async def _paint(self, request: httpx.Request) -> httpx.Response:
        if self._painter is None:
            self._painter = sketch.answer
        trace = request.extensions.get("trace")
        # httpcore would report these steps, but the painter is reached without it.
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
        routes, self._routes = self._routes, {}
        for route in routes.values():
            await route.aclose()


def _pool(url: httpx.URL, proxy: str, context: ssl.SSLContext) -> httpcore.AsyncConnectionPool:
    # Without this context httpcore would create one that logs session keys.
    to_proxy = context if proxy.startswith("https:") else None
    try:
        through = httpcore.Proxy(
            _core_url(httpx.URL(proxy)), auth=proxies.login(proxy), ssl_context=to_proxy
        )
    except (ValueError, httpx.InvalidURL) as error:
        raise proxies.unusable(str(url)) from error
    return httpcore.AsyncConnectionPool(
        ssl_context=context,
        proxy=through,
        max_connections=None,
        max_keepalive_connections=0,
        network_backend=NetworkBackend(),
        socket_options=urls.socket_options(),
    )


class _DirectRoute:
    """Route straight to the service or through SOCKS: one connection for each request.

    No connection is reused, so a pool would only cost time: a tenth of that for a small answer on
    the loop's thread.
    """

    def __init__(
        self, backend: NetworkBackend, tls: Callable[[], Awaitable[ssl.SSLContext]]
    ) -> None:
        self._backend = backend
        self._tls = tls
        self._options = urls.socket_options()
        self._open: set[httpcore.AsyncNetworkStream] = set()

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request; its connection is closed with the stream of the answer."""
        if request.url.scheme not in (b"http", b"https"):
            raise httpcore.UnsupportedProtocol(request.url.scheme.decode("ascii", "replace"))
        line = await self._connect(request)
        self._open.add(line)
        connection = httpcore.AsyncHTTP11Connection(request.url.origin, line)
        try:
            answer = await connection.handle_async_request(request)
        except BaseException:
            await self._close(line)
            raise
        answer.stream = _ClosingStream(answer.stream, partial(self._close, line))
        return answer

    async def _connect(self, request: httpcore.Request) -> httpcore.AsyncNetworkStream:
        origin = request.url.origin
        limit = request.extensions.get("timeout", {}).get("connect")
        host = origin.host.decode("ascii")
        # Loaded before connecting, so that the service does not wait for the disk.
        context = await self._tls() if origin.scheme == b"https" else None
        line = await self._backend.connect_tcp(
            host, origin.port, timeout=limit, socket_options=self._options
        )
        if context is not None:
            context.set_alpn_protocols(["http/1.1"])
            name = request.extensions.get("sni_hostname") or host
            line = await line.start_tls(context, name, timeout=limit)
        return line

    async def _close(self, line: httpcore.AsyncNetworkStream) -> None:
        self._open.discard(line)
        await line.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        for line in tuple(self._open):
            await self._close(line)


class _ClosingStream:
    """The body of an answer; closing it closes its connection."""

    def __init__(self, stream: Any, close: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._close = close

    def __aiter__(self) -> AsyncIterator[bytes]:
        body: AsyncIterator[bytes] = aiter(self._stream)
        return body

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            await self._close()


class _Body(httpx.AsyncByteStream):
    """The body of an answer as httpcore streams it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __aiter__(self) -> AsyncIterator[bytes]:
        body: AsyncIterator[bytes] = aiter(self._stream)
        return body

    async def aclose(self) -> None:
        await self._stream.aclose()


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


@dataclass(frozen=True, slots=True)
class _Method:
    method: bytes


class _PainterConnection:
    """Substitute for the network connection of the painter's answers; can be broken."""

    def __init__(self) -> None:
        self.cut = False

    async def aclose(self) -> None:
        self.cut = True


async def _mended(chunks: AsyncIterator[bytes], line: _PainterConnection) -> AsyncIterator[bytes]:
    """Pass on the painter's chunks; if they break off, raise the error of a lost connection."""
    try:
        async for chunk in chunks:
            yield chunk
            if line.cut:
                raise httpcore.ReadError("the line was cut")
    except OSError as error:
        raise httpcore.RemoteProtocolError(str(error) or "peer closed the connection") from error
    finally:
        close = getattr(chunks, "aclose", None)
        if close is not None:
            await close()


@lru_cache(_MOST_KNOWN)
def _address(url: str) -> httpx.URL:
    parts = urlsplit(url)
    return httpx.URL(f"https://{SKETCH_HOST}{parts.path}" if parts.scheme == "sketch" else url)
