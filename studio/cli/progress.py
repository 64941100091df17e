"""Execution of a run: prints events, copies pictures, determines the exit code."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from studio.app.core import Core
from studio.cli.printers import Printer
from studio.cli.stderr import complain
from studio.common.billing import hint_with_warning
from studio.common.errors import EXIT_CODES, StorageError, StudioError
from studio.domain.budget import Budget
from studio.domain.entities import Job, JobState, Picture, Reference, Role
from studio.domain.events import Event, JobChanged, PicturesAdded
from studio.domain.runs import Run
from studio.library.files import save_copies

SOME = 10
"""Exit code when some pictures arrived and others did not."""

_OVER = (JobState.FAILED, JobState.CANCELLED)

OnJob = Callable[[Job], None]
OnPictures = Callable[[str, Sequence[Picture]], Awaitable[None]]


class RunBackend(Protocol):
    """Generates pictures, in this process or in the one that owns the library."""

    async def keep_input(
        self, path: Path, *, role: Role, name: str, picture: str | None = None
    ) -> Reference: ...
    async def standing(self) -> Budget: ...
    async def make(
        self, planned: Run, on_job: OnJob, on_pictures: OnPictures
    ) -> StudioError | None: ...
    def cancel(self) -> None: ...


class LocalBackend:
    """Backend in the process that owns the library."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._run = ""
        self._jobs: set[str] = set()
        self._on_job: OnJob | None = None
        self._arrived: asyncio.Queue[PicturesAdded | None] = asyncio.Queue()

    async def keep_input(
        self, path: Path, *, role: Role, name: str, picture: str | None = None
    ) -> Reference:
        """Copy a picture into the library. Raises StorageError, PictureUnreadable."""
        return await self._core.library.keep_input(path, role=role, name=name, picture=picture)

    async def standing(self) -> Budget:
        await self._core.budget.sum_up()
        return self._core.budget.standing()

    async def make(
        self, planned: Run, on_job: OnJob, on_pictures: OnPictures
    ) -> StudioError | None:
        """Execute a run; returns the error that kept the rest from being queued, if any."""
        self._run, self._on_job = planned.id, on_job
        unsubscribe = self._core.events.subscribe(self._on_core_event)
        telling = asyncio.create_task(self._report_pictures(on_pictures))
        refused: StorageError | None = None
        try:
            try:
                await self._core.submit(planned)
            except StorageError as error:
                # The jobs before it are queued.
                refused = error
            await self._core.queue.idle()
        finally:
            unsubscribe()
            self._arrived.put_nowait(None)
        await telling
        return refused

    def cancel(self) -> None:
        """Cancel all unfinished jobs."""
        self._core.queue.cancel_all()

    def _on_core_event(self, event: Event) -> None:
        # Other processes may have queued runs here.
        if isinstance(event, JobChanged) and event.job.run == self._run:
            self._jobs.add(event.job.id)
            if self._on_job is not None:
                self._on_job(event.job)
        elif isinstance(event, PicturesAdded) and event.job in self._jobs:
            self._arrived.put_nowait(event)

    async def _report_pictures(self, on_pictures: OnPictures) -> None:
        while (event := await self._arrived.get()) is not None:
            await on_pictures(event.job or "", await self._core.library.find(event.ids))


class RunWatcher:
    """Executes one run and prints its events."""

    def __init__(self, core: Core, maker: RunBackend, printer: Printer, out: Path | None) -> None:
        self._core = core
        self._maker = maker
        self._printer = printer
        self._out = out
        self._jobs: dict[str, Job] = {}
        self._images = 0
        self._interrupted = False
        self._uncopied: StudioError | None = None

    async def generate(self, planned: Run) -> int:
        """Execute the run; returns the exit code."""
        with self._interrupts():
            refused = await self._maker.make(planned, self._on_job, self._on_pictures)
        failed = [job for job in self._jobs.values() if job.state in _OVER]
        if refused is not None and not self._jobs:
            raise refused
        self._printer.done(self._images, len(failed))
        if refused is not None:
            raise refused
        return self._code(failed)

    @contextlib.contextmanager
    def _interrupts(self) -> Any:
        """Cancel the jobs on Ctrl+C, and still print the outcome of each."""
        if sys.platform == "win32":
            yield
        else:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._interrupt)
            try:
                yield
            finally:
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.remove_signal_handler(number)

    def _interrupt(self) -> None:
        self._interrupted = True
        self._maker.cancel()

    def _on_job(self, job: Job) -> None:
        before = self._jobs.get(job.id)
        self._jobs[job.id] = job
        self._printer.job(job, before)

    async def _on_pictures(self, job: str, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            path = await asyncio.to_thread(self._core.library.path, picture)
            copy = await self._copied(path)
            self._images += not picture.draft
            self._printer.picture(job, picture, path, copy)

    async def _copied(self, path: Path) -> Path | None:
        """Path of the copy; None if copying failed: the picture is in the library anyway."""
        if self._out is None:
            return None
        library = self._core.library.folder
        try:
            return await asyncio.to_thread(save_copies.save_into, path, self._out, library)
        except StudioError as error:
            self._uncopied = error
            complain(error.title, error.message, hint_with_warning(error))
            return None

    def _code(self, failed: list[Job]) -> int:
        if self._interrupted:
            return EXIT_CODES["cancelled"]
        if not failed:
            return self._uncopied.exit_code if self._uncopied else 0
        if self._images:
            return SOME
        kinds = Counter(job.failure.kind for job in failed if job.failure)
        first = min(failed, key=lambda job: job.position)
        kind = first.failure.kind if first.failure else "bug"
        return EXIT_CODES[kind if kind in kinds else "bug"]
