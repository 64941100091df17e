"""Addresses of services: parsing, safety checks, socket options."""

from __future__ import annotations

import re
import socket
import sys
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from studio.common.errors import InputError
from studio.common.i18n import _

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


_CALLS = re.compile(
    r"/(?:models(?:/.*)?|(?:chat/)?completions|responses|messages|embeddings|openai"
    r"|endpoints/openapi|images/(?:generations|edits|variations)|publishers)$",
    re.IGNORECASE,
)
"""Path suffixes of calls, which are removed from pasted addresses."""

_HARMLESS = frozenset({"alt", "$alt", "prettyprint", "$prettyprint", "pagesize"})
"""Query parameters of pasted calls that contain nothing private."""

_PLACEHOLDER = re.compile(r"\$?\{[^/{}]*\}|\$[A-Z_]{2,}|<[^/<>]*>")
_CALL = re.compile(r":[a-z]\w*$", re.IGNORECASE)

_MOST_KNOWN = 64
"""Size of the cache of parsed addresses; each request parses its service's a dozen times."""

_VERSION = r"/v\d+(?:p\d+)?(?:alpha|beta)?\d*"
_ENDS_WITH_VERSION = re.compile(rf"{_VERSION}$", re.IGNORECASE)
_VERTEX_PATH = re.compile(
    rf"(?P<before>.*?)(?P<version>{_VERSION})?"
    r"(?P<project>/projects/[^/]+/locations/[^/]+)?(?P<publisher>/publishers/[^/]+)?",
    re.IGNORECASE,
)
_VERTEX_HOST = re.compile(r"(?:[\w-]+-)?aiplatform(?:\.[\w-]+)*\.googleapis\.com")
_VERTEX_VERSIONS = {"v1beta": "v1beta1"}
_VERTEX_LIST = "/v1beta1"
"""The only version in which Vertex AI lists the models of a publisher."""


def is_name(host: str) -> bool:
    """Whether this is a valid host name."""
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False


@lru_cache(_MOST_KNOWN)
def read_address(text: str) -> str:
    """The normalized address of a service, with its version.

    "api.x.org/v1/", "https://api.x.org/v1/chat/completions" and "https://api.x.org/v1/models/m:…"
    are all "https://api.x.org/v1". Addresses of Vertex AI keep everything before "/models". Raises
    InputError for an invalid address, or one with a key.
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
    if _has_more(parts.query) or parts.fragment or "@" in parts.netloc:
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
    _check_path(path)
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(':')}{path}"


def _has_more(query: str) -> bool:
    """Whether a query has a parameter that may be a key, or that a service may need."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        return True
    return any(name.lower() not in _HARMLESS or len(value) > 20 for name, value in pairs)


def _check_path(path: str) -> None:
    """Raise InputError for a path that is incomplete, or that of a single call."""
    if found := _PLACEHOLDER.search(path):
        raise InputError(
            _("Invalid provider address"),
            _("It contains the placeholder {words}.").format(words=found[0][:60]),
            hint=_("Replace it with your own value, such as the name of your project."),
        )
    if _CALL.search(path):
        raise InputError(
            _("Invalid provider address"),
            _("This is the address of a single call, without its model."),
            # Translators: {place} is "{model}", spelled exactly so.
            hint=_("Remove its last part. For other paths use Custom path, with {place}.").format(
                place="{model}"
            ),
        )


def is_vertex(address: str) -> bool:
    """Whether the models at an address from `read_address` belong to a publisher.

    True for Vertex AI, and for proxies with its paths.
    """
    parts = urlsplit(address)
    found = _VERTEX_PATH.fullmatch(parts.path)
    inside = found is not None and bool(found["project"] or found["publisher"])
    return inside or is_vertex_host(parts.hostname or "")


def is_vertex_host(host: str) -> bool:
    """Whether this is a host of Vertex AI itself."""
    return _VERTEX_HOST.fullmatch(host.lower()) is not None


def models_parent(address: str, version: str) -> str:
    """The part before "/models" of an address from `read_address`.

    `version` is used for an address without one: "https://x.org" becomes "https://x.org/v1",
    "https://aiplatform.googleapis.com" becomes
    "https://aiplatform.googleapis.com/v1/publishers/google".
    """
    if not is_vertex(address):
        return address if _ENDS_WITH_VERSION.search(address) else f"{address}/{version}"
    origin, found = _vertex(address)
    own = found["version"] or f"/{_VERTEX_VERSIONS.get(version.lower(), version)}"
    publisher = found["publisher"] or "/publishers/google"
    return f"{origin}{found['before']}{own}{found['project'] or ''}{publisher}"


def models_list(parent: str) -> str:
    """Address of the list of models for a result of `models_parent`.

    A publisher's models are listed without project and location; Vertex AI lists them in a single
    version only.
    """
    if not is_vertex(parent):
        return f"{parent}/models"
    origin, found = _vertex(parent)
    own = found["version"] or ""
    if is_vertex_host(urlsplit(parent).hostname or ""):
        own = _VERTEX_LIST
    publisher = found["publisher"] or "/publishers/google"
    return f"{origin}{found['before']}{own}{publisher}/models"


def _vertex(address: str) -> tuple[str, re.Match[str]]:
    parts = urlsplit(address)
    found = _VERTEX_PATH.fullmatch(parts.path)
    if found is None:  # pragma: no cover - every part of the pattern is optional
        raise _unusable(address)
    return f"{parts.scheme}://{parts.netloc}", found


def _unusable(text: str) -> InputError:
    return InputError(
        _("Invalid provider address"),
        _("{address} is not a service address.").format(address=text.strip()[:200]),
        hint=_("It should look like https://api.example.com."),
    )


@lru_cache(_MOST_KNOWN)
def usable_address(text: str) -> str:
    """The normalized and checked address of a service. Raises InputError."""
    address = read_address(text)
    host = urlsplit(address).netloc
    if "://" not in text and host not in LOOPBACK and not re.search(r"[.:]", host):
        # A single word is not an address.
        raise _unusable(text)
    check_address(address)
    return address


def check_address(url: str) -> None:
    """Raise InputError for an unsafe address: http to any host but loopback."""
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
