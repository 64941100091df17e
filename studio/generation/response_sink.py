"""Taking an answer as it arrives: what comes is handed to the decoding lane, never worked on here.

The loop's thread only puts pieces aside; the lane takes all that wait in one go, appends them to
the journal, scans them and decodes the pictures in them. So receiving and decoding go on at the
same time, and what waits in between is bounded.
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
from studio.common.i18n import _
from studio.common.serial_executor import SerialExecutor
from studio.domain.entities import Job
from studio.generation.fallback_store import FallbackStore
from studio.generation.journal import AnswerHead, Journal, JournalEntry, StageMark
from studio.generation.streamed_pictures import StreamedPictures
from studio.providers.base import Provider, Scan

log = logging.getLogger(__name__)

MOST_WAITING = 1 << 19
"""Bytes that may wait for the lane before the connection is left unread."""


MOST_HELD = 256 << 20
"""Bytes of an answer that are held in memory while the disk has no room."""


class WholeCallback(Protocol):
    """Hears that nothing more need come, or that more comes all the same."""

    def __call__(self, *, whole: bool) -> None: ...


class AnswerSink:
    """Takes one answer.

    Attributes:
        parts: its pictures, as far as they could be decoded while it came.
        tell_whole: called on the loop's thread when nothing more need come, and when more comes
            all the same.
        received: bytes of the body.
        arriving: the answer has begun, and nobody said yet how it ended.
        late: it is later than expected.
    """

    def __init__(
        self,
        journal: Journal,
        entry: JournalEntry,
        lane: SerialExecutor,
        provider: Provider,
        on_received: Callable[[int], None],
    ) -> None:
        """`provider` is who was asked: it knows the wire."""
        self.parts = StreamedPictures(entry)
        self.tell_whole: WholeCallback | None = None
        self.code = 0
        self.headers: dict[str, str] = {}
        self.received = 0
        self.arriving = False
        self.late = False
        self._journal = journal
        self._entry = entry
        self._lane = lane
        self._on_received = on_received
        self._wire = provider.wire
        self._reader_version = provider.reader_version
        self._scanner = provider.scanner(self.parts)
        self._scan: Scan | None = None
        self._body: files.Appender | None = None
        self._unwritten: list[bytes] = []
        self._started = time.monotonic()
        self._waiting: list[bytes] = []
        self._size = 0
        self._draining: asyncio.Future[None] | None = None
        self._failed: StudioError | None = None
        self._told_whole = False

    @property
    def whole(self) -> bool:
        """Whether all is here, as far as it was scanned: a break then loses nothing."""
        return self._scanner.ended

    @property
    def promising(self) -> bool:
        """Whether a picture is in what was scanned so far, or begins there."""
        return self.parts.promising

    @property
    def seconds(self) -> float:
        """Since the request began to leave."""
        return time.monotonic() - self._started

    @property
    def behind(self) -> bool:
        """Whether something that came found no room on the disk yet."""
        return bool(self._unwritten)

    def begin_sending(self) -> None:
        """The first byte of the request is about to leave."""
        self._started = time.monotonic()

    async def status(self, code: int, headers: Mapping[str, str]) -> None:
        """The service has begun to answer; written down with the first of its bytes."""
        self.code, self.headers = code, dict(headers)
        self.arriving = True

    async def chunk(self, data: bytes) -> None:
        """A piece of the body. Raises StorageError, maybe later."""
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
        self._draining = self._lane.start(self._append_pieces, pieces)
        self._draining.add_done_callback(self._drained)

    def _append_pieces(self, pieces: list[bytes]) -> None:
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._unwritten.append(data)
        try:
            self.catch_up()
        except StorageError as error:
            # It is paid for: a disk without room does not end it as long as memory has some.
            if sum(map(len, self._unwritten)) > MOST_HELD:
                raise
            log.warning("An answer waits for room on the disk: %s", error)
        self._scanner.feed(data)
        # Most likely this was all; if not, it is made once more. A stream may go on.
        over = self._scanner.complete and not self._scanner.streaming
        self._scan = self._scanner.finish() if over else None

    def catch_up(self) -> None:
        """Write what found no room so far. Blocking. Raises StorageError; nothing is lost then."""
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
        """Wait until all that came is journalled and scanned, or failed to be."""
        while self._draining is not None:
            await asyncio.wait({self._draining})

    async def finish(self) -> Scan:
        """The line ended as it should: tell whether the JSON is complete, and what it is.

        Raises IncompleteAnswer after keeping what came. The answer is to be believed only when
        `finish_journal` has returned.
        """
        await self.wait_until_scanned()
        if self._failed is not None:
            raise self._failed
        scan = self._scan
        if scan is None:
            scan = await self._lane.run(self._scanner.finish)
        expected = self.code == HTTPStatus.OK or self.promising
        cut = scan.json and not scan.complete and scan.refused is None
        if not self.arriving or (expected and cut):
            raise await self.broke(_("The answer is incomplete."))
        return scan

    async def finish_journal(self, lane: SerialExecutor) -> None:
        """Make the answer durable, and say that it is whole. Raises StorageError."""
        self.arriving = False
        await lane.run(self._whole)

    def _whole(self) -> None:
        self.catch_up()
        body = self._opened()
        self._journal.whole(self._entry, body, self.seconds, late=self.late, head=self._head)
        self._body = None

    def keep_in(self, spare: FallbackStore, job: Job) -> Path:
        """Make the answer durable outside the library; where it is. Blocking.

        Raises StorageError; then memory has it still.
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
        """Whether the first piece is all there will be, so that its mark follows at once."""
        length = self.headers.get("content-length", "")
        return self.code == HTTPStatus.OK and length == str(sum(map(len, self._unwritten)))

    async def broke(self, reason: str) -> IncompleteAnswer:
        """The line broke: keep what came; the error to raise."""
        await self.wait_until_scanned()
        try:
            await self._lane.run(self.catch_up)
        except StorageError as error:
            error.billed = Billed.MAYBE
            raise
        body, self._body = self._body, None
        self.arriving = False
        head = self._head if self.code else None
        await self._lane.run(
            self._journal.cut,
            self._entry,
            body,
            reason,
            self.seconds,
            head=head,
            reader=self._reader_version,
        )
        return incomplete(self.received, self.seconds)

    async def abandon(self) -> None:
        """Close what is open; the entry stays as it is."""
        self.arriving = False
        await self.wait_until_scanned()
        if self._body is not None or self.parts.open:
            await self._lane.run(self._close)

    def _close(self) -> None:
        self.parts.close()
        if self._body is not None:
            self._body.close()
            self._body = None


def incomplete(received: int, seconds: float) -> IncompleteAnswer:
    """The sentence for an answer that stopped in the middle."""
    return IncompleteAnswer(
        _("Connection lost after {seconds:.0f} s").format(seconds=seconds),
        _("Only the first {bytes:,} bytes of the answer arrived.").format(bytes=received),
        hint=_("The received data is saved. Trying again may be billed twice."),
        billed=Billed.MAYBE,
    )
