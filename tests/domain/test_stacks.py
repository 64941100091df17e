"""Stacks of the grid, against plain lists."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.domain import stacks
from studio.domain.stacks import FIRST, LARGE, Stacking, StackMember, cover_of


class ListModel:
    """The same order as lists of lists."""

    def __init__(self, rows: list[int], keys: dict[int, int]) -> None:
        self.keys = keys
        self.opened: set[int] = set()
        self.whole: set[int] = set()
        self.stacks: list[list[int]] = []
        for row in rows:
            stack = self._stack_of(row)
            if stack is None:
                self.stacks.append([row])
            else:
                stack.append(row)

    def _stack_of(self, row: int) -> list[int] | None:
        key = self.keys[row]
        return next((one for one in self.stacks if key and self.keys[one[0]] == key), None)

    def add_first(self, row: int) -> None:
        stack = self._stack_of(row)
        if stack is not None:
            self.stacks.remove(stack)
        self.stacks.insert(0, [row, *(stack or [])])

    def remove(self, row: int) -> None:
        stack = next(one for one in self.stacks if row in one)
        stack.remove(row)
        if not stack:
            self.stacks.remove(stack)
            self.opened.discard(self.keys[row])
            self.whole.discard(self.keys[row])
        elif len(stack) == 1:
            self.opened.discard(self.keys[row])
            self.whole.discard(self.keys[row])

    def tiles(self) -> list[tuple[int, int, int]]:
        """Row, number in the stack, and further pictures of each tile."""
        found = []
        for stack in self.stacks:
            key = self.keys[stack[0]]
            if key not in self.opened:
                found.append((stack[0], 0, 0))
            elif len(stack) <= stacks.LARGE or key in self.whole:
                found += [(row, at, 0) for at, row in enumerate(stack)]
            else:
                first = stacks.FIRST
                found += [(row, at, 0) for at, row in enumerate(stack[:first])]
                found.append((stack[first], first, len(stack) - first))
        return found


@settings(deadline=None, max_examples=150)
@given(n=st.integers(0, 60), groups=st.integers(1, 12), seed=st.integers())
def test_stacks_are_those_of_a_plain_list(n: int, groups: int, seed: int) -> None:
    draw = random.Random(seed)
    keys = {row: draw.choice([0, 0, *range(1, groups + 1)]) for row in range(1, n + 200)}
    rows = draw.sample(range(1, n + 1), n)
    with pytest.MonkeyPatch.context() as patch:
        # Small blocks and stacks, so that all borders are met.
        patch.setattr(stacks, "_BLOCK", 4)
        patch.setattr(stacks, "LARGE", 5)
        patch.setattr(stacks, "FIRST", 2)
        model = ListModel(rows, keys)
        found = Stacking.of(rows, [keys[row] for row in rows])
        shown, new = set(rows), n + 1
        for _step in range(60):
            action = draw.random()
            many = [at for at, one in enumerate(model.stacks) if len(one) > 1]
            if action < 0.35 and many:
                stack = draw.choice(many)
                key = keys[model.stacks[stack][0]]
                opened, whole = key not in model.opened, draw.random() < 0.3
                large = len(model.stacks[stack]) > stacks.LARGE
                found.set_open(stack, opened=opened, whole=whole)
                (model.opened.add if opened else model.opened.discard)(key)
                (model.whole.add if opened and whole and large else model.whole.discard)(key)
            elif action < 0.65:
                model.add_first(new)
                found.add_first(new, keys[new])
                shown.add(new)
                new += 1
            elif shown:
                row = draw.choice(sorted(shown))
                shown.remove(row)
                model.remove(row)
                assert found.remove(row, keys[row])
            _settle(model)
            expected = model.tiles()
            assert len(found) == len(expected)
            assert found.pictures == len(shown)
            assert found.stacks == len(model.stacks)
            tiles = found.tiles(0, len(found))
            assert [(one.row, one.member, one.more) for one in tiles] == expected
            assert list(found.rows()) == [row for one in model.stacks for row in one]
        for number, expected_rows in enumerate(model.stacks):
            assert list(found.members(number)) == expected_rows
            assert found.tile(found.first_tile(number)).stack == number
            at = found.find(expected_rows[-1], keys[expected_rows[-1]])
            assert at is not None
            assert found.tile(at).stack == number
        assert found.find(10**6) is None


def _settle(model: ListModel) -> None:
    """A stack that shows all of its pictures is whole, as long as it is open."""
    for stack in model.stacks:
        key = model.keys[stack[0]]
        if key in model.opened and len(stack) <= stacks.LARGE:
            model.whole.add(key)


def test_a_large_stack_opens_to_its_first_pictures() -> None:
    found = Stacking.of(range(1, LARGE + 2), [7] * (LARGE + 1))
    assert len(found) == 1
    assert (found.tile(0).size, found.tile(0).open) == (LARGE + 1, False)
    found.set_open(0, opened=True)
    assert len(found) == FIRST + 1
    assert found.tile(FIRST).more == LARGE + 1 - FIRST
    assert found.open_keys() == {7}
    found.set_open(0, opened=True, whole=True)
    assert len(found) == LARGE + 1
    found.set_all_open(opened=False)
    assert len(found) == 1
    again = Stacking.of(range(1, LARGE + 2), [7] * (LARGE + 1), open_keys=frozenset({7}))
    assert len(again) == FIRST + 1
    with pytest.raises(IndexError):
        again.tile(FIRST + 1)


def test_a_stack_of_one_is_a_plain_tile() -> None:
    found = Stacking.of([3, 2, 1], [5, 0, 0])
    assert [(one.key, one.size) for one in found.tiles(0, 9)] == [(0, 1)] * 3


def test_the_cover_follows_the_rule() -> None:
    def rows(*members: StackMember) -> int:
        return cover_of(members)

    one, two = StackMember(row=1), StackMember(row=2)
    assert rows(one, two) == 2
    assert rows(StackMember(row=1, rating=3), two) == 1
    assert rows(StackMember(row=1, picked=True), StackMember(row=2, rating=5)) == 1
    assert rows(StackMember(row=1, picked=True, rating=5), StackMember(row=2, picked=True)) == 2
    assert rows(StackMember(row=1, cover=2), StackMember(row=2, cover=1, picked=True)) == 1
