"""Blocks of consecutive stacks in the order of the grid (`stacked_rows.Stacking`)."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class LooseStack:
    """A stack outside a block: its key, rows, number of tiles and cover."""

    key: int
    rows: array[int]
    tiles: int
    cover: int


class StackBlock:
    """Consecutive stacks: keys, numbers of pictures and tiles, covers, and all rows."""

    __slots__ = ("_row_ends", "_single", "_tile_ends", "covers", "keys", "rows", "sizes", "tiles")

    def __init__(self) -> None:
        self.keys = array("q")
        self.sizes = array("I")
        self.tiles = array("I")
        self.covers = array("q")
        self.rows = array("q")
        self.changed()

    def changed(self) -> None:
        """Discard the values computed from sizes and tiles."""
        self._tile_ends: list[int] = []
        self._row_ends: list[int] = []
        self._single = -1

    @property
    def tile_ends(self) -> list[int]:
        """Number of tiles up to the end of each stack."""
        if not self._tile_ends:
            self._tile_ends = list(accumulate(self.tiles))
        return self._tile_ends

    @property
    def row_ends(self) -> list[int]:
        """Number of rows up to the end of each stack."""
        if not self._row_ends:
            self._row_ends = list(accumulate(self.sizes))
        return self._row_ends

    @property
    def single(self) -> int:
        """Number of single pictures."""
        if self._single < 0:
            self._single = self.sizes.count(1)
        return self._single

    def first_row(self, at: int) -> int:
        """Offset of the rows of the stack at this index in the block."""
        return self.row_ends[at] - self.sizes[at]

    def first_tile(self, at: int) -> int:
        return self.tile_ends[at] - self.tiles[at]

    def members(self, at: int) -> array[int]:
        begin = self.first_row(at)
        return self.rows[begin : begin + self.sizes[at]]

    def shown(self) -> array[int]:
        """Rows of all tiles; for closed stacks, the covers."""
        found, begin = array("q"), 0
        for size, tiles, cover in zip(self.sizes, self.tiles, self.covers, strict=True):
            if tiles == 1:
                found.append(cover)
            else:
                found.extend(self.rows[begin : begin + tiles])
            begin += size
        return found

    def insert(self, at: int, stack: LooseStack) -> None:
        begin = self.first_row(at) if at < len(self.keys) else len(self.rows)
        self.keys.insert(at, stack.key)
        self.sizes.insert(at, len(stack.rows))
        self.tiles.insert(at, stack.tiles)
        self.covers.insert(at, stack.cover)
        self.rows[begin:begin] = stack.rows
        self.changed()

    def remove(self, at: int) -> LooseStack:
        taken = LooseStack(self.keys[at], self.members(at), self.tiles[at], self.covers[at])
        begin = self.first_row(at)
        del self.rows[begin : begin + self.sizes[at]]
        for values in (self.keys, self.sizes, self.tiles, self.covers):
            del values[at]
        self.changed()
        return taken

    def halved(self) -> StackBlock:
        """Keep the first half of the stacks; returns the second."""
        other, at = StackBlock(), len(self.keys) // 2
        begin = self.first_row(at)
        for name in ("keys", "sizes", "tiles", "covers"):
            values = getattr(self, name)
            setattr(other, name, values[at:])
            del values[at:]
        other.rows = self.rows[begin:]
        del self.rows[begin:]
        self.changed()
        return other


def index_of(values: array[int], value: int) -> int | None:
    """Index of a value, found by a byte search, which is ten times as fast as `array.index`."""
    width, data = values.itemsize, values.tobytes()
    wanted = array(values.typecode, [value]).tobytes()
    at = data.find(wanted)
    while at >= 0 and at % width:
        at = data.find(wanted, at + 1)
    return at // width if at >= 0 else None
