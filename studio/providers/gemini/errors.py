"""Convert a service's error response to an error for the user.

`error_causes` recognizes the cause by the service's words and its status; here each cause gets its
title, its advice and its consequences. The service's statements about billing take precedence over
the usual billing of a cause.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from studio.common import i18n
from studio.common.errors import (
    LONGEST_WAIT,
    BalanceError,
    Billed,
    KeyRefused,
    ModelError,
    NetworkError,
    PictureRefused,
    RateLimited,
    RequestRefused,
    ServiceError,
    StudioError,
)
from studio.common.i18n import _, ngettext
from studio.providers.gemini import error_text
from studio.providers.gemini.billing_statements import stated_billing
from studio.providers.gemini.error_body import (
    MOST_READ,
    ErrorBody,
    parse,
    redact,
    request_id,
    wait_seconds,
)
from studio.providers.gemini.error_causes import ErrorCause, cause_of
from studio.providers.gemini.rejected_pictures import rejected_picture

_SIZE = re.compile(r"image_?size|image_?config", re.IGNORECASE)
_SIGNATURE = re.compile(r"thought[_ ]?signature", re.IGNORECASE)
_SIZE_ALONE = re.compile(
    r"image_?size|(?:invalid|unsupported|unknown) (?:image )?size", re.IGNORECASE
)
_ASPECT = re.compile(r"aspect[_ ]?ratio", re.IGNORECASE)
_SPENDING_LIMIT = re.compile(
    r"spend|budget|cap\b|(?:hard|cost)[ _]limit|key limit|limit of [$€£]", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class ErrorCase:
    """A failed response, with all data that helps to identify the cause.

    Attributes:
        references: names of the pictures sent with the request, in their order; None if unknown.
        raw: the beginning of the body.
    """

    status: int
    said: ErrorBody
    headers: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    references: tuple[str, ...] | None = None
    key: str = field(default="", repr=False)
    raw: str = field(default="", repr=False)

    @cached_property
    def message(self) -> str:
        """The service's own sentence, redacted; may be empty."""
        return redact(error_text.clean(redact(self.said.message, self.key)), self.key, limit=400)

    @cached_property
    def wait(self) -> float | None:
        """Seconds to wait as requested by the service; None if it requests none."""
        return wait_seconds(self.said, self.headers)

    @property
    def request_id(self) -> str:
        """The service's id of the request."""
        in_body = redact(self.said.request_id, self.key, limit=100)
        return request_id(self.headers, own=True) or in_body or request_id(self.headers)

    def make(
        self, kind: type[StudioError], title: str, message: str = "", **more: Any
    ) -> StudioError:
        """Create the error; without a `message` it gets the service's own."""
        error = kind(
            title,
            message or self.message,
            stated=stated_billing(self.message, self.said.words),
            request_id=self.request_id,
            details=redact(f"HTTP {self.status}\n{redact(self.raw, self.key)}", self.key),
            **more,
        )
        error.retryable = error.retryable and error.billed is Billed.NO
        return error

    def make_retryable(
        self, kind: type[StudioError], title: str, *, hint: str, repeats: int = 3
    ) -> StudioError:
        """Create the error for a request that was not accepted, and may be sent again."""
        too_long = _long_wait(self.wait)
        return self.make(
            kind,
            title,
            hint=too_long or hint,
            retryable=not too_long,
            repeats=repeats,
            retry_after=self.wait,
        )

    @property
    def status_sentence(self) -> str:
        """The service's sentence, or else a sentence with the status."""
        return self.message or _("It answered with status {status}.").format(status=self.status)


def from_status(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    model: str = "",
    references: tuple[str, ...] | None = None,
    key: str = "",
) -> StudioError:
    """Error for a response with a status other than 2xx."""
    raw = body[:MOST_READ].decode("utf-8", "replace")
    return explain(
        ErrorCase(
            status=status,
            said=parse(body),
            headers=headers,
            model=model,
            references=references,
            key=key,
            raw=raw,
        )
    )


def within_answer(
    said: ErrorBody,
    headers: Mapping[str, str],
    raw: str,
    *,
    model: str,
    references: tuple[str, ...] | None = None,
    key: str = "",
) -> StudioError:
    """Error in a response with status 200; not retried automatically, as it may be billed."""
    error = explain(
        ErrorCase(
            status=said.number or 200,
            said=said,
            headers=headers,
            model=model,
            references=references,
            key=key,
            raw=raw,
        )
    )
    error.retryable = False
    if not isinstance(error, KeyRefused | BalanceError | ModelError):
        error.billed = Billed.MAYBE
    return error


def explain(case: ErrorCase) -> StudioError:
    """The error of a failed response."""
    about_choice = bool(_hint_about_choice(case.said))
    wait = case.wait is not None
    cause = cause_of(case.status, case.said, about_choice=about_choice, wait=wait)
    if maker := _MAKERS.get(cause):
        return maker(case)
    if row := _not_accepted().get(cause):
        kind, title, hint = row
        return case.make_retryable(kind, title, hint=hint, repeats=_REPEATS.get(cause, 3))
    kind, title, hint, instead = _refused()[cause]
    more = {"retry_after": case.wait} if cause in _RENEWED else {}
    return case.make(kind, title, case.message or instead, hint=hint, **more)


def _not_accepted() -> dict[ErrorCause, tuple[type[StudioError], str, str]]:
    """Kind, title and hint of transient causes, after which the request may be sent again."""
    later = _("Try again later, or choose another model.")
    return {
        ErrorCause.CONCURRENT: (
            RateLimited,
            _("Too many requests at once"),
            _("Lower the number of parallel requests in the settings."),
        ),
        ErrorCause.PACE: (
            RateLimited,
            _("Rate limit reached"),
            _("Wait a moment, then try again."),
        ),
        ErrorCause.NOT_SENT: (ServiceError, _("The service did not reach the model"), later),
        ErrorCause.OVERLOADED: (ServiceError, _("The service is overloaded"), later),
        ErrorCause.BROKEN: (
            ServiceError,
            _("Internal service error"),
            _("Usually temporary. Try again, or choose another model."),
        ),
    }


def _refused() -> dict[ErrorCause, tuple[type[StudioError], str, str, str]]:
    """Kind, title, hint and default message of lasting causes."""
    return {
        ErrorCause.WEB_PAGE: (
            RequestRefused,
            _("A web page answered, not an image service"),
            _("Check the network (a sign-in page?) and the provider's address."),
            "",
        ),
        ErrorCause.PROXY: (
            NetworkError,
            _("The proxy requires a sign-in"),
            _("Check the proxy in the system settings."),
            _("A proxy blocked the request."),
        ),
        ErrorCause.BLOCKED: (
            PictureRefused,
            _("Refused by the safety filter"),
            _("Change the prompt or the reference pictures."),
            "",
        ),
        ErrorCause.COUNTRY: (
            RequestRefused,
            _("The service is not available for this account or country"),
            _("Check the provider's supported countries and plans."),
            "",
        ),
        ErrorCause.KEY: (
            KeyRefused,
            _("The key was not accepted"),
            _("Check the key in the settings: is it complete, and for this provider?"),
            _("The service does not recognize this key."),
        ),
        ErrorCause.NETWORK_OF_KEY: (
            KeyRefused,
            _("The key is not allowed from this network"),
            _("The provider limits this key to certain addresses. Check the key's settings there."),
            "",
        ),
        ErrorCause.FORBIDDEN: (
            KeyRefused,
            _("The key is not allowed to do this"),
            _("Check the key's permissions at the provider."),
            _("The service refused this request for this key."),
        ),
        ErrorCause.ADDRESS: (
            RequestRefused,
            _("No image service at this address"),
            _("Check the provider's address in the settings."),
            _("The address answers, but does not recognize this request."),
        ),
        ErrorCause.TOO_LARGE: (
            RequestRefused,
            _("The request is too large for the service"),
            _("Send fewer or smaller reference pictures."),
            "",
        ),
        ErrorCause.NO_QUOTA: (
            RateLimited,
            _("The account has no quota for this model"),
            _("Choose another model, or a plan with this model."),
            "",
        ),
        ErrorCause.DAY: (
            RateLimited,
            _("Daily quota used up"),
            _("Try again tomorrow, or choose another model or key."),
            "",
        ),
        ErrorCause.LONG_QUOTA: (
            RateLimited,
            _("Quota used up"),
            _("Choose another model or key, or wait until the quota is renewed."),
            "",
        ),
        ErrorCause.NOT_OFFERED: (
            RequestRefused,
            _("Not supported by the service"),
            _("Choose another model."),
            "",
        ),
    }


def _balance(case: ErrorCase) -> StudioError:
    if _SPENDING_LIMIT.search(case.said.all_words):
        title = _("Spending limit reached")
        hint = _("Raise the limit at the provider, or top up your account there.")
    else:
        title = _("The balance is used up")
        hint = _("Top up your account at the provider, then try again.")
    return case.make(BalanceError, title, hint=hint)


def _model(case: ErrorCase) -> StudioError:
    if case.model:
        title = _("The model {model} is not available").format(model=case.model)
    else:
        title = _("The model is not available")
    return case.make(
        ModelError,
        title,
        hint=_("Choose another model. This one may be retired, or not available to this key."),
    )


def _model_forbidden(case: ErrorCase) -> StudioError:
    return case.make(
        ModelError,
        _("This key is not allowed to use the model {model}").format(model=case.model),
        hint=_("Choose another model, or allow it for the key at the provider."),
    )


def _bad_picture(case: ErrorCase) -> StudioError:
    number = rejected_picture(case.said, case.references)
    if number is None:
        hint = _(
            "Remove the reference pictures one at a time to find the faulty one, then replace it."
        )
    elif name := (case.references or ())[number - 1]:
        hint = _("Replace the reference picture {name}, or save it as PNG or JPEG.").format(
            name=redact(name, limit=100)
        )
    else:
        # Translators: {number} is the place of a reference picture, from 1.
        hint = _("Replace reference picture {number}, or save it as PNG or JPEG.").format(
            number=number
        )
    if case.references == ():
        hint = _("Change the request, or choose another model.")
    return case.make(
        RequestRefused, _("A reference picture was not accepted"), case.status_sentence, hint=hint
    )


def _lost(case: ErrorCase) -> StudioError:
    return case.make(
        ServiceError,
        _("The service lost the connection to the model"),
        case.status_sentence,
        hint=_("Try again later, or choose another model."),
        billed=Billed.MAYBE,
    )


def _too_slow(case: ErrorCase) -> StudioError:
    return case.make(
        ServiceError,
        _("The service took too long"),
        case.message
        or _("The connection to the model timed out (status {status}).").format(status=case.status),
        hint=_("Try again later, or choose another model."),
        billed=Billed.MAYBE,
    )


def _permanent(case: ErrorCase) -> StudioError:
    return case.make(
        ServiceError,
        _("The service cannot process this request"),
        case.status_sentence,
        hint=_hint_about_choice(case.said)
        or _("Choose another model. If that fails too, report it to the provider."),
    )


def _unknown_server(case: ErrorCase) -> StudioError:
    return case.make(
        ServiceError,
        _("The service failed") if case.status >= 400 else _("The service reported an error"),
        case.status_sentence if case.status >= 400 else "",
        hint=_("Try again later."),
        billed=Billed.MAYBE,
    )


def _redirected(case: ErrorCase) -> StudioError:
    return case.make(
        RequestRefused,
        _("The service redirects to another address"),
        _("Redirects are not followed, to protect the key."),
        hint=_("Check the provider's address in the settings."),
    )


def _request(case: ErrorCase) -> StudioError:
    return case.make(
        RequestRefused,
        _("The service did not accept the request"),
        case.status_sentence,
        hint=_hint_about_choice(case.said) or _("Change the request, or choose another model."),
    )


_MAKERS: dict[ErrorCause, Callable[[ErrorCase], StudioError]] = {
    ErrorCause.REDIRECTED: _redirected,
    ErrorCause.BALANCE: _balance,
    ErrorCause.MODEL: _model,
    ErrorCause.MODEL_FORBIDDEN: _model_forbidden,
    ErrorCause.BAD_PICTURE: _bad_picture,
    ErrorCause.LOST: _lost,
    ErrorCause.TOO_SLOW: _too_slow,
    ErrorCause.PERMANENT: _permanent,
    ErrorCause.UNKNOWN_SERVER: _unknown_server,
    ErrorCause.REQUEST: _request,
}
"""How to make errors whose texts depend on more than their cause."""

_REPEATS = {ErrorCause.BROKEN: 1}
_RENEWED = frozenset({ErrorCause.DAY, ErrorCause.LONG_QUOTA})


def _long_wait(wait: float | None) -> str:
    """Hint for a wait that is too long for automatic retries; empty for others."""
    if wait is None or wait <= LONGEST_WAIT:
        return ""
    minutes = math.ceil(wait / 60)
    if minutes < 120:
        words = ngettext("Wait {minutes} minute.", "Wait {minutes} minutes.", minutes)
        return words.format(minutes=i18n.number(minutes))
    hours = math.ceil(wait / 3600)
    return ngettext("Wait {hours} hour.", "Wait {hours} hours.", hours).format(
        hours=i18n.number(hours)
    )


def names_signature(said: ErrorBody) -> bool:
    """Whether a refusal is about the signatures of earlier parts."""
    return bool(_SIGNATURE.search(f"{' '.join(said.named_fields())} {said.message}"))


def names_size(said: ErrorBody) -> bool:
    """Whether a refusal is about the spelling of the picture's size."""
    told = f"{' '.join(said.named_fields())} {said.message}"
    if _ASPECT.search(told) and not _SIZE_ALONE.search(told):
        return False
    return bool(_SIZE.search(told) or _SIZE_ALONE.search(told))


def _hint_about_choice(said: ErrorBody) -> str:
    """Hint for an option that the service names; empty if it names none."""
    told = f"{' '.join(said.named_fields())} {said.message}"
    if _SIGNATURE.search(told):
        return _("Continue from the picture alone, without the conversation.")
    if _ASPECT.search(told):
        return _("Choose another aspect ratio.")
    if _SIZE.search(told) or _SIZE_ALONE.search(told):
        return _("Choose another size.")
    return ""
