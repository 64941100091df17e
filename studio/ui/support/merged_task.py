"""Merging of frequent requests: one run, and another if a request came meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from studio.ui.support.tasks import SpawnedTask, spawn


class MergedTask:
    """Runs a coroutine on request, never twice at a time.

    Attributes:
        outdated: whether it was requested again since the run began, so that another one follows.
    """

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._task: SpawnedTask | None = None
        self.outdated = False

    @property
    def running(self) -> bool:
        """Whether it has begun and is not done."""
        return self._task is not None and not self._task.done()

    def request(self) -> None:
        """Start a run, or another one after the current run."""
        self.outdated = True
        if not self.running:
            self._task = spawn(self._run())

    async def _run(self) -> None:
        while self.outdated:
            self.outdated = False
            await self._work()
