"""State shown by a tree: family, selected picture, folds and jobs. Without painting."""

from __future__ import annotations

from collections.abc import Sequence

from studio.domain.entities import Job
from studio.domain.family import FamilyNode, FamilyTree
from studio.domain.tree_layout import (
    PITCH,
    FoldState,
    TreeFilter,
    TreeLayout,
    TreeShape,
    is_rejected,
    lay_out,
    shape,
)


class TreeScene:
    """A family as shown, and navigation by arrow keys.

    Attributes:
        tree: the family; empty until `take_tree`.
        selected: id of the selected picture.
        shape, layout: the nodes shown, and their positions in pixels at 100 %.
        folds: branches folded and unfolded by hand.
        filtered: filter for the pictures shown.
        jobs: failed and running jobs that edit a picture of the family, by id.
        way: ids from the root to the selected picture.
    """

    def __init__(self) -> None:
        self.tree = FamilyTree(())
        self.selected = ""
        self.shape = TreeShape(root="", children={}, folds={})
        self.layout = TreeLayout({})
        self.folds = FoldState()
        self.filtered = TreeFilter.ALL
        self.jobs: dict[str, Job] = {}
        self.way: frozenset[str] = frozenset()
        self._running: tuple[Job, ...] = ()
        self._visited: dict[str, str] = {}

    @property
    def node(self) -> FamilyNode | None:
        """The selected node."""
        return self.tree.nodes.get(self.selected)

    def take_tree(self, tree: FamilyTree, selected: str) -> None:
        """Show a family, with this picture selected or, if it is gone, its nearest ancestor."""
        while selected in self.tree.nodes and selected not in tree.nodes:
            selected = self.tree.nodes[selected].parent
        self.tree = tree
        self._select(selected if selected in tree.nodes else tree.root)
        self._take_jobs()

    def forget_walk(self) -> None:
        """Forget the children visited last."""
        self._visited.clear()

    def set_jobs(self, jobs: Sequence[Job]) -> bool:
        """Set the running jobs; True if the jobs shown changed."""
        before = set(self.jobs)
        self._running = tuple(jobs)
        self._take_jobs()
        return set(self.jobs) != before

    def arrange(self, pitch: float = PITCH) -> None:
        """Fold and lay out everything again."""
        tree = self.tree
        self.shape = shape(tree, selected=self.selected, filtered=self.filtered, by_hand=self.folds)
        below: dict[str, list[str]] = {}
        for job in self.jobs.values():
            edited = job.request.edited
            if edited is not None and edited.picture is not None:
                below.setdefault(edited.picture, []).append(job.id)
        tags = frozenset(tree.branches)
        self.layout = lay_out(
            self.shape, tags=tags, spends=tags | {tree.root}, jobs=below, pitch=pitch
        )

    def select(self, id: str) -> bool:
        """Select a picture of the family; False if it is not shown."""
        self._select(id)
        self._visited[self.tree.nodes[id].parent] = id
        return id in self.layout.boxes

    def toggle_fold(self, id: str) -> bool:
        """Fold or unfold all children of a picture; False without any."""
        if id in self.shape.folds:
            self.folds = self.folds.toggled(id, fold=False)
        elif id in self.tree.nodes and self.tree.children(id):
            self.folds = self.folds.toggled(id, fold=True)
            if id in self.way and id != self.selected:
                self.select(id)  # the selected picture is folded away
        else:
            return False
        return True

    def is_folded(self, id: str) -> bool:
        """Whether children of a picture are folded."""
        return id in self.shape.folds

    def is_dashed(self, id: str) -> bool:
        """Whether the line to a box is dashed: to jobs and to rejected pictures."""
        if id in self.tree.nodes:
            return is_rejected(self.tree.nodes[id])
        folded = self.layout.boxes[id].folded
        return all(is_rejected(self.tree.nodes[one]) for one in folded)

    # --- walking: the id of a neighbour, or of the selected picture if there is none ----------

    def parent(self) -> str:
        """The parent of the selected picture; itself without one."""
        node = self.node
        return node.parent if node is not None and node.parent else self.selected

    def child(self) -> str:
        """Child of the selected picture: the one visited last, else the first one shown."""
        children = self.shape.children.get(self.selected, ())
        last = self._visited.get(self.selected, "")
        return last if last in children else children[0] if children else self.selected

    def beside(self, way: int) -> str:
        """The nearest picture of the same generation, below (1) or above (-1) the selected one."""
        id = self.selected
        while id in self.layout.boxes and (near := self.layout.beside(id, way)) != id:
            if near in self.tree.nodes:
                return near
            id = near
        return self.selected

    def newest(self) -> str:
        """The picture that arrived last."""
        newest = max(self.tree.nodes.values(), key=lambda node: node.row, default=None)
        return self.selected if newest is None else newest.id

    def _select(self, id: str) -> None:
        self.selected = id
        self.way = frozenset((id, *self.tree.ancestors(id))) if id else frozenset()

    def _take_jobs(self) -> None:
        self.jobs = {
            job.id: job
            for job in (*self.tree.jobs, *self._running)
            if job.request.edited is not None and job.request.edited.picture in self.tree.nodes
        }
