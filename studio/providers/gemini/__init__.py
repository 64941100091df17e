"""Gemini-native wire: the format of requests and responses that all built-in profiles use.

The services differ in address, in the header for the key and in required fields; the offline
painter uses this format too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.common.errors import Billed, InputError, StudioError
from studio.common.i18n import _, number
from studio.common.key_redaction import SecretRedactor
from studio.config.settings import OFFLINE, Profile
from studio.domain.entities import GenerationRequest, HistoryUse, NoHistoryReason
from studio.domain.models import ListedModel, Model, ServiceObservation
from studio.domain.request_fields import LOSSLESS, RequestChanges
from studio.domain.request_plan import in_history
from studio.imaging.upload_limits import UploadLimits
from studio.providers.base import (
    Answer,
    AnswerSource,
    FindModel,
    InputPicture,
    Learn,
    LongStringHandler,
    RecordChanges,
    Scan,
)
from studio.providers.gemini import answer, conversation, model_list, request
from studio.providers.gemini.conversation import HistoryReplay, replay, replayable
from studio.providers.gemini.errors import from_status
from studio.providers.gemini.fallback import MOST_FORMS, HeldSink, RequestVariant
from studio.providers.gemini.refusals import NothingSaid
from studio.providers.gemini.request import RequestBody
from studio.providers.gemini.scan import READER_VERSION, GeminiScanner, scan_file
from studio.providers.history import ConversationHistory, ConversationTurn, Part
from studio.providers.sink import BeforeFirstByte, Sink

if TYPE_CHECKING:
    from studio.providers.transport import HttpClient

_ROOM_FOR_WORDS = 256 * 1024
"""Bytes of a body reserved for text and options."""

_MOST_PAGES = 20

_NO_LIST = frozenset({403, 404, 405, 501})
"""Status codes of services that list no models, or not for every key."""


class GeminiProvider:
    """A provider for services with the call generateContent.

    Attributes:
        profile: address and authentication of the service.
    """

    def __init__(self, profile: Profile, find_model: FindModel, learn: Learn | None = None) -> None:
        self.profile = profile
        self._find_model = find_model
        self._learn = learn

    @property
    def wire(self) -> str:
        """Name of the wire; see Provider."""
        return self.profile.wire

    @property
    def reader_version(self) -> int:
        """Version of the response reader; see Provider."""
        return READER_VERSION

    @property
    def limits(self) -> UploadLimits:
        """Limits of pictures sent with a request; see Provider."""
        return UploadLimits(largest=request.MAX_PICTURE)

    @property
    def offline(self) -> bool:
        """Whether this is the painter, which needs neither key nor network."""
        return self.profile.name == OFFLINE or self.profile.base_url.startswith("sketch:")

    async def send(
        self,
        request_: GenerationRequest,
        inputs: Sequence[InputPicture],
        key: str | None,
        client: HttpClient,
        sink: Sink,
        *,
        before_first_byte: BeforeFirstByte | None = None,
        past: ConversationHistory | None = None,
        record_changes: RecordChanges | None = None,
    ) -> None:
        """Send one request; see Provider.

        A request refused for its form, and so not billed, is sent once more in another form:
        without an optional field that the refusal names, with the size in its other spelling, or
        with only the last picture of a conversation.
        """
        address = request.url(self.profile, request_.model)
        headers = request.headers(self.profile, None if self.offline else key)
        model = self._find_model(request_.model)
        if model.both_modalities is not self._both(model):
            model = replace(model, both_modalities=True)
        way = RequestVariant(model=model, past=past is not None)
        refusal: HeldSink | None = None
        left_out: tuple[str, ...] = ()
        for _number in range(MOST_FORMS):
            # The pictures are loaded again for each form: a second form is rare, and they would
            # take memory during the wait.
            body, told = await self._build_body(request_, inputs, way, past)
            if past is not None:
                await past.record_history_use(told)
            # Includes refused fields that do not change the picture; recorded if they differ.
            refused = (way.model.refused - model.refused) & LOSSLESS
            missing = tuple(sorted(refused.union(body.left_out)))
            if record_changes is not None and missing != left_out:
                left_out = missing
                await record_changes(RequestChanges(left_out=left_out))
            if way.past is not (told.turns > 0):
                way = replace(way, past=not way.past)
            held = HeldSink(sink)
            await client.post(
                address, headers, body.data, held, before_first_byte=before_first_byte
            )
            if not held.held:
                await self._note(way.observation(request_), held.code)
                return
            other = await asyncio.to_thread(way.after, held, body, request_)
            refusal = held if refusal is None or way.solved else refusal
            if other is None:
                break
            way = other
        if refusal is not None:
            await refusal.release()

    async def _build_body(
        self,
        request_: GenerationRequest,
        inputs: Sequence[InputPicture],
        way: RequestVariant,
        past: ConversationHistory | None,
    ) -> tuple[RequestBody, HistoryUse]:
        """Build the body, and describe its use of the history."""
        alone = way.alone
        if past is not None and way.past:
            # The history contains the edited picture.
            others = [one for one in inputs if not in_history(one.reference, request_)]
            loaded = await self._loaded(others)
            turns = await past.turns()
            if not all(replayable(one, self.profile.name, request_.model) for one in turns):
                turns = ()
            told = await asyncio.to_thread(self._replay, turns, request_, loaded)
            if told is not None:
                body = await asyncio.to_thread(self._body, request_, loaded, way, told)
                return body, HistoryUse(turns=told.turns, left_out=past.length - told.turns)
            alone = NoHistoryReason.TOO_LARGE if turns else NoHistoryReason.LOST
        loaded = await self._loaded(inputs)
        if not loaded:
            # Text alone is not worth a thread.
            return self._body(request_, loaded, way), HistoryUse(alone=alone)
        return await asyncio.to_thread(self._body, request_, loaded, way), HistoryUse(alone=alone)

    @staticmethod
    def _replay(
        turns: Sequence[ConversationTurn],
        request_: GenerationRequest,
        loaded: list[request.LoadedPicture],
    ) -> HistoryReplay | None:
        words = len(f"{request_.prompt}{request_.system}".encode("utf-8", "replace"))
        taken = sum((len(data) + 2) // 3 * 4 for data, *_rest in loaded) + 2 * words
        return replay(turns, request.MAX_BODY - _ROOM_FOR_WORDS - taken)

    def _body(
        self,
        request_: GenerationRequest,
        loaded: list[request.LoadedPicture],
        way: RequestVariant,
        told: HistoryReplay | None = None,
    ) -> RequestBody:
        return request.build(
            request_,
            loaded,
            way.model,
            both_modalities=way.both or way.model.both_modalities,
            before=told.contents if told is not None else (),
        )

    async def _note(self, lesson: ServiceObservation | None, code: int) -> None:
        if lesson is not None and self._learn is not None and 200 <= code < 300:
            await asyncio.to_thread(self._learn, lesson)

    def _both(self, model: Model) -> bool:
        return model.both_modalities or request.needs_both_modalities(self.profile)

    async def _loaded(self, inputs: Sequence[InputPicture]) -> list[request.LoadedPicture]:
        loaded: list[request.LoadedPicture] = []
        for one in inputs:
            data, kind = await one.load()
            if len(data) > request.MAX_PICTURE:
                raise InputError(
                    _("A reference picture is too large to send"),
                    _("{name} is {size} MB; the limit is {limit} MB.").format(
                        name=one.reference.name or one.reference.sha256[:8],
                        size=number(len(data) / 2**20, 1),
                        limit=number(request.MAX_PICTURE >> 20),
                    ),
                    hint=_("Use a smaller copy."),
                )
            reference = one.reference
            loaded.append(request.LoadedPicture(data, kind, reference.role, reference.sentence))
        return loaded

    def read(self, source: AnswerSource) -> Answer:
        """Interpret a complete response; see Provider.

        The transport removes the key from received data; a key split across two pieces, as in the
        text of a stream, is complete only here.
        """
        echoes = SecretRedactor((source.key,))
        try:
            return echoes.value(self._read(source))
        except StudioError as error:
            echoes.error(error)
            raise

    def _read(self, source: AnswerSource) -> Answer:
        model = self._find_model(source.request.model)
        try:
            scan = source.scan if source.scan is not None else scan_file(source.body)
            if not 200 <= source.status < 300:
                return answer.read_refusal(source, scan, model)
            return answer.read(source, scan, model)
        except NothingSaid:
            if self._learn is not None and not self._both(model) and not self.offline:
                self._learn(ServiceObservation(model=source.request.model, both_modalities=True))
            raise
        except StudioError:
            raise
        except Exception as error:
            raise answer.unreadable(source, error) from error

    def scanner(self, listener: LongStringHandler) -> GeminiScanner:
        """Scanner for one response while it arrives; see Provider."""
        return GeminiScanner(listener)

    def scan(self, body: Path) -> Scan:
        """Scan a body on disk; see Provider."""
        return scan_file(body)

    def extract_turn(self, answer: Answer, body: Path) -> bytes | None:
        """The model's parts for a later turn; see Provider."""
        return conversation.extract_turn(answer, body)

    def kept_parts(self, data: bytes) -> tuple[Part, ...]:
        """Parse the result of `extract_turn`; see Provider."""
        return conversation.kept_parts(data)

    async def listed(self, key: str | None, client: HttpClient) -> tuple[ListedModel, ...]:
        """Image models listed by the service; see Provider."""
        if self.offline:
            return ()
        headers = request.headers(self.profile, key)
        found: dict[str, ListedModel] = {}
        page = ""
        for _number in range(_MOST_PAGES):
            reply = await client.get_json(request.list_url(self.profile, page), headers)
            if reply.status in _NO_LIST and (counted := request.token_count(self.profile)):
                reply = await client.post_json(*counted, headers)
                if 200 <= reply.status < 300:
                    return ()
            if not 200 <= reply.status < 300:
                failed = from_status(
                    reply.status,
                    reply.headers,
                    reply.body,
                    key=key or "",
                )
                # Listing models is free, even if the response is lost.
                failed.billed = Billed.NO
                raise failed
            models, page = await asyncio.to_thread(
                model_list.parse, reply.body, reply.headers, key=key or ""
            )
            found.update((one.id, one) for one in models)
            if not page:
                break
        return tuple(found.values())
