"""Ingest of complete answers: their pictures are added to the library.

Used for new answers and for those found in the journal at startup. Idempotent, because the ids of
pictures are derived from the attempt's id.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

from studio.common import files, i18n
from studio.common.errors import (
    Billed,
    NoPicture,
    NotDecoded,
    NotFetched,
    NotRead,
    PictureNotShown,
    PicturesLeft,
    PictureUnreadable,
    StorageError,
    StudioError,
)
from studio.common.file_types import UNSHOWN, kind_of, unshown_kind_of
from studio.common.i18n import _, ngettext
from studio.common.serial_executor import SerialExecutor
from studio.config.settings import OFFLINE, SettingsStore
from studio.domain import pricing
from studio.domain.aspect_ratios import ratio_name, size_tier
from studio.domain.entities import (
    Advanced,
    CostBasis,
    Job,
    JobState,
    Parent,
    Picture,
    Role,
    short_name,
)
from studio.domain.models import TIERS, Model
from studio.domain.request_fields import RequestChanges, picture_warnings, sent_choices
from studio.domain.request_plan import sent_references
from studio.generation.answer_composer import AnswerComposer
from studio.generation.conversations import ConversationStore
from studio.generation.journal_entry import JournalEntry
from studio.generation.leftover_marks import MarkChecker
from studio.generation.streamed_pictures import PartFile
from studio.imaging import upload_limits
from studio.imaging.decoder import Decoder, PictureFacts
from studio.library.facade import Library
from studio.library.files.originals import relative_path, sha256_of
from studio.providers.base import Answer, AnswerPicture, Provider, SpilledString
from studio.providers.fetching import FetchSink

log = logging.getLogger(__name__)

Fetch = Callable[[str, FetchSink], Awaitable[None]]
"""Fetches a picture from an address. Raises NoPicture; NotFetched for a broken connection."""


_NO_CHANGES = RequestChanges()


class AnswerIngester:
    """Adds the pictures of complete answers to the library."""

    def __init__(
        self,
        *,
        library: Library,
        decoder: Decoder,
        decoding: SerialExecutor,
        find_model: Callable[[str, str], Model],
        settings: SettingsStore,
        fetch: Fetch,
        conversations: ConversationStore,
        composer: AnswerComposer,
        marks: MarkChecker,
    ) -> None:
        self._fetch = fetch
        self._conversations = conversations
        self._composer = composer
        self._marks = marks
        self._library = library
        self._decoder = decoder
        self._decoding = decoding
        self._find_model = find_model
        self._settings = settings

    async def ingest_answer(
        self,
        job: Job,
        entry: JournalEntry,
        answer: Answer,
        *,
        provider: Provider,
        seconds: float,
        at: float | None = None,
        early: Mapping[SpilledString, PartFile] | None = None,
        kept: Awaitable[None] | None = None,
        cut: bool = False,
        changes: RequestChanges = _NO_CHANGES,
        turn: str = "",
    ) -> list[Picture]:
        """Add every picture of an answer to the library, recorded with its job.

        Args:
            provider: the reader of the answer.
            seconds: time from sending to the last byte.
            at: completion time of an answer found in the journal; None for a new answer.
            early: pictures decoded while the answer was received, durable.
            kept: awaitable that ends when the answer is durable; nothing is recorded before.
            cut: whether the answer is truncated, and the first part of its last picture is enough.
            changes: differences between the request as sent and the choices.
            turn: sha256 of the model's turn, if it is stored already.

        Raises NoPicture if no picture can be read; PicturesLeft if some cannot be read and the
        others were added; StorageError.
        """
        created = at if at is not None else time.time()
        made_by = replace(job, request=sent_choices(job.request, changes))
        taken: list[tuple[Picture, Path]] = []
        numbered: dict[int, Picture] = {}
        known: dict[str, int] = {}
        repeated, result = 0, -1
        unreadable: list[StudioError] = []
        left: list[StudioError] = []
        parted: set[str] = set()
        for number, found in enumerate(answer.pictures):
            part = entry.part(number)
            ready = early_part(found, early or {})
            try:
                if ready is not None:
                    part = ready.path
                elif found.url:
                    part = await self.fetch_once(entry, found.url)
                else:
                    await self._decoding.run(_write_part, part, found, entry.body)
                if ready is None:
                    await self._decoding.run(_check_type, part)
                if cut and await self._mended(part):
                    parted.add(entry.picture_id(number))
                if ready is not None:
                    facts, digest, size = await self._facts(part, ready), ready.sha256, ready.bytes
                else:
                    facts, (digest, size) = await asyncio.gather(
                        self._facts(part, None), self._decoding.run(_measured, part)
                    )
            except (PictureUnreadable, NoPicture) as error:
                log.warning("Picture %d of the answer cannot be read: %s", number, error)
                unreadable.append(error)
                if not found.draft:
                    left.append(error)
                continue
            before = known.setdefault(digest, len(taken))
            result = result if found.draft else before
            if before < len(taken):
                # The same picture again, in another field, event or candidate.
                repeated += 1
                same, first = taken[before]
                taken[before] = (replace(same, draft=same.draft and found.draft), first)
                numbered[number] = same
                continue
            picture = self._picture(
                made_by,
                facts,
                found,
                answer,
                id=entry.picture_id(number),
                created=created,
                sha256=digest,
                size=size,
                seconds=round(seconds, 3),
            )
            taken.append((picture, part))
            numbered[number] = picture
        if not taken:
            # A picture behind an address may be fetched again.
            for why in sorted(unreadable, key=lambda e: isinstance(e, NotFetched), reverse=True):
                if isinstance(why, NotDecoded):
                    raise _not_read(why, answer)
                if isinstance(why, NoPicture):
                    why.request_id = why.request_id or answer.request_id
                    raise why
            raise NoPicture(
                _("The picture in the answer cannot be read"),
                _("It is damaged, or of an unknown file type."),
                hint=_("Try again, or choose another model."),
                billed=Billed.MAYBE,
                request_id=answer.request_id,
            )
        if all(picture.draft for picture, _part in taken):
            # If the result cannot be read, the last draft replaces it.
            last, part = taken[-1]
            taken[-1] = (replace(last, draft=False), part)
        if kept is not None:
            await kept
        usd, basis = self._cost(job, answer, len(answer.pictures) - repeated)
        main = result if result >= 0 else len(taken) - 1
        warned = (_("One picture in the answer cannot be read"),) if unreadable else ()
        conversation, told = await self._conversations.store_turn(
            job, entry, answer, numbered, provider, turn
        )
        told += picture_warnings(changes.left_out)
        if job.request.references:
            told += await self._decoding.run(self._sent_otherwise, job, provider.limits)
        final = [
            (
                # The answer is billed once, on its result.
                replace(
                    picture,
                    warnings=picture.warnings + warned + told + _parted(picture, parted),
                    cost_usd=usd if number == main else 0.0,
                    cost_basis=basis,
                    conversation=conversation if number == main else None,
                ),
                part,
            )
            for number, (picture, part) in enumerate(taken)
        ]
        final = await self._composed(job, entry, final, main)
        shown = tuple(picture.id for picture, _part in final if not picture.answer)
        if at is not None:
            # The answer may have been read before: pictures in the library, and their cost, stay.
            ids = [picture.id for picture, _part in final]
            there = {
                one.id for one in await self._library.query_index(lambda index: index.find(ids))
            }
            final = [
                (replace(picture, cost_usd=0.0) if there else picture, part)
                for picture, part in final
                if picture.id not in there
            ]
        done = replace(
            job,
            state=JobState.DONE,
            finished=created,
            failure=None,
            retry_at=None,
            pictures=shown,
        )
        came = await self._library.add_job_pictures(done, final)
        if left and not cut:
            raise _left(len(left), left[0])
        return came

    async def _composed(
        self, job: Job, entry: JournalEntry, final: list[tuple[Picture, Path]], main: int
    ) -> list[tuple[Picture, Path]]:
        """The pictures, with the result composed into its parent if the request calls for that.

        A result that still shows marks gets a warning.
        """
        answer, part = final[main]
        shown = await self._marks.warnings(job.request, part)
        answer = replace(answer, warnings=(*shown, *answer.warnings))
        found = await self._composer.compose_answer(job.request, answer, part, entry)
        parts = [*final[:main], (found.answer, part), *final[main + 1 :]]
        return parts if found.picture is None else [*parts, (found.picture, entry.composed)]

    async def _facts(self, part: Path, ready: PartFile | None) -> PictureFacts:
        if ready is not None and ready.facts is not None:
            return ready.facts
        return await self._decoder.probe(part, verify=True)

    async def _mended(self, part: Path) -> bool:
        """Replace a truncated picture with its readable part; False for a complete one."""
        try:
            if (await self._decoder.probe(part, verify=True)).complete:
                return False
        except PictureUnreadable as error:
            log.info("A picture was cut: %s", error)
        data = await self._decoder.mended(part)
        await self._decoding.run(_rewrite, part, data)
        return True

    async def fetch_once(self, entry: JournalEntry, url: str) -> Path:
        """File of the picture at an address; fetched once, because addresses expire.

        Raises NoPicture; NotFetched for a broken connection.
        """
        target = entry.fetched(url)
        if await self._decoding.run(target.exists):
            return target
        part = target.with_suffix(".part")
        taker = _PartWriter(part, self._decoding)
        try:
            await self._fetch(url, taker)
            await taker.finish()
        finally:
            await taker.close()
        await self._decoding.run(files.into_place, part, target)
        return target

    def _sent_otherwise(self, job: Job, limits: upload_limits.UploadLimits) -> tuple[str, ...]:
        """A sentence for each reference that was scaled down or converted."""
        said: list[str] = []
        try:
            every = [(one, self._library.input_path(one)) for one in sent_references(job.request)]
            allowed = upload_limits.allowances(
                [path.stat().st_size for _one, path in every], limits
            )
            for (one, path), limit in zip(every, allowed, strict=True):
                # In a conversation the edited picture is sent unchanged, as the model made it.
                if one.role is not Role.EDIT or job.request.continues is None:
                    found = upload_limits.fit(path, limit, longest=limits.longest)
                    said.append(upload_limits.sentence(one.name, found))
        except (OSError, StorageError) as error:
            log.warning("A reference is gone since it was sent: %s", error)
        return tuple(dict.fromkeys(one for one in said if one))

    def _cost(self, job: Job, answer: Answer, pictures: int) -> tuple[float | None, CostBasis]:
        request = job.request
        model = self._find_model(request.profile, request.model)
        return pricing.cost(
            answer.usage,
            model,
            request.size,
            pictures=pictures,
            queries=answer.grounding.billed if answer.grounding is not None else 0,
        )

    def _picture(
        self,
        job: Job,
        facts: PictureFacts,
        found: AnswerPicture,
        answer: Answer,
        *,
        id: str,
        created: float,
        sha256: str,
        size: int,
        seconds: float,
    ) -> Picture:
        request = job.request
        return Picture(
            id=id,
            job=job.id,
            run=job.run,
            path=self._path(job, facts, id=id, created=created),
            sha256=sha256,
            media_type=facts.media_type,
            width=facts.width,
            height=facts.height,
            bytes=size,
            colour=facts.colour,
            created=created,
            seconds=seconds,
            # As on the tile: the part of the prompt that differs from the other variants.
            title="" if job.name == short_name(request.prompt) else job.name,
            prompt=request.prompt,
            source_prompt=request.source_prompt,
            model=request.model,
            delivered_model=answer.model_version,
            profile=request.profile,
            asked_aspect=str(request.aspect) if request.aspect else "",
            asked_size=request.size or "",
            seed=answer.seed if answer.seed is not None else request.seed,
            request_id=answer.request_id,
            words=answer.words,
            warnings=(*answer.warnings, *_not_as_asked(job, facts, found)),
            parents=tuple(
                Parent(
                    sha256=r.sha256,
                    role=r.role,
                    picture=r.picture,
                    name=r.name,
                    sentence=r.sentence,
                )
                for r in request.references
            ),
            advanced=None if request.advanced == Advanced() else request.advanced,
            extra_fields=request.extra_fields,
            markup=request.markup,
            grounding=answer.grounding,
            draft=found.draft,
            offline=request.profile == OFFLINE,
            late=job.late,
            seen=False,
        )

    def _path(self, job: Job, facts: PictureFacts, *, id: str, created: float) -> str:
        name = job.request.prompt[:200] if job.request.prompt.strip() else job.name
        name = "" if self._settings.value.neutral_names else name
        return relative_path(name, id, facts.extension, created)


class _PartWriter:
    """Writes a fetched picture to its part file, on the decoding thread."""

    def __init__(self, part: Path, executor: SerialExecutor) -> None:
        self._part = part
        self._executor = executor
        self._file: files.Appender | None = None

    async def begin_picture(self) -> None:
        """Begin, or begin again after a broken connection."""
        await self.close()
        self._file = await self._executor.run(self._opened)

    def _opened(self) -> files.Appender:
        self._part.unlink(missing_ok=True)
        return files.Appender(self._part)

    async def chunk(self, data: bytes) -> None:
        if self._file is not None:
            await self._executor.run(self._file.append, data)

    async def finish(self) -> None:
        """Make the complete picture durable."""
        if self._file is not None:
            await self._executor.run(self._file.sync)

    async def close(self) -> None:
        """Close the file; idempotent."""
        file, self._file = self._file, None
        if file is not None:
            await self._executor.run(file.close)


def early_part(found: AnswerPicture, early: Mapping[SpilledString, PartFile]) -> PartFile | None:
    """The file of a picture that was decoded while its answer was received."""
    return early.get(found.data) if isinstance(found.data, SpilledString) else None


def _not_read(why: NotDecoded, answer: Answer) -> NotRead:
    return NotRead(
        _("The picture could not be checked"),
        why.message,
        billed=Billed.MAYBE,
        request_id=answer.request_id,
        details=why.details,
    )


def _left(number: int, why: StudioError) -> PicturesLeft:
    title = ngettext(
        "{n} picture in the answer cannot be read",
        "{n} pictures in the answer cannot be read",
        number,
    ).format(n=i18n.number(number))
    message = _("The others are in the library. {reason}").format(reason=why.message)
    return PicturesLeft(title, message, details=why.details)


def _write_part(part: Path, found: AnswerPicture, body: Path) -> None:
    # A crash leaves an incomplete file, which is written again from the journal.
    part.unlink(missing_ok=True)
    files.write_new(part, found.chunks(body))


def _check_type(part: Path) -> None:
    """Raise PictureNotShown for a type without a decoder, PictureUnreadable for other data."""
    with part.open("rb") as file:
        head = file.read(64)
    if kind_of(head) is not None:
        return
    if (other := unshown_kind_of(head)) is None:
        raise PictureUnreadable(_("Part of the answer is not a picture"))
    name = UNSHOWN[other.kind]
    raise PictureNotShown(
        # Translators: {name} is a file type such as HEIC.
        _("The answer is a file of type {name}").format(name=name),
        _("Gridbrush cannot show {name}.").format(name=name),
        billed=Billed.MAYBE,
    )


def _rewrite(part: Path, data: bytes) -> None:
    part.unlink(missing_ok=True)
    files.write_new(part, (data,))


def _parted(picture: Picture, parted: set[str]) -> tuple[str, ...]:
    return (_("Only the first part of this picture arrived"),) if picture.id in parted else ()


def _measured(part: Path) -> tuple[str, int]:
    return sha256_of(part), part.stat().st_size


def _not_as_asked(job: Job, facts: PictureFacts, found: AnswerPicture) -> tuple[str, ...]:
    """Warnings about differences from the request, which are never failures: services vary."""
    request, warnings = job.request, []
    if found.media_type and found.media_type.partition(";")[0] != facts.media_type:
        log.info("The answer calls a %s %s", facts.media_type, found.media_type)
    if request.aspect and not request.aspect.near(facts.width, facts.height):
        got = ratio_name(facts.width, facts.height)
        warnings.append(
            _("Requested {asked}, received {got}").format(asked=request.aspect, got=got)
        )
    if request.size and (got_size := _tier(facts.width, facts.height)) != _asked_tier(request.size):
        warnings.append(
            _("Requested {asked}, received {got}").format(asked=request.size, got=got_size)
        )
    return tuple(warnings)


def _tier(width: int, height: int) -> str:
    return list(TIERS)[size_tier(width, height)]


def _asked_tier(size: str) -> str:
    if "x" in size.lower():
        sides = [int(side) for side in size.lower().split("x") if side.strip().isdigit()]
        if len(sides) == 2:
            return _tier(*sides)
    return size.upper() if size[-1:].upper() == "K" else size
