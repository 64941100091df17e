"""The order of the grid in stacks.

A stack is placed at its first picture in the order of the grid, and its other pictures follow.
Tiles are closed stacks, single pictures and members of open stacks. They are kept in blocks, so
that opening a stack or adding a picture takes no longer in a grid of a million pictures.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from studio.domain.stack_blocks import LooseStack, StackBlock, index_of
from studio.domain.stacks import StackTile, TileChange

LARGE = 200
"""Number of pictures from which an open stack shows only its first `FIRST`."""

FIRST = 60
_BLOCK = 1024
_PORTION = 50_000
_READ = 4096


Place = Callable[[int], int]
"""Position of a row in the order of the grid without stacks."""


class Stacking:
    """The order of the grid in stacks.

    `len` is the number of tiles. A key is any positive number shared by the pictures of one stack;
    0 is for single pictures, and a stack of one counts as a single picture. Negative rows are
    pictures still being made, which are covers only of stacks without finished pictures.

    Attributes:
        ranks: ranks of pictures as covers (`rank_of`), other than 0.
    """

    def __init__(self, ranks: Mapping[int, int] | None = None) -> None:
        self._blocks: list[StackBlock] = []
        self._tile_ends: list[int] = []
        self._stack_ends: list[int] = []
        self._count = 0
        # Cache of tiles: those on screen are read at every paint.
        self._read: dict[int, StackTile] = {}
        self.ranks = dict(ranks or {})

    @classmethod
    def of(
        cls,
        rows: Sequence[int],
        keys: Sequence[int],
        *,
        ranks: Mapping[int, int] | None = None,
        opened: Mapping[int, bool] | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> Stacking:
        """Stacks of rows in the order of the grid, each with its key.

        `opened` has the keys of the open stacks, and whether all of a large one is shown. `check`
        is called now and then, and may raise to end the work.
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
        found, opened = cls(ranks), opened or {}
        ranked = found.ranks.keys()
        for start in range(0, len(order), _BLOCK):
            if start % _PORTION < _BLOCK:
                check()
            block, end = StackBlock(), start + _BLOCK
            block.keys = array("q", stacks[start:end])
            for key, one in zip(block.keys, order[start:end], strict=True):
                if isinstance(one, list):
                    block.rows.extend(one)
                    size = len(one)
                    cover = max(one) if ranked.isdisjoint(one) else found._cover(one)
                else:
                    block.rows.append(one)
                    size, cover = 1, one
                block.sizes.append(size)
                block.covers.append(cover)
                whole = opened.get(key)
                block.tiles.append(1 if whole is None else size if whole else _tiles(size))
            found._blocks.append(block)
        found._count = len(rows)
        found._measure()
        return found

    def _cover(self, rows: Sequence[int]) -> int:
        ranks = self.ranks
        return max(rows, key=lambda row: (ranks.get(row, 0) if row > 0 else -1, row))

    def _measure(self) -> None:
        self._read.clear()
        self._tile_ends = list(accumulate(block.tile_ends[-1] for block in self._blocks))
        self._stack_ends = list(accumulate(len(block.keys) for block in self._blocks))

    # Counts

    def __len__(self) -> int:
        return self._tile_ends[-1] if self._tile_ends else 0

    @property
    def pictures(self) -> int:
        """Number of rows."""
        return self._count

    @property
    def stacks(self) -> int:
        """Number of stacks and single pictures."""
        return self._stack_ends[-1] if self._stack_ends else 0

    @property
    def single(self) -> int:
        """Number of single pictures."""
        return sum(block.single for block in self._blocks)

    # Tiles

    def tile(self, index: int) -> StackTile:
        """The tile at this index. Raises IndexError."""
        if (found := self._read.get(index)) is not None:
            return found
        if not 0 <= index < len(self):
            raise IndexError(index)
        number = bisect_right(self._tile_ends, index)
        block = self._blocks[number]
        left = index - (self._tile_ends[number - 1] if number else 0)
        at = bisect_right(block.tile_ends, left)
        before = self._stacks_before(number)
        found = self._tile(block, at, left - block.first_tile(at), before + at)
        if len(self._read) >= _READ:
            self._read.clear()
        self._read[index] = found
        return found

    @staticmethod
    def _tile(block: StackBlock, at: int, member: int, stack: int) -> StackTile:
        size, tiles, cover = block.sizes[at], block.tiles[at], block.covers[at]
        row = block.rows[block.first_row(at) + member] if tiles > 1 else cover
        last = member == tiles - 1
        return StackTile(
            stack=stack,
            key=block.keys[at],
            row=row,
            member=member,
            size=size,
            open=tiles > 1,
            last=last,
            busy=tiles == 1 < size and min(block.members(at)) < 0,
            more=size - tiles if tiles > 1 and last else 0,
            cover=row == cover,
        )

    def shown(self, first: int, last: int) -> array[int]:
        """Rows of the tiles `first` to `last`, both included; for closed stacks, the covers."""
        found = array("q")
        for number, block in enumerate(self._blocks):
            start = self._tile_ends[number - 1] if number else 0
            if start > last:
                break
            low, high = max(0, first - start), min(block.tile_ends[-1], last + 1 - start)
            if low >= high:
                continue
            if block.tile_ends[-1] == len(block.tiles):
                found.extend(block.covers[low:high])
            elif high - low == block.tile_ends[-1]:
                found.extend(block.shown())
            else:
                found.extend(self.tile(start + index).row for index in range(low, high))
        return found

    def members(self, stack: int) -> array[int]:
        """Rows of a stack in the order of the grid. Raises IndexError."""
        block, at, _number = self._stack(stack)
        return block.members(at)

    def first_tile(self, stack: int) -> int:
        """Index of the first tile of a stack. Raises IndexError."""
        block, at, number = self._stack(stack)
        return self._tiles_before(number) + block.first_tile(at)

    def tile_count(self, stack: int) -> int:
        """Number of tiles of a stack. Raises IndexError."""
        block, at, _number = self._stack(stack)
        return block.tiles[at]

    def closed(self, first: int, last: int) -> tuple[int, int]:
        """Number of closed stacks among the tiles `first` to `last`, and number of their rows."""
        found = rows = 0
        for number, block in enumerate(self._blocks):
            start = self._tiles_before(number)
            low, high = max(0, first - start), min(block.tile_ends[-1], last + 1 - start)
            if low >= high:
                continue
            if high - low == block.tile_ends[-1]:
                pairs = zip(block.sizes, block.tiles, strict=True)
                sizes = [size for size, tiles in pairs if tiles == 1 < size]
                found, rows = found + len(sizes), rows + sum(sizes)
                continue
            for index in range(low, high):
                tile = self.tile(start + index)
                if tile.closed:
                    found, rows = found + 1, rows + tile.size
        return found, rows

    def find(self, row: int) -> int | None:
        """Index of the tile that shows a row, or of its closed stack; None if there is none."""
        for number, block in enumerate(self._blocks):
            if (place := index_of(block.rows, row)) is not None:
                return self._tile_of(number, place)
        return None

    def find_all(self, rows: set[int]) -> list[int]:
        """Indices of the tiles that show these rows, ascending, each once."""
        found: set[int] = set()
        left = len(rows)
        for number, block in enumerate(self._blocks):
            if not left:
                break
            if rows.isdisjoint(block.rows):
                continue
            for place, row in enumerate(block.rows):
                if row in rows:
                    left -= 1
                    found.add(self._tile_of(number, place))
        return sorted(found)

    def _tile_of(self, number: int, place: int) -> int:
        block = self._blocks[number]
        at = bisect_right(block.row_ends, place)
        shown = min(place - block.first_row(at), block.tiles[at] - 1)
        return self._tiles_before(number) + block.first_tile(at) + shown

    def find_stack(self, key: int) -> int | None:
        """Number of the stack with this key; None if there is none."""
        for number, block in enumerate(self._blocks):
            if (at := index_of(block.keys, key)) is not None:
                return self._stacks_before(number) + at
        return None

    def _tiles_before(self, number: int) -> int:
        return self._tile_ends[number - 1] if number else 0

    def _stacks_before(self, number: int) -> int:
        return self._stack_ends[number - 1] if number else 0

    def _stack(self, stack: int) -> tuple[StackBlock, int, int]:
        if not 0 <= stack < self.stacks:
            raise IndexError(stack)
        number = bisect_right(self._stack_ends, stack)
        return self._blocks[number], stack - self._stacks_before(number), number

    # Opening

    def is_open(self, stack: int) -> bool:
        block, at, _number = self._stack(stack)
        return block.tiles[at] > 1

    def opening(self, stack: int, *, opened: bool, whole: bool = False) -> TileChange:
        """The change of tiles that `set_open` will make. Raises IndexError."""
        block, at, _number = self._stack(stack)
        now, wanted = block.tiles[at], self._wanted(block, at, opened=opened, whole=whole)
        first = self.first_tile(stack)
        if wanted > now:
            return TileChange("inserted", first + now, first + wanted - 1)
        if wanted < now:
            return TileChange("removed", first + wanted, first + now - 1)
        return TileChange("changed", first, first + now - 1)

    def set_open(self, stack: int, *, opened: bool, whole: bool = False) -> None:
        """Open or close a stack; `whole` shows all pictures of a large one. Raises IndexError."""
        block, at, number = self._stack(stack)
        wanted = self._wanted(block, at, opened=opened, whole=whole)
        more = wanted - block.tiles[at]
        block.tiles[at] = wanted
        block.changed()
        self._read.clear()
        for later in range(number, len(self._tile_ends)):
            self._tile_ends[later] += more

    @staticmethod
    def _wanted(block: StackBlock, at: int, *, opened: bool, whole: bool) -> int:
        size = block.sizes[at]
        return (size if whole else _tiles(size)) if opened else 1

    def set_all_open(self, *, opened: bool) -> None:
        """Open or close all stacks."""
        for block in self._blocks:
            if opened:
                block.tiles = array("I", map(_tiles, block.sizes))
            else:
                block.tiles = array("I", [1]) * len(block.sizes)
            block.changed()
        self._measure()

    def opened(self) -> dict[int, bool]:
        """Keys of the open stacks, and whether all of a large one is shown."""
        return {
            key: tiles == size > LARGE
            for block in self._blocks
            if sum(block.tiles) > len(block.tiles)
            for key, tiles, size in zip(block.keys, block.tiles, block.sizes, strict=True)
            if tiles > 1
        }

    # Changes

    def inserting(self, row: int, key: int, place: Place) -> TileChange:
        """The change of tiles that `insert` will make."""
        before = self._before(place(row), place)
        stack = self.find_stack(key) if key else None
        if stack is None:
            first = self.first_tile(before) if before < self.stacks else len(self)
            return TileChange("inserted", first, first)
        block, at, _number = self._stack(stack)
        member = self._member(block.members(at), place(row), place)
        if member == 0 and before != stack:
            return TileChange("moved")
        first, tiles, size = self.first_tile(stack), block.tiles[at], block.sizes[at]
        if tiles == 1:
            return TileChange("changed", first, first)
        if tiles < size:
            return TileChange("moved")
        return TileChange("inserted", first + member, first + member)

    def insert(self, row: int, key: int, place: Place) -> None:
        """Add a row to its stack, or as a single picture; `place` already includes it.

        A stack is placed at its first picture, so it may move.
        """
        stack = self.find_stack(key) if key else None
        self._count += 1
        if stack is None:
            before = self._before(place(row), place)
            self._put(before, LooseStack(key, array("q", [row]), 1, row))
            return
        taken = self._take(stack)
        rows = taken.rows
        member = self._member(rows, place(row), place)
        tiles = _resized(taken.tiles, len(rows), len(rows) + 1)
        rows.insert(member, row)
        cover = self._cover((taken.cover, row))
        before = stack if member else self._before(place(row), place)
        self._put(before, LooseStack(key, rows, tiles, cover))

    def removing(self, row: int, place: Place) -> TileChange:
        """The change of tiles that `remove` will make; none if the row is not in the grid."""
        index = self.find(row)
        if index is None:
            return TileChange("changed")
        tile = self.tile(index)
        if tile.size == 1:
            return TileChange("removed", index, index)
        block, at, _number = self._stack(tile.stack)
        members, tiles = block.members(at), block.tiles[at]
        if members[0] == row and self._before(place(members[1]), place) > tile.stack + 1:
            return TileChange("moved")
        if tiles == 1:
            return TileChange("changed", index, index)
        if tiles < tile.size:
            return TileChange("moved")
        return TileChange("removed", index, index)

    def remove(self, row: int, place: Place) -> bool:
        """Remove a row; False if it is not in the grid. `place` is needed for the other rows only.

        A stack that loses its first picture moves to the place of its next one.
        """
        index = self.find(row)
        if index is None:
            return False
        stack = self.tile(index).stack
        taken = self._take(stack)
        rows = taken.rows
        self._count -= 1
        if len(rows) == 1:
            return True
        first = rows[0] == row
        rows.remove(row)
        tiles = _resized(taken.tiles, len(rows) + 1, len(rows))
        cover = self._cover(rows) if taken.cover == row else taken.cover
        before = self._before(place(rows[0]), place) if first else stack
        self._put(before, LooseStack(taken.key, rows, tiles, cover))
        return True

    def replace(self, row: int, new: int) -> int | None:
        """Replace a row by another of the same stack; returns the index of the changed tile."""
        for number, block in enumerate(self._blocks):
            if (place := index_of(block.rows, row)) is not None:
                block.rows[place] = new
                self._read.clear()
                at = bisect_right(block.row_ends, place)
                members = block.members(at)
                rest = block.covers[at] if block.covers[at] != row else self._cover(members)
                block.covers[at] = self._cover((rest, new))
                return self._tile_of(number, place)
        return None

    def set_ranks(self, ranks: Mapping[int, int]) -> list[int]:
        """Set the ranks of pictures and update the covers; returns indices of changed tiles."""
        found = []
        for row, rank in ranks.items():
            if self.ranks.get(row, 0) == rank:
                continue
            self.ranks[row] = rank
            index = self.find(row)
            if index is None:
                continue
            stack = self.tile(index).stack
            block, at, _number = self._stack(stack)
            block.covers[at] = self._cover(block.members(at))
            self._read.clear()
            found.append(self.first_tile(stack))
        return found

    def every_row(self) -> array[int]:
        """All rows in the order of the stacked grid, as an array."""
        found = array("q")
        for block in self._blocks:
            found.extend(block.rows)
        return found

    def _before(self, at: int, place: Place) -> int:
        """Number of stacks that begin before a position."""
        number = bisect_left(self._blocks, at, key=lambda block: place(block.rows[0]))
        if not number:
            return 0
        block, before = self._blocks[number - 1], self._stacks_before(number - 1)
        stacks = range(len(block.keys))
        return before + bisect_left(stacks, at, key=lambda n: place(block.rows[block.first_row(n)]))

    @staticmethod
    def _member(rows: array[int], at: int, place: Place) -> int:
        return bisect_left(rows, at, key=place)

    def _put(self, before: int, stack: LooseStack) -> None:
        if not self._blocks:
            self._blocks.append(StackBlock())
            self._stack_ends = [0]
        number = min(bisect_left(self._stack_ends, before), len(self._blocks) - 1)
        block = self._blocks[number]
        block.insert(before - self._stacks_before(number), stack)
        if len(block.keys) > 2 * _BLOCK:
            self._blocks.insert(number + 1, block.halved())
        self._measure()

    def _take(self, stack: int) -> LooseStack:
        block, at, number = self._stack(stack)
        taken = block.remove(at)
        if not block.keys:
            del self._blocks[number]
        self._measure()
        return taken


def _tiles(size: int) -> int:
    """Number of tiles of an open stack."""
    return size if size <= LARGE else FIRST


def _resized(tiles: int, before: int, size: int) -> int:
    """Number of tiles of a stack whose size changed from `before`."""
    if tiles == 1:
        return 1
    return size if tiles == before else _tiles(size)
