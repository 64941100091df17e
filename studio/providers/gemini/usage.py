"""Token counts of a response, in the format of any API family.

API families differ in names, in whether the answer's count includes the thoughts, and in the form
of the details: a list with modalities, or an object with a number for each. Resellers add the
amount they charged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.domain.usage import Usage
from studio.providers.gemini import fields

_ENVELOPES = ("response", "result", "data", "body", "output", "message", "interaction")
_MOST_ENVELOPES = 3

_PROMPT = ("promptTokenCount", "promptTokens", "inputTokens", "totalInputTokens")
_ANSWER = ("candidatesTokenCount", "completionTokens", "outputTokens", "totalOutputTokens")
_TOTAL = ("totalTokenCount", "totalTokens")
_TOOLS = ("toolUsePromptTokenCount", "totalToolUseTokens")
_THOUGHTS = ("thoughtsTokenCount", "totalThoughtTokens", "totalReasoningTokens")
_REASONING = ("reasoningTokens", "thinkingTokens")
"""Fields of the details with the tokens of thoughts, which the answer's count includes."""

_DETAILS = (
    "candidatesTokensDetails",
    "completionTokensDetails",
    "outputTokensDetails",
    "outputTokensByModality",
)
_COST = ("costUsd", "totalCost", "cost")
_MOST_USD = 20.0
"""Limit of the cost of one answer; a larger number is in another unit."""


def read(value: Any) -> Usage | None:
    """Token counts of a response; None if there are none."""
    counted = _counted(value)
    if counted is None:
        return None
    answered = _number(counted, _ANSWER)
    details = next(
        (one for name in _DETAILS if (one := fields.get(counted, name)) is not None), None
    )
    by_kind = _by_kind(details)
    reasoning = _number(details, _REASONING) or 0
    answered = max(0, answered - reasoning) if answered else answered
    image = by_kind.get("IMAGE")
    if image is None and not by_kind and answered:
        # Without details, all tokens are counted for the picture, because text beside it is short.
        image = answered
    text = by_kind.get("TEXT", max(0, (answered or 0) - (image or 0)) if by_kind else 0)
    return Usage(
        prompt_tokens=_number(counted, _PROMPT) or 0,
        answer_tokens=answered or 0,
        tool_tokens=_number(counted, _TOOLS) or 0,
        image_tokens=image or None,
        text_tokens=text,
        thought_tokens=_number(counted, _THOUGHTS) or reasoning,
        total_tokens=_number(counted, _TOTAL) or 0,
        cost_usd=_cost(counted),
    )


def _counted(value: Any, depth: int = 0) -> Mapping[Any, Any] | None:
    for name in ("usageMetadata", "usage"):
        found = fields.get(value, name)
        if isinstance(found, Mapping) and found:
            return found
    for name in _ENVELOPES if depth < _MOST_ENVELOPES else ():
        inner = fields.get(value, name)
        if isinstance(inner, list) and inner:
            inner = inner[-1]
        if isinstance(inner, Mapping) and (found := _counted(inner, depth + 1)) is not None:
            return found
    return None


def _by_kind(details: Any) -> dict[str, int]:
    """Tokens by modality, in capitals."""
    by_kind: dict[str, int] = {}
    if isinstance(details, Mapping):
        for kind in ("image", "text"):
            if (number := fields.number(details, f"{kind}Tokens")) is not None:
                by_kind[kind.upper()] = number
        # An object with only zeros has no counts.
        return by_kind if any(by_kind.values()) else {}
    for detail in details if isinstance(details, list) else ():
        kind = fields.text(detail, "modality").upper()
        by_kind[kind] = by_kind.get(kind, 0) + (_number(detail, ("tokenCount", "tokens")) or 0)
    return by_kind


def _number(value: Any, names: tuple[str, ...]) -> int | None:
    return next((one for name in names if (one := fields.number(value, name)) is not None), None)


def _cost(counted: Any) -> float | None:
    """Amount charged by the service in US dollars; None if it is not stated."""
    for name in _COST:
        cost = fields.get(counted, name)
        if isinstance(cost, (int, float)) and not isinstance(cost, bool) and 0 < cost <= _MOST_USD:
            return float(cost)
    return None
