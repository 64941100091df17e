"""Cache of painted tiles, valid while they look the same.

A tile takes a tenth of a millisecond to paint and a hundredth to copy; a large screen has three
hundred of them, repainted on every scroll. The progress of a job is painted over its tile. Tiles
are kept only where a logical pixel is a whole number of device pixels: elsewhere a copy would be
less sharp.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from types import ModuleType

from msgspec import Struct
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPixmap

from studio.ui.support.tile_content import PLAIN, StackLook
from studio.ui.views.gallery.layout import TileState
from studio.ui.views.gallery.paint import paint_tile
from studio.ui.views.gallery.tile_style import TileStyle

BOUND = 8 * 1024 * 1024  # bytes; more on large screens
SCREENS = 2  # minimum size of the cache, in screens
BUDGET = 0.003
"""Seconds per paint event for painting new tiles; the others follow a moment later."""

Sort = tuple[int, bool, bool, int, int, StackLook]
"""Key besides the subject: thumbnail, selected, one of many, width, height of the cell, stack."""

Shown = object
"""Subject of a tile: a picture, or the content of a job's tile. Equal ones look the same."""


def stack_painter() -> ModuleType:
    """The functions that paint stacks."""
    # Loaded when there are stacks.
    from studio.ui.views.gallery import stack_paint

    return stack_paint


class CachedTile(Struct):
    """A painted tile.

    Attributes:
        before: the tile without its thumbnail, over which it fades in; None when that is over.
    """

    shown: Shown
    sort: Sort
    pixmap: QPixmap
    before: QPixmap | None = None

    @property
    def has_thumbnail(self) -> bool:
        """Whether the thumbnail is in it, and not a placeholder or a reason for none."""
        return self.sort[0] > 0

    @property
    def bytes(self) -> int:
        """Memory used, in bytes."""
        return _size(self.pixmap) + (0 if self.before is None else _size(self.before))


class TileCache:
    """The most recently painted tiles, within a bound."""

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        *,
        bound: int = BOUND,
        screens: int = SCREENS,
    ) -> None:
        """At most `bound` bytes, or the bytes of `screens` screens if that is more."""
        self._clock = clock
        self._least = bound
        self._screens = screens
        self._kept: OrderedDict[str, CachedTile] = OrderedDict()
        self._bytes = 0
        self._end = 0.0
        self._bound = bound

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        """Memory used, in bytes."""
        return self._bytes

    def clear(self) -> None:
        """Drop all tiles."""
        self._kept.clear()
        self._bytes = 0

    def make_room(self, screen: int) -> None:
        """Raise the bound for a screen of `screen` bytes."""
        self._bound = max(self._least, self._screens * screen)

    def begin_paint(self) -> None:
        """Start a paint event."""
        self._end = self._clock() + BUDGET

    @property
    def spent(self) -> bool:
        """Whether the time budget of this paint event is used up."""
        return self._clock() > self._end

    def find(self, id: str, shown: Shown, sort: Sort) -> CachedTile | None:
        """Cached tile, if it is still valid."""
        found = self._kept.get(id)
        if found is None or found.sort != sort:
            return None
        # A picture has thirty fields to compare.
        if found.shown is not shown and found.shown != shown:
            return None
        self._kept.move_to_end(id)
        return found

    def former(self, id: str) -> QPixmap | None:
        """Last painted tile, even if outdated."""
        found = self._kept.get(id)
        return None if found is None else found.pixmap

    def end_fade(self, id: str) -> None:
        """Forget what a tile looked like before its thumbnail."""
        found = self._kept[id]
        if found.before is not None:
            self._bytes -= _size(found.before)
            found.before = None

    def make(
        self,
        id: str,
        shown: Shown,
        sort: Sort,
        cell: QRect,
        dpr: int,
        state: TileState,
        kit: TileStyle,
    ) -> CachedTile:
        """Paint a tile and cache it."""
        pixmap = QPixmap(cell.width() * dpr, cell.height() * dpr)
        pixmap.setDevicePixelRatio(dpr)
        pixmap.fill(kit.color("band" if state.stack.member else "mat"))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        layout = paint_tile(painter, QRect(0, 0, cell.width(), cell.height()), state, kit)
        if state.stack is not PLAIN:
            stack_painter().paint_stack(painter, layout, state, kit)
        painter.end()
        made = CachedTile(shown, sort, pixmap)
        old = self._kept.pop(id, None)
        if old is not None:
            self._bytes -= old.bytes
            if sort[0] and not old.sort[0]:
                made.before = old.pixmap
        self._kept[id] = made
        self._bytes += made.bytes
        while self._bytes > self._bound and len(self._kept) > 1:
            _id, gone = self._kept.popitem(last=False)
            self._bytes -= gone.bytes
        return made


def _size(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
