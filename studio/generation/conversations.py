"""Conversations about pictures: what is kept of each turn, and how the next one gets it.

The model's own parts lie in `.gridbrush/turns/`, named by what is in them; the bytes of pictures
are those of the originals. A turn is on the disk before its picture is recorded, so whoever sees
the picture can go on. How a question was told is in its journal entry before it leaves, so that a
recovered answer continues what was really said.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

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
from studio.generation.journal import Journal, JournalEntry
from studio.library.facade import Library
from studio.library.files.originals import read_picture_file
from studio.providers.base import Answer, InputPicture, Provider
from studio.providers.history import ConversationTurn, Part

log = logging.getLogger(__name__)

_MOST_TURNS = 64
_MOST_BYTES = 16 << 20
"""More pictures than fit in any request are not read."""

FindInput = Callable[[Reference], InputPicture]
"""Gives a reference as it is sent."""


class ConversationStore:
    """The conversations of one library."""

    def __init__(self, *, library: Library, journal: Journal, lane: SerialExecutor) -> None:
        self._library = library
        self._journal = journal
        self._lane = lane

    async def past(
        self,
        request: GenerationRequest,
        entry: JournalEntry,
        provider: Provider,
        find_input: FindInput,
    ) -> StoredHistory | None:
        """What was said before this request; None when it begins anew."""
        if request.continues is None:
            return None
        said = await self._chain(request)
        return StoredHistory(
            said,
            entry,
            provider,
            library=self._library,
            journal=self._journal,
            lane=self._lane,
            find_input=find_input,
        )

    async def _chain(self, request: GenerationRequest) -> list[Picture]:
        """The last pictures of the turns before, the newest first."""
        said: list[Picture] = []
        id = request.continues
        while id is not None and len(said) < _MOST_TURNS:
            found = await self._library.find([id])
            if not found or found[0] in said or found[0].conversation is None:
                break
            picture = found[0]
            if (picture.profile, plain_id(picture.model)) != (
                request.profile,
                plain_id(request.model),
            ):
                break
            said.append(picture)
            id = found[0].conversation.after
        return said

    async def store_turn(
        self,
        job: Job,
        entry: JournalEntry,
        answer: Answer,
        taken: Mapping[int, Picture],
        provider: Provider,
    ) -> tuple[Conversation | None, tuple[str, ...]]:
        """Keep what the model said, durably, and how the question was told, in sentences.

        Args:
            taken: the answer's pictures that could be read, by their number.
            provider: who has read the answer.

        Raises StorageError.
        """
        if job.request.profile == OFFLINE:
            return None, ()
        told = None
        if job.request.continues is not None:
            told = await self._lane.run(self._journal.read_history_use, entry)
        told = told or HistoryUse()
        numbers = {part.picture for part in answer.parts if part.picture is not None}
        largest = provider.limits.largest
        tellable = {number for number, one in taken.items() if one.bytes <= largest}
        if not numbers or not numbers <= tellable:
            # A picture that cannot be told again breaks the turn: nobody is promised to go on.
            return None, _sentences(told)
        sha256 = await self._lane.run(self._kept, answer, entry, provider)
        if sha256 is None:
            return None, _sentences(told)
        earlier = await self._earlier(job.request) if told.turns else 0
        conversation = Conversation(
            parts=sha256,
            pictures=tuple(
                taken[number].id if number in taken else "" for number in range(max(taken) + 1)
            ),
            after=job.request.continues if earlier else None,
            turns=earlier + 1,
        )
        return conversation, _sentences(told)

    def _kept(self, answer: Answer, entry: JournalEntry, provider: Provider) -> str | None:
        try:
            data = provider.extract_turn(answer, entry.body)
        except OSError as error:
            log.warning("A turn of a conversation could not be read again: %s", error)
            return None
        return None if data is None else self._library.originals.keep_turn(data)

    async def _earlier(self, request: GenerationRequest) -> int:
        """Turns of the conversation that was gone on with."""
        found = await self._library.find([request.continues or ""])
        return found[0].conversation.turns if found and found[0].conversation else 0


class _LostError(Exception):
    """A turn is not in the library any more as it was; never leaves this file."""


class StoredHistory:
    """A conversation as the library has it; see `providers.past.Past`."""

    def __init__(
        self,
        said: Sequence[Picture],
        entry: JournalEntry,
        provider: Provider,
        *,
        library: Library,
        journal: Journal,
        lane: SerialExecutor,
        find_input: FindInput,
    ) -> None:
        self._said = said
        self._entry = entry
        self._provider = provider
        self._library = library
        self._journal = journal
        self._lane = lane
        self._find_input = find_input
        newest = said[0].conversation if said else None
        self.length = newest.turns if newest is not None else 0

    async def turns(self) -> Sequence[ConversationTurn]:
        """Its newest turns, the oldest first, as far as they are in the library."""
        turns: list[ConversationTurn] = []
        size = 0
        for picture in self._said:
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
        found = {picture.id: picture for picture in await self._library.find(ids)}
        numbers = {number: found[id] for number, id in enumerate(kept.pictures) if id in found}
        parts, pictures = await self._lane.run(self._read, kept.parts, numbers)
        inputs = [
            await self._find_input(reference).load() for reference in _sent_with(last, kept.after)
        ]
        return ConversationTurn(
            profile=last.profile,
            model=last.model,
            prompt=last.prompt,
            inputs=tuple(inputs),
            parts=parts,
            pictures=pictures,
            result=kept.pictures.index(last.id),
        )

    def _read(
        self, sha256: str, numbers: Mapping[int, Picture]
    ) -> tuple[tuple[Part, ...], dict[int, bytes]]:
        originals = self._library.originals
        parts = self._provider.kept_parts(originals.turn(sha256))
        pictures: dict[int, bytes] = {}
        for number, picture in numbers.items():
            data = read_picture_file(originals.reach(picture))
            if not originals.is_content(data, picture.sha256):
                raise _LostError(picture.id)
            pictures[number] = data
        return parts, pictures

    async def record_history_use(self, told: HistoryUse) -> None:
        """Write down how the question is told. Raises StorageError."""
        await self._lane.run(self._journal.write_history_use, self._entry, told)


def _sent_with(picture: Picture, after: str | None) -> list[Reference]:
    """What was sent with a picture's question, in that order: the edited picture last."""
    references = [
        Reference(sha256=one.sha256, media_type="", role=one.role, picture=one.picture)
        for one in picture.parents
        if not (after is not None and one.role is Role.EDIT and one.picture == after)
    ]
    return sorted(references, key=_is_edited)


def _is_edited(reference: Reference) -> bool:
    return reference.role is Role.EDIT


def _sentences(told: HistoryUse) -> tuple[str, ...]:
    """What a person should know about how the question was told."""
    if told.left_out and told.turns:
        return (
            ngettext(
                "{n} earlier turn of the conversation was too long and not sent",
                "{n} earlier turns of the conversation were too long and not sent",
                told.left_out,
            ).format(n=told.left_out),
        )
    match told.alone:
        case NoHistoryReason.OBJECTED:
            return (_("The service rejected the conversation; only the picture was sent"),)
        case NoHistoryReason.TOO_LARGE:
            return (_("The conversation is too long; only the picture was sent"),)
        case NoHistoryReason.LOST:
            return (_("The conversation is no longer saved; only the picture was sent"),)
        case NoHistoryReason.NO:
            return ()
