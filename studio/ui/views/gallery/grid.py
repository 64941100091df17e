"""Arithmetic layout of tiles, so that a million of them cost nothing."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from PySide6.QtCore import QRect

LEFT, RIGHT, BOTTOM = 14, 18, 12  # mat around the tiles; the scroll bar lies over the right margin
GUTTER = 2
BORDER = 7  # distance of the picture box from the cell's edge
CAPTION = 26
STRIP = 14  # height of the marks that replace the caption under small tiles
CAPTION_FROM = 128
SMALLEST, USUAL, LARGEST = 96, 158, 512


class Grid(Struct, frozen=True, kw_only=True):
    """Layout of `count` tiles in a view `width` pixels wide.

    Attributes:
        box: side of the square a picture is fitted into.
        caption: whether names are shown under the pictures (never below 128 px).
        lead: empty cells before the first tile. They compensate for tiles inserted above the view,
            so that no visible tile changes its column.
        grow: extra height of a caption in pixels, for large text.
        mirrored: whether the layout is right to left.
    """

    width: int
    count: int
    box: int = USUAL
    caption: bool = True
    lead: int = 0
    grow: int = 0
    mirrored: bool = False

    @property
    def has_caption(self) -> bool:
        """Whether names are enabled and there is room for them."""
        return self.caption and self.box >= CAPTION_FROM

    @property
    def foot(self) -> int:
        """Height of the caption or of the strip in its place."""
        return (CAPTION if self.has_caption else STRIP) + self.grow

    @property
    def columns(self) -> int:
        """Number of columns; at least one."""
        inner = self.width - LEFT - RIGHT
        return max(1, inner // (self.box + 2 * BORDER + GUTTER))

    @property
    def pitch_x(self) -> float:
        """Distance between columns; may be fractional, so that the columns fill the width."""
        return max(self.box + 2 * BORDER + GUTTER, self.width - LEFT - RIGHT) / self.columns

    @property
    def pitch_y(self) -> int:
        """Distance between lines."""
        return self.box + 10 + self.foot

    @property
    def lines(self) -> int:
        return -(-(self.count + self.lead) // self.columns) if self.count else 0

    @property
    def height(self) -> int:
        """Height of the whole content."""
        return self.lines * self.pitch_y + BOTTOM if self.count else 0

    def cell(self, row: int) -> QRect:
        """Cell of a row, in the coordinates of the whole content."""
        return self._seen(self._cell(row))

    def _seen(self, box: QRect) -> QRect:
        """Convert a rectangle between the left-to-right layout and the one shown."""
        if not self.mirrored:
            return box
        return QRect(self.width - box.x() - box.width(), box.y(), box.width(), box.height())

    def _cell(self, row: int) -> QRect:
        line, column = divmod(row + self.lead, self.columns)
        left = LEFT + round(column * self.pitch_x)
        right = LEFT + round((column + 1) * self.pitch_x)
        return QRect(left, line * self.pitch_y, right - left - GUTTER, self.pitch_y - GUTTER)

    def line_cells(self, rows: range, offset: int) -> Iterator[tuple[int, QRect]]:
        """Rows of one line with their cells, in a viewport scrolled down by `offset`."""
        line, column = divmod(rows[0] + self.lead, self.columns)
        pitch, top, high = self.pitch_x, line * self.pitch_y - offset, self.pitch_y - GUTTER
        left = LEFT + round(column * pitch)
        for at, row in enumerate(rows, column + 1):
            right = LEFT + round(at * pitch)
            yield row, self._seen(QRect(left, top, right - left - GUTTER, high))
            left = right

    def at(self, x: int, y: int) -> int | None:
        """Row whose cell contains this point; None for gutters and the empty mat."""
        if self.mirrored:
            x = self.width - 1 - x
        if y < 0 or x < LEFT:
            return None
        columns = self.columns
        # Cell edges are rounded, so the quotient may be one column off at an edge.
        guess = min(columns - 1, int((x - LEFT) / self.pitch_x))
        for column in (guess, guess + 1, guess - 1):
            if not 0 <= column < columns:
                continue
            row = (y // self.pitch_y) * columns + column - self.lead
            if 0 <= row < self.count and self._cell(row).contains(x, y):
                return row
        return None

    def between(self, top: int, bottom: int) -> range:
        """Rows of all lines that touch the pixels from `top` to `bottom`, both included."""
        columns = self.columns
        first = max(0, top // self.pitch_y) * columns - self.lead
        last = (max(-1, bottom // self.pitch_y) + 1) * columns - self.lead
        return range(max(0, min(first, self.count)), max(0, min(last, self.count)))

    def touched(self, area: QRect) -> list[range]:
        """Rows whose cells touch `area`, one range per line of tiles."""
        found: list[range] = []
        area = self._seen(area)
        if area.right() < LEFT:
            return found
        columns, pitch = self.columns, self.pitch_x
        # A rounded cell edge may be a pixel off its pitch: check one more on each side.
        left = max(0, int((area.left() - LEFT - 1) / pitch))
        right = min(columns - 1, int((area.right() - LEFT + 1) / pitch))
        top = max(0, area.top() // self.pitch_y)
        bottom = min(self.lines - 1, area.bottom() // self.pitch_y)
        for line in range(top, bottom + 1):
            first = line * columns + left - self.lead
            last = line * columns + right - self.lead
            rows = range(max(0, first), min(self.count, last + 1))
            # Drop end cells of which only the gutter is in the area.
            while rows and not self._cell(rows[0]).intersects(area):
                rows = rows[1:]
            while rows and not self._cell(rows[-1]).intersects(area):
                rows = rows[:-1]
            if rows:
                found.append(rows)
        return found
