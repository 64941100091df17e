"""Hold back a refusal until it is clear whether the request is sent in another form.

A request refused with status 400 or 413 was not charged, so a second attempt is free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from studio.domain.entities import GenerationRequest, NoHistoryReason
from studio.domain.models import Model
from studio.providers.gemini import error_body, request
from studio.providers.gemini.errors import names_signature, names_size
from studio.providers.sink import EncodedSink, Sink

_REFUSED = 400
_TOO_LARGE = 413
_LONGEST_HELD = 32 * 1024
"""Most bytes of a refusal; anything longer is more than text."""

_ABOUT_TURNS = re.compile(r"\bcontents?\[|\bcontent position\b|\bmodel role\b|\brole\b.*\bmodel\b")
_ABOUT_NOTHING = re.compile(r"\W*(request contains an )?invalid[ _]argument\W*|\W*bad request\W*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestVariant:
    """One form of a request.

    Attributes:
        model: with the spelling of the size to use.
        past: with the conversation; else its last picture is sent as an input.
        alone: reason for sending it without the conversation.
        respelled: whether the size is already in the other spelling.
    """

    model: Model
    past: bool = False
    alone: NoHistoryReason = NoHistoryReason.NO
    respelled: bool = False

    def after(
        self, told: error_body.ErrorBody, code: int, asked: GenerationRequest
    ) -> RequestVariant | None:
        """The form to try after a refusal of this one; None when there is no other."""
        if code == _TOO_LARGE:
            return replace(self, past=False, alone=NoHistoryReason.TOO_LARGE) if self.past else None
        if self.past and (names_signature(told) or _names_turns(told)):
            return replace(self, past=False, alone=NoHistoryReason.OBJECTED)
        other = request.other_spelling(asked, self.model)
        if other is not None and not self.respelled and names_size(told):
            return replace(self, model=other, respelled=True)
        return None


def _names_turns(told: error_body.ErrorBody) -> bool:
    """Whether a refusal is about the conversation, or does not name its subject."""
    message = told.message.lower()
    fields = " ".join(told.named_fields()).lower()
    if _ABOUT_TURNS.search(f"{fields} {message}"):
        return True
    return not fields and _ABOUT_NOTHING.fullmatch(message) is not None


class HeldSink:
    """Passes a response on, except for a refusal that may be avoided in another form.

    A refusal that is longer than text, or contains a picture, is passed on like any other response.

    Attributes:
        code: status of the response.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._headers: Mapping[str, str] = {}
        self._body = bytearray()
        self._passed_on = False
        self.code = 0

    async def status(self, code: int, headers: Mapping[str, str]) -> None:
        """Start the response."""
        self.code, self._headers = code, headers
        if not self.held:
            await self._sink.status(code, headers)

    async def chunk(self, data: bytes) -> None:
        """Append to the body."""
        if not self.held:
            await self._sink.chunk(data)
            return
        self._body += data
        if len(self._body) > _LONGEST_HELD:
            await self.release()

    async def encoded(self, data: bytes) -> None:
        """Append to the encoded body; that of a refusal held back is not worth keeping."""
        if not self.held and isinstance(self._sink, EncodedSink):
            await self._sink.encoded(data)

    @property
    def whole(self) -> bool:
        """As reported by the wrapped sink."""
        return not self.held and self._sink.whole

    @property
    def promising(self) -> bool:
        """As reported by the wrapped sink."""
        return not self.held and self._sink.promising

    @property
    def held(self) -> bool:
        """Whether this response is held back."""
        return self.code in (_REFUSED, _TOO_LARGE) and not self._passed_on

    def about(self) -> error_body.ErrorBody:
        """The service's objection."""
        return error_body.parse(bytes(self._body))

    async def release(self) -> None:
        """Pass on the response held back."""
        if self.held:
            self._passed_on = True
            body, self._body = bytes(self._body), bytearray()
            await self._sink.status(self.code, self._headers)
            await self._sink.chunk(body)
