"""Tokens an answer took, as the service counted them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens counted by the service; image_tokens is None when it did not say.

    Attributes:
        answer_tokens: of the whole answer, image and text together; 0 when it did not say.
        tool_tokens: of what a search brought.
    """

    prompt_tokens: int = 0
    answer_tokens: int = 0
    tool_tokens: int = 0
    image_tokens: int | None = None
    text_tokens: int = 0
    thought_tokens: int = 0
    total_tokens: int = 0
