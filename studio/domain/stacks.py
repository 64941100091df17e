"""Stacks of the grid: pictures of one run, one parent or put together by hand, as one tile.

A stack stands at its first picture in the order of the grid, and its other pictures follow there.
An open stack shows them in the usual tiles, a large one its first sixty and a tile for the rest. So
the grid stays arithmetic: tiles are closed stacks, single pictures and members of open stacks. The
tiles are kept in blocks, so that opening a stack or adding a picture costs the same in a grid of a
million.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

LARGE = 200
"""Number of pictures from which on an open stack shows only its first `FIRST`."""

FIRST = 60
_BLOCK = 1024
_PORTION = 50_000


class StackBy(StrEnum):
    """What makes a stack; those made by hand are stacks in all but `OFF`."""

    OFF = "off"
    RUN = "run"
    PARENT = "parent"
    HAND = "hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackMember:
    """What the rule for the cover looks at.

    Attributes:
        row: number in the order of arrival.
        cover: rank given by hand; 0 for none.
    """

    row: int
    picked: bool = False
    rating: int = 0
    cover: int = 0


def cover_of(members: Sequence[StackMember]) -> int:
    """Row of the cover: chosen by hand, else the newest pick, else most stars, else the newest."""
    return max(members, key=lambda one: (one.cover, one.picked, _stars(one), one.row)).row


def _stars(member: StackMember) -> int:
    # Among picks the newest counts.
    return 0 if member.picked else member.rating


@dataclass(frozen=True, slots=True, kw_only=True)
class StackTile:
    """A tile of the stacked grid.

    Attributes:
        stack: number of its stack or single picture, in the order of the grid, from 0.
        key: key of the stack; 0 for a single picture.
        row: its picture; of a closed stack the first one in the order of the grid.
        member: place within an open stack, from 0.
        size: number of pictures of the stack; 1 for a single picture.
        open: whether it belongs to an open stack.
        more: number of further pictures that this tile stands for; 0 for a picture.
    """

    stack: int
    key: int
    row: int
    member: int = 0
    size: int = 1
    open: bool = False
    more: int = 0


class _Block:
    """Consecutive stacks: their keys, numbers of pictures and tiles, and the rows of all."""

    __slots__ = ("_row_ends", "_tile_ends", "keys", "rows", "sizes", "tiles")

    def __init__(self) -> None:
        self.keys = array("q")
        self.sizes = array("I")
        self.tiles = array("I")
        self.rows = array("q")
        self._tile_ends: list[int] = []
        self._row_ends: list[int] = []

    def changed(self) -> None:
        """Forget what was computed of sizes and tiles."""
        self._tile_ends, self._row_ends = [], []

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

    def first_row(self, at: int) -> int:
        """Where the rows of the stack at this place in the block begin."""
        return self.row_ends[at] - self.sizes[at]

    def first_tile(self, at: int) -> int:
        return self.tile_ends[at] - self.tiles[at]

    def members(self, at: int) -> array[int]:
        begin = self.first_row(at)
        return self.rows[begin : begin + self.sizes[at]]


def _index(values: array[int], value: int) -> int | None:
    """Place of a value, by a search of bytes: ten times as fast as `array.index`."""
    width, data = values.itemsize, values.tobytes()
    wanted = array(values.typecode, [value]).tobytes()
    at = data.find(wanted)
    while at >= 0 and at % width:
        at = data.find(wanted, at + 1)
    return at // width if at >= 0 else None


class Stacking:
    """The order of the grid in stacks.

    `len` is the number of tiles. A key is any number that pictures of one stack share; 0 is for
    single pictures, and a stack of one is a single picture too.
    """

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._tile_ends: list[int] = []
        self._stack_ends: list[int] = []
        self._count = 0

    @classmethod
    def of(
        cls,
        rows: Sequence[int],
        keys: Sequence[int],
        *,
        open_keys: frozenset[int] = frozenset(),
        check: Callable[[], None] = lambda: None,
    ) -> Stacking:
        """Stacks of rows in the order of the grid, each with its key.

        `open_keys`: stacks that are open. `check` is called now and then; what it raises ends the
        work.
        """
        places: dict[int, int] = {}
        order: list[int | list[int]] = []
        stacks: list[int] = []
        for start in range(0, len(rows), _PORTION):
            check()
            end = start + _PORTION
            for row, key in zip(rows[start:end], keys[start:end], strict=True):
                if key and (at := places.get(key)) is not None:
                    before = order[at]
                    if isinstance(before, list):
                        before.append(row)
                    else:
                        order[at] = [before, row]
                    continue
                if key:
                    places[key] = len(order)
                order.append(row)
                stacks.append(key)
        found = cls()
        for start in range(0, len(order), _BLOCK):
            if start % _PORTION < _BLOCK:
                check()
            block, end = _Block(), start + _BLOCK
            block.keys = array("q", stacks[start:end])
            for key, one in zip(block.keys, order[start:end], strict=True):
                if isinstance(one, list):
                    block.rows.extend(one)
                    size = len(one)
                else:
                    block.rows.append(one)
                    size = 1
                block.sizes.append(size)
                block.tiles.append(_tiles(size) if key in open_keys else 1)
            found._blocks.append(block)
        found._count = len(rows)
        found._measure()
        return found

    def _measure(self) -> None:
        self._tile_ends = list(accumulate(block.tile_ends[-1] for block in self._blocks))
        self._stack_ends = list(accumulate(len(block.keys) for block in self._blocks))

    # Counts

    def __len__(self) -> int:
        return self._tile_ends[-1] if self._tile_ends else 0

    @property
    def pictures(self) -> int:
        """Number of pictures."""
        return self._count

    @property
    def stacks(self) -> int:
        """Number of stacks and single pictures."""
        return self._stack_ends[-1] if self._stack_ends else 0

    # Tiles

    def tile(self, index: int) -> StackTile:
        """The tile at this index. Raises IndexError."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        number = bisect_right(self._tile_ends, index)
        block = self._blocks[number]
        left = index - (self._tile_ends[number - 1] if number else 0)
        at = bisect_right(block.tile_ends, left)
        before = self._stack_ends[number - 1] if number else 0
        return self._tile(block, at, left - block.first_tile(at), before + at)

    @staticmethod
    def _tile(block: _Block, at: int, member: int, stack: int) -> StackTile:
        size, tiles, begin = block.sizes[at], block.tiles[at], block.first_row(at)
        rest = tiles > 1 and tiles < size and member == tiles - 1
        return StackTile(
            stack=stack,
            key=block.keys[at] if size > 1 else 0,
            row=block.rows[begin + member],
            member=member,
            size=size,
            open=tiles > 1,
            more=size - member if rest else 0,
        )

    def tiles(self, start: int, end: int) -> list[StackTile]:
        """The tiles from `start` up to `end`, as far as there are."""
        return [self.tile(index) for index in range(max(start, 0), min(end, len(self)))]

    def members(self, stack: int) -> array[int]:
        """Rows of a stack in the order of the grid. Raises IndexError."""
        block, at, _number = self._stack(stack)
        return block.members(at)

    def first_tile(self, stack: int) -> int:
        """Index of the first tile of a stack. Raises IndexError."""
        block, at, number = self._stack(stack)
        return (self._tile_ends[number - 1] if number else 0) + block.first_tile(at)

    def find(self, row: int, key: int = 0) -> int | None:
        """Index of the tile that shows a row, or of its closed stack; None where there is none.

        `key`: key of its stack, if known, which is faster.
        """
        for number, block in enumerate(self._blocks):
            if key and _index(block.keys, key) is None:
                continue
            if (place := _index(block.rows, row)) is not None:
                at = bisect_right(block.row_ends, place)
                shown = min(place - block.first_row(at), block.tiles[at] - 1)
                before = self._tile_ends[number - 1] if number else 0
                return before + block.first_tile(at) + shown
        return None

    def find_stack(self, key: int) -> int | None:
        """Number of the stack with this key; None where there is none."""
        for number, block in enumerate(self._blocks):
            if (at := _index(block.keys, key)) is not None:
                return (self._stack_ends[number - 1] if number else 0) + at
        return None

    def _stack(self, stack: int) -> tuple[_Block, int, int]:
        if not 0 <= stack < self.stacks:
            raise IndexError(stack)
        number = bisect_right(self._stack_ends, stack)
        return (
            self._blocks[number],
            stack - (self._stack_ends[number - 1] if number else 0),
            number,
        )

    # Changes

    def is_open(self, stack: int) -> bool:
        block, at, _number = self._stack(stack)
        return block.tiles[at] > 1

    def set_open(self, stack: int, *, opened: bool, whole: bool = False) -> None:
        """Open or close a stack; `whole` shows all pictures of a large one. Raises IndexError."""
        block, at, number = self._stack(stack)
        size = block.sizes[at]
        wanted = (size if whole else _tiles(size)) if opened else 1
        more = wanted - block.tiles[at]
        block.tiles[at] = wanted
        block.changed()
        for later in range(number, len(self._tile_ends)):
            self._tile_ends[later] += more

    def set_all_open(self, *, opened: bool) -> None:
        """Open or close all stacks."""
        for block in self._blocks:
            if opened:
                block.tiles = array("I", map(_tiles, block.sizes))
            else:
                block.tiles = array("I", [1]) * len(block.sizes)
            block.changed()
        self._measure()

    def open_keys(self) -> frozenset[int]:
        """Keys of the open stacks."""
        return frozenset(
            key
            for block in self._blocks
            if sum(block.tiles) > len(block.tiles)
            for key, tiles in zip(block.keys, block.tiles, strict=True)
            if tiles > 1
        )

    def add_first(self, row: int, key: int = 0) -> None:
        """Add a picture at the beginning of the grid; its stack moves there and stays as it is."""
        rows, opened, whole = array("q", [row]), False, False
        if key and (stack := self.find_stack(key)) is not None:
            block, at, _number = self._stack(stack)
            rows.extend(block.members(at))
            opened = block.tiles[at] > 1
            whole = opened and block.tiles[at] == block.sizes[at]
            self._drop(stack)
        if not self._blocks or len(self._blocks[0].keys) >= _BLOCK:
            self._blocks.insert(0, _Block())
        block = self._blocks[0]
        block.keys.insert(0, key)
        block.sizes.insert(0, len(rows))
        wanted = len(rows) if whole and len(rows) > LARGE else _tiles(len(rows))
        block.tiles.insert(0, wanted if opened else 1)
        block.rows[0:0] = rows
        block.changed()
        self._count += 1
        self._measure()

    def remove(self, row: int, key: int = 0) -> bool:
        """Remove a picture; False where it is not in the grid."""
        index = self.find(row, key)
        if index is None:
            return False
        stack = self.tile(index).stack
        block, at, _number = self._stack(stack)
        if block.sizes[at] == 1:
            self._drop(stack)
        else:
            whole = block.tiles[at] == block.sizes[at]
            block.rows.pop(block.first_row(at) + block.members(at).index(row))
            block.sizes[at] -= 1
            if block.tiles[at] > 1:
                size = block.sizes[at]
                block.tiles[at] = size if whole else _tiles(size)
            block.changed()
        self._count -= 1
        self._measure()
        return True

    def _drop(self, stack: int) -> None:
        block, at, number = self._stack(stack)
        begin = block.first_row(at)
        del block.rows[begin : begin + block.sizes[at]]
        for values in (block.keys, block.sizes, block.tiles):
            del values[at]
        block.changed()
        if not block.keys:
            del self._blocks[number]
        self._measure()

    def rows(self) -> Iterator[int]:
        """All rows in the order of the stacked grid."""
        for block in self._blocks:
            yield from block.rows


def _tiles(size: int) -> int:
    """Number of tiles of an open stack."""
    return size if size <= LARGE else FIRST + 1
