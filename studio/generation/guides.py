"""Drawing of pictures from the markup, for requests about to be queued and for previews.

Drawing runs in the comparing process. The pictures of a run are in the library's inputs before its
jobs are journalled, so that a retry, or a later session, sends the same bytes.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studio.common.errors import PictureUnreadable
from studio.common.i18n import _
from studio.domain import guides
from studio.domain.entities import GenerationRequest, Reference, Role
from studio.domain.guides import Guide, GuideLayout
from studio.domain.markup import Region
from studio.domain.models import Model
from studio.domain.pixel_frames import check_frame
from studio.domain.sentences import GUIDES, GuideWords
from studio.imaging.comparer import Comparer
from studio.imaging.decoder import Decoder
from studio.imaging.guide_request import EDGE, GuideDrawing
from studio.library.facade import Library

_REMEMBERED = 8
"""Number of previews cached in case the panel is closed and opened again."""

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class GuidePreview:
    """Previews of the pictures of a request.

    Attributes:
        request: the request with the drawn pictures as references, which are not stored.
        data: bytes of each drawn picture: JPEG, or PNG with alpha.
    """

    request: GenerationRequest
    data: tuple[bytes, ...]


class GuideMaker:
    """Draws the pictures of requests with a markup. Other requests are left unchanged.

    Its methods raise PictureUnreadable for an edited picture that cannot be read, InputError for a
    frame that the model cannot fill, StorageError.
    """

    def __init__(
        self,
        *,
        library: Library,
        decoder: Decoder,
        comparer: Comparer,
        find_model: Callable[[str, str], Model],
        words: Callable[[], Mapping[GuideWords, str]],
    ) -> None:
        """`words` returns the sentences of the settings, for previews."""
        self._library = library
        self._decoder = decoder
        self._comparer = comparer
        self._find_model = find_model
        self._words = words
        self._previews: OrderedDict[_Key, tuple[GuideLayout, tuple[bytes, ...]]] = OrderedDict()

    async def prepare(
        self, requests: Sequence[GenerationRequest], words: Mapping[GuideWords, str]
    ) -> tuple[GenerationRequest, ...]:
        """The requests with their drawn pictures, which are stored in the library's inputs.

        `words` are sentences that replace the defaults.
        """
        words = {**GUIDES, **words}
        # Drawn once for requests that differ only in seed or prompt.
        stored: dict[_Key, tuple[GuideLayout, tuple[Reference, ...]]] = {}
        prepared: list[GenerationRequest] = []
        for request in requests:
            key = _key(request)
            if key not in stored:
                stored[key] = await self._store(request, words)
            prepared.append(guides.with_guides(request, *stored[key]))
        return tuple(prepared)

    async def _store(
        self, request: GenerationRequest, words: Mapping[GuideWords, str]
    ) -> tuple[GuideLayout, tuple[Reference, ...]]:
        layout = await self._layout(request)
        kept: list[Reference] = []
        planned = guides.references(layout.guides, _name(request), words)
        for guide, one in zip(layout.guides, planned, strict=True):
            data = await self._draw(request, guide, EDGE)
            reference = await self._library.keep_input(data, role=Role.MASK, name=one.name)
            kept.append(replace(reference, sentence=one.sentence))
        return layout, tuple(kept)

    async def preview(self, request: GenerationRequest, edge: int) -> GuidePreview:
        """The pictures with a long edge of at most `edge`; nothing is stored."""
        key = _key(request)
        if key not in self._previews:
            layout = await self._layout(request)
            data = [await self._draw(request, guide, edge) for guide in layout.guides]
            self._previews[key] = layout, tuple(data)
            while len(self._previews) > _REMEMBERED:
                self._previews.popitem(last=False)
        found = self.known_preview(request)
        assert found is not None
        return found

    def known_preview(self, request: GenerationRequest) -> GuidePreview | None:
        """The preview, if it was drawn before."""
        found = self._previews.get(_key(request))
        if found is None:
            return None
        layout, drawn = found
        references = self._references(request, layout)
        return GuidePreview(guides.with_guides(request, layout, references), drawn)

    def expected(self, request: GenerationRequest) -> GenerationRequest:
        """The request with placeholders for its pictures, before they are drawn."""
        model = self._find_model(request.profile, request.model)
        return guides.planned(request, model, self._words())

    def _references(self, request: GenerationRequest, layout: GuideLayout) -> tuple[Reference, ...]:
        return guides.references(layout.guides, _name(request), self._words())

    async def _layout(self, request: GenerationRequest) -> GuideLayout:
        model = self._find_model(request.profile, request.model)
        markup, edited = request.markup, request.edited
        needs_size = markup is not None and (markup.region is not None or markup.frames)
        if edited is None or not needs_size:
            return guides.layout(request, model)
        facts = await self._decoder.probe(await self._path(edited))
        size = facts.width, facts.height
        if markup is not None:
            for frame in markup.frames:
                check_frame(frame, size, model.aspects)
        return guides.layout(request, model, size)

    async def _draw(self, request: GenerationRequest, guide: Guide, edge: int) -> bytes:
        markup, edited = request.markup, request.edited
        assert markup is not None
        assert edited is not None
        region = markup.region if guide.region else None
        mask = None
        if region is not None and region.mask is not None:
            mask = await self._path(Reference(sha256=region.mask, media_type="image/png"))
        drawing = GuideDrawing(
            guide=guide, marks=markup.sent_marks if guide.marks else (), region=region, edge=edge
        )
        try:
            return await self._comparer.draw(await self._path(edited), drawing, mask=mask)
        except PictureUnreadable as error:
            message = with_names(error.message, edited, region)
            raise type(error)(error.title, message, hint=error.hint) from error

    async def _path(self, reference: Reference) -> Path:
        return await asyncio.to_thread(self._library.input_path, reference)


def with_names(sentence: str, edited: Reference, region: Region | None) -> str:
    """A sentence about files of the library's inputs, with the names that the user knows."""
    called = {edited.sha256: edited.name}
    if region is not None and region.mask is not None:
        called[region.mask] = _("The mask")
    return re.sub(rf"({'|'.join(called)})\.\w+", lambda found: called[found[1]], sentence)


def _name(request: GenerationRequest) -> str:
    return request.edited.name if request.edited is not None else ""


def _key(request: GenerationRequest) -> _Key:
    """Cache key: everything in a request that its guides depend on."""
    edited = request.edited
    sha256 = None if edited is None else edited.sha256
    beside = sum(one.role not in (Role.EDIT, Role.MASK) for one in request.references)
    return (
        sha256,
        _name(request),
        request.markup,
        request.profile,
        request.model,
        request.aspect,
        beside,
    )
