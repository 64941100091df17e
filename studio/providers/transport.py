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
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from studio import __version__
from studio.errors import NetworkError, ServiceError
from studio.providers import addresses, broken, fetching, packing
from studio.providers.addresses import check_address
from studio.providers.base import BeforeFirstByte, Sink
from studio.words import _

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

    `painter` answers what goes to sketch://; the program's own one when None.

    Attributes:
        policy: what may be fetched of the addresses services send.
    """

    def __init__(
        self, painter: Painter | None = None, *, policy: fetching.Policy | None = None
    ) -> None:
        self.policy = policy or fetching.Policy()
        self._painter = painter
        self._routes: _Routes | None = None
        self._opening = asyncio.Lock()

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
                plain = _plain_headers(response)
                refused = response.status_code >= 300
                await sink.status(response.status_code, plain)
                answering = True
                try:
                    async with asyncio.timeout(ERROR_SECONDS if refused else None):
                        await _receive(response, sink.chunk, limit_quietly=refused)
                except broken.foreign() as error:
                    # An error's status says enough, and JSON that is closed lost nothing.
                    if refused or sink.whole:
                        return
                    raise broken.explain(error, url, sent=True, answering=True) from error
        except broken.foreign() as error:
            raise broken.explain(
                error,
                url,
                sent=sending.begun,
                whole_request=sending.done,
                answering=answering,
            ) from error

    async def get_json(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Fetch something short, such as the list of models: free, so it may be asked again.

        Raises InputError for an unsafe address and NetworkError.
        """
        check_address(url)
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
                await _receive(response, collect, limit_quietly=response.status_code >= 300)
                return Reply(response.status_code, _plain_headers(response), bytes(collected))
        except TimeoutError as error:
            raise NetworkError(
                _("The service does not answer"),
                _("{host} did not answer within {seconds} seconds.").format(
                    host=urlsplit(url).hostname, seconds=round(LIST_SECONDS)
                ),
                hint=_("Check the network, then try again."),
                retryable=True,
            ) from error
        except broken.foreign() as error:
            raise broken.explain(error, url, sent=False) from error

    async def fetch(self, url: str, taker: fetching.Taker) -> None:
        """Fetch a picture from an address a service sent: without key or cookies, see `fetching`.

        Raises NotFetched when the line broke, NoPicture for an address that is not asked and for
        what is no picture.
        """
        await self._open()
        await fetching.fetch(url, self.policy, self._visit, taker)

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
                    raise broken.too_long(most)
                await _receive(response, take, limit_quietly=False, most=most)
            return response.status_code, _plain_headers(response)
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
        request = httpx.Request(
            method, _internal(url), headers=headers, content=content, extensions=extensions
        )
        response = await routes.handle_async_request(request)
        try:
            yield response
        finally:
            await response.aclose()

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

    # The system's own authorities (a company's among them) and those httpx would bring.
    context = ssl.create_default_context()
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

        proxy = addresses.proxy_for(url.scheme, url.host)
        if proxy not in self._ways:
            way = self._ways[proxy] = httpx.AsyncHTTPTransport(
                verify=self._context,
                trust_env=False,
                http1=True,
                http2=False,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
                proxy=proxy or None,
                socket_options=addresses.socket_options(),
            )
            # httpx has no option for it.
            way._pool._network_backend = network.Network()  # noqa: SLF001
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


def _plain_headers(response: httpx.Response) -> dict[str, str]:
    """Headers as the sink gets them: the body is unpacked already, so they do not say packed."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    if headers.pop("content-encoding", "identity") != "identity":
        headers.pop("content-length", None)
    return headers


async def _receive(
    response: httpx.Response,
    take: Callable[[bytes], Awaitable[None]],
    *,
    limit_quietly: bool,
    most: int = 0,
) -> None:
    """Hand the body on in pieces, unpacked, within what we take.

    A longer error page is left unread after the first part; a longer answer is an error. `most` is
    another limit than that of an answer.
    """
    unpack = packing.unpacker(response.headers.get("content-encoding", ""))
    total = 0

    async def deliver(raw: bytes) -> bool:
        nonlocal total
        for piece in unpack(raw):
            total += len(piece)
            if limit_quietly and total > MAX_ERROR_BODY:
                return False
            if total > (most or MAX_BODY):
                raise broken.too_long(most or MAX_BODY)
            await take(piece)
        return True

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
    except broken.foreign():
        if wanted:
            raise
    if reason is not None:
        raise reason


async def _hang_up(response: httpx.Response) -> None:
    line = response.extensions.get("network_stream")
    if line is not None:
        with contextlib.suppress(*broken.foreign()):
            await line.aclose()
