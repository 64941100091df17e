"""Stacks of the grid, against plain lists."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.domain import stacked_rows
from studio.domain.stacked_rows import FIRST, LARGE, Stacking
from studio.domain.stacks import StackMember, TileChange, cover_of, rank_of


class ListModel:
    """The same order, made anew from a plain list of rows each time."""

    def __init__(self, rows: list[int], keys: dict[int, int]) -> None:
        self.rows = rows
        self.keys = keys
        self.ranks: dict[int, int] = {}
        self.opened: set[int] = set()
        self.whole: set[int] = set()

    @property
    def stacks(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for row in self.rows:
            # A single picture has a key of its own here.
            found.setdefault(self.keys[row] or -(10**9) - row, []).append(row)
        return list(found.values())

    def cover(self, stack: list[int]) -> int:
        return max(stack, key=lambda row: (row > 0, self.ranks.get(row, 0), row))

    def settle(self) -> None:
        """Stacks of one are closed; one that shows all of its pictures does so while it is open."""
        sizes = {self.keys[stack[0]]: len(stack) for stack in self.stacks}
        self.opened = {key for key in self.opened if sizes.get(key, 0) > 1}
        self.whole &= self.opened
        self.whole |= {key for key in self.opened if sizes[key] <= stacked_rows.LARGE}

    def tiles(self) -> list[tuple[int, int, int]]:
        """Row, number in the stack, and pictures not shown of each tile."""
        found = []
        for stack in self.stacks:
            key = self.keys[stack[0]]
            if key not in self.opened:
                found.append((self.cover(stack), 0, 0))
            elif key in self.whole:
                found += [(row, at, 0) for at, row in enumerate(stack)]
            else:
                first = stack[: stacked_rows.FIRST]
                found += [(row, at, 0) for at, row in enumerate(first)]
                found[-1] = (*found[-1][:2], len(stack) - len(first))
        return found


class Tiles:
    """What a view keeps of the tiles by the changes that it is told."""

    def __init__(self, found: Stacking) -> None:
        self.found = found
        self.shown = self.read()

    def read(self) -> list[int]:
        return [self.found.tile(index).row for index in range(len(self.found))]

    def change(self, change: TileChange, apply: Callable[[], object]) -> None:
        apply()
        now = self.read()
        first, last = change.first, change.last
        if change.kind == "moved":
            self.shown = now
        elif change.kind == "inserted":
            self.shown[first:first] = now[first : last + 1]
        elif change.kind == "removed":
            del self.shown[first : last + 1]
        else:
            self.shown[first : last + 1] = now[first : last + 1]
        if change.kind in ("inserted", "removed") and first:
            # The first tile of a stack has its number, so it is painted again.
            self.shown[first - 1] = now[first - 1]
        assert self.shown == now


@settings(deadline=None, max_examples=150)
@given(n=st.integers(0, 60), groups=st.integers(1, 12), seed=st.integers())
def test_stacks_are_those_of_a_plain_list(n: int, groups: int, seed: int) -> None:
    draw = random.Random(seed)
    keys = {row: draw.choice([0, 0, *range(1, groups + 1)]) for row in range(-n - 200, n + 200)}
    rows = draw.sample(range(1, n + 1), n)
    with pytest.MonkeyPatch.context() as patch:
        # Small blocks and stacks, so that all borders are met.
        patch.setattr(stacked_rows, "_BLOCK", 4)
        patch.setattr(stacked_rows, "LARGE", 5)
        patch.setattr(stacked_rows, "FIRST", 2)
        model = ListModel(rows, keys)
        found = Stacking.of(rows, [keys[row] for row in rows])
        tiles = Tiles(found)
        new = n + 1
        for _step in range(60):
            action = draw.random()
            many = [at for at, one in enumerate(model.stacks) if len(one) > 1]
            if action < 0.3 and many:
                stack = draw.choice(many)
                key = keys[model.stacks[stack][0]]
                opened, whole = key not in model.opened, draw.random() < 0.3
                tiles.change(
                    found.opening(stack, opened=opened, whole=whole),
                    partial(found.set_open, stack, opened=opened, whole=whole),
                )
                (model.opened.add if opened else model.opened.discard)(key)
                (model.whole.add if opened and whole else model.whole.discard)(key)
            elif action < 0.6:
                row = new if draw.random() < 0.7 else -new
                model.rows.insert(draw.choice([0, draw.randint(0, len(model.rows))]), row)
                tiles.change(
                    found.inserting(row, keys[row], model.rows.index),
                    partial(found.insert, row, keys[row], model.rows.index),
                )
                new += 1
            elif action < 0.7 and model.rows:
                row = draw.choice(model.rows)
                keys[new] = keys[row]
                at = found.replace(row, new)
                assert at is not None
                model.rows[model.rows.index(row)] = new
                model.ranks.pop(row, None)
                tiles.shown[at] = found.tile(at).row
                new += 1
            elif action < 0.8 and model.rows:
                row, rank = draw.choice(model.rows), draw.randint(0, 3)
                if row > 0:
                    model.ranks[row] = rank
                    for at in found.set_ranks({row: rank}):
                        tiles.shown[at] = found.tile(at).row
            elif model.rows:
                row = draw.choice(model.rows)
                change = found.removing(row, model.rows.index)
                tiles.change(change, partial(found.remove, row, model.rows.index))
                model.rows.remove(row)
            model.settle()
            stacks = model.stacks
            expected = model.tiles()
            assert len(found) == len(expected)
            assert (found.pictures, found.stacks) == (len(model.rows), len(stacks))
            assert found.single == sum(len(one) == 1 for one in stacks)
            shown = [found.tile(index) for index in range(len(found))]
            assert [(one.row, one.member, one.more) for one in shown] == expected
            assert list(found.every_row()) == [row for one in stacks for row in one]
            low = draw.randint(0, len(expected))
            high = draw.randint(0, len(expected))
            assert list(found.shown(low, high)) == [one[0] for one in expected[low : high + 1]]
            assert tiles.read() == tiles.shown
        for number, expected_rows in enumerate(model.stacks):
            assert list(found.members(number)) == expected_rows
            assert found.tile(found.first_tile(number)).stack == number
            at = found.find(expected_rows[-1])
            assert at is not None
            assert found.tile(at).stack == number
            assert at in found.find_all({expected_rows[-1], 10**6})
        assert found.find(10**6) is None


def test_a_large_stack_opens_to_its_first_pictures() -> None:
    found = Stacking.of(range(1, LARGE + 2), [7] * (LARGE + 1))
    assert len(found) == 1
    assert (found.tile(0).size, found.tile(0).open) == (LARGE + 1, False)
    found.set_open(0, opened=True)
    assert len(found) == FIRST
    assert found.tile(FIRST - 1).more == LARGE + 1 - FIRST
    assert found.opened() == {7: False}
    found.set_open(0, opened=True, whole=True)
    assert found.opened() == {7: True}
    assert len(found) == LARGE + 1
    found.set_all_open(opened=False)
    assert len(found) == 1
    again = Stacking.of(range(1, LARGE + 2), [7] * (LARGE + 1), opened={7: False})
    assert len(again) == FIRST
    with pytest.raises(IndexError):
        again.tile(FIRST)


def test_a_stack_of_one_is_a_plain_tile() -> None:
    found = Stacking.of([3, 2, 1], [5, 0, 0])
    tiles = [found.tile(index) for index in range(len(found))]
    assert [(one.key, one.size) for one in tiles] == [(5, 1), (0, 1), (0, 1)]
    assert not any(one.closed for one in tiles)


def test_the_cover_follows_the_rule() -> None:
    def rows(*members: StackMember) -> int:
        ranks = {one.row: rank_of(one) for one in members}
        order = [one.row for one in members]
        cover = Stacking.of(order, [7] * len(order), ranks=ranks).tile(0).row
        assert cover == cover_of(members)
        return cover

    one, two = StackMember(row=1), StackMember(row=2)
    assert rows(one, two) == 2
    assert rows(StackMember(row=1, rating=3), two) == 1
    assert rows(StackMember(row=1, picked=True), StackMember(row=2, rating=5)) == 1
    assert rows(StackMember(row=1, picked=True, rating=5), StackMember(row=2, picked=True)) == 2
    assert rows(StackMember(row=1, cover=2), StackMember(row=2, cover=1, picked=True)) == 1
