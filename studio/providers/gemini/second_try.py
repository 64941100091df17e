"""Holds back a refusal until it is clear whether the same request is asked in another spelling.

A request that was refused with the status 400 was not charged, so asking once more costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from studio.providers.base import Sink
from studio.providers.gemini import said
from studio.providers.gemini.errors import names_size

_REFUSED = 400


class HeldSink:
    """Passes an answer on, except for one with the status 400, which it keeps.

    Attributes:
        code: the answer's status.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._headers: Mapping[str, str] = {}
        self._body = bytearray()
        self.code = 0

    async def status(self, code: int, headers: Mapping[str, str]) -> None:
        """The answer begins."""
        self.code, self._headers = code, headers
        if not self.held:
            await self._sink.status(code, headers)

    async def chunk(self, data: bytes) -> None:
        """More of the body. The transport ends a refusal after a megabyte."""
        if self.held:
            self._body += data
        else:
            await self._sink.chunk(data)

    @property
    def whole(self) -> bool:
        """As the sink behind says."""
        return not self.held and self._sink.whole

    @property
    def held(self) -> bool:
        """Whether this answer is kept back."""
        return self.code == _REFUSED

    def about_size(self) -> bool:
        """Whether the service did not like how the size was told."""
        return self.held and names_size(said.parse(bytes(self._body)))

    async def release(self) -> None:
        """Pass on what was kept back."""
        if self.held:
            await self._sink.status(self.code, self._headers)
            await self._sink.chunk(bytes(self._body))
