"""Remove the key from a response before any other code sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from studio.common.key_redaction import SecretRedactor, escaped
from studio.common.serial_executor import SerialExecutor
from studio.providers.sink import EncodedSink, Sink

_PIECE = 8 * 1024
"""Bytes searched in one call; other threads can run between two calls."""

_FIRST = 64 * 1024
"""Bytes at the beginning of a response that are searched without a thread if unescaped."""

_PLAIN = frozenset(
    {"accept", "accept-encoding", "content-length", "content-type", "host", "user-agent"}
)
"""Request headers that are not secret; all others are."""


def secrets_in(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Secrets in the headers of a request."""
    return tuple(
        value.split()[-1]
        for name, value in headers.items()
        if name.lower() not in _PLAIN and value.strip()
    )


class RedactingSink:
    """Sink that passes a response on without the key. `end` must be called after the last chunk.

    Long searches run on `executor`, or on any thread if it is None. All responses share one
    executor: the fewer threads work at a time, the sooner the window's thread can run.
    """

    def __init__(
        self, sink: Sink, echoes: SecretRedactor, executor: SerialExecutor | None = None
    ) -> None:
        self._sink = sink
        self._executor = executor
        self._echoes = echoes
        self._stream = echoes.stream()
        self._seen = 0

    async def status(self, code: int, headers: Mapping[str, str]) -> None:
        """Pass on the status and the redacted headers."""
        await self._sink.status(code, self._echoes.headers(headers))

    async def chunk(self, data: bytes) -> None:
        """Append to the body."""
        self._seen += len(data)
        first = self._seen <= _FIRST and not escaped(data)
        if first or self._stream.is_quick(data):
            await self._pass(self._stream.redact_piece(data))
            return
        if self._executor is None:
            await self._pass(await asyncio.to_thread(self._looked_through, data))
        else:
            await self._pass(await self._executor.run(self._looked_through, data))

    async def encoded(self, data: bytes) -> None:
        """Pass on the body as received: no key can be found in compressed bytes."""
        if isinstance(self._sink, EncodedSink):
            await self._sink.encoded(data)

    def _looked_through(self, data: bytes) -> bytes:
        pieces = (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))
        return b"".join(map(self._stream.redact_piece, pieces))

    async def end(self) -> None:
        """Pass on the data held back."""
        await self._pass(self._stream.flush_rest())

    async def _pass(self, data: bytes) -> None:
        if data:
            await self._sink.chunk(data)
