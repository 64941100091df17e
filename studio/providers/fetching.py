"""Fetches a picture when the service sent an address instead of bytes.

Such an address was written by a service or by a model, so nobody vouches for it: it must be https,
and it must not lead into this machine or into the network it stands in. A name is resolved here and
the connection goes to the very address that was looked at, so that no second answer of a name
server can lead elsewhere. Behind a proxy of the system the proxy resolves; it stands in another
network and has rules of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from studio.common.errors import Billed, NetworkError, NoPicture, NotFetched, ServiceError
from studio.common.file_types import kind_of
from studio.common.i18n import _
from studio.providers import connection_errors, proxies
from studio.providers.public_addresses import is_outside

MAX_PICTURE = 128 * 1024 * 1024
"""Most bytes of one picture that are fetched."""

MAX_REDIRECTS = 3
SECONDS = 120.0
TRIES = 3
"""Fetching is free, so a line that breaks is tried again."""

_MOVED = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_HEAD = 64
_LONGEST = 4096
_OWN_NAMES = re.compile(
    r"(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|home\.arpa|localdomain)$"
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system gives them."""
    found = await asyncio.to_thread(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """What may be fetched; the defaults are for the world outside.

    Attributes:
        loopback: this machine may be asked too, also without encryption. For tests alone.
        resolve: gives the addresses of a name.
        pause: seconds before the second try; the third waits three times as long.
        proxied: whether the system's proxies are used.
    """

    loopback: bool = False
    resolve: Resolve = look_up
    pause: float = 1.0
    proxied: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchTarget:
    """Where one request goes.

    Attributes:
        url: with the checked address in the place of the name (with the name behind a proxy).
        host: the name for the Host header, with the port where it is unusual.
        name: the name the certificate must be for.
    """

    url: str
    host: str
    name: str


class FetchSink(Protocol):
    """Where a fetched picture goes."""

    async def begin_picture(self) -> None:
        """Its first byte is about to come, maybe for the second time: forget what came before."""

    async def chunk(self, data: bytes) -> None:
        """More of it."""


Take = Callable[[bytes], Awaitable[None]]
Visit = Callable[[FetchTarget, Take], Awaitable[tuple[int, Mapping[str, str]]]]
"""Asks once: the body of an answer with status 200 is taken; gives status and headers."""


async def fetch(url: str, policy: FetchPolicy, visit: Visit, taker: FetchSink) -> None:
    """Fetch a picture. Raises NotFetched when the line broke, NoPicture for anything else.

    What `taker` raises passes through.
    """
    for number in range(TRIES):
        try:
            async with asyncio.timeout(SECONDS):
                await _follow(url, policy, visit, taker)
            return
        except TimeoutError as error:
            raise not_fetched(url, _("It took too long.")) from error
        except NotFetched:
            if number == TRIES - 1:
                raise
            await asyncio.sleep(policy.pause * 3**number)


async def _follow(url: str, policy: FetchPolicy, visit: Visit, taker: FetchSink) -> None:
    place = url
    for _hop in range(MAX_REDIRECTS + 1):
        status, headers = await _request_addresses(url, place, policy, visit, taker)
        if status == 200:
            return
        if status not in _MOVED:
            reason = _("The address answers with status {status}.").format(status=status)
            raise (not_fetched if status in _PASSING else refused)(url, reason)
        place = moved(place, headers.get("location", ""))
    raise refused(url, _("Too many redirects."))


async def _request_addresses(
    url: str, place: str, policy: FetchPolicy, visit: Visit, taker: FetchSink
) -> tuple[int, Mapping[str, str]]:
    """Ask at one place, at each of its addresses until one answers."""
    broke: BaseException | None = None
    for target in await targets(place, policy):
        taking = _CheckingSink(url, taker)
        try:
            status, headers = await visit(target, taking.chunk)
        except connection_errors.foreign() as error:
            if isinstance(error, TimeoutError):
                raise
            broke = error
            continue
        except ServiceError as error:
            raise refused(url, error.message) from error
        except NetworkError as error:
            raise not_fetched(url, error.message) from error
        if status == 200:
            taking.check()
        return status, headers
    reason = connection_errors.explain(broke or OSError(), place, sent=False).message
    raise not_fetched(url, reason) from broke


class _CheckingSink:
    """Looks at the first bytes: what is no picture is not taken, however it is called."""

    def __init__(self, url: str, taker: FetchSink) -> None:
        self._url = url
        self._taker = taker
        self._head: bytes | None = b""

    async def chunk(self, data: bytes) -> None:
        if self._head is None:
            await self._taker.chunk(data)
            return
        self._head += data
        if len(self._head) < _HEAD:
            return
        data = self._head
        self.check()
        self._head = None
        await self._taker.begin_picture()
        await self._taker.chunk(data)

    def check(self) -> None:
        """Raise NoPicture when what came so far is no picture; all of it when it was short."""
        if self._head is not None and (len(self._head) < _HEAD or not kind_of(self._head[:_HEAD])):
            raise refused(self._url, _("The file there is not a picture."))


async def targets(url: str, policy: FetchPolicy) -> tuple[FetchTarget, ...]:
    """The addresses to try in turn. Raises NoPicture for what may not be fetched."""
    scheme, name, port, rest = _parts(url, policy)
    host = f"[{name}]" if ":" in name else name
    usual = {"https": 443, "http": 80}[scheme]
    named = host if port == usual else f"{host}:{port}"
    literal = _literal(name)
    if literal is None and policy.proxied and _proxied(url, scheme, name):
        if _OWN_NAMES.search(name) or "." not in name:
            raise refused(url, _("It leads into your local network."))
        return (FetchTarget(url=f"{scheme}://{named}{rest}", host=named, name=name),)
    if literal is not None:
        found: list[Address] = [literal]
    else:
        try:
            given = await policy.resolve(name, port)
        except (OSError, UnicodeError) as error:
            raise not_fetched(
                url, _("No network address found for {host}.").format(host=name)
            ) from error
        found = [ipaddress.ip_address(one) for one in dict.fromkeys(given)]
    if not found or not all(allowed(one, policy) for one in found):
        raise refused(url, _("It leads into your local network."))
    return tuple(
        FetchTarget(
            url=f"{scheme}://{f'[{one}]' if one.version == 6 else one}:{port}{rest}",
            host=named,
            name=name,
        )
        for one in found[:4]
    )


def _proxied(url: str, scheme: str, name: str) -> bool:
    try:
        return bool(proxies.proxy_for(scheme, name))
    except NetworkError as error:
        raise not_fetched(url, error.message) from error


def _parts(url: str, policy: FetchPolicy) -> tuple[str, str, int, str]:
    """Scheme, host, port and the rest of an address that may be asked at all."""
    try:
        parts = urlsplit(url)
        name = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii").lower()
        port = parts.port
    except (ValueError, UnicodeError) as error:
        raise refused(url, _("It is not a web address.")) from error
    if parts.scheme != "https" and not (parts.scheme == "http" and policy.loopback):
        raise refused(url, _("It is not an https:// address, so others could read it."))
    if not name or "@" in parts.netloc or len(url) > _LONGEST or re.search(r"[\s\x00-\x1f]", url):
        raise refused(url, _("It is not a web address."))
    path = parts.path or "/"
    rest = f"{path}?{parts.query}" if parts.query else path
    return parts.scheme, name, port or (443 if parts.scheme == "https" else 80), rest


def _literal(name: str) -> Address | None:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(name)
    with contextlib.suppress(OSError):
        # 127.1, 0x7f000001 and 2130706433 are addresses too, for those who resolve.
        if re.fullmatch(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}", name):
            return ipaddress.ip_address(socket.inet_aton(name))
    return None


def allowed(address: Address, policy: FetchPolicy) -> bool:
    """Whether an address may be asked."""
    return (policy.loopback and address.is_loopback) or is_outside(address)


def moved(url: str, location: str) -> str:
    """Where a redirection leads. Raises NoPicture when it leads nowhere."""
    if not location:
        raise refused(url, _("It redirects without a target."))
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise refused(url, _("It redirects without a target.")) from error


def refused(url: str, reason: str) -> NoPicture:
    """For an address that is not fetched, or gave no picture: the user may still open it."""
    return NoPicture(*_sentences(url, reason), hint=_hint(), billed=Billed.MAYBE)


def not_fetched(url: str, reason: str) -> NotFetched:
    """For a line that broke: fetching it again costs nothing."""
    return NotFetched(
        *_sentences(url, reason),
        hint=_("Try again downloads it again. Nothing new is requested."),
        billed=Billed.MAYBE,
    )


def _sentences(url: str, reason: str) -> tuple[str, str]:
    title = _("The service sent an address instead of a picture")
    return title, _("{reason} The address: {address}").format(reason=reason, address=url[:_LONGEST])


def _hint() -> str:
    return _("Open it soon, the address will expire. It may have been billed.")
