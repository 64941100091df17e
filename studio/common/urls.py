"""Addresses of services: parsing, safety checks, socket options."""

from __future__ import annotations

import re
import socket
import sys
from urllib.parse import urlsplit

from studio.common.errors import InputError
from studio.common.i18n import _

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


_CALLS = re.compile(
    r"/(?:models(?:/.*)?|(?:chat/)?completions|responses|messages|embeddings|openai"
    r"|images/(?:generations|edits|variations))$",
    re.IGNORECASE,
)
"""Path suffixes of calls, which are removed from pasted addresses."""


def is_name(host: str) -> bool:
    """Whether this is a valid host name."""
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False


def read_address(text: str) -> str:
    """The normalized address of a service, with its version.

    "api.x.org/v1/", "https://api.x.org/v1/chat/completions" and "https://api.x.org/v1/models/m:…"
    are all "https://api.x.org/v1". Raises InputError for an invalid address, or one with a key.
    """
    clean = text.strip().strip("<>\"'`").strip()
    if "://" not in clean:
        host = clean.partition("/")[0].rpartition("@")[2]
        local = re.sub(r":\d*$", "", host).strip("[]") in LOOPBACK
        clean = f"{'http' if local else 'https'}://{clean}"
    try:
        parts = urlsplit(clean)
        usable = is_name(parts.hostname or "") and parts.port != 0 and not re.search(r"\s", clean)
    except ValueError:
        usable = False
    if not usable:
        raise _unusable(text)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise InputError(
            _("Invalid provider address"),
            _("It contains more than an address, maybe a key."),
            hint=_(
                "Remove user names and everything after a question mark. Put the key in its own "
                "field."
            ),
        )
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/")
    while (shorter := _CALLS.sub("", path).rstrip("/")) != path:
        path = shorter
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def _unusable(text: str) -> InputError:
    return InputError(
        _("Invalid provider address"),
        _("{address} is not a service address.").format(address=text.strip()[:200]),
        hint=_("It should look like https://api.example.com."),
    )


def usable_address(text: str) -> str:
    """The normalized and checked address of a service. Raises InputError."""
    address = read_address(text)
    host = urlsplit(address).netloc
    if "://" not in text and host not in LOOPBACK and not re.search(r"[.:]", host):
        # A single word is no address.
        raise _unusable(text)
    check_address(address)
    return address


def check_address(url: str) -> None:
    """Raise InputError for an unsafe address: http except loopback."""
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme, parts.hostname or ""
    except ValueError:
        scheme, host = "", ""
    if scheme == "sketch" or (scheme == "https" and host):
        return
    if scheme == "http" and host in LOOPBACK:
        return
    if scheme == "http":
        raise InputError(
            _("The address is not safe"),
            _("The key would be sent to {host} unencrypted.").format(host=host or url[:200]),
            hint=_("Use an https:// address."),
        )
    raise InputError(
        _("Invalid provider address"),
        _("{address} is not an https:// address.").format(address=url[:200]),
    )


def socket_options() -> list[tuple[int, int, int]]:
    """Options for keep-alive probes, so that routers keep idle connections."""
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
