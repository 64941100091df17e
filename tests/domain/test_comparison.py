"""Which pictures are compared: champion, challengers, and a changing order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.domain.comparison import MOST, Comparison, RelativePlacement


def begun(count: int, *chosen: int) -> Comparison:
    made = Comparison.of(range(1, count + 1), chosen)
    assert made is not None
    return made


def test_one_picture_is_compared_with_its_neighbour() -> None:
    assert begun(5, 2).sides == [2, 3]
    assert begun(5, 5).sides == [5, 4]
    assert Comparison.of([7], [7]) is None
    assert Comparison.of([7, 8], [9]) is None


def test_at_most_four_are_compared_each_once() -> None:
    assert begun(9, 1, 2, 2, 3, 4, 5).sides == [1, 2, 3, 4]


def test_what_took_the_place_of_a_compared_row_is_compared_instead() -> None:
    one = begun(4, 2)
    one.beaten = {1}
    one.set_order([1, 9, 3, 4])
    assert one.sides == [4, 3], "a neighbour stands in"
    one.show_successor(2, 9)
    assert one.sides == [9, 3]
    assert one.beaten == {1}
    one.set_order([1, 9, 8, 4])
    one.show_row(1)
    one.show_successor(3, 8)
    assert one.sides == [9, 1], "something else was chosen there since"
    one.show_successor(9, 8)
    assert one.sides == [8, 1], "before the order changes, too"
    one.show_successor(7, 4)
    assert one.sides == [8, 1], "it was not compared"


def test_the_champion_stays_while_challengers_pass() -> None:
    one = begun(5, 3)
    seen = [one.sides[1]]
    while one.step(1):
        seen.append(one.sides[1])
    assert seen == [4, 5]
    assert one.sides[0] == 3
    assert one.beaten == {4}
    assert one.step(-1)
    assert one.step(-1)
    assert one.sides == [3, 2]
    assert (one.place(1), one.challengers) == (2, 4)


def test_a_crowned_challenger_becomes_the_champion_and_the_next_one_comes() -> None:
    one = begun(5, 2, 3)
    one.crown(1)
    assert one.sides == [3, 4]
    assert one.beaten == {2}
    assert one.step(-1)
    assert one.sides == [3, 2]


def test_of_two_pictures_the_former_champion_is_the_challenger() -> None:
    one = begun(2, 1, 2)
    one.crown(1)
    assert one.sides == [2, 1]


def test_arrows_change_the_champion_only_when_it_is_unlocked() -> None:
    one = begun(5, 1, 2)
    one.set_active(0)
    assert one.active == 1
    one.set_locked(locked=False)
    one.set_active(0)
    assert one.step(1)
    assert one.sides == [3, 2]
    one.set_locked(locked=True)
    assert one.active == 1


def test_tab_goes_round_the_challengers() -> None:
    one = begun(9, 1, 2, 3, 4)
    places = []
    for _turn in range(4):
        places.append(one.active)
        one.next_active(1)
    assert places == [1, 2, 3, 1]


def test_what_left_the_order_comes_back_to_its_side_as_after_an_undo() -> None:
    one = begun(5, 2, 4)
    one.step(1)
    assert one.set_order([1, 3, 4, 5])
    assert one.sides == [3, 5]
    assert one.set_order([1, 2, 3, 4, 5])
    assert one.sides == [2, 5]
    assert one.beaten == {4}


def test_what_left_the_order_does_not_replace_what_was_chosen_since() -> None:
    one = begun(6, 2, 4)
    one.set_order([1, 2, 3, 5, 6])
    assert one.sides == [2, 5]
    one.step(1)
    one.set_order([1, 2, 3, 4, 5, 6])
    assert one.sides == [2, 6]


def test_a_removed_challenger_is_replaced_by_the_picture_after_it() -> None:
    one = begun(6, 2, 4)
    assert one.set_order([1, 2, 3, 5, 6])
    assert one.sides == [2, 5]
    assert one.set_order([2, 3])
    assert one.sides == [2, 3]
    assert not one.set_order([2])


DECISIONS = st.lists(
    st.one_of(
        st.tuples(st.just("step"), st.sampled_from([1, -1])),
        st.tuples(st.just("crown"), st.integers(0, MOST)),
        st.tuples(st.just("swap"), st.integers(0, MOST)),
        st.tuples(st.just("active"), st.integers(0, MOST - 1)),
        st.tuples(st.just("tab"), st.sampled_from([1, -1])),
        st.tuples(st.just("lock"), st.integers(0, 1)),
        st.tuples(st.just("put"), st.integers(1, 9)),
        st.tuples(st.just("remove"), st.integers(1, 9)),
        st.tuples(st.just("add"), st.integers(1, 9)),
    ),
    max_size=40,
)


@given(count=st.integers(2, 9), chosen=st.lists(st.integers(1, 9), max_size=5), decisions=DECISIONS)
def test_each_side_is_always_another_picture_of_the_order(
    count: int, chosen: list[int], decisions: list[tuple[str, int]]
) -> None:
    one = Comparison.of(list(range(1, count + 1)), chosen)
    if one is None:
        return
    for what, n in decisions:
        champion = one.sides[0]
        if what == "step":
            moved = one.step(n)
            assert moved or set(one.order[:1]) | set(one.order[-1:])
            assert not one.locked or one.sides[0] == champion
        elif what == "crown":
            wanted = one.sides[n] if 0 < n < len(one.sides) else champion
            one.crown(n)
            assert one.sides[0] == wanted
        elif what == "swap":
            one.swap(n)
        elif what == "active":
            one.set_active(n)
        elif what == "tab":
            one.next_active(n)
        elif what == "lock":
            one.set_locked(locked=bool(n))
        elif what == "put":
            one.show_row(n)
        else:
            order = [row for row in one.order if row != n] if what == "remove" else [*one.order]
            if what == "add" and n not in order:
                order.append(n)
            if not one.set_order(order):
                return
        assert len(set(one.sides)) == len(one.sides) >= 2
        assert set(one.sides) <= set(one.order)
        assert (0 if not one.locked else 1) <= one.active < len(one.sides)
        for side in range(1, len(one.sides)):
            assert 1 <= one.place(side) <= one.challengers


@given(st.integers(2, 9), st.integers(0, 8), st.integers(0, 8))
def test_the_pictures_beside_are_those_that_a_step_brings(
    count: int, first: int, second: int
) -> None:
    chosen = [first % count + 1, second % count + 1]
    found = []
    for way in (1, -1):
        made = begun(count, *chosen)
        if made.step(way):
            found.append(made.sides[made.active])
    assert begun(count, *chosen).beside == found


shares = st.floats(-1, 2)


@given(st.floats(0.2, 5), st.floats(0.2, 5), shares, shares, shares, shares)
def test_a_placement_and_its_inverse_lead_back(
    across: float, down: float, left: float, top: float, u: float, v: float
) -> None:
    placement = RelativePlacement(across=across, down=down, left=left, top=top)
    assert placement.inverse.place(*placement.place(u, v)) == pytest.approx((u, v), abs=1e-9)
