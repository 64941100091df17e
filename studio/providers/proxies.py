"""System proxies: selection by address, and errors in their settings.

Proxies are set in environment variables (HTTPS_PROXY, ALL_PROXY, NO_PROXY, in lower case too) and,
on Windows and macOS, in the system's settings. An invalid setting is an error and never ignored:
without its proxy a request could take an unwanted route.
"""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import Callable
from urllib.parse import SplitResult, unquote, urlsplit

from studio.common.errors import NetworkError
from studio.common.i18n import _
from studio.common.urls import LOOPBACK, is_name

_HTTP = ("http", "https")
_SOCKS = ("socks5h", "socks5", "socks")
"""Schemes of SOCKS proxies, equivalent here: the proxy always resolves host names."""

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]{0,20})://")
_HOST = re.compile(r"[^\s\x00-\x20%@/\\?#<>^|`{}\"]{1,253}")
_LONGEST_WORD = 255


ProxyFor = Callable[[str, str], str]
"""Returns the address of the proxy for a scheme and a host; empty for none."""


def proxy_for(scheme: str, host: str) -> str:
    """System proxy for this address; empty for none, and always for this machine itself.

    The result begins with http://, https:// or socks5h://. Raises NetworkError if it is unusable.
    """
    name, value = _named(scheme, host)
    return _read(value, name) if value else ""


def called(url: str) -> str:
    """Name of the proxy setting for an address; empty for none."""
    parts = urlsplit(url)
    name, value = _named(parts.scheme, parts.hostname or "")
    return name if value else ""


def is_socks(proxy: str) -> bool:
    """Whether a proxy, as returned by `proxy_for`, uses SOCKS."""
    return proxy.startswith("socks")


def login(proxy: str) -> tuple[bytes, bytes] | None:
    """User name and password in the address of a proxy, decoded; None if both are empty."""
    parts = urlsplit(proxy)
    if not (parts.username or parts.password):
        return None
    return unquote(parts.username or "").encode(), unquote(parts.password or "").encode()


def _named(scheme: str, host: str) -> tuple[str, str]:
    """Name and value of the setting for this address; both empty for none."""
    if host.strip("[]") in LOOPBACK:
        return "", ""
    proxies = urllib.request.getproxies()
    for kind in (scheme, "all"):
        if value := (proxies.get(kind) or "").strip():
            return ("", "") if urllib.request.proxy_bypass(host) else (_name(kind), value)
    return "", ""


def _name(kind: str) -> str:
    """Name of the setting for a scheme: its environment variable, or "the system's settings"."""
    variable = f"{kind}_proxy"
    names = sorted((one for one in os.environ if one.lower() == variable), reverse=True)
    return names[0] if names else _("the system's settings")


def _read(value: str, name: str) -> str:
    """Normalize the address. Errors never quote it: it may contain a password."""
    refused = _refusing(name)
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        raise refused(_("It contains a space."))
    found = _SCHEME.match(value)
    scheme = found[1].lower() if found else "http"
    if scheme not in (*_HTTP, *_SOCKS):
        raise refused(_("{scheme}:// proxies are not supported.").format(scheme=scheme))
    rest = value[found.end() :] if found else value
    try:
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise refused(_port_or_host(rest)) from None
    place = parts.netloc.rpartition("@")[2]
    numbers = ":" not in host or re.fullmatch(r"\[[^\]]+\](:\d*)?", place)
    if not (numbers and _HOST.fullmatch(host) and is_name(host)):
        raise refused(_("It contains no host name."))
    if port == 0:
        raise refused(_bad_port())
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise refused(_("It contains more than an address."))
    return _spelled(scheme, parts, refused)


def _spelled(scheme: str, parts: SplitResult, refused: Callable[[str], NetworkError]) -> str:
    if scheme in _HTTP:
        return f"{scheme}://{parts.netloc}"
    words = login(f"//{parts.netloc}") or (b"", b"")
    if any(len(one) > _LONGEST_WORD for one in words):
        raise refused(_("Its user name or password is too long."))
    at = parts.netloc if parts.port is not None else f"{parts.netloc.rstrip(':')}:1080"
    return f"socks5h://{at}"


def _port_or_host(rest: str) -> str:
    port = rest.rpartition("@")[2].rpartition(":")[2]
    return _bad_port() if not port.endswith("]") else _("It contains no host name.")


def _bad_port() -> str:
    return _("Its port is not a number from 1 to 65535.")


def _refusing(name: str) -> Callable[[str], NetworkError]:
    def refused(reason: str) -> NetworkError:
        return NetworkError(
            _("The proxy cannot be used"),
            # Translators: {name} is an environment variable or "the system's settings"; {reason} is
            # a sentence.
            _("Invalid proxy address in {name}. {reason}").format(name=name, reason=reason),
            hint=_(
                "It should look like http://proxy.example.com:8080 or "
                "socks5://proxy.example.com:1080. Correct or remove it, then restart Gridbrush. "
                "Write characters such as # or / in a password as %23 or %2F."
            ),
        )

    return refused


def unusable(url: str) -> NetworkError:
    """Error for a proxy that httpx rejects."""
    return _refusing(called(url))(_("It is not an address."))
