"""The Gemini-native wire: one way of asking and answering, spoken by every profile.

The services differ in address, in the header the key travels in and in what they ask to be told;
the offline painter speaks it too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from studio.domain import GenerationRequest, Role
from studio.errors import InputError, StudioError
from studio.models import Lesson, Listed, Model
from studio.providers.base import (
    Answer,
    AnswerSource,
    BeforeFirstByte,
    Input,
    Sink,
)
from studio.providers.gemini import answer, listing, request, said
from studio.providers.gemini.errors import from_status
from studio.providers.gemini.refusals import NothingSaid
from studio.providers.gemini.scan import scan_file
from studio.providers.gemini.second_try import HeldSink
from studio.settings import OFFLINE, Profile
from studio.words import _

if TYPE_CHECKING:
    from studio.providers.transport import Client

_MOST_PAGES = 20

Learn = Callable[[Lesson], None]
"""Keeps what an answer taught. Blocking."""


class Gemini:
    """A provider that speaks generateContent.

    Attributes:
        profile: where it is reached and how it is told the key.
    """

    def __init__(
        self, profile: Profile, find_model: Callable[[str], Model], learn: Learn | None = None
    ) -> None:
        self.profile = profile
        self._find_model = find_model
        self._learn = learn

    @property
    def offline(self) -> bool:
        """Whether this is the painter, which needs no key and no network."""
        return self.profile.name == OFFLINE or self.profile.base_url.startswith("sketch:")

    async def send(
        self,
        request_: GenerationRequest,
        inputs: Sequence[Input],
        key: str | None,
        client: Client,
        sink: Sink,
        *,
        before_first_byte: BeforeFirstByte | None = None,
    ) -> None:
        """Send one request; see Provider."""
        model = self._find_model(request_.model)
        address = request.url(self.profile, request_.model)
        headers = request.headers(self.profile, None if self.offline else key)
        loaded = await self._loaded(inputs)
        both = self._both(model)
        body = await asyncio.to_thread(request.body, request_, loaded, model, both_modalities=both)
        other = request.other_spelling(request_, model)
        if other is None:
            del loaded
            await client.post(address, headers, body, sink, before_first_byte=before_first_byte)
            return
        held = HeldSink(sink)
        await client.post(address, headers, body, held, before_first_byte=before_first_byte)
        if held.about_size():
            body = await asyncio.to_thread(
                request.body, request_, loaded, other, both_modalities=both
            )
            again = HeldSink(sink)
            await client.post(address, headers, body, again)
            if not again.held:
                if self._learn is not None and 200 <= again.code < 300:
                    lesson = Lesson(model=request_.model, pixel_sizes=other.pixel_sizes)
                    await asyncio.to_thread(self._learn, lesson)
                return
        await held.release()

    def _both(self, model: Model) -> bool:
        return model.both_modalities or self.profile.auth == request.GOOGLE

    async def _loaded(self, inputs: Sequence[Input]) -> list[tuple[bytes, str, Role]]:
        loaded: list[tuple[bytes, str, Role]] = []
        for one in inputs:
            data, kind = await one.load()
            if len(data) > request.MAX_PICTURE:
                raise InputError(
                    _("A reference picture is too large to send"),
                    _("{name} has {size:.1f} MB, the service takes {limit} MB.").format(
                        name=one.reference.name or one.reference.sha256[:8],
                        size=len(data) / 2**20,
                        limit=request.MAX_PICTURE >> 20,
                    ),
                    hint=_("Use a smaller copy of it."),
                )
            loaded.append((data, kind, one.reference.role))
        return loaded

    def read(self, source: AnswerSource) -> Answer:
        """Make sense of a whole answer; see Provider."""
        if not 200 <= source.status < 300:
            raise from_status(
                source.status,
                source.headers,
                _head(source),
                model=source.request.model,
                provider=self.profile.title,
                key=source.key,
            )
        model = self._find_model(source.request.model)
        try:
            scan = source.scan if source.scan is not None else scan_file(source.body)
            return answer.read(source, scan, model, provider=self.profile.title)
        except NothingSaid:
            if self._learn is not None and not self._both(model) and not self.offline:
                self._learn(Lesson(model=source.request.model, both_modalities=True))
            raise
        except StudioError:
            raise
        except Exception as error:
            raise answer.unreadable(source, error) from error

    async def listed(self, key: str | None, client: Client) -> tuple[Listed, ...]:
        """The image models the service lists; see Provider."""
        if self.offline:
            return ()
        headers = request.headers(self.profile, key)
        found: dict[str, Listed] = {}
        page = ""
        for _number in range(_MOST_PAGES):
            reply = await client.get_json(request.list_url(self.profile, page), headers)
            if not 200 <= reply.status < 300:
                raise from_status(
                    reply.status,
                    reply.headers,
                    reply.body,
                    provider=self.profile.title,
                    key=key or "",
                )
            models, page = await asyncio.to_thread(
                listing.parse, reply.body, reply.headers, key=key or ""
            )
            found.update((one.id, one) for one in models)
            if not page:
                break
        return tuple(found.values())


def _head(source: AnswerSource) -> bytes:
    try:
        with source.body.open("rb") as file:
            return file.read(said.MOST_READ)
    except OSError:
        return b""
