"""Receiver of a response while it arrives, and the hook before its request is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, runtime_checkable

BeforeFirstByte = Callable[[], Awaitable[None]]
"""Awaited once connected, just before a request's first byte; if it raises, nothing is sent.

A request sent in two forms is two requests: the hook is awaited for each.
"""


class Sink(Protocol):
    """Receiver of a response while it arrives."""

    async def status(self, code: int, headers: Mapping[str, str]) -> None:
        """Start the response. Names of headers are in lower case."""

    async def chunk(self, data: bytes) -> None:
        """Append to the body. Reading continues after it returns; it may raise StudioError."""

    @property
    def whole(self) -> bool:
        """Whether the JSON received so far is complete, so that a broken connection is harmless."""

    @property
    def promising(self) -> bool:
        """Whether the received data contains a picture, or the start of one."""


@runtime_checkable
class EncodedSink(Protocol):
    """A sink that also keeps an encoded body as it was received, in case decoding it fails."""

    async def encoded(self, data: bytes) -> None:
        """Append to the encoded body; its decoded form goes to `chunk`."""
