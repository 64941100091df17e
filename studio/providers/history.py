"""Conversation history for providers that can replay it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from studio.domain.entities import HistoryUse

Part = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationTurn:
    """One prompt and its answer.

    Attributes:
        profile, model: provider and model that the prompt was sent to.
        inputs: pictures sent, with media types, in order.
        sentences: sentence sent with each input, "" for none; empty if no input has one.
        marks: numbers and sentences of the marks on the edited picture.
        parts: the model's parts, with the number of a picture in place of its bytes.
        pictures: bytes of the answer's pictures, by number.
        result: number of the picture the conversation continues with.
    """

    profile: str
    model: str
    prompt: str
    inputs: tuple[tuple[bytes, str], ...] = field(default=(), repr=False)
    parts: tuple[Part, ...]
    pictures: Mapping[int, bytes] = field(repr=False)
    result: int
    sentences: tuple[str, ...] = ()
    marks: tuple[tuple[int, str], ...] = ()


class ConversationHistory(Protocol):
    """The conversation a request continues.

    Attributes:
        length: number of turns; `turns` returns fewer if some are too old or lost.
    """

    length: int

    async def turns(self) -> Sequence[ConversationTurn]:
        """The newest turns, oldest first; read at each call, because they are large.

        Empty if the last picture, or the model's parts of its turn, are gone.
        """

    async def record_history_use(self, told: HistoryUse) -> None:
        """Record how the history is sent, before the first byte of the request."""
