"""Where requests may go and by which way: safe addresses, the system's proxies, patient sockets."""

from __future__ import annotations

import socket
import sys
import urllib.request
from urllib.parse import urlsplit

from studio.errors import InputError
from studio.words import _

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def check_address(url: str) -> None:
    """Raise InputError for an address a key must not be sent to: http anywhere but loopback."""
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme, parts.hostname or ""
    except ValueError:
        scheme, host = "", ""
    if scheme == "sketch" or (scheme == "https" and host):
        return
    if scheme == "http" and host in _LOOPBACK:
        return
    if scheme == "http":
        raise InputError(
            _("The address is not safe"),
            _("{host} would get the key unencrypted.").format(host=host or url[:200]),
            hint=_("Use an address that begins with https://."),
        )
    raise InputError(
        _("The address of the provider is not usable"),
        _("{address} is not an address that begins with https://.").format(address=url[:200]),
    )


def proxy_for(scheme: str, host: str) -> str:
    """The system's proxy for this address; empty for none, and always for this machine itself."""
    if host.strip("[]") in _LOOPBACK:
        return ""
    proxies = urllib.request.getproxies()
    proxy = proxies.get(scheme) or proxies.get("all") or ""
    if not proxy or urllib.request.proxy_bypass(host):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def socket_options() -> list[tuple[int, int, int]]:
    """Keep-alive probes, so that a router on the way does not forget a silent connection."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    idle = getattr(socket, "TCP_KEEPIDLE", None) or getattr(socket, "TCP_KEEPALIVE", None)
    for option, seconds in (
        (idle, 30),
        (getattr(socket, "TCP_KEEPINTVL", None), 15),
        (getattr(socket, "TCP_KEEPCNT", None), 8),
    ):
        if option is not None and sys.platform != "win32":
            options.append((socket.IPPROTO_TCP, option, seconds))
    return options
