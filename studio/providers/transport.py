"""HTTP client: sends one request and streams its response.

Errors differ in billing. Before the first byte of a request is sent, nothing can have been billed
and the request may be repeated automatically; afterwards it may have been billed, and only the user
may repeat it. The boundary is exact: httpcore's trace hook reports the start of writing.

The first request imports `http_routes`, and with it httpx, on another thread, so that no window
waits for the import.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from studio import __version__
from studio.common.errors import NetworkError, ServiceError, StudioError
from studio.common.i18n import _, number
from studio.common.key_redaction import SecretRedactor
from studio.common.serial_executor import SerialExecutor
from studio.common.urls import check_address
from studio.providers import connection_errors, content_encoding, fetching, proxies
from studio.providers.redacted_answer import RedactingSink, secrets_in
from studio.providers.sink import BeforeFirstByte, Sink

if TYPE_CHECKING:
    import ssl

    import httpx

    from studio.providers.http_routes import Painter, Routes

__all__ = ["HttpClient", "HttpReply", "TransferLimits", "check_address"]

MAX_BODY = 256 * 1024 * 1024
MAX_WORDS = 32 * 1024 * 1024
MAX_ERROR_BODY = 1024 * 1024
MAX_LIST = 8 * 1024 * 1024
CONNECT_SECONDS = 15.0
WRITE_SECONDS = 120.0
ERROR_SECONDS = 10.0
LIST_SECONDS = 20.0
FETCH_SECONDS = 60.0
_SENT_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLimits:
    """Limits of received data.

    Attributes:
        body: bytes of a response.
        words: bytes of a response in which no picture has begun.
        listing: bytes of a list of models.
        picture: bytes of a fetched picture.
        error_seconds: seconds for the body of a refusal, whose status is enough.
        list_seconds: seconds for a list of models.
    """

    body: int = MAX_BODY
    words: int = MAX_WORDS
    listing: int = MAX_LIST
    picture: int = fetching.MAX_PICTURE
    error_seconds: float = ERROR_SECONDS
    list_seconds: float = LIST_SECONDS


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A short response, complete. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """HTTP client of the whole program, for any number of requests at once. Must be closed.

    It belongs to the loop of its first request. Connections are not reused: a picture takes longer
    than a handshake, and if a reused connection turned out to be dead, it would be unknown whether
    the request was billed.

    Secrets in the headers of a request are removed from everything received, by this request and
    all later ones: headers, bodies and error messages.

    `painter` answers requests to sketch://; None for the built-in one. Responses are searched for
    secrets on `executor`.

    Attributes:
        policy: restrictions on addresses in responses that are fetched.
        limits: limits of received data.
    """

    def __init__(
        self,
        painter: Painter | None = None,
        *,
        policy: fetching.FetchPolicy | None = None,
        executor: SerialExecutor | None = None,
        limits: TransferLimits | None = None,
        proxy_for: proxies.ProxyFor = proxies.proxy_for,
        certificates: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        """`proxy_for` returns the proxy of a scheme and a host.

        `certificates` creates the TLS context, once, on a thread, when it is needed.
        """
        self.policy = policy or fetching.FetchPolicy()
        self.limits = limits or TransferLimits()
        self._painter = painter
        self._proxy_for = proxy_for
        self._certificates = certificates
        self._executor = executor
        self._routes: Routes | None = None
        self._opening = asyncio.Lock()
        self._echoes = SecretRedactor()

    async def post(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        sink: Sink,
        *,
        before_first_byte: BeforeFirstByte | None = None,
    ) -> None:
        """Send `body` and stream the response to `sink`, whatever its status.

        There is no time limit for the response: the caller sets one. Cancelling closes the
        connection. Raises InputError for an unsafe address, NetworkError if the service was not
        reached or the connection broke (`billed` distinguishes them), IncompleteAnswer if it
        broke during the response, ServiceError for a response larger than any picture.
        """
        check_address(url)
        echoes = await self._cutting(headers)
        clean = RedactingSink(sink, echoes, self._executor)
        sending = _RequestTrace(before_first_byte)
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
                error_seconds = self.limits.error_seconds if refused else None
                try:
                    async with asyncio.timeout(error_seconds) as limit:
                        try:
                            await _receive(
                                response,
                                clean.chunk,
                                echoes,
                                self.limits,
                                # The beginning of a refusal is enough if it has no picture.
                                enough=partial(_enough, sink, limit) if refused else None,
                                promising=lambda: sink.promising,
                                keep=clean.encoded,
                            )
                        finally:
                            await clean.end()
                except connection_errors.foreign() as error:
                    # The status of a refusal is enough, and complete JSON lacks nothing.
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

    async def get_json(self, url: str, headers: Mapping[str, str]) -> HttpReply:
        """Fetch a short and free response, such as the list of models.

        Raises InputError for an unsafe address and NetworkError.
        """
        return await self._short("GET", url, headers)

    async def post_json(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpReply:
        """Send a short and free request, such as the count of tokens that tests a key.

        Raises InputError for an unsafe address and NetworkError.
        """
        sized = {**headers, "Content-Length": str(len(body))}
        return await self._short("POST", url, sized, content=_in_pieces(body))

    async def _short(
        self, method: str, url: str, headers: Mapping[str, str], **more: Any
    ) -> HttpReply:
        check_address(url)
        echoes = await self._cutting(headers)
        collected = bytearray()

        async def collect(data: bytes) -> None:
            collected.extend(data)
            if len(collected) > (most := self.limits.listing):
                raise ServiceError(
                    _("The list of models is too long"),
                    _("It is larger than {mb} MB.").format(mb=number(most >> 20)),
                )

        try:
            async with (
                asyncio.timeout(self.limits.list_seconds),
                self._asked(method, url, headers, **more) as response,
            ):
                refused = response.status_code >= 300
                enough = _a_megabyte if refused else None
                await _receive(response, collect, echoes, self.limits, enough=enough)
                return HttpReply(
                    response.status_code,
                    _plain_headers(response, echoes),
                    await asyncio.to_thread(echoes.bytes, bytes(collected)),
                )
        except TimeoutError as error:
            raise NetworkError(
                _("The service does not answer"),
                _("{host} did not answer within {seconds} seconds.").format(
                    host=urlsplit(url).hostname, seconds=number(round(self.limits.list_seconds))
                ),
                hint=_("Check the network, then try again."),
                retryable=True,
            ) from error
        except connection_errors.foreign() as error:
            raise connection_errors.explain(error, url, sent=False, clean=echoes.text) from error

    async def fetch(self, url: str, taker: fetching.FetchSink) -> None:
        """Fetch a picture from an address in a response, without key or cookies; see `fetching`.

        Raises NotFetched when the connection broke, NoPicture for a forbidden address and for
        anything but a picture.
        """
        await self._open()
        try:
            await fetching.fetch(url, self.policy, self._visit, taker)
        except StudioError as error:
            self._echoes.error(error)
            raise

    async def _visit(
        self, target: fetching.FetchTarget, take: fetching.Take
    ) -> tuple[int, Mapping[str, str]]:
        if self._routes is None:
            raise OSError("closed")
        headers = {
            "Host": target.host,
            "User-Agent": f"Gridbrush/{__version__}",
            "Accept": "image/*",
            "Accept-Encoding": "identity",
        }
        # Not through `_asked`, because here the address and the host name differ.
        response = await self._routes.send(
            "GET",
            target.url,
            headers,
            extensions={"sni_hostname": target.name, "timeout": _limits(FETCH_SECONDS)},
        )
        try:
            if response.status_code == 200:
                most = self.limits.picture
                if int(response.headers.get("content-length", "0")) > most:
                    raise connection_errors.too_long(most)
                await _receive(response, take, self._echoes, self.limits, most=most)
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
        """Send one request unchanged; no redirects, no cookies."""
        routes = await self._open()
        extensions: dict[str, Any] = {"timeout": _limits(None)}
        if trace is not None:
            extensions["trace"] = trace
        response = await routes.send(method, url, headers, content=content, extensions=extensions)
        try:
            yield response
        finally:
            await response.aclose()

    async def _cutting(self, headers: Mapping[str, str]) -> SecretRedactor:
        """Redactor for the secrets of this request and all earlier ones."""
        secrets = secrets_in(headers)
        if not self._echoes.knows(secrets):
            # Compiles the patterns of the secrets, which takes a while, into a cache.
            await asyncio.to_thread(SecretRedactor, secrets)
            self._echoes = self._echoes.and_of(secrets)
        return self._echoes

    async def close(self) -> None:
        """Close every connection; may be called twice."""
        routes, self._routes = self._routes, None
        if routes is not None:
            await routes.aclose()

    async def _open(self) -> Routes:
        async with self._opening:
            if self._routes is None:
                self._routes = await asyncio.to_thread(
                    _routes, self._painter, self._proxy_for, self._certificates
                )
            return self._routes


def _routes(
    painter: Painter | None,
    proxy_for: proxies.ProxyFor,
    certificates: Callable[[], ssl.SSLContext] | None,
) -> Routes:
    """Open the routes. Blocking."""
    # Imported here, because httpx takes 0.2 s; only the first request waits for it.
    from studio.providers import http_routes

    return http_routes.Routes(
        painter, proxy_for=proxy_for, certificates=certificates or http_routes.load_certificates
    )


def _limits(read: float | None) -> dict[str, float | None]:
    """Time limits in seconds for each step; the caller limits the wait for the response."""
    return {"connect": CONNECT_SECONDS, "write": WRITE_SECONDS, "read": read, "pool": None}


class _RequestTrace:
    """Tracks how much of a request was sent; awaits `before_first_byte` just before the start."""

    def __init__(self, before_first_byte: BeforeFirstByte | None) -> None:
        self._before = before_first_byte
        self.begun = False
        self.done = False

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "http11.send_request_headers.started" and not self.begun:
            # A proxy gets a CONNECT request first, which does not count.
            if info["request"].method == b"POST":
                if self._before is not None:
                    await self._before()
                self.begun = True
        elif event == "http11.send_request_body.complete":
            self.done = self.begun


async def _in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """Split the body of a request, so that a broken connection is noticed at the next piece.

    Written in one piece, the body would stay in the loop's buffer and count as sent.
    """
    view = memoryview(body)
    for start in range(0, len(view), _SENT_PIECE):
        yield bytes(view[start : start + _SENT_PIECE])


def _plain_headers(response: httpx.Response, echoes: SecretRedactor) -> dict[str, str]:
    """Headers for the sink; an unusual Content-Encoding stays, for a later reader of the body."""
    headers = echoes.headers({name.lower(): value for name, value in response.headers.items()})
    if name := headers.get("content-encoding"):
        if content_encoding.is_usual(name):
            del headers["content-encoding"]
        if content_encoding.names_of(name):
            headers.pop("content-length", None)
    return headers


async def _receive(
    response: httpx.Response,
    take: Callable[[bytes], Awaitable[None]],
    echoes: SecretRedactor,
    limits: TransferLimits,
    *,
    enough: Callable[[int], bool] | None = None,
    promising: Callable[[], bool] | None = None,
    keep: Callable[[bytes], Awaitable[None]] | None = None,
    most: int = 0,
) -> None:
    """Pass the body on in pieces, decoded and as UTF-8.

    Reading stops when `enough` returns True for the number of bytes. A response beyond the limit is
    an error; `most` is a separate limit for fetched files. `keep` gets an encoded body as received.
    """
    encoding = echoes.text(response.headers.get("content-encoding", ""))
    unpack = content_encoding.BodyDecoder(encoding, guess=not most)
    total = kept = 0
    damage: ServiceError | None = None

    async def hand_on(pieces: Iterator[bytes]) -> bool:
        nonlocal total
        for piece in pieces:
            total += len(piece)
            limit = most or limits.body
            if promising is not None and total > limits.words and not promising():
                limit = limits.words
            if total > limit:
                raise connection_errors.too_long(limit)
            if enough is not None and enough(total):
                return False
            await take(piece)
        return True

    async def deliver(raw: bytes) -> bool:
        nonlocal damage, kept
        if damage is None:
            pieces = unpack.feed(raw)
        if keep is not None and unpack.encoded:
            data = unpack.take_held() or raw
            kept += len(data)
            if kept > limits.body:
                raise connection_errors.too_long(limits.body)
            await keep(data)
        if damage is not None:
            return True
        try:
            return await hand_on(pieces)
        except ServiceError as error:
            if keep is None or not unpack.broken:
                raise
            # The rest is still received, because it is paid for.
            damage = error
            return True

    async def finish() -> None:
        pieces = unpack.end()
        if keep is not None and unpack.encoded and (held := unpack.take_held()):
            await keep(held)
        await hand_on(pieces)

    # Leaving the iteration early would leave generators waiting for the network, and not every
    # event loop finalizes them. If the connection is closed first, they end by themselves.
    wanted = True
    reason: BaseException | None = None
    try:
        async for raw in response.aiter_raw():
            if not wanted:
                continue
            try:
                wanted = await deliver(raw)
            except BaseException as error:  # noqa: BLE001 - raised again below, even CancelledError
                wanted, reason = False, error
            if not wanted:
                await _hang_up(response)
    except connection_errors.foreign():
        if wanted and damage is None:
            await finish()
            raise
    if (failed := reason or damage) is not None:
        raise failed
    if wanted:
        await finish()


def _a_megabyte(total: int) -> bool:
    return total > MAX_ERROR_BODY


def _enough(sink: Sink, limit: asyncio.Timeout, total: int) -> bool:
    """Whether enough of a refusal was read; one that contains a picture is read to its end."""
    if not sink.promising:
        return _a_megabyte(total)
    limit.reschedule(None)
    return False


async def _hang_up(response: httpx.Response) -> None:
    line = response.extensions.get("network_stream")
    if line is not None:
        with contextlib.suppress(*connection_errors.foreign()):
            await line.aclose()
