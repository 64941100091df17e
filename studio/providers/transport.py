"""The connection: one request out, one answer in pieces back. The only place that knows httpx.

Who pays decides what an error means here. Until the request's first byte has left, nothing can
have been charged and the same request may be sent again; afterwards it may have been, and nobody
sends it again but the user. That border is exact: httpx tells through its trace hook when it
begins to write.

httpx is imported when the first request is made, on another thread, and not with this module: a
window must not wait for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from studio import __version__
from studio.common import urls
from studio.common.errors import NetworkError, ServiceError, StudioError
from studio.common.i18n import _
from studio.common.key_redaction import Echoes
from studio.common.serial_executor import Lane
from studio.common.urls import check_address
from studio.providers import connection_errors, content_encoding, fetching, proxies
from studio.providers.redacted_answer import CleanSink, secrets_in
from studio.providers.sink import BeforeFirstByte, Sink

if TYPE_CHECKING:
    import httpx

__all__ = ["Client", "Painter", "Reply", "check_address"]

Painter = Callable[
    [str, str, Mapping[str, str], bytes],
    Awaitable[tuple[int, Mapping[str, str], AsyncIterator[bytes]]],
]
"""(method, url, headers, body) -> (status, headers, chunks): a service inside this process."""

SKETCH_HOST = "sketch.invalid"
"""Stands for the painter in addresses httpx accepts; no such host can exist (RFC 2606)."""

MAX_BODY = 256 * 1024 * 1024
MAX_WORDS = 32 * 1024 * 1024
"""Of an answer in which no picture begins by then."""

MAX_ERROR_BODY = 1024 * 1024
MAX_LIST = 8 * 1024 * 1024
CONNECT_SECONDS = 15.0
WRITE_SECONDS = 120.0
ERROR_SECONDS = 10.0
"""How long the words of a refusal are waited for: its status says enough."""

LIST_SECONDS = 20.0
FETCH_SECONDS = 60.0
_SENT_PIECE = 64 * 1024
_READ_PIECE = 256 * 1024
"""What one look at a socket brings at most; read in smaller pieces, each costs the loop a round."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A short answer, whole. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """One for the whole program; any number of requests at once. Must be closed.

    It belongs to the loop of its first request. Connections are not kept for a second request: a
    picture takes longer than a handshake, and a kept connection that died in the meantime would
    leave a request of which nobody knows whether it was charged.

    What a request is told in its headers that is a secret is cut out of all that comes back, to
    this request and to every later one: out of headers, bodies and the words of errors.

    `painter` answers what goes to sketch://; the program's own one when None. `lane` is where what
    comes is looked through for secrets.

    Attributes:
        policy: what may be fetched of the addresses services send.
    """

    def __init__(
        self,
        painter: Painter | None = None,
        *,
        policy: fetching.Policy | None = None,
        lane: Lane | None = None,
    ) -> None:
        self.policy = policy or fetching.Policy()
        self._painter = painter
        self._lane = lane
        self._routes: _Routes | None = None
        self._opening = asyncio.Lock()
        self._echoes = Echoes()

    async def post(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        sink: Sink,
        *,
        before_first_byte: BeforeFirstByte | None = None,
    ) -> None:
        """Send `body` and hand the answer to `sink`, whatever its status.

        Waits for the answer without limit: the caller sets one. Cancelling closes the connection.
        Raises InputError for an unsafe address, NetworkError when nothing was reached or the
        connection broke (`billed` tells which), IncompleteAnswer when it broke within the answer,
        ServiceError for an answer larger than any picture.
        """
        check_address(url)
        echoes = await self._cutting(headers)
        clean = CleanSink(sink, echoes, self._lane)
        sending = _Sending(before_first_byte)
        answering = False
        try:
            async with self._asked(
                "POST",
                url,
                {**headers, "Content-Length": str(len(body))},
                content=_in_pieces(body),
                trace=sending.trace,
            ) as response:
                refused = response.status_code >= 300
                await clean.status(response.status_code, _plain_headers(response, echoes))
                answering = True
                try:
                    async with asyncio.timeout(ERROR_SECONDS if refused else None) as limit:
                        try:
                            await _receive(
                                response,
                                clean.chunk,
                                echoes,
                                # Of a refusal a little is enough, unless it brings a picture.
                                enough=partial(_enough, sink, limit) if refused else None,
                                promising=lambda: sink.promising,
                            )
                        finally:
                            await clean.end()
                except connection_errors.foreign() as error:
                    # An error's status says enough, and JSON that is closed lost nothing.
                    if sink.whole or (refused and not sink.promising):
                        return
                    raise connection_errors.explain(
                        error, url, sent=True, answering=True, clean=echoes.text
                    ) from error
        except connection_errors.foreign() as error:
            raise connection_errors.explain(
                error,
                url,
                sent=sending.begun,
                whole_request=sending.done,
                answering=answering,
                clean=echoes.text,
            ) from error

    async def get_json(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Fetch something short, such as the list of models: free, so it may be asked again.

        Raises InputError for an unsafe address and NetworkError.
        """
        check_address(url)
        echoes = await self._cutting(headers)
        collected = bytearray()

        async def collect(data: bytes) -> None:
            collected.extend(data)
            if len(collected) > MAX_LIST:
                raise ServiceError(
                    _("The list of models is too long"),
                    _("It is longer than {mb} MB.").format(mb=MAX_LIST >> 20),
                )

        try:
            async with (
                asyncio.timeout(LIST_SECONDS),
                self._asked("GET", url, headers) as response,
            ):
                refused = response.status_code >= 300
                await _receive(response, collect, echoes, enough=_a_megabyte if refused else None)
                return Reply(
                    response.status_code,
                    _plain_headers(response, echoes),
                    await asyncio.to_thread(echoes.bytes, bytes(collected)),
                )
        except TimeoutError as error:
            raise NetworkError(
                _("The service does not answer"),
                _("{host} did not answer within {seconds} seconds.").format(
                    host=urlsplit(url).hostname, seconds=round(LIST_SECONDS)
                ),
                hint=_("Check the network, then try again."),
                retryable=True,
            ) from error
        except connection_errors.foreign() as error:
            raise connection_errors.explain(error, url, sent=False, clean=echoes.text) from error

    async def fetch(self, url: str, taker: fetching.Taker) -> None:
        """Fetch a picture from an address a service sent: without key or cookies, see `fetching`.

        Raises NotFetched when the line broke, NoPicture for an address that is not asked and for
        what is no picture.
        """
        await self._open()
        try:
            await fetching.fetch(url, self.policy, self._visit, taker)
        except StudioError as error:
            self._echoes.error(error)
            raise

    async def _visit(
        self, target: fetching.Target, take: fetching.Take
    ) -> tuple[int, Mapping[str, str]]:
        import httpx

        if self._routes is None:
            raise OSError("closed")
        headers = {
            "Host": target.host,
            "User-Agent": f"Gridbrush/{__version__}",
            "Accept": "image/*",
            "Accept-Encoding": "identity",
        }
        # Not by `_asked`: here the address and the name are two things.
        request = httpx.Request(
            "GET",
            target.url,
            headers=headers,
            extensions={"sni_hostname": target.name, "timeout": _limits(FETCH_SECONDS)},
        )
        response = await self._routes.handle_async_request(request)
        try:
            if response.status_code == 200:
                most = fetching.MAX_PICTURE
                if int(response.headers.get("content-length", "0")) > most:
                    raise connection_errors.too_long(most)
                await _receive(response, take, self._echoes, most=most)
            return response.status_code, _plain_headers(response, self._echoes)
        finally:
            await response.aclose()

    @contextlib.asynccontextmanager
    async def _asked(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        content: AsyncIterator[bytes] | None = None,
        trace: Callable[[str, Mapping[str, Any]], Awaitable[None]] | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """One request as it stands: nothing is added to it, followed for it or remembered of it."""
        routes = await self._open()
        import httpx

        extensions: dict[str, Any] = {"timeout": _limits(None)}
        if trace is not None:
            extensions["trace"] = trace
        try:
            request = httpx.Request(
                method, _internal(url), headers=headers, content=content, extensions=extensions
            )
            response = await routes.handle_async_request(request)
        except UnicodeError as error:
            # The name of its host cannot be read as one ("xn--a").
            raise httpx.InvalidURL(str(error)) from error
        try:
            yield response
        finally:
            await response.aclose()

    async def _cutting(self, headers: Mapping[str, str]) -> Echoes:
        """What cuts the secrets of a request out of its answer, with those sent before."""
        secrets = secrets_in(headers)
        if not self._echoes.knows(secrets):
            # This takes a while; the patterns made of a secret are kept.
            await asyncio.to_thread(Echoes, secrets)
            self._echoes = self._echoes.and_of(secrets)
        return self._echoes

    async def close(self) -> None:
        """Close every connection; calling it twice is fine."""
        routes, self._routes = self._routes, None
        if routes is not None:
            await routes.aclose()

    async def _open(self) -> _Routes:
        async with self._opening:
            if self._routes is None:
                self._routes = _Routes(self._painter, await asyncio.to_thread(_prepare))
            return self._routes


def _limits(read: float | None) -> dict[str, float | None]:
    """Seconds each step of a request may take; an answer is waited for by whoever asks."""
    return {"connect": CONNECT_SECONDS, "write": WRITE_SECONDS, "read": read, "pool": None}


def _prepare() -> ssl.SSLContext:
    """The slow part of opening: httpx itself, and the certificates. Blocking."""
    import certifi
    import httpcore
    import httpx  # noqa: F401 - here for its second load to be free

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


class _Sending:
    """Knows how much of the request has left; awaits `before_first_byte` at the right moment."""

    def __init__(self, before_first_byte: BeforeFirstByte | None) -> None:
        self._before = before_first_byte
        self.begun = False
        self.done = False

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "http11.send_request_headers.started" and not self.begun:
            # A proxy that is asked to connect gets a request too, before ours.
            if info["request"].method == b"POST":
                if self._before is not None:
                    await self._before()
                self.begun = True
        elif event == "http11.send_request_body.complete":
            self.done = self.begun


class _Routes:
    """Chooses the way for each request: the painter, a proxy of the system, or straight."""

    def __init__(self, painter: Painter | None, context: ssl.SSLContext) -> None:
        self._painter = painter
        self._context = context
        self._ways: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == SKETCH_HOST:
            return await self._paint(request)
        return await self._way(request.url).handle_async_request(request)

    def _way(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        import httpx

        from studio.providers import network

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
        import httpx

        if self._painter is None:
            from studio.providers import sketch

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
        line = _Line()
        return httpx.Response(
            status,
            headers=dict(headers),
            content=_mended(chunks, line),
            extensions={"network_stream": line},
        )

    async def aclose(self) -> None:
        ways, self._ways = self._ways, {}
        for way in ways.values():
            await way.aclose()


@dataclass(frozen=True, slots=True)
class _Method:
    method: bytes


class _Line:
    """The painter's end of a connection that is none: it can be cut all the same."""

    def __init__(self) -> None:
        self.cut = False

    async def aclose(self) -> None:
        self.cut = True


async def _mended(chunks: AsyncIterator[bytes], line: _Line) -> AsyncIterator[bytes]:
    """The painter's chunks; where it breaks off, it breaks as a connection would."""
    import httpx

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


async def _in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """The request's body in pieces: a line that breaks in between is noticed at the next one.

    Given at once, it would lie in the loop's buffer and count as sent.
    """
    view = memoryview(body)
    for start in range(0, len(view), _SENT_PIECE):
        yield bytes(view[start : start + _SENT_PIECE])


def _internal(url: str) -> str:
    parts = urlsplit(url)
    return f"https://{SKETCH_HOST}{parts.path}" if parts.scheme == "sketch" else url


def _plain_headers(response: httpx.Response, echoes: Echoes) -> dict[str, str]:
    """Headers as the sink gets them: they say packed only where the body could not be unpacked."""
    headers = echoes.headers({name.lower(): value for name, value in response.headers.items()})
    if (name := headers.get("content-encoding")) is not None:
        if content_encoding.known(name):
            del headers["content-encoding"]
        if name != "identity":
            headers.pop("content-length", None)
    return headers


async def _receive(
    response: httpx.Response,
    take: Callable[[bytes], Awaitable[None]],
    echoes: Echoes,
    *,
    enough: Callable[[int], bool] | None = None,
    promising: Callable[[], bool] | None = None,
    most: int = 0,
) -> None:
    """Hand the body on in pieces, unpacked and as UTF-8, within what we take.

    The rest is left unread where so many bytes are `enough`; a longer answer is an error. `most` is
    another limit than that of an answer.
    """
    unpack = content_encoding.unpacker(echoes.text(response.headers.get("content-encoding", "")))
    total = 0

    async def hand_on(pieces: Iterator[bytes]) -> bool:
        nonlocal total
        for piece in pieces:
            total += len(piece)
            limit = most or MAX_BODY
            if promising is not None and total > MAX_WORDS and not promising():
                limit = MAX_WORDS
            if total > limit:
                raise connection_errors.too_long(limit)
            if enough is not None and enough(total):
                return False
            await take(piece)
        return True

    async def deliver(raw: bytes) -> bool:
        return await hand_on(unpack.feed(raw))

    # Whoever leaves this loop early leaves generators behind that wait on the network; not every
    # loop cleans them up. So the line is cut first, and they end by themselves.
    wanted = True
    reason: BaseException | None = None
    try:
        async for raw in response.aiter_raw():
            if not wanted:
                continue
            try:
                wanted = await deliver(raw)
            except BaseException as error:  # noqa: BLE001 - raised again below, cancelling too
                wanted, reason = False, error
            if not wanted:
                await _hang_up(response)
    except connection_errors.foreign():
        if wanted:
            await hand_on(unpack.end())
            raise
    if reason is not None:
        raise reason
    if wanted:
        await hand_on(unpack.end())


def _a_megabyte(total: int) -> bool:
    return total > MAX_ERROR_BODY


def _enough(sink: Sink, limit: asyncio.Timeout, total: int) -> bool:
    """Whether so much of a refusal will do. One with a picture in it is an answer: all of it."""
    if not sink.promising:
        return _a_megabyte(total)
    limit.reschedule(None)
    return False


async def _hang_up(response: httpx.Response) -> None:
    line = response.extensions.get("network_stream")
    if line is not None:
        with contextlib.suppress(*connection_errors.foreign()):
            await line.aclose()
