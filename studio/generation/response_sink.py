"""Sink of an answer: buffers received pieces and passes them to the decoding thread.

That thread takes all waiting pieces at once, appends them to the journal, scans them and decodes
the pictures in them. Receiving and decoding run at the same time, with a bounded buffer between
them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from studio.common import files
from studio.common.errors import Billed, IncompleteAnswer, StorageError, StudioError
from studio.common.i18n import _, ngettext, number
from studio.common.serial_executor import SerialExecutor
from studio.domain.entities import Job
from studio.generation.fallback_store import FallbackStore
from studio.generation.journal import Journal
from studio.generation.journal_entry import AnswerHead, JournalEntry, StageMark
from studio.generation.streamed_pictures import StreamedPictures
from studio.providers.base import Provider, Scan

log = logging.getLogger(__name__)

MOST_WAITING = 1 << 19
"""Limit of the buffer in bytes, at which reading from the connection pauses."""


MOST_HELD = 256 << 20
"""Limit of an answer in bytes that is held in memory while the disk is full."""


class WholeCallback(Protocol):
    """Called when the answer is complete, and again if more data arrives."""

    def __call__(self, *, whole: bool) -> None: ...


class AnswerSink:
    """Receives one answer.

    Attributes:
        parts: the pictures decoded so far.
        tell_whole: called on the loop's thread when the answer is complete, and again if more
            data arrives.
        received: bytes of the body.
        encoded_bytes: bytes of a compressed body, as received.
        arriving: the answer has begun and has not ended.
        late: whether the answer is later than expected.
        most_held: limit of bytes held in memory while the disk is full.
    """

    def __init__(
        self,
        journal: Journal,
        entry: JournalEntry,
        executor: SerialExecutor,
        provider: Provider,
        on_received: Callable[[int], None],
    ) -> None:
        self.parts = StreamedPictures(entry)
        self.tell_whole: WholeCallback | None = None
        self.code = 0
        self.headers: dict[str, str] = {}
        self.received = 0
        self.encoded_bytes = 0
        self.arriving = False
        self.late = False
        self.most_held = MOST_HELD
        self._journal = journal
        self._entry = entry
        self._executor = executor
        self._on_received = on_received
        self._wire = provider.wire
        self._reader_version = provider.reader_version
        self._scanner = provider.scanner(self.parts)
        self._scan: Scan | None = None
        self._body: files.Appender | None = None
        self._encoded: files.Appender | None = None
        self._unwritten: list[bytes] = []
        self._started = time.monotonic()
        self._waiting: list[bytes] = []
        self._size = 0
        self._draining: asyncio.Future[None] | None = None
        self._failed: StudioError | None = None
        self._told_whole = False

    @property
    def whole(self) -> bool:
        """Whether the scanned part is a complete answer; a broken connection is then harmless."""
        return self._scanner.ended

    @property
    def promising(self) -> bool:
        """Whether the scanned part has a picture or the beginning of one."""
        return self.parts.promising

    @property
    def seconds(self) -> float:
        """Seconds since the request began to be sent."""
        return time.monotonic() - self._started

    @property
    def behind(self) -> bool:
        """Whether received pieces are not on disk yet because writing failed."""
        return bool(self._unwritten)

    def begin_sending(self) -> None:
        """Start the clock, just before the first byte is sent."""
        self._started = time.monotonic()

    async def status(self, code: int, headers: Mapping[str, str]) -> None:
        """Take status and headers; journalled with the first bytes of the body."""
        self.code, self.headers = code, dict(headers)
        self.arriving = True

    async def encoded(self, data: bytes) -> None:
        """Take a piece of a compressed body as received."""
        self.encoded_bytes += len(data)
        await self._executor.run(self._append_encoded, data)

    def _append_encoded(self, data: bytes) -> None:
        try:
            if self._encoded is None:
                self._encoded = self._journal.begin_encoded(self._entry)
            self._encoded.append(data)
        except StorageError as error:
            # Not an error: the decoded answer matters more, and survives a full disk.
            log.warning("An encoded answer is kept only decoded: %s", error)

    async def chunk(self, data: bytes) -> None:
        """Take a piece of the body. Raises StorageError, possibly for an earlier piece."""
        if self._failed is not None:
            raise self._failed
        self._waiting.append(data)
        self._size += len(data)
        self.received += len(data)
        self._on_received(self.received)
        if self._told_whole:
            self._report_whole(whole=False)
        if self._draining is None:
            self._drain()
        while self._size > MOST_WAITING and self._draining is not None:
            await asyncio.wait({self._draining})

    def _drain(self) -> None:
        pieces, self._waiting = self._waiting, []
        self._size = 0
        self._draining = self._executor.start(self._append_pieces, pieces)
        self._draining.add_done_callback(self._drained)

    def _append_pieces(self, pieces: list[bytes]) -> None:
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._unwritten.append(data)
        try:
            self.catch_up()
        except StorageError as error:
            # The answer is paid for, so it is held in memory while the disk is full.
            if sum(map(len, self._unwritten)) > self.most_held:
                raise
            log.warning("An answer waits for room on the disk: %s", error)
        self._scanner.feed(data)
        # Probably the end of the answer; if more arrives, the scan is finished again. Not for a
        # stream, which may continue at any time.
        over = self._scanner.complete and not self._scanner.streaming
        self._scan = self._scanner.finish() if over else None

    def catch_up(self) -> None:
        """Write the pieces that are not on disk yet; blocking. Raises StorageError."""
        while self._unwritten:
            self._opened().append(self._unwritten[0])
            del self._unwritten[0]

    def _drained(self, done: asyncio.Future[None]) -> None:
        self._draining = None
        error = done.exception()
        if isinstance(error, StudioError):
            self._failed = error
            self._waiting.clear()
        elif error is not None:
            done.result()
        if self._waiting:
            self._drain()
        elif self.whole:
            self._report_whole(whole=True)

    def _report_whole(self, *, whole: bool) -> None:
        if self.tell_whole is not None and whole is not self._told_whole:
            self._told_whole = whole
            self.tell_whole(whole=whole)

    async def wait_until_scanned(self) -> None:
        """Wait until everything received is journalled and scanned, or writing has failed."""
        while self._draining is not None:
            await asyncio.wait({self._draining})

    async def finish(self) -> Scan:
        """Finish the scan after a normal end of the connection.

        Raises IncompleteAnswer for a truncated answer, after journalling it. A complete one is
        durable only when `finish_journal` has returned.
        """
        await self.wait_until_scanned()
        if self._failed is not None:
            raise self._failed
        scan = self._scan
        if scan is None:
            scan = await self._executor.run(self._scanner.finish)
        expected = self.code == HTTPStatus.OK or self.promising
        cut = scan.json and not scan.complete and scan.refused is None
        if not self.arriving or (expected and cut):
            raise await self.broke(_("The answer is incomplete."))
        return scan

    async def finish_journal(self, executor: SerialExecutor) -> None:
        """Make the answer durable and mark it as complete. Raises StorageError."""
        self.arriving = False
        await executor.run(self._mark_whole)

    def _mark_whole(self) -> None:
        self.catch_up()
        body = self._opened()
        self._journal.whole(self._entry, body, self.seconds, late=self.late, head=self._head)
        self._body = None
        if self._encoded is not None:
            self._encoded.close()
            self._encoded = None
            self._journal.drop_encoded(self._entry)

    def keep_in(self, spare: FallbackStore, job: Job) -> Path:
        """Store the answer durably outside the library; returns its folder. Blocking.

        Raises StorageError; then the answer is still held in memory.
        """
        mark = StageMark(
            at=time.time(),
            bytes=self.received,
            seconds=self.seconds,
            late=self.late,
            status=self.code,
            headers=self.headers,
            wire=self._wire,
        )
        return spare.store_answer(self._entry.attempt, job, mark, self._content)

    def _content(self) -> Iterator[bytes]:
        if self._body is not None:
            yield from self._body.content()
        yield from self._unwritten

    @property
    def _head(self) -> AnswerHead:
        return AnswerHead(self.code, self.headers, self._wire)

    def _opened(self) -> files.Appender:
        if self._body is None:
            self._body = self._journal.begin_answer(
                self._entry,
                self.code,
                self.headers,
                at_once=self._all_here(),
                wire=self._wire,
            )
        return self._body

    def _all_here(self) -> bool:
        """Whether the pieces received so far are known to be the whole body."""
        length = self.headers.get("content-length", "")
        plain = self._encoded is None and length == str(sum(map(len, self._unwritten)))
        return self.code == HTTPStatus.OK and plain

    async def broke(self, reason: str) -> IncompleteAnswer:
        """Journal the part received before the connection broke; returns the error to raise."""
        await self.wait_until_scanned()
        try:
            await self._executor.run(self.catch_up)
        except StorageError as error:
            error.billed = Billed.MAYBE
            raise
        body, self._body = self._body, None
        encoded, self._encoded = self._encoded, None
        if encoded is not None:
            await self._executor.run(_sync_and_close, encoded)
        self.arriving = False
        head = self._head if self.code else None
        await self._executor.run(
            self._journal.cut,
            self._entry,
            body,
            reason,
            self.seconds,
            head=head,
            reader=self._reader_version,
        )
        return incomplete(self.received or self.encoded_bytes, self.seconds)

    async def abandon(self) -> None:
        """Close open files; the journal entry stays as it is."""
        self.arriving = False
        await self.wait_until_scanned()
        if self._body is not None or self._encoded is not None or self.parts.open:
            await self._executor.run(self._close)

    def _close(self) -> None:
        self.parts.close()
        if self._encoded is not None:
            self._encoded.close()
            self._encoded = None
        if self._body is not None:
            self._body.close()
            self._body = None


def _sync_and_close(file: files.Appender) -> None:
    with file:
        file.sync()


def incomplete(received: int, seconds: float) -> IncompleteAnswer:
    """Error for a truncated answer."""
    return IncompleteAnswer(
        _("Connection lost after {seconds} s").format(seconds=number(seconds)),
        ngettext(
            "Only the first {bytes} byte of the answer arrived.",
            "Only the first {bytes} bytes of the answer arrived.",
            received,
        ).format(bytes=number(received)),
        hint=_("The received data is saved."),
        billed=Billed.MAYBE,
    )
