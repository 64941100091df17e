"""Execution of exports: one after another, each in at most two processes.

A copy gets its name when its bytes are durable, and never replaces anything. A stopped export keeps
its finished copies, and can be resumed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from studio.app.export.metadata import texts_for
from studio.app.export.plan import ExportNote, ExportPlan, PlannedCopy, existing_names, sentence
from studio.common.errors import InputError, PictureUnreadable, StorageError, StudioError
from studio.common.i18n import _
from studio.domain.export import ConflictRule
from studio.imaging.exporter import Exporter, NotExported
from studio.library.facade import Library
from studio.library.files import save_copies

_Result = TypeVar("_Result")

_LANES = 6
"""Copies in progress: two are being encoded, two wait for that, and two are being written."""


class ExportState(StrEnum):
    """State of an export. A stopped one can be resumed."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCopy:
    """A finished copy; `width` and `height` are those of the file."""

    copy: PlannedCopy
    path: Path
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class FailedCopy:
    """A copy that was not written, and the reason. The other copies are still written."""

    copy: PlannedCopy
    error: StudioError


AskConflict = Callable[[PlannedCopy], Awaitable[ConflictRule]]


class ExportRun:
    """One export and its progress.

    Attributes:
        ask: decides for the rule "ask" whether a copy whose name is taken gets a number or is
            skipped. Without it, such copies are skipped.
        error: error that stopped it, such as a full disk; None if the user stopped it.
        awaited: tasks (pictures being encoded, a question to the user), cancelled on stop.
    """

    def __init__(self, plan: ExportPlan, folder: Path, ask: AskConflict | None = None) -> None:
        self.plan = plan
        self.folder = folder
        self.ask = ask
        self.state = ExportState.WAITING
        self.written: list[WrittenCopy] = []
        self.skipped: list[PlannedCopy] = []
        self.failed: list[FailedCopy] = []
        self.error: StorageError | InputError | None = None
        self.awaited: set[asyncio.Future[Any]] = set()

    @property
    def total(self) -> int:
        """Number of planned copies."""
        return len(self.plan.copies)

    @property
    def finished(self) -> int:
        """Number of copies that are written, skipped or failed."""
        return len(self.written) + len(self.skipped) + len(self.failed)

    @property
    def stopped(self) -> bool:
        """Whether it was stopped, by the user or an error."""
        return self.state is ExportState.STOPPED

    @property
    def bytes(self) -> int:
        """Bytes written."""
        return sum(one.bytes for one in self.written)

    def settled(self) -> list[PlannedCopy]:
        """The copies that are written, skipped or failed."""
        return [
            *(one.copy for one in self.written),
            *self.skipped,
            *(one.copy for one in self.failed),
        ]


OnChange = Callable[[ExportRun], object]


class ExportQueue:
    """Runs exports in the order they were added.

    Args:
        on_change: called after every change of a run, on the loop's thread.
    """

    def __init__(
        self,
        library: Library,
        exporter: Exporter,
        *,
        on_change: OnChange | None = None,
    ) -> None:
        self._library = library
        self._exporter = exporter
        self._on_change = on_change
        self._asking = asyncio.Lock()
        self._waiting: deque[ExportRun] = deque()
        self._stopped: list[ExportRun] = []
        self._running: ExportRun | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def active(self) -> tuple[ExportRun, ...]:
        """The running export and those that wait, in order."""
        runs = self._waiting if self._running is None else (self._running, *self._waiting)
        ended = (ExportState.STOPPED, ExportState.DONE)
        return tuple(one for one in runs if one.state not in ended)

    @property
    def stopped(self) -> tuple[ExportRun, ...]:
        """The exports that can be resumed, most recently stopped first."""
        return tuple(reversed(self._stopped))

    def add(self, plan: ExportPlan, folder: Path, ask: AskConflict | None = None) -> ExportRun:
        """Queue an export into a folder, which is created if it is missing."""
        run = ExportRun(plan, folder, ask)
        self._queue(run)
        return run

    def stop(self, run: ExportRun) -> None:
        """Stop an export; written copies stay, and pictures being encoded are dropped."""
        if run in self._waiting:
            self._waiting.remove(run)
        elif run is not self._running:
            return
        self._halt(run)

    def resume(self, run: ExportRun) -> None:
        """Queue the rest of a stopped export; does nothing for any other."""
        if run.state is ExportState.STOPPED and run is not self._running:
            self._queue(run)

    def drop(self, run: ExportRun) -> None:
        """Stop an export for good; written copies stay."""
        self.stop(run)
        if run in self._stopped:
            self._stopped.remove(run)
            self._publish(run)

    async def idle(self) -> None:
        """Wait until no export runs or waits."""
        while self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    async def close(self) -> None:
        """Stop everything but the processes, which the caller ends."""
        while self._waiting:
            self.stop(self._waiting[0])
        if self._running is not None:
            self.stop(self._running)
        await self.idle()

    def _queue(self, run: ExportRun) -> None:
        run.state, run.error = ExportState.WAITING, None
        if run in self._stopped:
            self._stopped.remove(run)
        self._waiting.append(run)
        self._publish(run)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    def _publish(self, run: ExportRun) -> None:
        if self._on_change is not None:
            self._on_change(run)

    def _halt(self, run: ExportRun, error: StorageError | InputError | None = None) -> None:
        run.error = run.error or error
        if not run.stopped:
            run.state = ExportState.STOPPED
            self._stopped.append(run)
            for one in run.awaited:
                one.cancel()
            self._publish(run)

    async def _work(self) -> None:
        while self._waiting:
            run = self._running = self._waiting.popleft()
            try:
                await self._run(run)
            finally:
                self._running = None
                if run.state is ExportState.RUNNING:
                    # An unexpected error ended the export; the rest can be resumed.
                    run.state = ExportState.STOPPED
                    self._stopped.append(run)

    async def _run(self, run: ExportRun) -> None:
        run.state = ExportState.RUNNING
        self._publish(run)
        try:
            existing = await asyncio.to_thread(self._prepare, run.folder)
        except (StorageError, InputError) as error:
            self._halt(run, error)
            return
        settled = run.settled()
        # The plan may be outdated: another export ran, or this one was stopped for a while.
        run.plan = await asyncio.to_thread(run.plan.renamed, existing, settled)
        done = {id(one) for one in settled}
        left = deque(one for one in run.plan.copies if id(one) not in done)
        await asyncio.gather(*(self._lane(run, left) for _number in range(_LANES)))
        if not run.stopped:
            run.state = ExportState.DONE
            self._publish(run)

    def _prepare(self, folder: Path) -> list[str]:
        save_copies.prepare_folder(folder, self._library.folder)
        return existing_names(folder)

    async def _lane(self, run: ExportRun, left: deque[PlannedCopy]) -> None:
        while left and not run.stopped:
            copy = left.popleft()
            try:
                written = await self._export(run, copy)
            except _WriteFailed as failed:
                self._halt(run, failed.error)
                return
            except StudioError as error:
                run.failed.append(FailedCopy(copy, error))
            except asyncio.CancelledError:
                if run.state is ExportState.STOPPED:
                    return
                raise
            else:
                if written is None:
                    run.skipped.append(copy)
                else:
                    run.written.append(written)
            self._publish(run)

    async def _export(self, run: ExportRun, copy: PlannedCopy) -> WrittenCopy | None:
        """Write one copy; None if it is skipped. Raises StudioError if its picture is at fault."""
        preset, rule = run.plan.preset, run.plan.preset.conflict
        if copy.refused:
            raise refusal(copy.notes)
        if copy.skipped:
            return None
        if ExportNote.ASK in copy.notes:
            rule = await self._decision(run, copy)
            if rule is ConflictRule.SKIP:
                return None
        source = await asyncio.to_thread(self._library.path, copy.picture)
        data = source if preset.fixed else await self._encoded(run, copy, source)
        target = run.folder / copy.name
        saved = await self._saved(data, target, number=rule is ConflictRule.NUMBER)
        if saved is None and rule is ConflictRule.ASK:
            # The name was taken after the plan was made.
            if await self._decision(run, copy) is ConflictRule.SKIP:
                return None
            saved = await self._saved(data, target, number=True)
        if saved is None:
            return None
        size = copy.picture.bytes if isinstance(data, Path) else len(data)
        return WrittenCopy(copy=copy, path=saved, width=copy.width, height=copy.height, bytes=size)

    async def _encoded(self, run: ExportRun, copy: PlannedCopy, source: Path) -> bytes:
        """The bytes of a copy. Raises CancelledError if the run is stopped meanwhile."""
        return await _unless_stopped(run, self._made(run, copy, source))

    async def _made(self, run: ExportRun, copy: PlannedCopy, source: Path) -> bytes:
        preset = run.plan.preset
        texts = texts_for(copy.picture, preset.metadata, preset.format)
        made = await self._exporter.export(source, preset, texts)
        if made.reason is not None:
            raise not_made(made.reason)
        return made.data

    async def _saved(self, data: Path | bytes, target: Path, *, number: bool) -> Path | None:
        library = self._library.folder
        try:
            return await asyncio.to_thread(
                save_copies.save_named, data, target, library, number=number
            )
        except save_copies.OriginalUnreadable:
            raise
        except StorageError as error:
            raise _WriteFailed(error) from error

    async def _decision(self, run: ExportRun, copy: PlannedCopy) -> ConflictRule:
        """The user's decision. Raises CancelledError if the run is stopped meanwhile."""
        if run.ask is None:
            return ConflictRule.SKIP
        async with self._asking:
            decided = await _unless_stopped(run, _answer(run.ask, copy))
        return ConflictRule.SKIP if decided is ConflictRule.SKIP else ConflictRule.NUMBER


async def _answer(ask: AskConflict, copy: PlannedCopy) -> ConflictRule:
    return await ask(copy)


async def _unless_stopped(run: ExportRun, work: Coroutine[Any, Any, _Result]) -> _Result:
    """The result of the work. Raises CancelledError if the run is stopped before or meanwhile."""
    task = asyncio.create_task(work)
    if run.stopped:
        task.cancel()
    run.awaited.add(task)
    try:
        return await task
    finally:
        task.cancel()
        run.awaited.discard(task)


class _WriteFailed(Exception):
    """The folder or its disk cannot be written to, so the export stops."""

    def __init__(self, error: StorageError) -> None:
        super().__init__(str(error))
        self.error = error


def refusal(notes: tuple[ExportNote, ...]) -> PictureUnreadable:
    """Error for a copy that its plan refuses."""
    sixteen = ExportNote.SIXTEEN_BITS in notes
    return not_made(NotExported.SIXTEEN_BITS if sixteen else NotExported.TOO_LARGE)


def not_made(reason: NotExported) -> PictureUnreadable:
    """Error for a copy that the exporting process refused."""
    sentences = {
        NotExported.SIXTEEN_BITS: sentence(ExportNote.SIXTEEN_BITS),
        NotExported.TOO_LARGE: sentence(ExportNote.TOO_LARGE),
        NotExported.FORMAT: _("this format is not supported on this computer"),
    }
    # Translators: {reason} is a part of a sentence, such as "too large for this format".
    message = _("Not exported: {reason}.").format(reason=sentences[reason])
    return PictureUnreadable(_("The picture cannot be exported like this"), message)
