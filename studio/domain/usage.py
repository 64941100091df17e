"""Token counts of an answer, as reported by the service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens counted by the service.

    Attributes:
        image_tokens: tokens of the answer's pictures; None if not reported.
        answer_tokens: tokens of the whole answer, image and text together; 0 if not reported.
        tool_tokens: tokens of search results.
        cost_usd: cost stated by the service in US dollars; None if it states none.
    """

    prompt_tokens: int = 0
    answer_tokens: int = 0
    tool_tokens: int = 0
    image_tokens: int | None = None
    text_tokens: int = 0
    thought_tokens: int = 0
    total_tokens: int = 0
    cost_usd: float | None = None
