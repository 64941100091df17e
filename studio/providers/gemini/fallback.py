"""Hold back a refusal until it is clear whether the request is sent in another form.

A request refused with status 400, 413 or 422 was not billed, so a second attempt is free. Each form
differs from all earlier ones, so the number of attempts is limited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from studio.common.errors import BalanceError, KeyRefused, PictureRefused
from studio.domain import request_fields as fields
from studio.domain.entities import GenerationRequest, NoHistoryReason
from studio.domain.models import Model, ServiceObservation
from studio.providers.gemini import error_body, request
from studio.providers.gemini.errors import ErrorCase, explain, names_signature, names_size
from studio.providers.gemini.refused_fields import read_objection, refused_fields
from studio.providers.gemini.request import RequestBody
from studio.providers.sink import EncodedSink, Sink

MOST_FORMS = 8
"""Limit of forms in which one request is sent."""

_REFUSED = (400, 422)
_TOO_LARGE = 413
_MODALITIES = "responseModalities"
_LONGEST_HELD = 32 * 1024
"""Limit in bytes of a refusal; a longer response is more than text."""

_ABOUT_TURNS = re.compile(r"\bcontents?\[|\bcontent position\b|\bmodel role\b|\brole\b.*\bmodel\b")
_ABOUT_NOTHING = re.compile(r"\W*(request contains an )?invalid[ _]argument\W*|\W*bad request\W*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestVariant:
    """One form of a request.

    Attributes:
        model: model with the spelling of the size to use, and without the refused fields.
        past: whether the conversation is sent; otherwise its last picture is sent as an input.
        alone: reason for sending the picture without the conversation.
        respelled: whether the size is already in the other spelling.
        both: whether text is requested beside the picture because the picture alone was refused.
        learned: fields that the model does not support, whatever their value.
        solved: whether the refusal of the previous form no longer matters.
    """

    model: Model
    past: bool = False
    alone: NoHistoryReason = NoHistoryReason.NO
    respelled: bool = False
    both: bool = False
    learned: frozenset[str] = frozenset()
    solved: bool = False

    def observation(self, asked: GenerationRequest) -> ServiceObservation | None:
        """Observation about the service if this form succeeds; None if there is nothing new."""
        aspect = str(asked.aspect or "")
        listed = self.model.aspects
        aspect = aspect if listed and aspect not in listed and self.model.advisory else ""
        if not (self.respelled or self.both or self.learned or aspect):
            return None
        return ServiceObservation(
            model=self.model.id,
            pixel_sizes=self.model.pixel_sizes if self.respelled else None,
            both_modalities=self.both,
            refused=self.learned,
            aspect=aspect,
        )

    def after(
        self, refusal: HeldSink, sent: RequestBody, asked: GenerationRequest
    ) -> RequestVariant | None:
        """The form to try after a refusal of this one; None if there is no other."""
        told, past = refusal.about(), self.past
        if refusal.code == _TOO_LARGE:
            alone = NoHistoryReason.TOO_LARGE
            return replace(self, past=False, alone=alone, solved=False) if past else None
        error = explain(ErrorCase(status=refusal.code, said=told))
        if isinstance(error, KeyRefused | BalanceError | PictureRefused):
            return None
        objection = read_objection(refusal.body, prompts=(asked.prompt, asked.system))
        refused = refused_fields(objection, sent.fields)
        about_value = objection.is_about_value(_values(asked))
        kept = {fields.SIZE, _MODALITIES}
        if about_value or not request.has_usual_aspect(asked):
            kept.add(fields.ASPECT)
        if optional := refused - kept:
            if all(one.startswith(fields.CATEGORY) for one in optional):
                about_value = objection.is_about_threshold
            return self.without(optional, lasting=not about_value)
        if past and (names_signature(told) or _names_turns(told)):
            return replace(self, past=False, alone=NoHistoryReason.OBJECTED, solved=False)
        if fields.SIZE in refused or names_size(told):
            return self._with_other_size(asked)
        if _MODALITIES in refused and not (self.both or self.model.both_modalities):
            return replace(self, both=True, solved=False)
        if _MODALITIES in refused:
            return self.without(refused, lasting=True)
        return None

    def without(self, names: frozenset[str], *, lasting: bool) -> RequestVariant:
        """This form without some fields; `lasting` if no other value is accepted either."""
        learned = self.learned | names if lasting else self.learned
        return replace(self, model=self.model.without(names), learned=learned, solved=True)

    def _with_other_size(self, asked: GenerationRequest) -> RequestVariant | None:
        """This form with the other spelling of the size; after that, without a default size."""
        other = request.other_spelling(asked, self.model)
        if other is not None and not self.respelled:
            return replace(self, model=other, respelled=True, solved=False)
        if asked.size != self.model.usual_size or not self.model.sends_size:
            return None
        return replace(self, respelled=False).without(frozenset({fields.SIZE}), lasting=True)


def _values(asked: GenerationRequest) -> list[str]:
    """Values of the request's optional fields in the form that a refusal may quote."""
    values = [asked.thinking, str(asked.aspect or "")]
    values += [str(asked.seed)] if asked.seed is not None else []
    values += [f"{asked.temperature:g}"] if asked.temperature is not None else []
    return [one for one in values if one]


def _names_turns(told: error_body.ErrorBody) -> bool:
    """Whether a refusal is about the conversation, or does not name its subject."""
    message = told.message.lower()
    fields = " ".join(told.named_fields()).lower()
    if _ABOUT_TURNS.search(f"{fields} {message}"):
        return True
    return not fields and _ABOUT_NOTHING.fullmatch(message) is not None


class HeldSink:
    """Passes a response on, except for a refusal that may be avoided in another form.

    A refusal that is too long for text, or contains a picture, is passed on like other responses.

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
        """Append to the encoded body, except for a refusal held back, which need not be kept."""
        if not self.held and isinstance(self._sink, EncodedSink):
            await self._sink.encoded(data)

    @property
    def whole(self) -> bool:
        """Whether the JSON passed on is complete, according to the wrapped sink."""
        return not self.held and self._sink.whole

    @property
    def promising(self) -> bool:
        """Whether a picture has begun in the data passed on, according to the wrapped sink."""
        return not self.held and self._sink.promising

    @property
    def held(self) -> bool:
        """Whether this response is held back."""
        return self.code in (*_REFUSED, _TOO_LARGE) and not self._passed_on

    @property
    def body(self) -> bytes:
        """The body held back."""
        return bytes(self._body)

    def about(self) -> error_body.ErrorBody:
        """The service's error in the refusal."""
        return error_body.parse(self.body)

    async def release(self) -> None:
        """Pass on the response held back."""
        if self.held:
            self._passed_on = True
            body, self._body = bytes(self._body), bytearray()
            await self._sink.status(self.code, self._headers)
            await self._sink.chunk(body)
