"""One attempt at a job: from the journal over the wire into the library.

The steps are those of ARCHITECTURE.md, "The way of one picture". Whatever happens, the entry in the
journal tells the next start how far it came; it is closed by whoever recorded the outcome.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from studio import files, mending, sending
from studio.arrivals import Arrivals
from studio.conversations import Conversations
from studio.domain import GenerationRequest, Job, JobState, Picture, Reference
from studio.errors import (
    Billed,
    Cancelled,
    InputError,
    NetworkError,
    NoPicture,
    StorageError,
    StudioError,
)
from studio.journal import Entry, Found, Head, Journal, Stage
from studio.lanes import Lane
from studio.library.library import Library
from studio.pictures import Decoder
from studio.providers.base import AnswerSource, Input, Provider
from studio.providers.past import Past
from studio.providers.transport import Client
from studio.receiving import AnswerSink
from studio.room import Room
from studio.settings import OFFLINE
from studio.values import dataclass
from studio.words import _

log = logging.getLogger(__name__)

_PROGRESS_EVERY = 0.1
_GRACE = 0.5
"""Seconds a service gets to close the line after the last byte of its JSON."""

Report = Callable[[Job], None]

WaitUntilLate = Callable[[GenerationRequest], Awaitable[None]]
"""Returns when the answer to a request that leaves now is later than expected."""

FindKey = Callable[[str], Awaitable[str]]
"""Gives the key of a profile. Raises KeyMissing."""


class FindProvider(Protocol):
    """Gives the provider of a profile. Raises InputError for an unknown one."""

    def __call__(self, profile: str, /) -> Provider: ...


async def _within(seconds: float, sending: Awaitable[None], sink: AnswerSink) -> None:
    """Wait for the service, not longer than that. Raises TimeoutError.

    An answer that is all here is paid for: nothing that ends the wait then, neither the limit nor
    the user, takes it away, though the service has not closed the line yet.
    """
    try:
        async with asyncio.timeout(seconds) as limit:
            sink.tell_whole = partial(_soon, limit, limit.when())
            await sending
    except TimeoutError:
        await sink.settle()
        if not sink.whole:
            raise
    except asyncio.CancelledError:
        await sink.settle()
        task = asyncio.current_task()
        if task is None or not sink.whole:
            raise
        task.uncancel()
    finally:
        sink.tell_whole = None


def _soon(limit: asyncio.Timeout, latest: float | None, *, whole: bool) -> None:
    """Nothing more is worth waiting for: some services leave the line open. Or there is more."""
    if not limit.expired():
        soon = asyncio.get_running_loop().time() + _GRACE
        limit.reschedule(min(soon, latest or soon) if whole else latest)


async def _too_long(sink: AnswerSink, limit: float) -> NetworkError:
    """The outer limit has passed: what came of the answer, and be it a trickle, is kept."""
    title = _("No whole answer came within {minutes:.0f} minutes").format(minutes=limit / 60)
    hint = _("The limit is in the settings. Trying again may be billed a second time.")
    if not (sink.received and sink.arriving):
        message = _("The connection was closed.")
        return NetworkError(title, message, hint=hint, billed=Billed.MAYBE)
    broken = await sink.broke(title)
    broken.title, broken.hint = title, hint
    return broken


def _mend(body: Path, target: Path) -> None:
    """Write what came of an answer as JSON that ends. Raises NoPicture, StorageError."""
    try:
        text = mending.mended(body.read_bytes())
        target.unlink(missing_ok=True)
    except OSError as error:
        raise files.storage_error(error, body) from error
    if text is None:
        raise NoPicture(
            _("There is no picture in what arrived"),
            _("Not even its beginning can be read."),
            hint=_("Discard it, or try again; that may be billed a second time."),
            billed=Billed.MAYBE,
        )
    files.write_new(target, (text,))


@contextlib.contextmanager
def _kept(entry: Entry) -> Iterator[None]:
    """An answer that found no room for its picture is in the journal, and paid for."""
    try:
        yield
    except StorageError as error:
        error.billed = Billed.MAYBE
        error.hint = _in_journal(entry)
        raise


def _in_journal(entry: Entry) -> str:
    return _(
        "The answer is kept in {folder}. When there is room again, Try again brings the picture "
        "in without asking the service a second time."
    ).format(folder=entry.folder)


def _in_memory() -> str:
    return _(
        "The answer is kept in memory until Gridbrush ends. Make room, then press Try again; the "
        "service is not asked a second time."
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """A whole answer that found no room on the disk."""

    provider: Provider
    source: AnswerSource
    sink: AnswerSink


class Attempts:
    """Makes attempts. Everything it needs is given once."""

    def __init__(
        self,
        *,
        journal: Journal,
        library: Library,
        find_key: FindKey,
        client: Client,
        decoder: Decoder,
        find_provider: FindProvider,
        arrivals: Arrivals,
        conversations: Conversations,
        decoding: Lane,
        journalling: Lane,
        limit: Callable[[], float],
        wait_until_late: WaitUntilLate,
    ) -> None:
        """`limit` gives the seconds after which an answer that is not whole is given up."""
        self._journal = journal
        self._library = library
        self._find_key = find_key
        self._client = client
        self._decoder = decoder
        self._find_provider = find_provider
        self._arrivals = arrivals
        self._conversations = conversations
        self._decoding = decoding
        self._journalling = journalling
        self._limit = limit
        self._wait_until_late = wait_until_late
        self._room = Room(library.folder)
        self._held: dict[str, _Held] = {}

    async def make(self, job: Job, entry: Entry, report: Report) -> list[Picture]:
        """Send the request, take the answer, bring its pictures into the library.

        Args:
            job: as it stands, with the number of this attempt.
            report: hears how the job goes on.

        An answer that is there already, because there was no room for its picture, is taken
        instead of asking again. Raises StudioError with what is known about the bill.
        """
        with self._room.promised(job.request):
            return await self._make(job, entry, report)

    async def _make(self, job: Job, entry: Entry, report: Report) -> list[Picture]:
        if (held := self._held.pop(entry.attempt, None)) is not None:
            report(replace(job, state=JobState.INGESTING))
            try:
                return await self._take(job, entry, held.provider, held.source, held.sink)
            finally:
                await held.sink.abandon()
        before, limits = await self._decoding.run(self._look_around, job, entry)
        if before is not None:
            report(replace(job, state=JobState.INGESTING))
            return await self.ingest(job, before)
        request = job.request
        provider = self._find_provider(request.profile)
        key = None if request.profile == OFFLINE else await self._find_key(request.profile)
        inputs = [
            self._input(reference, limit)
            for reference, limit in zip(request.references, limits, strict=True)
        ]
        past = await self._conversations.past(request, entry, self._input)
        progress = _Progress(job, report)
        sink = AnswerSink(self._journal, entry, self._decoding, progress.received)
        sent, limit = False, self._limit()
        patience: asyncio.Task[None] | None = None

        async def before_first_byte() -> None:
            nonlocal sent, patience
            if not sent:
                await self._decoding.run(self._journal.sent, entry)
                sent = True
                patience = asyncio.create_task(self._watch(request, sink, progress))
            sink.begin()
            progress.sent()

        try:
            sending = self._over_the_wire(provider, job, inputs, past, key, sink, before_first_byte)
            try:
                await _within(limit, sending, sink)
                if patience is not None:
                    patience.cancel()
                # From here on it is not cancelled any more: what came is paid for.
                progress.ingesting()
                scan = await sink.finish()
            except TimeoutError:
                progress.stopped()
                raise await _too_long(sink, limit) from None
            except StudioError as error:
                progress.stopped()
                raise await self._told(sink, error, sent=sent) from error
            source = AnswerSource(
                status=sink.code,
                headers=sink.headers,
                body=entry.body,
                request=request,
                scan=scan,
                key=key or "",
            )
            return await self._take(job, entry, provider, source, sink)
        finally:
            if patience is not None:
                patience.cancel()
            await sink.abandon()

    async def _take(
        self, job: Job, entry: Entry, provider: Provider, source: AnswerSource, sink: AnswerSink
    ) -> list[Picture]:
        """Look at the pictures while the answer is made durable; believe them afterwards."""
        keeping: asyncio.Task[None] | None = None
        try:
            if sink.behind:
                await self._decoding.run(sink.catch_up)
            keeping = asyncio.create_task(sink.keep(self._journalling))
            try:
                answer = await self._decoding.run(provider.read, source)
                return await self._arrivals.take(
                    replace(job, late=True) if sink.late else job,
                    entry,
                    answer,
                    seconds=sink.seconds,
                    early=sink.parts.found,
                    kept=keeping,
                )
            finally:
                await keeping
        except StorageError as error:
            error.billed = Billed.MAYBE
            if keeping is not None and not keeping.cancelled() and not keeping.exception():
                error.hint = _in_journal(entry)
            else:
                # Not even the answer found room. It is paid for, so memory keeps it.
                sink.parts.found.clear()
                self._held[entry.attempt] = _Held(provider, source, sink)
                error.held, error.hint = True, _in_memory()
            raise

    async def write_held(self) -> None:
        """Answers that found no room get a last chance to be written, before the program ends."""
        for attempt, held in tuple(self._held.items()):
            try:
                await held.sink.keep(self._journalling)
                del self._held[attempt]
            except StorageError as error:
                log.error("A paid answer could not be written and is lost: %s", error)
            await held.sink.abandon()

    async def _watch(
        self, request: GenerationRequest, sink: AnswerSink, progress: _Progress
    ) -> None:
        """Say so when the answer is later than expected; the connection stays as it is."""
        try:
            await self._wait_until_late(request)
        except StudioError as error:
            log.warning("How long such a picture takes is not known: %s", error)
            return
        sink.late = True
        progress.late()

    async def ingest(self, job: Job, found: Found) -> list[Picture]:
        """Bring in an answer the journal has, whole as far as is known.

        Raises IncompleteAnswer when it is not, and what the service said instead of a picture.
        """
        # Only what is written down late may be missing, and that begins with 200.
        head = found.head or Head(HTTPStatus.OK, {})
        source = AnswerSource(
            status=head.status,
            headers=head.headers,
            body=found.entry.body,
            request=job.request,
        )
        with _kept(found.entry):
            provider = self._reader(job.request.profile)
            answer = await self._decoding.run(provider.read, source)
            if found.stage is not Stage.WHOLE:
                body = await self._decoding.run(files.Appender, found.entry.body)
                await self._decoding.run(self._journal.whole, found.entry, body, found.seconds)
            return await self._arrivals.take(
                replace(job, late=found.late),
                found.entry,
                answer,
                seconds=found.seconds,
                at=found.at,
            )

    async def read_cut(self, job: Job, found: Found) -> list[Picture]:
        """Bring in what can be read of an answer that stopped in the middle.

        Raises what the service said, or NoPicture, when there is no picture in what came.
        """
        body = found.entry.folder / "mended"
        head = found.head or Head(HTTPStatus.OK, {})
        try:
            await self._decoding.run(_mend, found.entry.body, body)
            source = AnswerSource(
                status=head.status, headers=head.headers, body=body, request=job.request
            )
            answer = await self._decoding.run(self._reader(job.request.profile).read, source)
            return await self._arrivals.take(
                replace(job, late=found.late),
                found.entry,
                answer,
                seconds=found.seconds,
                at=found.at,
                cut=True,
            )
        except StorageError as error:
            error.billed = Billed.MAYBE
            raise

    def _reader(self, profile: str) -> Provider:
        """Who reads an answer of a profile, which may be gone: all of them speak one language."""
        try:
            return self._find_provider(profile)
        except InputError:
            return self._find_provider(OFFLINE)

    async def _over_the_wire(
        self,
        provider: Provider,
        job: Job,
        inputs: list[Input],
        past: Past | None,
        key: str | None,
        sink: AnswerSink,
        before_first_byte: Callable[[], Awaitable[None]],
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
            )
        except (StorageError, Cancelled):
            raise
        except StudioError:
            # A line that breaks after the last byte of the JSON has lost nothing.
            await sink.settle()
            if not sink.whole:
                raise

    async def _told(self, sink: AnswerSink, error: StudioError, *, sent: bool) -> StudioError:
        if sent and isinstance(error, StorageError):
            error.billed = Billed.MAYBE
        if sent and isinstance(error, NetworkError) and sink.received and sink.arriving:
            broken = await sink.broke(error.title)
            broken.details = error.details or str(error)
            return broken
        return error

    def _look_around(self, job: Job, entry: Entry) -> tuple[Found | None, list[int]]:
        """The whole answer that came before; else what each reference may have. In one go.

        Raises StorageError where there is no room for an answer that is still to come.
        """
        if self._journal.has_whole(entry):
            before = self._journal.look(entry)
            if before.stage is Stage.WHOLE:
                return before, []
        self._room.check()
        return None, self._allowances(job.request.references)

    def _allowances(self, references: Sequence[Reference]) -> list[int]:
        """Bytes each reference may have, so that together they fit into one request."""
        try:
            paths = [self._library.input_path(one) for one in references]
            return sending.allowances([path.stat().st_size for path in paths])
        except OSError as error:
            raise files.storage_error(error, self._library.folder) from error

    def _input(self, reference: Reference, limit: int = sending.LARGEST) -> Input:
        async def load() -> tuple[bytes, str]:
            path = await self._decoding.run(self._library.input_path, reference)
            return await self._decoder.upright(path, edge=sending.LONGEST, limit=limit)

        return Input(reference, load)


class _Progress:
    """Tells how an attempt goes on, not oftener than the eye can follow."""

    def __init__(self, job: Job, report: Report) -> None:
        self._job = job
        self._report = report
        self._told = 0.0
        self._total = 0

    def sent(self) -> None:
        self._change(replace(self._job, state=JobState.WAITING, started=time.time(), received=0))

    def received(self, total: int) -> None:
        self._total = total
        now = time.monotonic()
        if self._job.state is not JobState.RECEIVING or now - self._told >= _PROGRESS_EVERY:
            self._told = now
            self._change(replace(self._job, state=JobState.RECEIVING, received=total))

    def stopped(self) -> None:
        """The answer came no further: what is told of it is exact."""
        if self._total and self._total != self._job.received:
            self._change(replace(self._job, received=self._total))

    def late(self) -> None:
        self._change(replace(self._job, late=True))

    def ingesting(self) -> None:
        self._change(replace(self._job, state=JobState.INGESTING))

    def _change(self, job: Job) -> None:
        self._job = job
        self._report(job)
