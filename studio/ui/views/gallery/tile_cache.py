"""Tiles as they were painted, kept as long as they look the same.

A tile takes a tenth of a millisecond to paint and a hundredth to copy; a large screen has three
hundred of them, and scrolling shows each again and again. Only tiles that stand still are kept
(those of pictures, and of jobs that are over), and only where a logical pixel is a whole number of
device pixels: elsewhere a copy would not be as sharp as what was painted.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPixmap, QRegion

from studio.ui.views.gallery.layout import TileState
from studio.ui.views.gallery.paint import paint_tile
from studio.ui.views.gallery.tile_style import TileStyle

BOUND = 8 * 1024 * 1024  # bytes; more where a screen is large
SCREENS = 2  # of tiles are kept at least
BUDGET = 0.004
"""Seconds of one paint event for tiles that are painted anew; the others come a moment later."""

Sort = tuple[int, bool, bool, int, int]
"""What else a tile depends on: thumbnail, selected, one of many, width and height of the cell."""

Shown = object
"""What a tile is of: a picture, or all that the tile of a job says. It looks the same if equal."""


class TileCache:
    """The tiles painted last, within a bound."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[Shown, Sort, QPixmap]] = OrderedDict()
        self._bytes = 0
        self._end = 0.0
        self._bound = BOUND
        self.later = QRegion()

    @property
    def bytes(self) -> int:
        """Memory the tiles take."""
        return self._bytes

    def clear(self) -> None:
        """Nothing looks as it did."""
        self._kept.clear()
        self._bytes = 0

    def make_room(self, screen: int) -> None:
        """Keep more than the usual where a screen takes so many bytes."""
        self._bound = max(BOUND, SCREENS * screen)

    def begin_paint(self) -> None:
        """A paint event begins."""
        self._end = self._clock() + BUDGET
        self.later = QRegion()

    @property
    def spent(self) -> bool:
        """Whether this paint event took long enough."""
        return self._clock() > self._end

    def find(self, id: str, shown: Shown, sort: Sort) -> QPixmap | None:
        """The tile as it was painted, if it would look the same now."""
        found = self._kept.get(id)
        if found is None or found[1] != sort or found[0] != shown:
            return None
        self._kept.move_to_end(id)
        return found[2]

    def former(self, id: str) -> QPixmap | None:
        """The tile as it was painted last, whatever has changed since."""
        found = self._kept.get(id)
        return None if found is None else found[2]

    def make(
        self,
        id: str,
        shown: Shown,
        sort: Sort,
        cell: QRect,
        dpr: int,
        state: TileState,
        kit: TileStyle,
    ) -> QPixmap:
        """Paint a tile, and keep it."""
        pixmap = QPixmap(cell.width() * dpr, cell.height() * dpr)
        pixmap.setDevicePixelRatio(dpr)
        pixmap.fill(kit.color("mat"))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_tile(painter, QRect(0, 0, cell.width(), cell.height()), state, kit)
        painter.end()
        old = self._kept.pop(id, None)
        if old is not None:
            self._bytes -= _size(old[2])
        self._kept[id] = shown, sort, pixmap
        self._bytes += _size(pixmap)
        while self._bytes > self._bound and len(self._kept) > 1:
            _id, (_shown, _sort, gone) = self._kept.popitem(last=False)
            self._bytes -= _size(gone)
        return pixmap


def _size(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
