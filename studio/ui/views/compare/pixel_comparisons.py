"""Comparison of the shown pictures with A by pixels, in the comparing process."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.common.errors import StudioError
from studio.domain.entities import Picture
from studio.ui.support import pixel_comparison
from studio.ui.support.pixel_comparison import PixelComparison
from studio.ui.support.ports import ComparerProtocol, LibraryProtocol
from studio.ui.support.tasks import SpawnedTask, spawn

PREVIEW = 512
"""Long edge in pixels of the small copies that are compared first."""

WHOLE = 2048
"""Long edge in pixels of the map for originals."""

PAUSE = 0.1
"""Seconds before a comparison starts while the user steps through pictures."""

KEPT = 8
"""Maximum number of results kept for returning to a pair; each map takes 6 MB."""


@dataclass(frozen=True, slots=True)
class PicturePair:
    """A and the picture compared with it; `whole` for the originals, not small copies."""

    first: Picture
    second: Picture
    whole: bool

    @property
    def key(self) -> tuple[str, str]:
        """Key of the pair's result."""
        return self.first.sha256, self.second.sha256


class PixelComparisons(QObject):
    """Compares one pair at a time: the active one before the others, small copies first.

    A running comparison is cancelled if its pair is no longer shown, or if another becomes active.

    Attributes:
        pause: seconds before the next pair after one was given up.

    Signals:
        changed: there is another result.
    """

    changed = Signal()

    def __init__(
        self,
        library: LibraryProtocol,
        comparer: ComparerProtocol,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._comparer = comparer
        self._pictures: tuple[Picture | None, ...] = ()
        self._active = 1
        self._found: OrderedDict[tuple[str, str], PixelComparison] = OrderedDict()
        self._task: SpawnedTask | None = None
        self._under_way: PicturePair | None = None
        self.pause = PAUSE

    def set_pictures(self, pictures: Sequence[Picture | None], active: int) -> None:
        """Compare these pictures with the first; None for pictures not read yet."""
        self._pictures, self._active = tuple(pictures), active or 1
        running = self._task is not None and not self._task.done()
        hurried = running and not (self._under_way and self._is_wanted(self._under_way))
        if hurried:
            self.stop()
        if self._next() is not None and (hurried or not running):
            self._task = spawn(self._work(self.pause if hurried else 0.0))

    def result(self, side: int) -> PixelComparison | None:
        """Result for a side; None until it is known."""
        key = self._key(side)
        if key is None:
            return None
        if any(
            one is not None and one.missing for one in (self._pictures[0], self._pictures[side])
        ):
            return PixelComparison()
        return self._found.get(key)

    def is_compared(self, side: int) -> bool:
        """Whether the comparison of a side is complete."""
        found = self.result(side)
        return found is not None and not found.preview

    def stop(self) -> None:
        """Cancel the running comparison."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._under_way = None

    def _key(self, side: int) -> tuple[str, str] | None:
        if not 0 < side < len(self._pictures):
            return None
        first, second = self._pictures[0], self._pictures[side]
        return None if first is None or second is None else (first.sha256, second.sha256)

    def _is_wanted(self, pair: PicturePair) -> bool:
        """Whether to continue with a pair: it is shown, and none is more urgent."""
        if pair.key == self._key(self._active):
            return True
        shown = [self._key(side) for side in range(1, len(self._pictures))]
        return pair.key in shown and self.is_compared(self._active)

    def _next(self) -> PicturePair | None:
        """The pair to compare next; None for none."""
        others = [side for side in range(1, len(self._pictures)) if side != self._active]
        order = [(self._active, False), (self._active, True)]
        order += [(side, whole) for whole in (False, True) for side in others]
        for side, whole in order:
            if side >= len(self._pictures):
                continue
            first, second = self._pictures[0], self._pictures[side]
            if first is None or second is None:
                continue
            found = self.result(side)
            if found is None or (whole and found.preview):
                return PicturePair(first, second, whole)
        return None

    async def _work(self, pause: float) -> None:
        if pause:
            await asyncio.sleep(pause)
        while (pair := self._next()) is not None:
            self._under_way = pair
            found = await self._compared(pair)
            self._under_way = None
            self._found[pair.key] = found
            self._found.move_to_end(pair.key)
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
            self.changed.emit()

    async def _compared(self, pair: PicturePair) -> PixelComparison:
        try:
            paths = await self._paths(pair)
            if paths is None:
                return PixelComparison(preview=True)
            edge = WHOLE if pair.whole else PREVIEW
            found = await self._comparer.difference(*paths, edge=edge)
        except StudioError:
            # The panes show what is wrong with the file.
            return PixelComparison(preview=not pair.whole)
        return await asyncio.to_thread(
            pixel_comparison.from_map, found, pair.first.width, preview=not pair.whole
        )

    async def _paths(self, pair: PicturePair) -> tuple[Path, Path] | None:
        """Files of both originals, or of their small copies; None if a copy is not kept."""
        both = pair.first, pair.second
        if pair.whole:
            first, second = await asyncio.to_thread(lambda: [*map(self._library.path, both)])
            return first, second
        for one in both:
            await self._library.thumbnail(one, PREVIEW)
        small, other = await asyncio.to_thread(
            lambda: [self._library.kept_thumbnail(each, PREVIEW) for each in both]
        )
        return None if small is None or other is None else (small, other)
