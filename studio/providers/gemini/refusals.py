"""Reasons for a response with status 200 but no picture: finish and block reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.common.errors import Billed, NoPicture, PictureRefused, StudioError
from studio.common.i18n import _, listed, sentences
from studio.providers.gemini import fields
from studio.providers.gemini.billing_statements import billing_in_words, stated_billing

_BLOCKED = frozenset(
    {
        "SAFETY",
        "IMAGE_SAFETY",
        "PROHIBITED_CONTENT",
        "IMAGE_PROHIBITED_CONTENT",
        "BLOCKLIST",
        "SPII",
        "MODEL_ARMOR",
        "JAILBREAK",
    }
)
_NO_REASON = (*fields.NO_REASON, "STOP")
_RECITED = frozenset({"RECITATION", "IMAGE_RECITATION"})


_LONGEST_NOTICE = 1000
"""Limit in characters of a model's text that may be a gateway's notice."""


class NothingSaid(NoPicture):
    """Neither a picture nor text: the service may require a request for both modalities."""


def explain(
    *,
    finish: str,
    block: str = "",
    words: str = "",
    told: str = "",
    categories: tuple[str, ...] = (),
    more: Mapping[str, Any] | None = None,
) -> StudioError:
    """Error for a response without a picture.

    `words` is the model's own text, `told` the service's sentence about the finish reason, `more`
    is passed to the error unchanged (request id, details). Such a response is often billed, but a
    blocked prompt rarely is.
    """
    rest: dict[str, Any] = {
        "billed": Billed.MAYBE,
        "stated": stated_billing(told) or billing_in_words(words[:_LONGEST_NOTICE]),
        **(more or {}),
    }
    if block:
        return PictureRefused(
            _("The prompt was refused"),
            told or _sentence(block, categories),
            hint=_("Change the prompt or the reference pictures."),
            **rest,
        )
    if finish in _BLOCKED:
        return PictureRefused(
            _("Refused by the safety filter"),
            words or told or _sentence(finish, categories),
            hint=_("Change the prompt or the reference pictures."),
            **rest,
        )
    if finish in _RECITED:
        return PictureRefused(
            _("The picture is too close to an existing work"),
            words or told,
            hint=_("Describe it in your own words, without referring to a known work."),
            **rest,
        )
    if finish == "MAX_TOKENS":
        return NoPicture(
            _("The model reached its output limit before the picture"),
            words or told,
            hint=_("Shorten the prompt, or try again."),
            **rest,
        )
    if words:
        return NoPicture(
            _("The model replied with text"),
            words,
            hint=_("Ask more clearly for a picture, or change the prompt."),
            **rest,
        )
    if finish == "NO_IMAGE":
        return (NoPicture if told else NothingSaid)(
            _("The model made no picture"),
            told,
            hint=_("Describe the picture more clearly."),
            **rest,
        )
    silent = finish in _NO_REASON and not told
    return (NothingSaid if silent else NoPicture)(
        _("No picture in the answer"),
        told or _reason(finish),
        hint=_("Try again, or change the prompt."),
        **rest,
    )


def _reason(finish: str) -> str:
    if finish in _NO_REASON:
        return _("The model gave no picture and no reason.")
    return _("Reason given by the model: {reason}.").format(reason=finish)


def _sentence(reason: str, categories: tuple[str, ...]) -> str:
    if reason in ("PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST"):
        text = _("The service does not allow this content.")
    elif reason == "SPII":
        text = _("It contains personal data.")
    elif reason in ("OTHER", "IMAGE_OTHER"):
        text = _("The service gave no reason.")
    else:
        text = _("The service's safety filter blocked it.")
    if categories:
        # Translators: {names} are categories of harm, as the service calls them.
        text = sentences(text, _("Categories: {names}.").format(names=listed(categories)))
    return text
