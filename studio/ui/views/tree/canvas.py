"""Canvas of a family tree: painting of the visible part, panning, zooming, and navigation by keys.

The layout and its viewport are left to right in every language. In right-to-left languages
everything painted and every point of the widget is converted by `layout_direction`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QObject,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    QSizeF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
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
from studio.domain.entities import Job, Picture
from studio.domain.family import FamilyTree, NodeState
from studio.domain.tree_layout import (
    NARROW_PITCH,
    PICTURE,
    PITCH,
    TAG,
    FoldState,
    TreeBox,
    TreeFilter,
)
from studio.ui.style.theme import theme
from studio.ui.support import formatting, view_keys
from studio.ui.support.key_repeat import ENTER, once
from studio.ui.support.layout_direction import begin_mirrored, placed, reading_key
from studio.ui.support.ports import LibraryProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.tasks import loop_runs
from studio.ui.support.thumbnail_cache import ThumbnailCache, ThumbnailRequest
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.canvas.plate_loader import PageCache
from studio.ui.views.tree import node_painter, tree_words
from studio.ui.views.tree.items import TreeItem, TreeItems
from studio.ui.views.tree.minimap import MiniMap
from studio.ui.views.tree.scene import TreeScene
from studio.ui.views.tree.scene_painter import ScenePainter, pictured
from studio.ui.views.tree.tree_words import LineWords
from studio.ui.views.tree.viewport import TreeViewport
from studio.ui.widgets.accessible import announce, set_role
from studio.ui.widgets.focus_ring import INSIDE
from studio.ui.widgets.plain_text import plain_tip, set_tip

STEP = 1.25
NO_WORDS = 0.3  # share of the usual zoom below which words are left out ...
ONLY_COLOURS = 0.12  # zoom below which pictures are their average colours
SMALLEST_FIT = 0.8  # share below which a tree opens at 100 % instead of fitted
NARROW = 1100  # pixels of the window below which generations are closer together
KEPT = 48 * 1024 * 1024  # bytes of thumbnails
_Key = Qt.Key
_WALK = (_Key.Key_Left, _Key.Key_Right, _Key.Key_Up, _Key.Key_Down, _Key.Key_Home, _Key.Key_End)
_FIXED_KEYS = frozenset((*_WALK, *ENTER))


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
        scene: the family as shown.
        scene_painter: paints the scene.
        port: zoom and position.
        map: small map of a large tree.

    Signals:
        selection_changed: another picture is selected, or it was read.
        opened: Enter or a double click on a picture.
        closed: Esc was pressed.
        naming_wanted: name the branch of the selected picture.
        dragged: drag the selected picture out.
        menu_wanted: a context menu for the selected picture (global position).
        job_chosen: id of a clicked job.
        folds_changed: the user folded or unfolded a branch.
        moved: zoom or position changed.
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
        self.scene = TreeScene()
        self._thumbnails = ThumbnailCache(library, self, bound=KEPT)
        self.scene_painter = ScenePainter(self.scene, self._pixmap)
        self._places: dict[str, int] = {}
        self.port = TreeViewport()
        self.port.usual = theme().scale
        self._narrow = False
        self._items = TreeItems(self)
        self.map = MiniMap(self.scene, self.port, self)
        self.map.chosen.connect(self.on_map_chosen)
        self._press: _Press | None = None
        self._book = PageCache(library, self)
        # Visible pictures are requested after painting, not during it.
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self.on_painted)
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self.update)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("ring", INSIDE)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(_("Family tree"))
        set_role(self, QAccessible.Role.Tree)
        self._book.read.connect(self.on_read)
        self._thumbnails.ready.connect(self.on_thumbnail)
        theme().changed.connect(self.update)
        self.installEventFilter(self)

    # --- content --------------------------------------------------------------------------

    @property
    def selected(self) -> str:
        """Id of the selected picture."""
        return self.scene.selected

    @property
    def picture(self) -> Picture | None:
        """The selected picture; None until it is read, and for an empty node."""
        place = self._places.get(self.selected)
        return None if place is None else self._book.picture(place)

    @property
    def readable(self) -> Container[str]:
        """Ids of the pictures that are in the library."""
        return self._places

    def show_tree(self, tree: FamilyTree, selected: str, *, folds: FoldState) -> None:
        """Open a family, with a picture selected."""
        self.scene.folds = folds
        self.scene.forget_walk()
        self._take(tree, selected)
        self._open_at()
        self.selection_changed.emit()

    def renew(self, tree: FamilyTree) -> None:
        """Show the same family after a change, at the same position."""
        self._take(tree, self.selected)
        self.selection_changed.emit()

    def set_jobs(self, jobs: Sequence[Job]) -> None:
        """Show these running jobs at the pictures they edit."""
        if self.scene.set_jobs(jobs):
            self._arrange()
        self._tick()
        self.update()

    def set_words(self, words: LineWords) -> None:
        """Choose the labels of the lines."""
        self.scene_painter.words = words
        self.scene_painter.forget_texts()
        self.update()

    def set_filter(self, filtered: TreeFilter) -> None:
        """Choose which pictures are shown."""
        self.scene.filtered = filtered
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
        if id not in self.scene.tree.nodes:
            return
        if not self.scene.select(id):
            self._arrange()
        self._request_selected()
        if id in self.scene.layout.boxes and self.port.follow_rect(
            _rect(self.scene.layout.boxes[id])
        ):
            self._show_moved()
        self._say()
        self.selection_changed.emit()
        self.update()

    def _take(self, tree: FamilyTree, selected: str) -> None:
        there = [
            node
            for node in tree.nodes.values()
            if node.row and node.state in (NodeState.PRESENT, NodeState.TRASHED)
        ]
        self._book.order = [node.row for node in there]
        self._places = {node.id: place for place, node in enumerate(there)}
        self.scene_painter.forget_texts()
        self.scene.take_tree(tree, selected)
        self._request_selected()
        self._arrange()
        self._say()

    def _request_selected(self) -> None:
        if self.selected in self._places and loop_runs():
            self._book.request_pages([self._places[self.selected]])

    def _arrange(self) -> None:
        """Fold and lay out everything again; the selected picture stays in place."""
        place = self._anchor()
        self._narrow = self._is_narrow()
        self.scene.arrange(NARROW_PITCH if self._narrow else PITCH)
        self.scene_painter.forget_folds()
        self._hold(place)
        self.update()

    def _is_narrow(self) -> bool:
        return self.window().width() < NARROW * self.port.usual

    def _anchor(self) -> QPointF | None:
        box = self.scene.layout.boxes.get(self.selected)
        return None if box is None else self.port.to_canvas(node_painter.square(box).topLeft())

    def _hold(self, place: QPointF | None) -> None:
        """Keep the selected picture at its former position on the canvas."""
        port = self.port
        port.content = QSizeF(self.scene.layout.width, self.scene.layout.height)
        now = self._anchor()
        if port.fitted:
            port.fit()
        elif place is not None and now is not None:
            port.move_to(port.offset + place - now)
        self._show_moved()

    def _say(self) -> None:
        scene = self.scene
        text = ""
        if scene.node is not None:
            text = tree_words.spoken(
                scene.tree, scene.selected, folded=self.scene.is_folded(scene.selected)
            )
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            if self.hasFocus():
                announce(self, text)

    # --- place ----------------------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole tree."""
        self.port.fit()
        self._show_moved()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point of the canvas; None for the selected picture, else the middle."""
        port, rect = self.port, self.box_rect(self.selected)
        if at is None:
            there = rect is not None and port.view.intersects(rect)
            at = rect.center() if rect is not None and there else port.view.center()
        port.zoom_to(port.zoom * factor, placed(self, at))
        self._show_moved()

    def pan(self, dx: float, dy: float) -> None:
        """Move the tree by pixels of the screen."""
        self.port.move_to(self.port.offset + QPointF(-dx if self.isRightToLeft() else dx, dy))
        self._show_moved()

    def box_rect(self, id: str) -> QRectF | None:
        """Rectangle of a box on the canvas; None if it is folded."""
        box = self.scene.layout.boxes.get(id)
        return None if box is None else self._seen(_rect(box))

    def tag_place(self) -> QRectF | None:
        """Rectangle for the name of the selected picture's branch; None if it is folded."""
        box = self.scene.layout.boxes.get(self.selected)
        return None if box is None else self._seen(node_painter.tag_rect(box))

    def _seen(self, rect: QRectF) -> QRectF:
        """Rectangle on the canvas of a rectangle of the layout."""
        return placed(self, self.port.rect(rect))

    def _spot(self, at: QPointF) -> QPointF:
        """The point of the layout at a point of the canvas."""
        return self.port.to_layout(placed(self, at))

    def _open_at(self) -> None:
        port, box = self.port, self.scene.layout.boxes.get(self.selected)
        port.fit()
        if port.zoom < SMALLEST_FIT * port.usual and box is not None:
            port.zoom = port.usual
            port.move_to(port.view.center() - _rect(box).center())
        self._show_moved()

    def _show_moved(self) -> None:
        self.map.follow_port()
        self.moved.emit()
        self.update()

    def _box_at(self, at: QPointF) -> TreeBox | None:
        spot = self._spot(at)
        return self.scene.layout.at(spot.x(), spot.y())

    # --- walking --------------------------------------------------------------------------

    def to_child(self) -> None:
        """Select the child visited last, else the first; unfold the children if all are folded."""
        scene = self.scene
        if scene.child() == scene.selected and scene.is_folded(scene.selected):
            self.toggle_fold(scene.selected)
        self.select(scene.child())

    def to_beside(self, way: int) -> None:
        """Select the nearest picture of the same generation below (1) or above (-1)."""
        self.select(self.scene.beside(way))

    def toggle_fold(self, id: str) -> None:
        """Fold or unfold all children of a picture."""
        if self.scene.toggle_fold(id):
            self._arrange()
            self._request_selected()
            self._say()
            self.folds_changed.emit()
            self.selection_changed.emit()

    # --- slots ----------------------------------------------------------------------------

    def on_read(self, rows: object) -> None:
        """Show pictures once they are read."""
        self.update()
        node = self.scene.node
        if node is not None and isinstance(rows, frozenset) and node.row in rows:
            self.selection_changed.emit()

    def on_map_chosen(self, point: QPointF) -> None:
        """Centre a point of the tree."""
        self.port.move_to(self.port.view.center() - point * self.port.zoom)
        self._show_moved()

    def on_thumbnail(self, _picture: str) -> None:
        """Repaint after a thumbnail was loaded."""
        self.update()

    def on_painted(self) -> None:
        """Request the pictures and thumbnails missing from the last painting."""
        room = self.port.room
        boxes = [*self.scene.layout.visible(room.left(), room.top(), room.right(), room.bottom())]
        if QAccessible.isActive():
            self._items.show_items(
                [self._item(box) for box in boxes if box.id in self.scene.tree.nodes]
            )
        if not loop_runs() or self.port.zoom < ONLY_COLOURS:
            return
        ids = [id for box in boxes for id in pictured(box)]
        self._book.request_pages(self._places[id] for id in ids if id in self._places)
        self._thumbnails.request_thumbnails(self._wishes(ids))

    def _item(self, box: TreeBox) -> TreeItem:
        scene = self.scene
        expanded = not scene.is_folded(box.id) if scene.tree.children(box.id) else None
        name = tree_words.spoken(scene.tree, box.id, folded=None)
        return TreeItem(name, self._seen(_rect(box)).toRect(), expanded)

    def _wishes(self, ids: Iterable[str]) -> Iterable[ThumbnailRequest]:
        side = PICTURE * max(self.port.zoom, 0.5) * self.devicePixelRatioF()
        for id in ids:
            place = self._places.get(id)
            picture = None if place is None else self._book.picture(place)
            if picture is not None and picture.width and picture.height and not picture.trashed:
                scale = side / max(picture.width, picture.height)
                size = QSize(
                    max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
                )
                yield ThumbnailRequest(picture, size, 0)

    def _tick(self) -> None:
        if self.isVisible() and any(job.alive for job in self.scene.jobs.values()):
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
        begin_mirrored(painter, self)
        painter.translate(self.port.offset)
        painter.scale(self.port.zoom, self.port.zoom)
        plain = self.port.zoom < NO_WORDS * self.port.usual
        self.scene_painter.paint(painter, self.port.room, plain=plain)

    def _pixmap(self, id: str) -> QPixmap | None:
        return None if self.port.zoom < ONLY_COLOURS else self._thumbnails.pixmap(id)

    # --- Qt -------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # An event filter instead of event(): painting must not run inside one of our overrides.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            mods = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            fixed = not mods and event.key() in _FIXED_KEYS
            if fixed or view_keys.command(event, KeyGroup.TREE) is not None:
                event.accept()
                return True
        return super().eventFilter(watched, event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match view_keys.command(event, KeyGroup.TREE):
            case ViewCommand.TREE_FOLD:
                self.toggle_fold(self.selected)
            case ViewCommand.TREE_FIT:
                self.fit()
            case ViewCommand.TREE_ZOOM_IN:
                self.zoom_by(STEP)
            case ViewCommand.TREE_ZOOM_OUT:
                self.zoom_by(1 / STEP)
            case ViewCommand.TREE_NAME:
                self.naming_wanted.emit()
            case _:
                self._press_fixed(event)

    def _press_fixed(self, event: QKeyEvent) -> None:
        mods = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        match reading_key(self, event.key()):
            case _Key.Key_Left if not mods:
                self.select(self.scene.parent())
            case _Key.Key_Right if not mods:
                self.to_child()
            case _Key.Key_Up | _Key.Key_Down if not mods:
                self.to_beside(1 if event.key() == _Key.Key_Down else -1)
            case _Key.Key_Home if not mods:
                self.select(self.scene.tree.root)
            case _Key.Key_End if not mods:
                self.select(self.scene.newest())
            case _Key.Key_Return | _Key.Key_Enter if not mods:
                self.opened.emit()
            case _Key.Key_Escape:
                self.closed.emit()
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        at = event.position()
        self._press = _Press(at, QPointF(self.port.offset))
        box = self._box_at(at)
        if event.button() == Qt.MouseButton.MiddleButton or box is None:
            return
        if box.folded:
            self.toggle_fold(box.parent)
            self._press = None
        elif box.id in self.scene.jobs:
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
        if self.isRightToLeft():
            way.setX(-way.x())
        self.port.move_to(press.offset + way)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._show_moved()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._press = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = self._spot(event.position())
        box = self._box_at(event.position())
        if box is not None and box.id in self.scene.tree.nodes:
            self._press = None
            self.opened.emit()
            return
        # Above a picture, where the name of its branch goes.
        below = self.scene.layout.at(spot.x(), spot.y() + TAG)
        if below is not None and below.id in self.scene.tree.nodes:
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
            box = self._box_at(at)
            if box is None or box.id not in self.scene.tree.nodes:
                return
            if box.id != self.selected:
                self.select(box.id)
        self.menu_wanted.emit(event.globalPos())

    def _show_tip(self, at: QPointF) -> None:
        box = self._box_at(at)
        text = ""
        if box is not None and box.id in self.scene.tree.nodes:
            text = "\n".join(
                (
                    tree_words.spoken(self.scene.tree, box.id, folded=self.scene.is_folded(box.id)),
                    formatting.branch_outlay(self.scene.tree.outlay(box.id)),
                )
            )
        if plain_tip(text) != self.toolTip():
            set_tip(self, text)

    @needs("map")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.port.canvas = QSizeF(self.size())
        if self._narrow is not self._is_narrow() or event.oldSize().width() <= 0:
            self._arrange()
        elif self.port.fitted:
            self.fit()
        else:
            self._show_moved()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick()

    @needs("_clock")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick()
        self._asking.stop()
        self._thumbnails.request_thumbnails(())


def _rect(box: TreeBox) -> QRectF:
    return QRectF(box.x, box.y, box.width, box.height)
