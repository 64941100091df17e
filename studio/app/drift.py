"""Drift of edits: how much each differs from the picture it was made from.

Runs in the background after the pictures have arrived, one comparison at a time, in the comparing
process, which runs at the lowest priority. Nothing waits for a result; edits left over are measured
in a later session.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.app.core import Core
from studio.common.errors import StorageError, StudioError
from studio.config.settings import SettingsStore
from studio.domain.entities import Drift, Parent, Picture, Role
from studio.domain.events import Event, EventBus, PicturesAdded, SettingsChanged
from studio.imaging.comparer import Comparer
from studio.imaging.decoder import Priority
from studio.library.facade import Library

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftMeasured:
    """Difference of an edit from the picture it was made from.

    Attributes:
        picture, parent: their ids.
        aligned: whether the two line up; if not, the attributes below are None.
        changed: share of the pixels that changed, 0 to 1.
        shift_x, shift_y: shift of the centre, right and down, in pixels of the parent.
        scale: growth of the content; 1 for none.
    """

    picture: str
    parent: str
    aligned: bool
    changed: float | None = None
    shift_x: float | None = None
    shift_y: float | None = None
    scale: float | None = None


OnMeasured = Callable[[DriftMeasured], Awaitable[object]]
FindUnmeasured = Callable[[], Awaitable[Sequence[str]]]


class DriftMeter:
    """Measures the drift of edits as they arrive, while the setting `measure_drift` is on."""

    def __init__(
        self,
        *,
        library: Library,
        comparer: Comparer,
        settings: SettingsStore,
        events: EventBus,
        on_measured: OnMeasured,
        find_unmeasured: FindUnmeasured | None = None,
    ) -> None:
        """`on_measured` stores a result; the next edit is measured when it has returned.

        `find_unmeasured` finds the ids of edits without a result, of this and earlier sessions.
        """
        self._library = library
        self._comparer = comparer
        self._settings = settings
        self._on_measured = on_measured
        self._find_unmeasured = find_unmeasured
        self._waiting: deque[str] = deque()
        self._working: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsubscribe = events.subscribe(self._on_event)

    def start(self) -> None:
        """Measure the edits left over by earlier sessions."""
        if self._settings.value.measure_drift and self._find_unmeasured is not None:
            self._run(self._catch_up(self._find_unmeasured))

    def measure(self, ids: Iterable[str]) -> None:
        """Queue these pictures for measuring; pictures that are not edits are skipped."""
        if not self._settings.value.measure_drift:
            return
        self._waiting.extend(ids)
        if self._waiting and (self._working is None or self._working.done()):
            self._working = self._run(self._work())

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def idle(self) -> None:
        """Wait until nothing is left to measure."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Cancel the running comparison, and drop the rest."""
        self._unsubscribe()
        self._give_up()
        await self.idle()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, PicturesAdded):
            # Imported pictures have no job, and no parents.
            if event.job is not None:
                self.measure(event.ids)
        elif isinstance(event, SettingsChanged) and "measure_drift" in event.names:
            if self._settings.value.measure_drift:
                self.start()
            else:
                self._give_up()

    def _give_up(self) -> None:
        self._waiting.clear()
        # Pictures added after this start another task.
        self._working = None
        for task in self._tasks:
            task.cancel()

    async def _catch_up(self, find: FindUnmeasured) -> None:
        try:
            self.measure(await find())
        except StudioError as error:
            log.info("Edits without a drift could not be found: %s", error)

    async def _work(self) -> None:
        while self._waiting:
            try:
                if (measured := await self._measured(self._waiting.popleft())) is not None:
                    await self._on_measured(measured)
            except StorageError as error:
                # A full disk is reported elsewhere; a later session tries again.
                log.warning("A drift could not be measured or kept: %s", error)
            except StudioError as error:
                log.info("A drift could not be measured: %s", error)

    async def _measured(self, id: str) -> DriftMeasured | None:
        """The drift of a picture; None unless it is an edit of a picture in the library."""
        found = await self._library.find([id])
        parent = edited_from(found[0]) if found else None
        if parent is None or parent.picture is None:
            return None
        before = await self._path_of(parent)
        if before is None:
            log.info("The picture that %s was edited from is gone", id)
            return None
        after = await asyncio.to_thread(self._library.path, found[0])
        compared = await self._comparer.compare(before, after, priority=Priority.LATER)
        if not compared.aligned:
            return DriftMeasured(picture=id, parent=parent.picture, aligned=False)
        right, down = compared.shift
        return DriftMeasured(
            picture=id,
            parent=parent.picture,
            aligned=True,
            changed=compared.changed,
            shift_x=right,
            shift_y=down,
            scale=compared.zoom,
        )

    async def _path_of(self, parent: Parent) -> Path | None:
        """The copy of the parent that was sent, or its original; None if both are gone."""
        kept = await asyncio.to_thread(self._library.originals.kept_inputs, parent.sha256)
        if kept:
            return kept[0]
        found = [] if parent.picture is None else await self._library.find([parent.picture])
        return await asyncio.to_thread(self._library.path, found[0]) if found else None


def edited_from(picture: Picture) -> Parent | None:
    """The edited parent, which is the last one sent; None if the picture is not an edit."""
    edited = [parent for parent in picture.parents if parent.role is Role.EDIT]
    return edited[-1] if edited else None


async def keep_measuring(core: Core) -> None:
    """Measure the edits of a library and record their drift, until cancelled."""
    if not core.library.writable:
        return
    choosing = core.library.choosing

    async def record(measured: DriftMeasured) -> None:
        drift = Drift(
            parent=measured.parent,
            share=measured.changed,
            shift_x=measured.shift_x or 0.0,
            shift_y=measured.shift_y or 0.0,
            scale=measured.scale or 1.0,
            aligned=measured.aligned,
        )
        await choosing.set_drift(measured.picture, drift)

    meter = DriftMeter(
        library=core.library,
        comparer=core.comparer,
        settings=core.settings,
        events=core.events,
        on_measured=record,
        find_unmeasured=choosing.without_drift,
    )
    meter.start()
    try:
        await asyncio.Event().wait()
    finally:
        await meter.close()
