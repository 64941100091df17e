"""Export service of one core: processes, queue of exports, and the user's presets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.app.export.runner import ExportQueue, ExportRun
from studio.config.export_presets import ExportPresetStore
from studio.domain.events import EventBus, ProblemOccurred, ProgressEvent
from studio.domain.export import ExportPreset
from studio.imaging.exporter import Exporter, ExportingProcess
from studio.library.facade import Library

Presets = tuple[ExportPreset, ...]


@dataclass(frozen=True, slots=True)
class ExportChanged(ProgressEvent):
    """An export was queued, progressed, or ended."""

    run: ExportRun


@dataclass(frozen=True, slots=True)
class ExportPresetsChanged(ProgressEvent):
    """The user's presets have changed."""

    presets: Presets


class ExportService:
    """Processes, queue and presets of exports, created for the first one.

    Attributes:
        exporter: the encoding processes, started for the first picture.
        queue: runs the exports of this core, one after another; publishes `ExportChanged`.
    """

    def __init__(
        self,
        library: Library,
        presets_file: Path,
        events: EventBus,
        shared: Sequence[ExportingProcess] | None = None,
    ) -> None:
        """`shared` are processes to use that `close` does not end."""
        self._events = events
        self._store = ExportPresetStore(presets_file)
        self._presets: Presets | None = None
        self._storing = asyncio.Lock()
        self.exporter = Exporter(shared=shared)
        self.queue = ExportQueue(library, self.exporter, on_change=self._on_change)

    def _on_change(self, run: ExportRun) -> None:
        self._events.publish(ExportChanged(run))

    async def presets(self) -> Presets:
        """The user's presets in their order, read once; a damaged file is reported."""
        async with self._storing:
            if self._presets is None:
                self._presets = await asyncio.to_thread(self._read)
                self._report()
            return self._presets

    async def change_presets(self, change: Callable[[Presets], Presets]) -> Presets:
        """Change the presets and save them; returns the new ones.

        The file is read again, as another window may have changed it. Raises StorageError, and the
        errors of `change`; then nothing is changed.
        """
        async with self._storing:
            before = self._presets
            self._presets = await asyncio.to_thread(self._changed, change)
            self._report()
        if self._presets != before:
            self._events.publish(ExportPresetsChanged(self._presets))
        return self._presets

    def _read(self) -> Presets:
        return self._store.load()

    def _changed(self, change: Callable[[Presets], Presets]) -> Presets:
        found = self._store.load()
        changed = change(found)
        if changed != found:
            self._store.save(changed)
        return self._store.presets

    def _report(self) -> None:
        if (trouble := self._store.trouble) is not None:
            self._store.trouble = None
            self._events.publish(ProblemOccurred(trouble))

    async def close(self) -> None:
        """Stop every export, then end the processes. Written copies stay."""
        await self.queue.close()
        await self.exporter.close()
