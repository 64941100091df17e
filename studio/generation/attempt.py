"""One attempt at a job: request, answer, pictures in the library.

The steps are those of ARCHITECTURE.md, "One picture". Whatever happens, the journal entry records
how far the attempt got, for the next start; the caller closes it after recording the outcome.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from studio.common import files
from studio.common.errors import (
    Billed,
    Cancelled,
    InputError,
    NetworkError,
    NoPicture,
    ServiceError,
    StorageError,
    StudioError,
)
from studio.common.i18n import _, ngettext, number
from studio.common.serial_executor import SerialExecutor
from studio.config.settings import OFFLINE
from studio.domain.entities import GenerationRequest, Job, JobState, Picture, Reference
from studio.domain.request_fields import RequestChanges
from studio.domain.request_plan import sent_references
from studio.generation import encoded_answer
from studio.generation.attempt_progress import AttemptProgress, Report
from studio.generation.conversations import ConversationStore
from studio.generation.disk_space import DiskReservations
from studio.generation.fallback_store import FallbackStore
from studio.generation.ingest import AnswerIngester, early_part
from studio.generation.journal import Journal
from studio.generation.journal_entry import FoundAttempt, JournalEntry, Stage
from studio.generation.kept_answer import (
    head_of,
    in_journal,
    in_memory,
    kept_errors,
    mark_kept,
    mend,
)
from studio.generation.response_sink import AnswerSink
from studio.generation.streamed_pictures import PartFile
from studio.generation.timeouts import within
from studio.imaging import upload_limits as sending
from studio.imaging.decoder import Decoder
from studio.library.facade import Library
from studio.providers.base import (
    Answer,
    AnswerPicture,
    AnswerSource,
    InputPicture,
    Provider,
    RecordChanges,
    SpilledString,
)
from studio.providers.history import ConversationHistory
from studio.providers.transport import HttpClient

log = logging.getLogger(__name__)

WaitUntilLate = Callable[[GenerationRequest], Awaitable[None]]
"""Waits until the answer to a request sent now is later than expected."""

FindKey = Callable[[str], Awaitable[str]]
"""Returns the key of a profile. Raises KeyMissing."""


class FindProvider(Protocol):
    """Returns the provider of a profile. Raises InputError for an unknown one."""

    def __call__(self, profile: str, /) -> Provider: ...


class FindReader(Protocol):
    """Returns a provider that reads answers of a profile, even a removed one. Raises InputError.

    `wire` is the wire format of the request; empty for that of the profile.
    """

    def __call__(self, profile: str, wire: str, /) -> Provider: ...


async def _too_long(sink: AnswerSink, limit: float) -> NetworkError:
    """Error for the outer limit; the part of the answer that arrived is kept."""
    minutes = round(limit / 60)
    title = ngettext(
        "No complete answer within {minutes} minute",
        "No complete answer within {minutes} minutes",
        minutes,
    ).format(minutes=number(minutes))
    hint = _("Change the limit in the settings.")
    if not (sink.received and sink.arriving):
        message = _("The connection was closed.")
        return NetworkError(title, message, hint=hint, billed=Billed.MAYBE)
    broken = await sink.broke(title)
    broken.title, broken.hint = title, hint
    return broken


@dataclass(frozen=True, slots=True)
class _UnsavedAnswer:
    """A complete answer that could not be written to disk."""

    provider: Provider
    source: AnswerSource
    sink: AnswerSink


class AttemptRunner:
    """Runs attempts at jobs."""

    def __init__(
        self,
        *,
        journal: Journal,
        library: Library,
        find_key: FindKey,
        client: HttpClient,
        decoder: Decoder,
        find_provider: FindProvider,
        find_reader: FindReader,
        arrivals: AnswerIngester,
        conversations: ConversationStore,
        decoding: SerialExecutor,
        journalling: SerialExecutor,
        spare: FallbackStore,
        limit: Callable[[], float],
        wait_until_late: WaitUntilLate,
    ) -> None:
        """`limit` returns the seconds after which an incomplete answer is abandoned."""
        self._journal = journal
        self._library = library
        self._find_key = find_key
        self._client = client
        self._decoder = decoder
        self._find_provider = find_provider
        self._find_reader = find_reader
        self._arrivals = arrivals
        self._conversations = conversations
        self._decoding = decoding
        self._journalling = journalling
        self._spare = spare
        self._limit = limit
        self._wait_until_late = wait_until_late
        self._room = DiskReservations(library.folder)
        self._held: dict[str, _UnsavedAnswer] = {}

    async def make(self, job: Job, entry: JournalEntry, report: Report) -> list[Picture]:
        """Send the request, receive the answer, add its pictures to the library.

        Args:
            job: the job with the number of this attempt.
            report: called with the job when its state changes.

        An answer kept from an earlier attempt, whose picture did not fit on the disk, is used
        in place of a new request. Raises StudioError with `billed` set.
        """
        with self._room.promised(job.request):
            return await self._make(job, entry, report)

    async def _make(self, job: Job, entry: JournalEntry, report: Report) -> list[Picture]:
        if (held := self._held.pop(entry.attempt, None)) is not None:
            report(replace(job, state=JobState.INGESTING))
            try:
                taken = await self._ingest_answer(job, entry, held.provider, held.source, held.sink)
            finally:
                await held.sink.abandon()
            await self._journalling.run(self._spare.remove_attempt, entry.attempt)
            return taken
        new = self._journal.is_unsent(entry)
        before = None if new else await self._decoding.run(self._kept_answer, entry)
        if before is not None:
            report(replace(job, state=JobState.INGESTING))
            return await self.ingest(job, before)
        request = job.request
        provider = self._find_provider(request.profile)
        key = None if request.profile == OFFLINE else await self._find_key(request.profile)
        inputs = await self._inputs(sent_references(request), provider.limits)
        past = await self._conversations.past(
            request, entry, provider, partial(self._input, limits=provider.limits)
        )
        progress = AttemptProgress(job, report)
        sink = AnswerSink(self._journal, entry, self._decoding, provider, progress.received)
        sent, limit = False, self._limit()
        patience: asyncio.Task[None] | None = None

        async def before_first_byte() -> None:
            nonlocal sent, patience
            if not sent:
                await self._decoding.run(self._mark_sent, entry, provider.wire, check_room=new)
                sent = True
                patience = asyncio.create_task(self._watch(request, sink, progress))
            sink.begin_sending()
            progress.sent()

        async def record_changes(changes: RequestChanges) -> None:
            await self._decoding.run(self._journal.write_changes, entry, changes)

        try:
            sending = self._over_the_wire(
                provider, job, inputs, past, key, sink, before_first_byte, record_changes
            )
            try:
                await within(limit, sending, sink)
                if patience is not None:
                    patience.cancel()
                # Not cancelled from here on: the answer is paid for.
                progress.ingesting()
                scan = await sink.finish()
            except TimeoutError:
                progress.stopped()
                raise await _too_long(sink, limit) from None
            except StudioError as error:
                progress.stopped()
                raise await self._with_journal_state(sink, error, sent=sent) from error
            source = AnswerSource(
                status=sink.code,
                headers=sink.headers,
                body=entry.body,
                request=request,
                scan=scan,
                key=key or "",
            )
            return await self._ingest_answer(job, entry, provider, source, sink)
        finally:
            progress.end()
            if patience is not None:
                patience.cancel()
            await sink.abandon()

    async def _ingest_answer(
        self,
        job: Job,
        entry: JournalEntry,
        provider: Provider,
        source: AnswerSource,
        sink: AnswerSink,
    ) -> list[Picture]:
        """Decode the pictures while the answer is made durable; record them afterwards."""
        keeping: asyncio.Task[None] | None = None
        try:
            if sink.behind:
                await self._decoding.run(sink.catch_up)
            keeping = asyncio.create_task(sink.finish_journal(self._journalling))
            try:
                early = sink.parts.found
                answer, changes, turn = await self._decoding.run(
                    self._read, provider, source, job, entry, early
                )
                return await self._arrivals.ingest_answer(
                    replace(job, late=True) if sink.late else job,
                    entry,
                    answer,
                    provider=provider,
                    seconds=sink.seconds,
                    early=early,
                    kept=keeping,
                    changes=changes,
                    turn=turn,
                )
            finally:
                await keeping
        except StorageError as error:
            error.billed = Billed.MAYBE
            if keeping is not None and not keeping.cancelled() and not keeping.exception():
                error.hint = in_journal(entry)
            else:
                # The answer could not be written, but is paid for, so it is kept in memory.
                sink.parts.found.clear()
                self._held[entry.attempt] = _UnsavedAnswer(provider, source, sink)
                error.held, error.hint = True, await self._store_elsewhere(job, sink)
                error.spared = await self._journalling.run(self._spare.has, entry.attempt)
            raise
        except StudioError as error:
            mark_kept(error)
            raise

    async def _store_elsewhere(self, job: Job, sink: AnswerSink) -> str:
        """Store an answer outside the library; returns a hint with its location."""
        try:
            folder = await self._journalling.run(sink.keep_in, self._spare, job)
        except StorageError as error:
            log.error("A paid answer found no room outside the library either: %s", error)
            return in_memory()
        if folder.parent != self._spare.folder:
            # Translators: {state} is a folder.
            # Translators: {state} is a folder.
            return _(
                "The answer is saved in {folder}. Move it to {state} before the next start."
            ).format(folder=folder, state=self._spare.folder)
        return _(
            "The answer is saved in {folder}. Its picture is imported at the next start."
        ).format(folder=folder)

    async def write_held(self) -> None:
        """Try to write answers held in memory once more, before the program ends."""
        for attempt, held in tuple(self._held.items()):
            try:
                await held.sink.finish_journal(self._journalling)
                await self._journalling.run(self._spare.remove_attempt, attempt)
            except StorageError as error:
                if not await self._journalling.run(self._spare.has, attempt):
                    log.error("A paid answer could not be written and is lost: %s", error)
            del self._held[attempt]
            await held.sink.abandon()

    async def _watch(
        self, request: GenerationRequest, sink: AnswerSink, progress: AttemptProgress
    ) -> None:
        """Report when the answer is later than expected; the connection stays open."""
        try:
            await self._wait_until_late(request)
        except StudioError as error:
            log.warning("How long such a picture takes is not known: %s", error)
            return
        sink.late = True
        progress.late()

    async def ingest(self, job: Job, found: FoundAttempt) -> list[Picture]:
        """Ingest an answer from the journal that is probably complete.

        Raises IncompleteAnswer if it is not, or the service's error.
        """
        with kept_errors(found.entry):
            provider = self.reader(job, found)
            await self._decode_again(job, found)
            answer = await self._read_found(job, found, provider, found.entry.body)
            if found.stage is not Stage.WHOLE:
                head = head_of(found)
                with await self._decoding.run(files.Appender, found.entry.body) as body:
                    await self._decoding.run(
                        self._journal.whole, found.entry, body, found.seconds, head=head
                    )
            return await self._ingest_found(job, found, provider, answer)

    async def is_whole(self, found: FoundAttempt) -> bool:
        """Whether an answer marked as truncated is complete for the current reader.

        Raises StorageError, InputError.
        """
        try:
            provider = self.reader(found.job, found)
            await self._decode_again(found.job, found)
            scan = await self._decoding.run(provider.scan, found.entry.body)
        except ServiceError as error:
            log.info("The answer in %s cannot be read: %s", found.entry.attempt, error)
            return False
        return scan.complete

    async def read_cut(self, job: Job, found: FoundAttempt) -> list[Picture]:
        """Ingest the readable part of a truncated answer.

        Raises NoPicture if it has no picture, or the service's error.
        """
        body = found.entry.folder / "mended"
        provider = self.reader(job, found)
        try:
            await self._decode_again(job, found)
            await self._decoding.run(mend, found.entry.body, body)
            answer = await self._read_found(job, found, provider, body, cut=True)
            return await self._ingest_found(job, found, provider, answer, cut=True)
        except StorageError as error:
            error.billed = Billed.MAYBE
            raise

    async def pictures_of(self, job: Job, found: FoundAttempt) -> list[tuple[AnswerPicture, Path]]:
        """The pictures of a kept answer, each with its file. Raises StudioError."""
        provider = self.reader(job, found)
        await self._decode_again(job, found)
        body = found.entry.body
        if found.stage is not Stage.WHOLE:
            body = found.entry.folder / "mended"
            await self._decoding.run(mend, found.entry.body, body)
        answer = await self._read_found(job, found, provider, body, cut=body != found.entry.body)
        pictures: list[tuple[AnswerPicture, Path]] = []
        for picture in answer.pictures:
            if not picture.url:
                pictures.append((picture, body))
                continue
            try:
                file = await self._arrivals.fetch_once(found.entry, picture.url)
            except NoPicture as error:
                log.info("A picture is not at its address: %s", error)
                continue
            size = (await self._decoding.run(file.stat)).st_size
            pictures.append((AnswerPicture(data=SpilledString(0, size), plain=True), file))
        return pictures

    async def _decode_again(self, job: Job, found: FoundAttempt) -> None:
        """Decode an answer kept as received, with the codecs of this version."""
        if not await self._decoding.run(encoded_answer.is_encoded, found.entry):
            return
        key = ""
        if job.request.profile != OFFLINE:
            with contextlib.suppress(StudioError):
                # The key is needed only to remove it from the answer.
                key = await self._find_key(job.request.profile)
        encoding = head_of(found).headers.get("content-encoding", "")
        await self._decoding.run(encoded_answer.decode_again, found.entry, encoding, key)

    async def _read_found(
        self, job: Job, found: FoundAttempt, provider: Provider, body: Path, *, cut: bool = False
    ) -> Answer:
        head = head_of(found)
        source = AnswerSource(
            status=head.status, headers=head.headers, body=body, request=job.request, cut=cut
        )
        return await self._decoding.run(provider.read, source)

    async def _ingest_found(
        self,
        job: Job,
        found: FoundAttempt,
        provider: Provider,
        answer: Answer,
        *,
        cut: bool = False,
    ) -> list[Picture]:
        return await self._arrivals.ingest_answer(
            replace(job, late=found.late),
            found.entry,
            answer,
            provider=provider,
            seconds=found.seconds,
            at=found.at,
            cut=cut,
            changes=await self._decoding.run(self._journal.read_changes, found.entry),
        )

    def reader(self, job: Job, found: FoundAttempt) -> Provider:
        """The provider that reads the answer to a job. Raises InputError for an unknown wire."""
        try:
            return self._find_reader(job.request.profile, found.wire)
        except InputError as error:
            error.kept, error.billed = True, Billed.MAYBE
            error.hint = _(
                "The answer is saved. A newer version of Gridbrush may read it for free."
            )
            raise

    def reader_version(self, job: Job, found: FoundAttempt) -> int:
        """Version of the reader of the answer to a job; 0 for an unknown wire."""
        try:
            return self.reader(job, found).reader_version
        except InputError:
            return 0

    async def _over_the_wire(
        self,
        provider: Provider,
        job: Job,
        inputs: list[InputPicture],
        past: ConversationHistory | None,
        key: str | None,
        sink: AnswerSink,
        before_first_byte: Callable[[], Awaitable[None]],
        record_changes: RecordChanges,
    ) -> None:
        try:
            await provider.send(
                job.request,
                inputs,
                key,
                self._client,
                sink,
                before_first_byte=before_first_byte,
                past=past,
                record_changes=record_changes,
            )
        except (StorageError, Cancelled):
            raise
        except StudioError:
            # Nothing is lost if the connection breaks after the last byte of the JSON.
            await sink.wait_until_scanned()
            if not sink.whole:
                raise

    async def _with_journal_state(
        self, sink: AnswerSink, error: StudioError, *, sent: bool
    ) -> StudioError:
        if sent and isinstance(error, StorageError):
            error.billed = Billed.MAYBE
        elif (
            sent
            and (sink.received or sink.encoded_bytes)
            and sink.arriving
            and not isinstance(error, Cancelled)
        ):
            broken = await sink.broke(error.title)
            broken.details = error.details or str(error)
            if isinstance(error, NetworkError):
                return broken
            # The connection is intact, but the answer is too large; the received part is kept.
            mark_kept(error)
        return error

    def _read(
        self,
        provider: Provider,
        source: AnswerSource,
        job: Job,
        entry: JournalEntry,
        early: Mapping[SpilledString, PartFile],
    ) -> tuple[Answer, RequestChanges, str]:
        """The answer, how its request differs from the choices, and its turn if stored.

        Pictures decoded meanwhile are made durable. Raises StorageError.
        """
        answer = provider.read(source)
        sizes: dict[int, int] = {}
        for place, found in enumerate(answer.pictures):
            if (part := early_part(found, early)) is not None:
                part.sync_to_disk()
                sizes[place] = part.bytes
        turn = self._conversations.store_early(job, entry, answer, sizes, provider)
        return answer, self._journal.read_changes(entry), turn

    def _mark_sent(self, entry: JournalEntry, wire: str, *, check_room: bool) -> None:
        """Mark as sent. Raises StorageError, also if the disk has no space for the answer."""
        if check_room:
            self._room.check()
        self._journal.sent(entry, wire)

    def _kept_answer(self, entry: JournalEntry) -> FoundAttempt | None:
        """Complete answer of an earlier attempt; if None, the entry is ready for a new request.

        Raises StorageError if the disk has no space for a new answer.
        """
        if self._journal.has_whole(entry):
            before = self._journal.read_entry(entry)
            if before.stage is Stage.WHOLE:
                return before
        self._room.check()
        self._journal.clear_changes(entry)
        return None

    async def _inputs(
        self, references: Sequence[Reference], limits: sending.UploadLimits
    ) -> list[InputPicture]:
        if not references:
            return []
        allowed = await self._decoding.run(self._allowances, references, limits)
        return [
            self._input(reference, limits=limits, most=most)
            for reference, most in zip(references, allowed, strict=True)
        ]

    def _allowances(
        self, references: Sequence[Reference], limits: sending.UploadLimits
    ) -> list[int]:
        """Limit of each reference in bytes, so that all fit into one request."""
        try:
            paths = [self._library.input_path(one) for one in references]
            return sending.allowances([path.stat().st_size for path in paths], limits)
        except OSError as error:
            raise files.storage_error(error, self._library.folder) from error

    def _input(
        self, reference: Reference, *, limits: sending.UploadLimits, most: int | None = None
    ) -> InputPicture:
        limit = limits.largest if most is None else most

        async def load() -> tuple[bytes, str]:
            path = await self._decoding.run(self._library.input_path, reference)
            return await self._decoder.upright(path, edge=limits.longest, limit=limit)

        return InputPicture(reference, load)
