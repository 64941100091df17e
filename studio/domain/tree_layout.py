"""Layout of a family tree: the folded pictures, and the positions of the others.

Columns are generations, from left to right. Each picture has a horizontal band for itself and its
descendants, so that boxes do not overlap and the visible ones are found by bisection.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from studio.domain.entities import Flag
from studio.domain.family import FamilyNode, FamilyTree, NodeState

LEAVES = 40  # leaves that are left open
PITCH = 286  # from one generation to the next; in a narrow window 180
NARROW_PITCH = 180
LEAF = 99  # from one leaf to the next
PICTURE = 64  # the longer side of a picture
CAPTION = 20  # under the picture: name and stars
SPEND = 15  # under the name: money of a branch
TAG = 24  # over the picture: name of a branch
WIDTH = 112  # of a box
FOLD_WIDTH = 176  # of the box of a fold, with its text to the right of its pictures
FOLD_MARK = "+"  # appended to the parent's id, it makes the id of a fold's box


class TreeFilter(StrEnum):
    """Pictures shown in a tree; parents of shown pictures and the selected one are always shown."""

    ALL = "all"
    NOT_REJECTED = "not_rejected"
    PICKS = "picks"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldState:
    """Folding by the user: ids of the pictures whose children were folded or unfolded by hand."""

    closed: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()

    def toggled(self, id: str, *, fold: bool) -> FoldState:
        """The state with the children of a picture folded or unfolded."""
        if fold:
            return FoldState(closed=self.closed | {id}, opened=self.opened - {id})
        return FoldState(closed=self.closed - {id}, opened=self.opened | {id})


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeShape:
    """The shown part of a family.

    Attributes:
        children: ids of the shown children by parent; no entry for pictures without any.
        folds: ids of the folded children by parent.
    """

    root: str
    children: Mapping[str, Sequence[str]]
    folds: Mapping[str, Sequence[str]]

    @property
    def shown(self) -> int:
        """Number of shown pictures."""
        return int(bool(self.root)) + sum(len(ids) for ids in self.children.values())


def is_rejected(node: FamilyNode) -> bool:
    """Whether a picture is in the library and rejected, so that it is folded first."""
    return node.flag is Flag.REJECT and node.state is NodeState.PRESENT


def shape(
    tree: FamilyTree,
    *,
    selected: str = "",
    filtered: TreeFilter = TreeFilter.ALL,
    by_hand: FoldState | None = None,
    leaves: int = LEAVES,
) -> TreeShape:
    """Fold a family until it has about this many leaves.

    Rejected leaves are folded first, then branches without picks by age, then the rest by age;
    never the path to the selected picture. The boxes of folds count as leaves.
    """
    if not tree.root:
        return TreeShape(root="", children={}, folds={})
    hand = by_hand or FoldState()
    way = {selected, *tree.ancestors(selected)} if selected in tree.nodes else {tree.root}
    kept = _filtered(tree, filtered, way)
    below = {id: [one for one in tree.children(id) if one in kept] for id in kept}
    order = _opening_order(tree, kept, below)
    shown: dict[str, set[str]] = {}
    count = 1
    waiting: list[tuple[tuple[int, int, int, str], str]] = []
    must: list[tuple[str, str]] = []

    def show(parent: str, child: str) -> None:
        nonlocal count
        there = shown.setdefault(parent, set())
        there.add(child)
        count += len(there) < len(below[parent])
        meet(child)

    def meet(id: str) -> None:
        """Queue the children of a shown picture; those that must be shown come first."""
        if id in hand.closed:
            waited = [one for one in below[id] if one in way]
        elif id in hand.opened:
            waited = below[id]
        else:
            waited = [one for one in below[id] if one in way]
            for one in below[id]:
                if one not in way:
                    heapq.heappush(waiting, (order[one], one))
        must.extend((id, one) for one in waited)

    meet(tree.root)
    while must or waiting:
        if must:
            show(*must.pop())
            continue
        _rank, one = heapq.heappop(waiting)
        parent = tree.nodes[one].parent
        # A fold of a single picture would take as much space as the picture.
        if count < leaves or len(below[parent]) - len(shown.get(parent, ())) == 1:
            show(parent, one)
    return TreeShape(
        root=tree.root,
        children={
            parent: tuple(one for one in below[parent] if one in there)
            for parent, there in shown.items()
        },
        folds={
            id: folded
            for id in (tree.root, *(one for there in shown.values() for one in there))
            if (folded := tuple(one for one in below[id] if one not in shown.get(id, ())))
        },
    )


def _filtered(tree: FamilyTree, filtered: TreeFilter, way: set[str]) -> set[str]:
    if filtered is TreeFilter.ALL:
        return set(tree.nodes)
    kept = {*way}
    for id in reversed(tree.nodes):
        node = tree.nodes[id]
        if filtered is TreeFilter.PICKS:
            wanted = node.flag is Flag.PICK and node.state is NodeState.PRESENT
        else:
            wanted = node.state is NodeState.PRESENT and node.flag is not Flag.REJECT
        if wanted or id in kept:
            kept.add(id)
            if node.parent in tree.nodes:
                kept.add(node.parent)
    return kept


def _opening_order(
    tree: FamilyTree, kept: set[str], below: Mapping[str, Sequence[str]]
) -> dict[str, tuple[int, int, int, str]]:
    """Sort keys of all pictures: those folded first are opened last."""
    newest: dict[str, int] = {}
    found: dict[str, tuple[int, int, int, str]] = {}
    for id in reversed(tree.nodes):
        if id not in kept:
            continue
        node = tree.nodes[id]
        newest[id] = max((node.row, *(newest[one] for one in below[id])))
        folded_first = not below[id] and is_rejected(node)
        kind = 2 if folded_first else 0 if tree.outlay(id).kept else 1
        found[id] = (kind, -newest[id], -node.row, id)
    return found


# --- positions ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeBox:
    """The box of a picture, a job or a fold, in pixels at 100 %.

    Attributes:
        id: id of the picture or job; that of the parent with FOLD_MARK for a fold.
        parent: id of the parent's box; "" for the root.
        generation: column, from 0.
        middle: vertical centre of the picture, where the lines end.
        first, last: the band of this box and its descendants.
    """

    id: str
    parent: str
    generation: int
    x: float
    y: float
    height: float
    middle: float
    first: float
    last: float
    width: float = WIDTH
    folded: tuple[str, ...] = ()

    @property
    def picture(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the picture's square."""
        left, half = self.x + (WIDTH - PICTURE) / 2, PICTURE / 2
        return left, self.middle - half, left + PICTURE, self.middle + half


@dataclass(frozen=True, slots=True)
class TreeLayout:
    """Boxes by id, parents before children, and boxes by column from top to bottom."""

    boxes: Mapping[str, TreeBox]
    columns: Sequence[Sequence[TreeBox]] = ()
    width: float = 0
    height: float = 0
    pitch: float = PITCH
    _lasts: Sequence[Sequence[float]] = field(default=(), repr=False)

    def visible(self, left: float, top: float, right: float, bottom: float) -> Iterator[TreeBox]:
        """Boxes that are visible in this part, or whose lines are, parents before children."""
        first = max(0, int(left // self.pitch) - 1)
        for column in range(first, min(len(self.columns), int(max(right, 0) // self.pitch) + 1)):
            boxes, lasts = self.columns[column], self._lasts[column]
            for place in range(bisect_left(lasts, top), len(boxes)):
                if boxes[place].first > bottom:
                    break
                yield boxes[place]

    def at(self, x: float, y: float) -> TreeBox | None:
        """Box under a point."""
        for box in self.visible(x, y, x, y):
            if box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height:
                return box
        return None

    def beside(self, id: str, way: int) -> str:
        """Id of the next box below (1) or above (-1) in its column; `id` if there is none."""
        box = self.boxes[id]
        column = self.columns[box.generation]
        place = bisect_left(self._lasts[box.generation], box.last) + way
        return column[place].id if 0 <= place < len(column) else id


def lay_out(
    shown: TreeShape,
    *,
    tags: frozenset[str] = frozenset(),
    spends: frozenset[str] = frozenset(),
    jobs: Mapping[str, Sequence[str]] | None = None,
    pitch: float = PITCH,
) -> TreeLayout:
    """Position the shown pictures, folds and jobs.

    Args:
        tags: pictures with the name of a branch above them.
        spends: pictures with the cost of their branch below them.
        jobs: ids of jobs by the picture they edit.
        pitch: pixels from one generation to the next.
    """
    if not shown.root:
        return TreeLayout({})
    below = _entries(shown, jobs or {})
    parents = {child: parent for parent, ids in below.items() for child in ids}
    generations = {shown.root: 0}
    order = [shown.root]
    for id in order:  # grows during the loop
        for child in below.get(id, ()):
            generations[child] = generations[id] + 1
            order.append(child)
    own = {id: (TAG * (id in tags), CAPTION + SPEND * (id in spends)) for id in order}
    bands: dict[str, float] = {}
    for id in reversed(order):
        above, under = own[id]
        bands[id] = max(
            LEAF + above + SPEND * (id in spends),
            sum(bands[child] for child in below.get(id, ())),
        )
    firsts = {shown.root: 0.0}
    for id in order:
        children = below.get(id, ())
        start = firsts[id] + (bands[id] - sum(bands[child] for child in children)) / 2
        for child in children:
            firsts[child] = start
            start += bands[child]
    middles: dict[str, float] = {}
    for id in reversed(order):
        above, under = own[id]
        room = bands[id] - above - under - PICTURE
        usual = firsts[id] + room / 2 + above + PICTURE / 2
        if children := below.get(id, ()):
            wanted = (middles[children[0]] + middles[children[-1]]) / 2
            lowest = firsts[id] + above + PICTURE / 2
            usual = min(max(wanted, lowest), lowest + room)
        middles[id] = usual
    folded = {
        id: tuple(shown.folds[id[: -len(FOLD_MARK)]]) if id.endswith(FOLD_MARK) else ()
        for id in order
    }
    boxes = {
        id: TreeBox(
            id=id,
            parent=parents.get(id, ""),
            generation=generations[id],
            x=generations[id] * pitch,
            y=middles[id] - PICTURE / 2 - own[id][0],
            height=PICTURE + sum(own[id]),
            middle=middles[id],
            first=firsts[id],
            last=firsts[id] + bands[id],
            folded=folded[id],
            width=FOLD_WIDTH if folded[id] else WIDTH,
        )
        for id in order
    }
    columns: list[list[TreeBox]] = [[] for _n in range(max(generations.values()) + 1)]
    for box in boxes.values():
        columns[box.generation].append(box)
    return TreeLayout(
        boxes,
        columns,
        (len(columns) - 1) * pitch + WIDTH,
        bands[shown.root],
        pitch,
        [[box.last for box in column] for column in columns],
    )


def _entries(shown: TreeShape, jobs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Children, including jobs, and the fold last."""
    present = {shown.root, *(one for ids in shown.children.values() for one in ids)}
    below = {id: list(ids) for id, ids in shown.children.items()}
    for id, ids in jobs.items():
        if id in present:
            below.setdefault(id, []).extend(ids)
    for id in shown.folds:
        below.setdefault(id, []).append(id + FOLD_MARK)
    return below
