"""Holds back a refusal until it is clear whether the same request is told in another way.

A request that was refused with the status 400 was not charged, so asking once more costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from studio.domain import GenerationRequest
from studio.models import Model
from studio.providers.base import Sink
from studio.providers.gemini import request, said
from studio.providers.gemini.errors import names_signature, names_size

_REFUSED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of telling a request.

    Attributes:
        model: as it is told the size.
        past: with what was said before; else its last picture goes along as an input.
        objected: the service did not take what was said before.
        respelled: the size is told in the other spelling already.
    """

    model: Model
    past: bool = False
    objected: bool = False
    respelled: bool = False

    def after(self, told: said.Said, asked: GenerationRequest) -> Way | None:
        """The way to try after this one was refused; None when there is no other."""
        if self.past and names_signature(told):
            return replace(self, past=False, objected=True)
        other = request.other_spelling(asked, self.model)
        if other is not None and not self.respelled and names_size(told):
            return replace(self, model=other, respelled=True)
        return None


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

    def about(self) -> said.Said:
        """What the service did not like."""
        return said.parse(bytes(self._body))

    async def release(self) -> None:
        """Pass on what was kept back."""
        if self.held:
            await self._sink.status(self.code, self._headers)
            await self._sink.chunk(bytes(self._body))
