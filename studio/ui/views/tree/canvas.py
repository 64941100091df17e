"""Canvas of a family tree: paints what is visible of it, pans, zooms, and walks by keys."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from studio.common.i18n import _
from studio.common.word_diff import DiffPiece
from studio.domain.entities import Job, Picture
from studio.domain.family import FamilyNode, FamilyTree, NodeState
from studio.domain.tree_layout import (
    FOLD_MARK,
    NARROW_PITCH,
    PICTURE,
    PITCH,
    FoldState,
    TreeBox,
    TreeFilter,
    TreeLayout,
    TreeShape,
    is_rejected,
    lay_out,
    shape,
)
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.ports import LibraryProtocol, loop_runs
from studio.ui.support.qt_overrides import needs
from studio.ui.support.thumbnail_cache import ThumbnailCache, ThumbnailRequest
from studio.ui.views.canvas.plate_loader import PageCache
from studio.ui.views.tree import node_painter, tree_words
from studio.ui.views.tree.tree_words import LineWords
from studio.ui.widgets.accessible import announce, plain_tip, set_role, set_tip

LOWEST, HIGHEST = 0.04, 2.0
STEP = 1.25
NO_WORDS = 0.3  # zoom below which words are left out ...
ONLY_COLOURS = 0.12  # ... and pictures are their average colours
SMALLEST_FIT = 0.5  # zoom below which a tree opens at 100 % instead of fitted
EDGE = 32  # free space around a fitted tree
NARROW = 900  # pixels; below, generations are closer together
KEPT = 48 * 1024 * 1024  # bytes of thumbnails
IN_FOLD = 3  # pictures shown of a fold
_Key = Qt.Key
_OWN_KEYS = frozenset(
    {
        *(_Key.Key_Left, _Key.Key_Right, _Key.Key_Up, _Key.Key_Down, _Key.Key_Home, _Key.Key_End),
        *(_Key.Key_Return, _Key.Key_Enter, _Key.Key_S, _Key.Key_F),
        *(_Key.Key_Plus, _Key.Key_Equal, _Key.Key_Minus),
    }
)


@dataclass(slots=True)
class _Press:
    """A mouse button held down."""

    at: QPointF
    offset: QPointF
    id: str = ""
    moved: bool = False


class TreeCanvas(QWidget):
    """A family and the selected picture in it.

    Attributes:
        tree: the family; empty until one is shown.
        selected: id of the selected picture.
        layout_: where everything stands, in pixels at 100 %.
        painted: number of boxes in the last painting.

    Signals:
        selection_changed: another picture is selected, or it was read.
        opened: Enter or a double click on a picture.
        closed: Esc was pressed.
        naming_wanted: the branch of the selected picture is to be named.
        dragged: the selected picture is dragged out.
        menu_wanted: a context menu for the selected picture (global position).
        job_chosen: id of a clicked job.
        folds_changed: the user folded or unfolded a branch.
        moved: zoom or place changed.
    """

    selection_changed = Signal()
    opened = Signal()
    closed = Signal()
    naming_wanted = Signal()
    dragged = Signal()
    menu_wanted = Signal(QPoint)
    job_chosen = Signal(str)
    folds_changed = Signal()
    moved = Signal()

    def __init__(self, library: LibraryProtocol, parent: QWidget) -> None:
        super().__init__(parent)
        self.tree = FamilyTree(())
        self.selected = ""
        self.layout_ = TreeLayout({})
        self.painted = 0
        self._shape = TreeShape(root="", children={}, folds={})
        self._folds = FoldState()
        self._filter = TreeFilter.ALL
        self._words = LineWords.WORDS
        self._running: tuple[Job, ...] = ()
        self._jobs: dict[str, Job] = {}
        self._visited: dict[str, str] = {}
        self._lines: dict[str, list[DiffPiece]] = {}
        self._fold_words: dict[str, tuple[str, str]] = {}
        self._places: dict[str, int] = {}
        self._way: set[str] = set()
        self._zoom = 1.0
        self._offset = QPointF()
        self._fitted = True
        self._press: _Press | None = None
        self._book = PageCache(library, self)
        self._thumbnails = ThumbnailCache(library, self, bound=KEPT)
        # Visible pictures are requested after painting, not during it.
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self.on_painted)
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self.update)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(_("Family tree"))
        set_role(self, QAccessible.Role.Tree)
        self._book.read.connect(self.on_read)
        self._thumbnails.ready.connect(self.on_thumbnail)
        theme().changed.connect(self.update)
        self.installEventFilter(self)

    # --- content --------------------------------------------------------------------------

    @property
    def node(self) -> FamilyNode | None:
        """The selected node."""
        return self.tree.nodes.get(self.selected)

    @property
    def picture(self) -> Picture | None:
        """The selected picture; None until it is read, and for an empty node."""
        place = self._places.get(self.selected)
        return None if place is None else self._book.picture(place)

    @property
    def readable(self) -> Container[str]:
        """Ids of the pictures that are in the library."""
        return self._places

    @property
    def zoom(self) -> float:
        """Pixels of the screen per pixel of the layout."""
        return self._zoom

    @property
    def shown(self) -> int:
        """Number of pictures that are not folded or hidden."""
        return self._shape.shown

    @property
    def folds(self) -> FoldState:
        """What was folded and unfolded by hand."""
        return self._folds

    def show_tree(self, tree: FamilyTree, selected: str, *, folds: FoldState) -> None:
        """Show a family from the start, with a picture selected."""
        self._folds = folds
        self._visited.clear()
        self._take(tree, selected)
        self._open_at()
        self.selection_changed.emit()

    def renew(self, tree: FamilyTree) -> None:
        """Show the same family after a change, at the same place."""
        former = self.tree
        selected = self.selected
        while selected in former.nodes and selected not in tree.nodes:
            selected = former.nodes[selected].parent
        with_place = self._anchor()
        self._take(tree, selected)
        self._hold(with_place)
        self.selection_changed.emit()

    def set_jobs(self, jobs: Sequence[Job]) -> None:
        """Show these running jobs at the pictures they edit."""
        before = set(self._jobs)
        self._running = tuple(jobs)
        self._take_jobs()
        if set(self._jobs) != before:
            self._arrange()
        self._tick()
        self.update()

    def set_words(self, words: LineWords) -> None:
        """Choose what stands on the lines."""
        self._words = words
        self._lines.clear()
        self.update()

    def set_filter(self, filtered: TreeFilter) -> None:
        """Choose which pictures are shown."""
        self._filter = filtered
        self._arrange()

    def refetch(self, ids: Iterable[str]) -> None:
        """Read changed pictures again."""
        found = list(ids)
        self._book.refetch_pictures(found)
        self._thumbnails.refetch_thumbnails(found)
        if self.selected in found:
            self._request_selected()

    def select(self, id: str) -> None:
        """Select a picture and show it."""
        if id not in self.tree.nodes:
            return
        self.selected = id
        self._note_way()
        if id not in self.layout_.boxes:
            self._arrange()
        parent = self.tree.nodes[id].parent
        self._visited[parent] = id
        self._request_selected()
        self._follow()
        self._say()
        self.selection_changed.emit()
        self.update()

    def _take(self, tree: FamilyTree, selected: str) -> None:
        self.tree = tree
        self.selected = selected if selected in tree.nodes else tree.root
        there = [
            node
            for node in tree.nodes.values()
            if node.row and node.state in (NodeState.PRESENT, NodeState.TRASHED)
        ]
        self._book.order = [node.row for node in there]
        self._places = {node.id: place for place, node in enumerate(there)}
        self._lines.clear()
        self._fold_words.clear()
        self._take_jobs()
        self._note_way()
        self._request_selected()
        self._arrange()
        self._say()

    def _take_jobs(self) -> None:
        self._jobs = {
            job.id: job
            for job in (*self.tree.jobs, *self._running)
            if job.request.edited is not None and job.request.edited.picture in self.tree.nodes
        }

    def _note_way(self) -> None:
        self._way = {self.selected, *self.tree.ancestors(self.selected)} if self.selected else set()

    def _request_selected(self) -> None:
        if self.selected in self._places and loop_runs():
            self._book.request_pages([self._places[self.selected]])

    def _arrange(self) -> None:
        """Fold and place everything anew; the selected picture stays where it is."""
        place = self._anchor()
        tree = self.tree
        self._shape = shape(
            tree, selected=self.selected, filtered=self._filter, by_hand=self._folds
        )
        tags = frozenset(tree.branches)
        jobs: dict[str, list[str]] = {}
        for job in self._jobs.values():
            edited = job.request.edited
            assert edited is not None
            jobs.setdefault(edited.picture or "", []).append(job.id)
        self.layout_ = lay_out(
            self._shape,
            tags=tags,
            spends=tags | {tree.root},
            jobs=jobs,
            pitch=NARROW_PITCH if 0 < self.width() < NARROW else PITCH,
        )
        self._fold_words.clear()
        self._hold(place)
        self.update()

    def _anchor(self) -> tuple[str, QPointF] | None:
        box = self.layout_.boxes.get(self.selected)
        return None if box is None else (box.id, self._to_screen(QPointF(box.x, box.middle)))

    def _hold(self, place: tuple[str, QPointF] | None) -> None:
        """Keep a box where it was on the screen."""
        if self._fitted:
            self.fit()
        elif place is not None and (box := self.layout_.boxes.get(place[0])) is not None:
            self._offset += place[1] - self._to_screen(QPointF(box.x, box.middle))
            self._offset = self._limited(self._offset)

    def _say(self) -> None:
        if self.selected not in self.tree.nodes:
            self.setAccessibleDescription("")
            return
        text = tree_words.spoken(
            self.tree, self.selected, folded=self.selected in self._shape.folds
        )
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            if self.hasFocus():
                announce(self, text)

    # --- place ----------------------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole tree."""
        layout = self.layout_
        if not layout.boxes or self.width() <= 0:
            return
        self._fitted = True
        wide = (self.width() - 2 * EDGE) / max(layout.width, 1)
        high = (self.height() - 2 * EDGE) / max(layout.height, 1)
        self._zoom = min(max(min(wide, high), LOWEST), 1.0)
        self._offset = QPointF(
            max((self.width() - layout.width * self._zoom) / 2, EDGE)
            if layout.width * self._zoom > self.width() / 2
            else EDGE,
            (self.height() - layout.height * self._zoom) / 2,
        )
        self.moved.emit()
        self.update()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point of the canvas; None for the selected picture, else the middle."""
        box = self.layout_.boxes.get(self.selected)
        if at is None and box is not None:
            at = self._to_screen(QPointF(box.x + PICTURE, box.middle))
            if not QRectF(self.rect()).contains(at):
                at = None
        spot = at or QRectF(self.rect()).center()
        here = self._to_layout(spot)
        self._fitted = False
        self._zoom = min(max(self._zoom * factor, LOWEST), HIGHEST)
        self._offset = self._limited(spot - here * self._zoom)
        self.moved.emit()
        self.update()

    def pan(self, dx: float, dy: float) -> None:
        """Move the tree by pixels of the screen."""
        self._fitted = False
        self._offset = self._limited(self._offset + QPointF(dx, dy))
        self.moved.emit()
        self.update()

    def box_rect(self, id: str) -> QRectF | None:
        """Rectangle of a box on the canvas; None where it is folded."""
        box = self.layout_.boxes.get(id)
        if box is None:
            return None
        return QRectF(
            self._to_screen(QPointF(box.x, box.y)),
            self._to_screen(QPointF(box.x + box.width, box.y + box.height)),
        )

    def tag_place(self) -> QRectF | None:
        """Where the name of the selected picture's branch is written."""
        box = self.layout_.boxes.get(self.selected)
        if box is None:
            return None
        rect = node_painter.tag_rect(box)
        return QRectF(self._to_screen(rect.topLeft()), self._to_screen(rect.bottomRight()))

    def _open_at(self) -> None:
        self.fit()
        if self._zoom < SMALLEST_FIT:
            self._fitted = False
            self._zoom = 1.0
            box = self.layout_.boxes.get(self.selected)
            if box is not None:
                middle = QPointF(box.x + PICTURE, box.middle)
                self._offset = self._limited(QRectF(self.rect()).center() - middle)

    def _limited(self, offset: QPointF) -> QPointF:
        """The nearest place where some of the tree is in view."""
        keep = PICTURE * 2
        wide, high = self.layout_.width * self._zoom, self.layout_.height * self._zoom
        return QPointF(
            min(max(offset.x(), keep - wide), max(self.width() - keep, EDGE)),
            min(max(offset.y(), keep - high), max(self.height() - keep, EDGE)),
        )

    def _follow(self) -> None:
        """Move the view when the selected picture is outside its middle two thirds."""
        rect = self.box_rect(self.selected)
        if rect is None:
            return
        wide, high = self.width() / 6, self.height() / 6
        inner = QRectF(self.rect()).adjusted(wide, high, -wide, -high)
        whole = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        if self._fitted and whole.contains(rect):
            return
        dx = _shift(rect.left(), rect.right(), inner.left(), inner.right())
        dy = _shift(rect.top(), rect.bottom(), inner.top(), inner.bottom())
        if dx or dy:
            self.pan(dx, dy)

    def _to_screen(self, point: QPointF) -> QPointF:
        return point * self._zoom + self._offset

    def _to_layout(self, point: QPointF) -> QPointF:
        return (point - self._offset) / self._zoom

    # --- walking --------------------------------------------------------------------------

    def to_parent(self) -> None:
        """Select the parent."""
        node = self.node
        if node is not None and node.parent:
            self.select(node.parent)

    def to_child(self) -> None:
        """Select the child visited last, else the first; unfold where all are folded."""
        children = self._shape.children.get(self.selected, ())
        if not children and self.selected in self._shape.folds:
            self.toggle_fold()
            children = self._shape.children.get(self.selected, ())
        if children:
            last = self._visited.get(self.selected, "")
            self.select(last if last in children else children[0])

    def to_beside(self, way: int) -> None:
        """Select the next picture of the same generation below (1) or above (-1)."""
        id = self.selected
        while id in self.layout_.boxes and (near := self.layout_.beside(id, way)) != id:
            if near in self.tree.nodes:
                self.select(near)
                return
            id = near

    def to_root(self) -> None:
        """Select the first picture."""
        self.select(self.tree.root)

    def to_newest(self) -> None:
        """Select the picture that arrived last."""
        newest = max(self.tree.nodes.values(), key=lambda node: node.row, default=None)
        if newest is not None:
            self.select(newest.id)

    def toggle_fold(self, id: str = "") -> None:
        """Fold or unfold all children of a picture, by default of the selected one."""
        id = id or self.selected
        if id in self._shape.folds:
            self._folds = self._folds.toggled(id, fold=False)
        elif self.tree.nodes.get(id) is not None and self.tree.children(id):
            self._folds = self._folds.toggled(id, fold=True)
        else:
            return
        if self._folds_way(id):
            self.select(id)
        self._arrange()
        self._say()
        self.folds_changed.emit()

    def _folds_way(self, id: str) -> bool:
        """Whether the selected picture would be folded away with its own way."""
        return id in self._folds.closed and id in self._way and id != self.selected

    # --- slots ----------------------------------------------------------------------------

    def on_read(self, rows: object) -> None:
        """Show pictures once they are read."""
        self.update()
        node = self.node
        if node is not None and isinstance(rows, frozenset) and node.row in rows:
            self.selection_changed.emit()

    def on_thumbnail(self, _picture: str) -> None:
        """Repaint after a thumbnail was loaded."""
        self.update()

    def on_painted(self) -> None:
        """Request the pictures and thumbnails missing from the last painting."""
        if not loop_runs() or self._zoom < ONLY_COLOURS:
            return
        ids = [id for box in self._visible() for id in self._pictured(box)]
        self._book.request_pages(self._places[id] for id in ids if id in self._places)
        self._thumbnails.request_thumbnails(self._wishes(ids))

    def _pictured(self, box: TreeBox) -> Sequence[str]:
        return box.folded[-IN_FOLD:] if box.folded else (box.id,)

    def _wishes(self, ids: Iterable[str]) -> Iterable[ThumbnailRequest]:
        side = PICTURE * max(self._zoom, 0.5) * self.devicePixelRatioF()
        for id in ids:
            place = self._places.get(id)
            picture = None if place is None else self._book.picture(place)
            if picture is not None and picture.width and picture.height and not picture.trashed:
                scale = side / max(picture.width, picture.height)
                size = QSize(
                    max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
                )
                yield ThumbnailRequest(picture, size, 0)

    def _visible(self, room: QRectF | None = None) -> list[TreeBox]:
        view = QRectF(self.rect()) if room is None else room
        first, last = self._to_layout(view.topLeft()), self._to_layout(view.bottomRight())
        return list(self.layout_.visible(first.x(), first.y(), last.x(), last.y()))

    def _tick(self) -> None:
        if self.isVisible() and any(job.alive for job in self._jobs.values()):
            self._clock.start()
        else:
            self._clock.stop()

    # --- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.fillRect(event.rect(), theme().color("mat"))
        self._asking.start()
        painter.translate(self._offset)
        painter.scale(self._zoom, self._zoom)
        self._paint_tree(painter)

    def _paint_tree(self, painter: QPainter) -> None:
        boxes = self._visible()
        plain = self._zoom < NO_WORDS
        self._paint_lines(painter, boxes, plain=plain)
        first = self._to_layout(QPointF(0, 0))
        last = self._to_layout(QPointF(self.width(), self.height()))
        self.painted = 0
        for box in boxes:
            out_of_height = box.y > last.y() or box.y + box.height < first.y()
            if out_of_height or box.x > last.x() or box.x + box.width < first.x():
                continue
            self.painted += 1
            self._paint_box(painter, box, plain=plain)

    def _paint_lines(self, painter: QPainter, boxes: Sequence[TreeBox], *, plain: bool) -> None:
        layout = self.layout_
        wanted: dict[str, TreeBox] = {}
        for box in boxes:
            if box.parent:
                wanted[box.id] = box
            # The lines to the outermost children have the whole trunk.
            for id in self._ends(box):
                wanted[id] = layout.boxes[id]
        top, bottom = (
            self._to_layout(QPointF(0, 0)).y(),
            self._to_layout(QPointF(0, self.height())).y(),
        )
        narrow = layout.pitch < PITCH
        for way in (False, True):
            for box in wanted.values():
                on_way = box.id in self._way
                if on_way is not way:
                    continue
                node_painter.paint_line(
                    painter, layout, box, way=way, dashed=self._is_dashed(box.id)
                )
                visible = top - PICTURE < box.middle < bottom + PICTURE
                if box.id in self.tree.nodes and not plain and visible and (on_way or not narrow):
                    node_painter.paint_words(painter, layout, box, self._line(box.id))
        node = self.node
        if node is not None and node.id in layout.boxes:
            for reference in node.references:
                if reference.picture in layout.boxes:
                    source = layout.boxes[reference.picture]
                    node_painter.paint_reference(painter, source, layout.boxes[node.id])

    def _ends(self, box: TreeBox) -> Sequence[str]:
        children = self._shape.children.get(box.id, ())
        ends = [*children[:1], *children[-1:]]
        if box.id in self._shape.folds:
            ends.append(box.id + FOLD_MARK)
        return ends

    def _is_dashed(self, id: str) -> bool:
        if id in self._jobs:
            return True
        if id in self.tree.nodes:
            return is_rejected(self.tree.nodes[id])
        folded = self.layout_.boxes[id].folded
        return all(is_rejected(self.tree.nodes[one]) for one in folded)

    def _line(self, id: str) -> list[DiffPiece]:
        found = self._lines.get(id)
        if found is None:
            change = self.tree.change(id)
            found = [] if change is None else tree_words.on_line(change, self._words)
            self._lines[id] = found
        return found

    def _paint_box(self, painter: QPainter, box: TreeBox, *, plain: bool) -> None:
        tree = self.tree
        if box.folded:
            words = self._fold_words.get(box.id)
            if words is None:
                words = self._fold_words[box.id] = tree_words.fold_words(tree, box.folded)
            pictures = [(tree.nodes[id], self._pixmap(id)) for id in self._pictured(box)]
            node_painter.paint_fold(painter, box, pictures, words, plain=plain)
            return
        if box.id in self._jobs:
            node_painter.paint_job(painter, box, self._jobs[box.id], plain=plain)
            return
        node, place = tree.nodes[box.id], node_painter.square(box)
        node_painter.paint_picture(painter, node, place, self._pixmap(box.id))
        selected = box.id == self.selected
        if selected:
            shape_of = node_painter.fitted(place, node.width, node.height)
            node_painter.paint_ring(painter, shape_of, focused=True)
        if plain:
            return
        spend = ""
        if node.branch or box.id == tree.root:
            spend = tree_words.spend(tree.outlay(box.id), root=box.id == tree.root)
        node_painter.paint_caption(painter, node, box, spend, selected=selected)
        if node.branch:
            node_painter.paint_tag(painter, box, node.branch, way=box.id in self._way)

    def _pixmap(self, id: str) -> QPixmap | None:
        return None if self._zoom < ONLY_COLOURS else self._thumbnails.pixmap(id)

    # --- Qt -------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # An event filter instead of event(): painting must not run inside one of our overrides.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            mods = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            names = mods == Qt.KeyboardModifier.ShiftModifier and event.key() == _Key.Key_F2
            if names or (not mods and event.key() in _OWN_KEYS):
                event.accept()
                return True
        return super().eventFilter(watched, event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        mods = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shift = mods == Qt.KeyboardModifier.ShiftModifier
        match event.key():
            case _Key.Key_Left if not mods:
                self.to_parent()
            case _Key.Key_Right if not mods:
                self.to_child()
            case _Key.Key_Up if not mods:
                self.to_beside(-1)
            case _Key.Key_Down if not mods:
                self.to_beside(1)
            case _Key.Key_Home if not mods:
                self.to_root()
            case _Key.Key_End if not mods:
                self.to_newest()
            case _Key.Key_Return | _Key.Key_Enter if not mods:
                self.opened.emit()
            case _Key.Key_S if not mods:
                self.toggle_fold()
            case _Key.Key_F if not mods:
                self.fit()
            case _Key.Key_Plus | _Key.Key_Equal:
                self.zoom_by(STEP)
            case _Key.Key_Minus:
                self.zoom_by(1 / STEP)
            case _Key.Key_F2 if shift:
                self.naming_wanted.emit()
            case _Key.Key_Escape:
                self.closed.emit()
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        at = event.position()
        self._press = _Press(at, QPointF(self._offset))
        spot = self._to_layout(at)
        box = self.layout_.at(spot.x(), spot.y())
        if event.button() == Qt.MouseButton.MiddleButton or box is None:
            return
        if box.folded:
            self.toggle_fold(box.parent)
            self._press = None
        elif box.id in self._jobs:
            self.job_chosen.emit(box.id)
            self._press = None
        else:
            self._press.id = box.id
            self.select(box.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        press = self._press
        if press is None:
            self._show_tip(event.position())
            return
        way = event.position() - press.at
        if not press.moved and way.manhattanLength() < QApplication.startDragDistance():
            return
        press.moved = True
        if press.id:
            self._press = None
            self.dragged.emit()
            return
        self._fitted = False
        self._offset = self._limited(press.offset + way)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.moved.emit()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._press = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = self._to_layout(event.position())
        box = self.layout_.at(spot.x(), spot.y())
        if box is not None and box.id in self.tree.nodes:
            self._press = None
            self.opened.emit()
            return
        # Above a picture, where the name of its branch goes.
        below = self.layout_.at(spot.x(), spot.y() + node_painter.TAG)
        if below is not None and below.id in self.tree.nodes:
            self.select(below.id)
            self.naming_wanted.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(STEP ** (delta.y() / 120), event.position())
        elif event.phase() != Qt.ScrollPhase.NoScrollPhase and not event.pixelDelta().isNull():
            self.pan(event.pixelDelta().x(), event.pixelDelta().y())
        else:
            turn = QPointF(delta) * 0.8
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                turn = turn.transposed()
            self.pan(turn.x(), turn.y())
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = QPointF(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            spot = self._to_layout(at)
            box = self.layout_.at(spot.x(), spot.y())
            if box is None or box.id not in self.tree.nodes:
                return
            if box.id != self.selected:
                self.select(box.id)
        self.menu_wanted.emit(event.globalPos())

    def _show_tip(self, at: QPointF) -> None:
        spot = self._to_layout(at)
        box = self.layout_.at(spot.x(), spot.y())
        text = ""
        if box is not None and box.id in self.tree.nodes:
            text = "\n".join(
                (
                    tree_words.spoken(self.tree, box.id, folded=box.id in self._shape.folds),
                    tree_words.branch_sentence(self.tree.outlay(box.id)),
                )
            )
        if plain_tip(text) != self.toolTip():
            set_tip(self, text)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._say()

    @needs("_thumbnails")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        old = event.oldSize().width()
        if (old < NARROW) is not (self.width() < NARROW) or old <= 0:
            self._arrange()
        elif self._fitted:
            self.fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick()

    @needs("_clock")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick()
        self._asking.stop()
        self._thumbnails.request_thumbnails(())


def _shift(first: float, last: float, least: float, most: float) -> float:
    """How far a span has to move to be within another, or to begin there."""
    if first < least:
        return least - first
    if last > most:
        return max(most - last, least - first)
    return 0.0
