"""Conversations about pictures: storage of each turn, and the history sent with the next one.

The model's parts are in `.gridbrush/turns/`, named by their hash; the bytes of pictures are those
of the originals. A turn is on disk before its picture is recorded, so that every visible picture
can be continued. The history sent with a request is recorded in its journal entry first, so that a
recovered answer continues the history that was actually sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from studio.common import i18n
from studio.common.errors import StudioError
from studio.common.i18n import _, ngettext
from studio.common.serial_executor import SerialExecutor
from studio.config.settings import OFFLINE
from studio.domain.entities import (
    Conversation,
    GenerationRequest,
    HistoryUse,
    Job,
    NoHistoryReason,
    Picture,
    Reference,
    Role,
)
from studio.domain.models import plain_id
from studio.domain.request_plan import mark_lines, sending_order, without_replaced
from studio.generation.journal import Journal
from studio.generation.journal_entry import JournalEntry
from studio.library.facade import Library
from studio.library.files.originals import read_picture_file
from studio.providers.base import Answer, InputPicture, Provider
from studio.providers.history import ConversationTurn, Part

log = logging.getLogger(__name__)

_MOST_TURNS = 64
_MOST_BYTES = 16 << 20
"""Limit in bytes of pictures read for a history; no request takes more."""

FindInput = Callable[[Reference], InputPicture]
"""Returns a reference in the form that is sent."""


class ConversationStore:
    """The conversations of one library."""

    def __init__(self, *, library: Library, journal: Journal, executor: SerialExecutor) -> None:
        self.library = library
        self.journal = journal
        self.executor = executor

    async def past(
        self,
        request: GenerationRequest,
        entry: JournalEntry,
        provider: Provider,
        find_input: FindInput,
    ) -> StoredHistory | None:
        """History of this request; None if it begins a conversation."""
        if request.continues is None:
            return None
        return StoredHistory(self, await self._chain(request), entry, provider, find_input)

    async def _chain(self, request: GenerationRequest) -> list[Picture]:
        """The last picture of each earlier turn, newest first."""
        chain: list[Picture] = []
        id = request.continues
        while id is not None and len(chain) < _MOST_TURNS:
            found = await self.library.find([id])
            if not found or found[0] in chain or found[0].conversation is None:
                break
            picture = found[0]
            if (picture.profile, plain_id(picture.model)) != (
                request.profile,
                plain_id(request.model),
            ):
                break
            chain.append(picture)
            id = found[0].conversation.after
        return chain

    async def store_turn(
        self,
        job: Job,
        entry: JournalEntry,
        answer: Answer,
        taken: Mapping[int, Picture],
        provider: Provider,
        stored: str = "",
    ) -> tuple[Conversation | None, tuple[str, ...]]:
        """Store the model's turn durably; also returns sentences about how history was sent.

        Args:
            taken: the answer's readable pictures by number.
            provider: the reader of the answer.
            stored: result of `store_early`.

        Raises StorageError.
        """
        if job.request.profile == OFFLINE:
            return None, ()
        use = None
        if job.request.continues is not None:
            use = await self.executor.run(self.journal.read_history_use, entry)
        use = use or HistoryUse()
        numbers = {part.picture for part in answer.parts if part.picture is not None}
        largest = provider.limits.largest
        sendable = {number for number, picture in taken.items() if picture.bytes <= largest}
        if not numbers or not numbers <= sendable:
            # A turn with a picture that cannot be sent again cannot be continued.
            return None, _sentences(use)
        sha256: str | None = stored or None
        if sha256 is None:
            sha256 = await self.executor.run(self._store, answer, entry, provider)
        if sha256 is None:
            return None, _sentences(use)
        earlier = await self._earlier_turns(job.request) if use.turns else 0
        conversation = Conversation(
            parts=sha256,
            pictures=tuple(
                taken[number].id if number in taken else "" for number in range(max(taken) + 1)
            ),
            after=job.request.continues if earlier else None,
            turns=earlier + 1,
        )
        return conversation, _sentences(use)

    def store_early(
        self,
        job: Job,
        entry: JournalEntry,
        answer: Answer,
        sizes: Mapping[int, int],
        provider: Provider,
    ) -> str:
        """Store the model's turn before its pictures are known to be readable.

        Returns its sha256; "" if storing is left to `store_turn`. `sizes` has the size in bytes of
        each picture that is already on disk, by number. A turn that no picture refers to is
        harmless. Blocking; raises StorageError.
        """
        numbers = {part.picture for part in answer.parts if part.picture is not None}
        largest = provider.limits.largest
        known = {number for number, size in sizes.items() if size <= largest}
        if job.request.profile == OFFLINE or not numbers or not numbers <= known:
            return ""
        return self._store(answer, entry, provider) or ""

    def _store(self, answer: Answer, entry: JournalEntry, provider: Provider) -> str | None:
        try:
            data = provider.extract_turn(answer, entry.body)
        except OSError as error:
            log.warning("A turn of a conversation could not be read again: %s", error)
            return None
        return None if data is None else self.library.originals.keep_turn(data)

    async def _earlier_turns(self, request: GenerationRequest) -> int:
        """Number of turns of the continued conversation."""
        found = await self.library.find([request.continues or ""])
        return found[0].conversation.turns if found and found[0].conversation else 0


class _LostError(Exception):
    """A turn is missing or changed in the library; never leaves this module."""


class StoredHistory:
    """A conversation in the library; see `providers.history.ConversationHistory`."""

    def __init__(
        self,
        store: ConversationStore,
        chain: Sequence[Picture],
        entry: JournalEntry,
        provider: Provider,
        find_input: FindInput,
    ) -> None:
        """`chain` has the last picture of each turn, newest first."""
        self._store = store
        self._chain = chain
        self._entry = entry
        self._provider = provider
        self._find_input = find_input
        newest = chain[0].conversation if chain else None
        self.length = newest.turns if newest is not None else 0

    async def turns(self) -> Sequence[ConversationTurn]:
        """The newest turns that are in the library, oldest first."""
        turns: list[ConversationTurn] = []
        size = 0
        for picture in self._chain:
            try:
                turn = await self._turn(picture)
            except (_LostError, StudioError, ValueError) as error:
                log.warning("A conversation is told without its beginning: %s", error)
                break
            turns.insert(0, turn)
            size += sum(map(len, turn.pictures.values()))
            size += sum(len(data) for data, _kind in turn.inputs)
            if size > _MOST_BYTES:
                break
        return turns

    async def _turn(self, last: Picture) -> ConversationTurn:
        kept = last.conversation
        if kept is None:
            raise _LostError(last.id)
        ids = [id for id in kept.pictures if id]
        found = {picture.id: picture for picture in await self._store.library.find(ids)}
        numbers = {number: found[id] for number, id in enumerate(kept.pictures) if id in found}
        parts, pictures = await self._store.executor.run(self._read, kept.parts, numbers)
        references = _sent_with(last, kept.after)
        inputs = [await self._find_input(reference).load() for reference in references]
        return ConversationTurn(
            profile=last.profile,
            model=last.model,
            prompt=last.prompt,
            inputs=tuple(inputs),
            sentences=tuple(reference.sentence or "" for reference in references),
            marks=mark_lines(last.markup),
            parts=parts,
            pictures=pictures,
            result=kept.pictures.index(last.id),
        )

    def _read(
        self, sha256: str, numbers: Mapping[int, Picture]
    ) -> tuple[tuple[Part, ...], dict[int, bytes]]:
        originals = self._store.library.originals
        parts = self._provider.kept_parts(originals.turn(sha256))
        pictures: dict[int, bytes] = {}
        for number, picture in numbers.items():
            data = read_picture_file(originals.reach(picture))
            if not originals.is_content(data, picture.sha256):
                raise _LostError(picture.id)
            pictures[number] = data
        return parts, pictures

    async def record_history_use(self, use: HistoryUse) -> None:
        """Record in the journal how history is sent. Raises StorageError."""
        store = self._store
        await store.executor.run(store.journal.write_history_use, self._entry, use)


def _sent_with(picture: Picture, after: str | None) -> list[Reference]:
    """References sent for a picture, in order: the edited picture last."""
    references = [
        Reference(
            sha256=one.sha256,
            media_type="",
            role=one.role,
            picture=one.picture,
            sentence=one.sentence,
        )
        for one in picture.parents
        if not (after is not None and one.role is Role.EDIT and one.picture == after)
    ]
    sent = without_replaced(tuple(references), picture.markup)
    order = sending_order([one.role for one in sent], picture.markup)
    return [sent[place] for place in order]


def _sentences(use: HistoryUse) -> tuple[str, ...]:
    """Warnings about history that was sent in part, or not at all."""
    if use.left_out and use.turns:
        return (
            ngettext(
                "{n} earlier turn of the conversation was too long and not sent",
                "{n} earlier turns of the conversation were too long and not sent",
                use.left_out,
            ).format(n=i18n.number(use.left_out)),
        )
    match use.alone:
        case NoHistoryReason.OBJECTED:
            return (_("The service rejected the conversation; only the picture was sent"),)
        case NoHistoryReason.TOO_LARGE:
            return (_("The conversation is too long; only the picture was sent"),)
        case NoHistoryReason.LOST:
            return (_("The saved conversation is missing; only the picture was sent"),)
        case NoHistoryReason.NO:
            return ()
