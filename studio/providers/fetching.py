"""Fetch a picture for which the service sent an address instead of bytes.

Such an address was written by a service or a model and is untrusted: it must be https, and must not
lead to this machine or its local network. The host name is resolved here and the connection goes to
the checked address, so that a second DNS answer cannot redirect it. Behind a system proxy, the
proxy resolves the name, in another network and by its own rules.
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
from studio.common.file_types import is_any_picture
from studio.common.i18n import _
from studio.providers import connection_errors, proxies
from studio.providers.public_addresses import is_outside

MAX_PICTURE = 128 * 1024 * 1024
"""Limit in bytes of a fetched picture."""

MAX_REDIRECTS = 3
SECONDS = 120.0
TRIES = 3
"""Limit of attempts for one picture: fetching is free, so a broken connection is retried."""

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
    """Addresses of a host name, from the system's resolver."""
    found = await asyncio.to_thread(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """Restrictions on fetching; the defaults allow only public addresses.

    Attributes:
        loopback: allow this machine, even without encryption. For tests only.
        resolve: returns the addresses of a host name.
        pause: seconds before the second try; the third waits three times as long.
        proxied: whether the system's proxies are used.
    """

    loopback: bool = False
    resolve: Resolve = look_up
    pause: float = 1.0
    proxied: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchTarget:
    """Target of one request.

    Attributes:
        url: URL with the checked address in place of the host name, except behind a proxy.
        host: value of the Host header, with the port if it is unusual.
        name: host name the certificate must match.
    """

    url: str
    host: str
    name: str


class FetchSink(Protocol):
    """Destination of a fetched picture."""

    async def begin_picture(self) -> None:
        """Start a picture, possibly for the second time: discard earlier data."""

    async def chunk(self, data: bytes) -> None:
        """Append data."""


Take = Callable[[bytes], Awaitable[None]]
Visit = Callable[[FetchTarget, Take], Awaitable[tuple[int, Mapping[str, str]]]]
"""Sends one request, and passes the body on if the status is 200; returns status and headers."""


async def fetch(url: str, policy: FetchPolicy, visit: Visit, taker: FetchSink) -> None:
    """Fetch a picture. Raises NotFetched when the connection broke, NoPicture for anything else.

    Exceptions from `taker` are passed on.
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
    """Send a request to each address of a host until one answers."""
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
    """Checks the first bytes: only pictures are accepted, whatever their declared type."""

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
        """Raise NoPicture unless the data so far is a picture; call it at the end of short data."""
        if self._head is not None and (
            len(self._head) < _HEAD or not is_any_picture(self._head[:_HEAD])
        ):
            raise refused(self._url, _("The file there is not a picture."))


async def targets(url: str, policy: FetchPolicy) -> tuple[FetchTarget, ...]:
    """Addresses to try in turn. Raises NoPicture for forbidden ones."""
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
    """Scheme, host, port and the rest of an allowed address."""
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
        # Resolvers also accept 127.1, 0x7f000001 and 2130706433 as addresses.
        if re.fullmatch(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}", name):
            return ipaddress.ip_address(socket.inet_aton(name))
    return None


def allowed(address: Address, policy: FetchPolicy) -> bool:
    """Whether an address may be contacted."""
    return (policy.loopback and address.is_loopback) or is_outside(address)


def moved(url: str, location: str) -> str:
    """Target of a redirect. Raises NoPicture if it is missing or invalid."""
    if not location:
        raise refused(url, _("It redirects without a target."))
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise refused(url, _("It redirects without a target.")) from error


def refused(url: str, reason: str) -> NoPicture:
    """Error for an address that is refused or has no picture; the user may still open it."""
    return NoPicture(*_sentences(url, reason), hint=_hint(), billed=Billed.MAYBE)


def not_fetched(url: str, reason: str) -> NotFetched:
    """Error for a broken connection: fetching it again is free."""
    return NotFetched(
        *_sentences(url, reason),
        hint=_("Choose Try again to download it again. Nothing new is requested."),
        billed=Billed.MAYBE,
    )


def _sentences(url: str, reason: str) -> tuple[str, str]:
    title = _("The service sent an address instead of a picture")
    return title, _("{reason} Address: {address}").format(reason=reason, address=url[:_LONGEST])


def _hint() -> str:
    return _("Open it soon; the address will expire.")
