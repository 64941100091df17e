"""Conversation history for providers that can replay it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from studio.domain.entities import HistoryUse

Part = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationTurn:
    """One question and its answer.

    Attributes:
        profile, model: who was asked.
        inputs: the pictures that were sent, with media type, in the order they were sent.
        parts: what came back, with the number of a picture in the place of its bytes.
        pictures: the bytes of the answer's pictures, by their number.
        result: which of them the conversation goes on with.
    """

    profile: str
    model: str
    prompt: str
    inputs: tuple[tuple[bytes, str], ...] = field(default=(), repr=False)
    parts: tuple[Part, ...]
    pictures: Mapping[int, bytes] = field(repr=False)
    result: int


class ConversationHistory(Protocol):
    """The conversation a question goes on with.

    Attributes:
        length: turns it has; more than `turns` gives where some are too old or lost.
    """

    length: int

    async def turns(self) -> Sequence[ConversationTurn]:
        """Its newest turns, the oldest first; read anew each time, because they are large.

        Empty when its last picture, or what the model said with it, is gone.
        """

    async def record_history_use(self, told: HistoryUse) -> None:
        """Write down how the question is told, before its first byte leaves."""
