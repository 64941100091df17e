"""Convert a service's error response to an error for the user.

Distinguishes balance from key, model from overload, a daily quota from a short pause, a web page
from an API, and possibly charged requests from free ones. Statuses and codes: the published
documentation of the services and gateways of this API.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
from studio.providers.gemini.error_body import (
    MOST_READ,
    ErrorBody,
    parse,
    redact,
    request_id,
    wait_seconds,
)

_BALANCE_CODES = re.compile(
    r"insufficient_(?:user_)?(?:quota|balance|credits?|funds)|pre_consume_token_quota_failed"
    r"|billing_(?:hard_limit|not_active|disabled)|quota_not_enough|payment_required"
    r"|balance_not_enough|account_overdue",
)
_BALANCE_WORDS = re.compile(
    r"quota is not enough|quota (?:has been )?exhausted"
    r"|insufficient (?:user )?(?:quota|balance|credit|funds)"
    r"|(?:balance|credits?) (?:is|are) (?:not enough|insufficient|too low|depleted)"
    r"|token quota (?:is )?(?:exhausted|used up)|no (?:remaining )?(?:balance|credits?)"
    r"|余额不足|额度不足|额度已用尽|額度不足|餘額不足|预扣费|欠费|请充值",
)
_BAD_KEY = re.compile(
    r"api[ _]key (?:not valid|invalid|expired|not found)|invalid (?:api[ _]?key|token)"
    r"|api_key_invalid|(?:incorrect|wrong|unknown) api[ _]?key|invalid_api_key"
    r"|无效的(?:令牌|密钥|api)|令牌(?:已过期|不可用|状态不可用|无效)|密钥(?:无效|错误|已过期)"
)
_NO_MODEL = re.compile(
    r"model_not_found|no available channel|models/\S+ is not found"
    r"|model[^.]{0,80}(?:not found|does not exist|not supported|not exist|is retired)"
    r"|模型[^。]{0,60}(?:不存在|无可用渠道|未找到)|无可用渠道|没有可用渠道"
)
_MODEL_FORBIDDEN = re.compile(
    r"model[^.]{0,80}(?:not allowed|no access|not have access|no permission|not permitted)"
    r"|(?:no|not have) access to (?:the )?model|model_not_allowed|无权.{0,20}模型|模型.{0,20}无权"
)
_BLOCKED = re.compile(
    r"image generation blocked|image_generation_failed|content_policy_violation|prompt_blocked"
    r"|sensitive_words|moderation_blocked|content_filter|敏感词|内容违规|违规内容"
)
_TOO_LARGE = re.compile(
    r"read_request_body_failed|request_too_large|(?:request|body|payload)[^.]{0,30} too large"
    r"|请求体过大"
)
_NOT_HERE = re.compile(
    r"failed_precondition|location is not supported|not available in your (?:country|region)"
)
_NO_QUOTA = re.compile(r"limit: ?0(?![\d.]*\d)", re.IGNORECASE)
_TIMED_OUT = re.compile(r"deadline exceeded|timed? ?out|context canceled")
_SIZE = re.compile(r"image_?size|image_?config", re.IGNORECASE)
_SIGNATURE = re.compile(r"thought[_ ]?signature", re.IGNORECASE)
_SIZE_ALONE = re.compile(
    r"image_?size|(?:invalid|unsupported|unknown) (?:image )?size", re.IGNORECASE
)
_ASPECT = re.compile(r"aspect_?ratio", re.IGNORECASE)
_PER_DAY = re.compile(r"per[_ ]?day|daily|\brpd\b|每日|每天|今日|当日", re.IGNORECASE)
_PAGES = frozenset({400, 401, 403, 451})
_MAYBE_CHARGED = frozenset({408, 499, 504, 520, 522, 523, 524})


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCase:
    """A failed response, with everything that helps to identify the cause."""

    status: int
    said: ErrorBody
    headers: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    provider: str = ""
    key: str = field(default="", repr=False)
    raw: str = field(default="", repr=False)

    @property
    def message(self) -> str:
        """The service's own sentence, redacted; may be empty."""
        if self.said.html:
            return ""
        return redact(self.said.message, self.key, limit=400)

    @property
    def request_id(self) -> str:
        """The service's id of the request."""
        in_body = redact(self.said.request_id, self.key, limit=100)
        return request_id(self.headers, own=True) or in_body or request_id(self.headers)

    def make(
        self, kind: type[StudioError], title: str, message: str = "", **more: Any
    ) -> StudioError:
        """Create the error; its message is the service's own unless given."""
        return kind(
            title,
            message or self.message,
            request_id=self.request_id,
            details=redact(f"HTTP {self.status}\n{redact(self.raw, self.key)}", self.key),
            **more,
        )


def from_status(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    model: str = "",
    provider: str = "",
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
            provider=provider,
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
    provider: str,
    key: str = "",
) -> StudioError:
    """Error in a response with status 200: not retried automatically, it may have been charged."""
    error = explain(
        ErrorCase(
            status=said.number or 200,
            said=said,
            headers=headers,
            model=model,
            provider=provider,
            key=key,
            raw=raw,
        )
    )
    error.retryable = False
    if not isinstance(error, KeyRefused | BalanceError | ModelError):
        error.billed = Billed.MAYBE
    return error


def explain(case: ErrorCase) -> StudioError:
    """Identify the error by its text first, else by the status."""
    for found in (_by_words, _by_status):
        if (error := found(case)) is not None:
            return error
    if case.status >= 500:
        return case.make(
            ServiceError,
            _("The service failed"),
            case.message or _("It answered with status {status}.").format(status=case.status),
            hint=_("Try again later. It may have been billed."),
            billed=Billed.MAYBE,
        )
    if case.status < 400:
        title = _("The service reported an error")
        return case.make(
            ServiceError,
            title,
            hint=_("Try again later. It may have been billed."),
            billed=Billed.MAYBE,
        )
    if case.status == 400 and _NOT_HERE.search(case.said.all_words):
        return case.make(
            RequestRefused,
            _("The service is not available for this account or country"),
            hint=_("Check the provider's supported countries and plans."),
        )
    return case.make(
        RequestRefused,
        _("The service did not accept the request"),
        case.message or _("It answered with status {status}.").format(status=case.status),
        hint=_hint_about_fields(case),
    )


def _by_words(case: ErrorCase) -> StudioError | None:
    words = case.said.all_words
    if case.said.html:
        return None
    if case.status == 402 or _BALANCE_CODES.search(words) or _BALANCE_WORDS.search(words):
        return _balance(case)
    if _BLOCKED.search(words):
        return case.make(
            PictureRefused,
            _("Refused by the safety filter"),
            hint=_("Change the prompt or the reference pictures."),
        )
    if _BAD_KEY.search(words):
        return _key(case)
    if case.status in (403, 429) and "access_denied" in case.said.code:
        return case.make(
            KeyRefused,
            _("The key is not allowed from this network"),
            hint=_(
                "The provider limits this key to certain addresses. Check the key's settings there."
            ),
        )
    if _MODEL_FORBIDDEN.search(words) and case.status in (200, 400, 401, 403):
        return case.make(
            ModelError,
            _("This key is not allowed to use the model {model}").format(model=case.model),
            hint=_("Choose another model, or allow it for the key at the provider."),
        )
    if _NO_MODEL.search(words) and case.status in (200, 400, 403, 404, 500, 503):
        return _model(case)
    if case.status < 500 and _TOO_LARGE.search(words):
        return _too_large(case)
    return None


def _by_status(case: ErrorCase) -> StudioError | None:
    status = case.status
    if 300 <= status < 400:
        return _redirected(case)
    by_number: dict[int, Callable[[ErrorCase], StudioError]] = {
        401: _key,
        402: _balance,
        403: _forbidden,
        407: _proxy,
        404: _not_found,
        405: _not_found,
        413: _too_large,
        429: _rate,
        500: _broken,
        501: _not_offered,
        502: _overloaded,
        521: _overloaded,
        530: _overloaded,
        503: _overloaded,
        529: _overloaded,
    }
    if status in _MAYBE_CHARGED:
        return _too_slow(case)
    if status == 511 or (case.said.html and status in _PAGES):
        return _web_page(case)
    made = by_number.get(status)
    return made(case) if made else None


def _balance(case: ErrorCase) -> StudioError:
    return case.make(
        BalanceError,
        _("The balance is used up"),
        hint=_("Top up your account at the provider, then try again."),
    )


def _key(case: ErrorCase) -> StudioError:
    return case.make(
        KeyRefused,
        _("The key was not accepted"),
        case.message or _("The service does not know this key."),
        hint=_("Check the key in the settings: is it complete, and for this provider?"),
    )


def _proxy(case: ErrorCase) -> StudioError:
    return case.make(
        NetworkError,
        _("The proxy requires a sign-in"),
        case.message or _("A proxy blocked the request."),
        hint=_("Check the proxy in the system settings. Nothing was sent to the service."),
    )


def _forbidden(case: ErrorCase) -> StudioError:
    return case.make(
        KeyRefused,
        _("The key is not allowed to do this"),
        case.message or _("The service refused this request for this key."),
        hint=_("Check the key's permissions at the provider."),
    )


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


def _not_found(case: ErrorCase) -> StudioError:
    words = case.said.all_words
    if case.said.html or not case.said.found or "invalid url" in words or case.status == 405:
        return case.make(
            RequestRefused,
            _("No image service at this address"),
            case.message or _("The address answers, but does not know this request."),
            hint=_("Check the provider's address in the settings."),
        )
    return _model(case)


def _too_large(case: ErrorCase) -> StudioError:
    return case.make(
        RequestRefused,
        _("The request is too large for the service"),
        hint=_("Send fewer or smaller reference pictures."),
    )


def _rate(case: ErrorCase) -> StudioError:
    wait = wait_seconds(case.said, case.headers)
    if _NO_QUOTA.search(case.said.message) or "0" in case.said.quota_values():
        return case.make(
            RateLimited,
            _("The account has no quota for this model"),
            hint=_("Choose another model, or a plan with this model."),
        )
    if _PER_DAY.search(f"{case.said.quota_ids()} {case.said.message}"):
        return case.make(
            RateLimited,
            _("Daily quota used up"),
            hint=_("Try again tomorrow, or choose another model or key."),
            retry_after=wait,
        )
    return case.make(
        RateLimited,
        _("Rate limit reached"),
        hint=_long_wait(wait) or _("Wait a moment, then try again."),
        retryable=not _long_wait(wait),
        retry_after=wait,
    )


def _long_wait(wait: float | None) -> str:
    """Hint for a wait too long for a job to sit out; empty for a short or unknown one."""
    if wait is None or wait <= LONGEST_WAIT:
        return ""
    minutes = math.ceil(wait / 60)
    if minutes < 120:
        words = ngettext("Wait {minutes} minute.", "Wait {minutes} minutes.", minutes)
        return words.format(minutes=minutes)
    hours = math.ceil(wait / 3600)
    return ngettext("Wait {hours} hour.", "Wait {hours} hours.", hours).format(hours=hours)


def _broken(case: ErrorCase) -> StudioError:
    if _TIMED_OUT.search(case.said.all_words):
        return _too_slow(case)
    wait = wait_seconds(case.said, case.headers)
    return case.make(
        ServiceError,
        _("Internal error of the service"),
        hint=_long_wait(wait) or _("Usually over soon, and usually not billed."),
        retryable=not _long_wait(wait),
        repeats=1,
        retry_after=wait,
    )


def _overloaded(case: ErrorCase) -> StudioError:
    wait = wait_seconds(case.said, case.headers)
    return case.make(
        ServiceError,
        _("The service is overloaded"),
        hint=_long_wait(wait) or _("It did not accept the request."),
        retryable=not _long_wait(wait),
        retry_after=wait,
    )


def _too_slow(case: ErrorCase) -> StudioError:
    return case.make(
        ServiceError,
        _("The service took too long"),
        _("The connection to the model timed out (status {status}).").format(status=case.status),
        hint=_("The picture may have been made and billed. Trying again may be billed twice."),
        billed=Billed.MAYBE,
    )


def _not_offered(case: ErrorCase) -> StudioError:
    return case.make(
        RequestRefused,
        _("Not supported by the service"),
        hint=_("Choose another model."),
    )


def _redirected(case: ErrorCase) -> StudioError:
    return case.make(
        RequestRefused,
        _("The service redirects to another address"),
        _("Redirects are not followed, to protect the key."),
        hint=_("Check the provider's address in the settings."),
    )


def _web_page(case: ErrorCase) -> StudioError:
    return case.make(
        RequestRefused,
        _("A web page answered, not an image service"),
        hint=_("Check the network (a sign-in page?) and the provider's address."),
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


def _hint_about_fields(case: ErrorCase) -> str:
    told = f"{' '.join(case.said.named_fields())} {case.said.message}"
    if _SIGNATURE.search(told):
        return _("Continue from the picture alone, without the conversation.")
    if _ASPECT.search(told):
        return _("Choose another aspect ratio.")
    if _SIZE.search(told):
        return _("Choose another size.")
    return _("Change the request, or choose another model.")
