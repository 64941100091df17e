"""Errors for broken connections, and whether the request was billed.

A request was not billed if the connection broke before sending, very likely not billed if it broke
during sending, and may have been billed if it broke afterwards.
"""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from studio.common.errors import (
    Billed,
    IncompleteAnswer,
    InputError,
    NetworkError,
    ServiceError,
    StudioError,
)
from studio.common.i18n import _, number
from studio.providers import proxies

_NOT_CONFORMING = frozenset(range(79, 95))
"""OpenSSL's codes for certificates that violate RFC 5280.

X509_V_ERR_INVALID_CA to ..._EC_KEY_EXPLICIT_PARAMS. Most are checked only since Python 3.13, whose
contexts set VERIFY_X509_STRICT.
"""


def foreign() -> tuple[type[BaseException], ...]:
    """Exception types of connections. Call it only in an except clause: httpx is loaded then."""
    kinds: tuple[type[BaseException], ...] = (OSError, ssl.SSLError)
    if (httpx := sys.modules.get("httpx")) is not None:
        kinds = (*kinds, httpx.StreamError, httpx.InvalidURL)
    if (httpcore := sys.modules.get("httpcore")) is not None:
        kinds = (
            *kinds,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ProxyError,
            httpcore.TimeoutException,
            httpcore.UnsupportedProtocol,
        )
    return kinds


def explain(
    error: BaseException,
    url: str,
    *,
    sent: bool,
    whole_request: bool = True,
    answering: bool = False,
    clean: Callable[[str], str] = str,
) -> StudioError:
    """Error for a failed request to `url`.

    Args:
        sent: whether the first byte of the request was sent.
        whole_request: whether the last byte was sent too.
        answering: whether the response has begun.
        clean: removes the key from messages: libraries quote lines that they cannot parse.
    """
    host = urlsplit(url).hostname or url
    if answering:
        return IncompleteAnswer(
            _("The answer is incomplete"),
            _("The connection to {host} was lost during the answer.").format(host=host),
            billed=Billed.MAYBE,
            details=_name(error, clean),
        )
    if not sent:
        return _not_reached(error, host, clean, _proxy(url))
    if not whole_request:
        return NetworkError(
            _("The request could not be sent"),
            _("The connection to {host} was lost while sending.").format(host=host),
            hint=_("Check the network."),
            retryable=True,
            repeats=1,
            details=_name(error, clean),
        )
    return NetworkError(
        _("Connection lost"),
        _("{host} received the request, but no answer arrived.").format(host=host),
        billed=Billed.MAYBE,
        details=_name(error, clean),
    )


def _proxy(url: str) -> str:
    """Name of the proxy setting for an address; empty for none."""
    try:
        return proxies.called(url)
    except ValueError:
        return ""


def _not_reached(
    error: BaseException, host: str, clean: Callable[[str], str], proxy: str
) -> StudioError:
    causes = tuple(_causes(error))
    kind = type(error).__name__
    if kind in ("InvalidURL", "UnsupportedProtocol", "LocalProtocolError"):
        return InputError(
            _("Invalid provider address"),
            host,
            hint=_("Check the provider's address in the settings."),
            details=_name(error, clean),
        )
    if reason := _broken_rule(causes):
        return NetworkError(
            _("The connection is not secure"),
            _(
                "The certificate of {host}, or of the authority that issued it, does not follow "
                "the standard RFC 5280: {reason}."
            ).format(host=host, reason=reason),
            hint=_(
                "Python 3.13 and newer enforce the standard; older versions may accept this "
                "certificate. Ask its issuer, often your company's IT, for one that follows RFC "
                "5280."
            ),
            details=_name(error, clean),
        )
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in causes):
        title = _("The connection is not secure")
        message = _("The certificate of {host} cannot be trusted.").format(host=host)
        hint = _("Check for a network sign-in page, and check the computer's clock.")
    elif any(isinstance(one, ssl.SSLError) for one in causes):
        title = _("The connection is not secure")
        message = _("Could not make an encrypted connection to {host}.").format(host=host)
        hint = _("Check the address and the network.")
    elif kind == "ProxyError":
        title = _("The proxy refused the connection")
        message = _("The system proxy did not connect to {host} ({reason}).").format(
            host=host, reason=clean(str(error))[:80]
        )
        hint = _("Check the proxy in the system settings.")
    elif proxy:
        # Behind a proxy, only the proxy knows the cause.
        title = _("The proxy is not reachable")
        # Translators: {name} is an environment variable or "the system's settings".
        message = _("The proxy to {host}, set in {name}, does not answer.").format(
            name=proxy, host=host
        )
        hint = _("Check the proxy in the system settings.")
    elif any(isinstance(one, socket.gaierror) for one in causes):
        title = _("Service not found")
        message = _("No network address found for {host}.").format(host=host)
        hint = _("Check the network and the provider's address.")
    elif any(isinstance(one, ConnectionRefusedError) for one in causes) or "refused" in str(error):
        title = _("The service is not reachable")
        message = _("{host} does not answer.").format(host=host)
        hint = _("Check the network and the provider's address.")
    elif "Timeout" in kind:
        title = _("The service is not reachable")
        message = _("{host} did not accept the connection in time.").format(host=host)
        hint = _("Check the network, then try again.")
    else:
        title = _("The service is not reachable")
        message = _("Could not connect to {host}.").format(host=host)
        hint = _("Check the network, then try again.")
    return NetworkError(title, message, hint=hint, retryable=True, details=_name(error, clean))


def _broken_rule(causes: Iterable[BaseException]) -> str:
    """OpenSSL's description of the rule a certificate violates; empty for other causes."""
    for one in causes:
        # Only errors raised by OpenSSL have a code.
        code = getattr(one, "verify_code", 0)
        if isinstance(one, ssl.SSLCertVerificationError) and code in _NOT_CONFORMING:
            return one.verify_message[:100]
    return ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen = 0
    while error is not None and seen < 20:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__
        seen += 1


def _name(error: BaseException, clean: Callable[[str], str]) -> str:
    """Type and text of an exception."""
    return f"{type(error).__name__}: {clean(str(error))[:300]}".rstrip(": ")


def too_long(limit: int) -> ServiceError:
    """Error for a response larger than any picture."""
    return ServiceError(
        _("The answer is too large"),
        _("It is larger than {mb} MB.").format(mb=number(limit >> 20)),
        hint=_("This is not an image service's answer; check the provider's address."),
        billed=Billed.MAYBE,
    )


def unreadable_encoding(name: str) -> ServiceError:
    """Error for a response in an unrequested, unreadable encoding."""
    return ServiceError(
        _("The answer could not be decompressed"),
        # Translators: {name} is a compression such as gzip.
        _("Unexpected compression ({name}).").format(name=name[:40])
        if name
        else _("It is damaged, or compressed in an unknown way."),
        hint=_("Report it to the provider."),
        billed=Billed.MAYBE,
    )
