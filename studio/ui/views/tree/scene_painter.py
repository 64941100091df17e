"""Painting of the visible part of a tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap

from studio.common.word_diff import DiffPiece
from studio.domain.tree_layout import FOLD_MARK, PICTURE, PITCH, TreeBox
from studio.ui.views.tree import node_painter, tree_words
from studio.ui.views.tree.scene import TreeScene
from studio.ui.views.tree.tree_words import LineWords

IN_FOLD = 3  # pictures shown of a fold


def pictured(box: TreeBox) -> Sequence[str]:
    """Ids of the pictures that a box shows."""
    return box.folded[-IN_FOLD:] if box.folded else (box.id,)


class ScenePainter:
    """Paints the visible part of a scene, and caches its texts.

    Attributes:
        words: labels of the lines.
        painted: number of boxes in the last painting.
    """

    def __init__(self, scene: TreeScene, pixmap: Callable[[str], QPixmap | None]) -> None:
        """`pixmap` returns the thumbnail of a picture id, None until it is loaded."""
        self._scene = scene
        self._pixmap = pixmap
        self._lines: dict[str, list[DiffPiece]] = {}
        self._folds: dict[str, tuple[str, str]] = {}
        self.words = LineWords.WORDS
        self.painted = 0

    def forget_texts(self) -> None:
        """Drop all cached texts, after a change of the family or of the labels of the lines."""
        self._lines.clear()
        self._folds.clear()

    def forget_folds(self) -> None:
        """Drop the cached texts of folds."""
        self._folds.clear()

    def paint(self, painter: QPainter, room: QRectF, *, plain: bool) -> None:
        """Paint the part of the layout in `room`; `plain` leaves out all texts."""
        layout = self._scene.layout
        boxes = list(layout.visible(room.left(), room.top(), room.right(), room.bottom()))
        self._paint_lines(painter, boxes, room, plain=plain)
        self._paint_references(painter)
        self.painted = 0
        for box in boxes:
            if room.intersects(QRectF(box.x, box.y, box.width, box.height)):
                self.painted += 1
                self._paint_box(painter, box, plain=plain)

    def _paint_lines(
        self, painter: QPainter, boxes: Sequence[TreeBox], room: QRectF, *, plain: bool
    ) -> None:
        scene, layout = self._scene, self._scene.layout
        wanted: dict[str, TreeBox] = {}
        for box in boxes:
            if box.parent:
                wanted[box.id] = box
            # The lines to the outermost children include the whole trunk.
            for id in self._ends(box):
                wanted[id] = layout.boxes[id]
        narrow = layout.pitch < PITCH
        for box in sorted(wanted.values(), key=lambda box: box.id in scene.way):
            way = box.id in scene.way
            dashed = scene.is_dashed(box.id)
            node_painter.paint_line(painter, layout, box, way=way, dashed=dashed)
            visible = room.top() - PICTURE < box.middle < room.bottom() + PICTURE
            if visible and not plain and box.id in scene.tree.nodes and (way or not narrow):
                node_painter.paint_words(painter, layout, box, self._line(box.id))

    def _paint_references(self, painter: QPainter) -> None:
        """Paint lines from the references of the selected picture to it."""
        node, boxes = self._scene.node, self._scene.layout.boxes
        if node is None or node.id not in boxes:
            return
        for reference in node.references:
            if reference.picture in boxes:
                node_painter.paint_reference(painter, boxes[reference.picture], boxes[node.id])

    def _ends(self, box: TreeBox) -> Sequence[str]:
        children = self._scene.shape.children.get(box.id, ())
        ends = [*children[:1], *children[-1:]]
        if self._scene.is_folded(box.id):
            ends.append(box.id + FOLD_MARK)
        return ends

    def _line(self, id: str) -> list[DiffPiece]:
        found = self._lines.get(id)
        if found is None:
            change = self._scene.tree.change(id)
            found = [] if change is None else tree_words.on_line(change, self.words)
            self._lines[id] = found
        return found

    def _paint_box(self, painter: QPainter, box: TreeBox, *, plain: bool) -> None:
        scene, tree = self._scene, self._scene.tree
        if box.folded:
            words = self._folds.get(box.id)
            if words is None:
                words = self._folds[box.id] = tree_words.fold_words(tree, box.folded)
            pictures = [(tree.nodes[id], self._pixmap(id)) for id in pictured(box)]
            node_painter.paint_fold(painter, box, pictures, words, plain=plain)
            return
        if box.id in scene.jobs:
            node_painter.paint_job(painter, box, scene.jobs[box.id], plain=plain)
            return
        node, place = tree.nodes[box.id], node_painter.square(box)
        node_painter.paint_picture(painter, node, place, self._pixmap(box.id))
        selected = box.id == scene.selected
        if selected:
            node_painter.paint_ring(painter, node_painter.fitted(place, node.width, node.height))
        if plain:
            return
        root = box.id == tree.root
        spend = tree_words.spend(tree.outlay(box.id), root=root) if node.branch or root else ""
        node_painter.paint_caption(painter, node, box, spend, selected=selected)
        if node.branch:
            node_painter.paint_tag(painter, box, node.branch, way=box.id in scene.way)
