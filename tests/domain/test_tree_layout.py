"""Folding and layout of family trees, for random families."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.domain.entities import Flag
from studio.domain.family import FamilyNode, FamilyTree
from studio.domain.tree_layout import (
    FOLD_MARK,
    NARROW_PITCH,
    PITCH,
    FoldState,
    TreeFilter,
    TreeLayout,
    TreeShape,
    lay_out,
    shape,
)

FLAGS = (Flag.NONE, Flag.PICK, Flag.REJECT)


@st.composite
def families(draw: st.DrawFn) -> FamilyTree:
    """A family in which every picture but the first was edited from an earlier one."""
    count = draw(st.integers(1, 80))
    nodes = [FamilyNode(id="p1", row=1, created=1.0, cost_usd=0.1)]
    for n in range(2, count + 1):
        parent = draw(st.integers(max(1, n - draw(st.integers(1, 40))), n - 1))
        flag = draw(st.sampled_from(FLAGS))
        nodes.append(FamilyNode(id=f"p{n}", row=n, parent=f"p{parent}", flag=flag))
    return FamilyTree(nodes)


def flat(count: int) -> FamilyTree:
    """A root with so many children."""
    root = FamilyNode(id="p1", row=1)
    child = FamilyNode(id="", parent="p1")
    return FamilyTree([root, *(replace(child, id=f"p{n}", row=n) for n in range(2, count + 2))])


def leaves(shown: TreeShape) -> int:
    ids = {shown.root, *(id for ids in shown.children.values() for id in ids)}
    ends = sum(1 for id in ids if not shown.children.get(id) and id not in shown.folds)
    return ends + len(shown.folds)


def arranged(tree: FamilyTree, pitch: float, **choices: object) -> tuple[TreeShape, TreeLayout]:
    shown = shape(tree, **choices)  # type: ignore[arg-type]
    named = frozenset(id for id in tree.nodes if tree.nodes[id].row % 5 == 0)
    jobs = {tree.root: ["job"]}
    return shown, lay_out(shown, tags=named, spends=named, jobs=jobs, pitch=pitch)


@given(families(), st.sampled_from((PITCH, NARROW_PITCH)), st.data())
@settings(max_examples=60, deadline=None)
def test_no_boxes_overlap_and_parents_are_left_of_children(
    tree: FamilyTree, pitch: float, data: st.DataObject
) -> None:
    selected = data.draw(st.sampled_from([*tree.nodes]))
    _shown, layout = arranged(tree, pitch, selected=selected)
    for one, other in combinations(layout.boxes.values(), 2):
        across = one.x < other.x + other.width and other.x < one.x + one.width
        down = one.y < other.y + other.height and other.y < one.y + one.height
        assert not (across and down)
    for box in layout.boxes.values():
        assert box.first <= box.y
        assert box.y + box.height <= box.last
        assert box.y >= 0
        assert box.y + box.height <= layout.height
        if box.parent:
            parent = layout.boxes[box.parent]
            assert parent.x + parent.width < box.x
            assert parent.first <= box.first <= box.last <= parent.last


@given(families(), st.data())
@settings(max_examples=60, deadline=None)
def test_every_picture_is_shown_or_in_one_fold(tree: FamilyTree, data: st.DataObject) -> None:
    ids = [*tree.nodes]
    selected = data.draw(st.sampled_from(ids))
    by_hand = FoldState(
        closed=frozenset(data.draw(st.lists(st.sampled_from(ids), max_size=3))),
        opened=frozenset(data.draw(st.lists(st.sampled_from(ids), max_size=3))),
    )
    most = data.draw(st.integers(1, 20))
    shown = shape(tree, selected=selected, by_hand=by_hand, leaves=most)
    assert shown == shape(tree, selected=selected, by_hand=by_hand, leaves=most)
    there = {shown.root, *(id for ids in shown.children.values() for id in ids)}
    assert {selected, *tree.ancestors(selected)} <= there
    folded = [one for ids in shown.folds.values() for id in ids for one in tree.descendants(id)]
    assert sorted([*there, *folded]) == sorted(tree.nodes)
    for id in by_hand.closed & there:
        way = {selected, *tree.ancestors(selected)}
        assert set(shown.children.get(id, ())) <= way
    for id in (by_hand.opened - by_hand.closed) & there:
        assert id not in shown.folds


@given(families(), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_folding_leaves_as_many_leaves_as_wanted(tree: FamilyTree, most: int) -> None:
    assert leaves(shape(tree, leaves=most)) <= most
    assert not shape(tree, leaves=len(tree)).folds


def test_rejected_leaves_are_folded_before_others_and_old_ones_before_new() -> None:
    rejected, old, new = {"p3", "p9"}, {"p2", "p4"}, {"p10", "p11"}
    tree = flat(10)
    nodes = [
        replace(node, flag=Flag.REJECT if node.id in rejected else Flag.NONE)
        for node in tree.nodes.values()
    ]
    tree = FamilyTree(nodes)
    assert set(shape(tree, leaves=9).folds["p1"]) == rejected
    assert set(shape(tree, leaves=7).folds["p1"]) == rejected | old
    assert new <= set(shape(tree, leaves=3).children["p1"])


def test_branches_with_picks_are_folded_last() -> None:
    nodes = [*flat(50).nodes.values()]
    nodes.append(FamilyNode(id="deep", row=99, parent="p2", flag=Flag.PICK))
    shown = shape(FamilyTree(nodes), leaves=5)
    assert "p2" in shown.children["p1"]
    assert shown.children["p2"] == ("deep",)


def test_filters_keep_the_parents_of_what_they_show() -> None:
    nodes = [
        FamilyNode(id="root", row=1),
        FamilyNode(id="bad", row=2, parent="root", flag=Flag.REJECT),
        FamilyNode(id="good", row=3, parent="bad", flag=Flag.PICK),
        FamilyNode(id="gone", row=4, parent="root", flag=Flag.REJECT),
        FamilyNode(id="plain", row=5, parent="root"),
    ]
    tree = FamilyTree(nodes)
    without = shape(tree, filtered=TreeFilter.NOT_REJECTED)
    assert without.children == {"root": ("bad", "plain"), "bad": ("good",)}
    picks = shape(tree, filtered=TreeFilter.PICKS)
    assert picks.children == {"root": ("bad",), "bad": ("good",)}
    assert shape(tree, filtered=TreeFilter.PICKS, selected="gone").children["root"] == (
        "bad",
        "gone",
    )


@given(families(), st.data())
@settings(max_examples=40, deadline=None)
def test_visible_boxes_are_those_a_plain_search_finds(
    tree: FamilyTree, data: st.DataObject
) -> None:
    _shown, layout = arranged(tree, PITCH, leaves=30)
    left = data.draw(st.floats(-200, max(layout.width, 1)))
    top = data.draw(st.floats(-200, max(layout.height, 1)))
    right, bottom = left + 700, top + 500
    found = {box.id for box in layout.visible(left, top, right, bottom)}
    for box in layout.boxes.values():
        across = box.x < right and left < box.x + box.width
        if across and box.y < bottom and top < box.y + box.height:
            assert box.id in found
        middle = (box.x + 1, box.y + 1)
        assert layout.at(*middle) == box


def test_a_chain_of_ten_thousand_pictures_is_laid_out() -> None:
    nodes = [
        FamilyNode(id=f"p{n}", row=n, parent=f"p{n - 1}" if n > 1 else "") for n in range(1, 10_001)
    ]
    shown = shape(FamilyTree(nodes), selected="p10000")
    layout = lay_out(shown)
    assert len(layout.boxes) == 10_000
    assert len(list(layout.visible(0, 0, 1000, 1000))) < 10


@pytest.mark.parametrize("way", [1, -1])
def test_the_neighbour_in_a_generation_is_the_nearest(way: int) -> None:
    layout = lay_out(shape(flat(3)))
    chain = ["p2", "p3", "p4"][::way]
    assert [layout.beside(id, way) for id in chain] == [*chain[1:], chain[-1]]


def test_an_empty_family_has_no_boxes() -> None:
    layout = lay_out(shape(FamilyTree(())))
    assert not layout.boxes
    assert layout.at(0, 0) is None


def test_a_fold_has_a_box_of_its_own_below_the_shown_children() -> None:
    layout = lay_out(shape(flat(10), leaves=3))
    fold = layout.boxes["p1" + FOLD_MARK]
    assert len(fold.folded) == 8
    assert fold.middle == max(box.middle for box in layout.boxes.values())
