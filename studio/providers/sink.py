"""Where an answer goes while it arrives, and the moment before its request leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

BeforeFirstByte = Callable[[], Awaitable[None]]
"""Awaited once connected, just before a request's first byte; when it raises, nothing is sent.

What is told in two ways takes two requests: then it is awaited for each.
"""


class Sink(Protocol):
    """Where an answer goes while it arrives."""

    async def status(self, code: int, headers: Mapping[str, str]) -> None:
        """The answer begins. Names of headers are in lower case."""

    async def chunk(self, data: bytes) -> None:
        """More of the body. The next piece is read when this returns; it may raise StudioError."""

    @property
    def whole(self) -> bool:
        """Whether the JSON received so far is complete: a break after that loses nothing."""

    @property
    def promising(self) -> bool:
        """Whether a picture is in what was received so far, or begins there."""
