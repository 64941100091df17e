"""List view with an arithmetic layout that keeps the visible tiles in place.

QListView is the base because assistive programs read it as a list whose items are created on
demand; its own layout is not used, so rows off screen cost nothing. See `grid`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace
from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QEnterEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QScrollBar, QWidget

from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import placed
from studio.ui.support.qt_overrides import needs
from studio.ui.views.gallery import grid as grids
from studio.ui.views.gallery.grid import Grid
from studio.ui.widgets.scroll_area import give_viewport
from studio.ui.widgets.text import Text

THIN, WIDE = 6, 10
MARGIN = 4
SHORTEST = 28


class OverlayScrollBar(QWidget):
    """Scroll thumb of 6 px, 10 px under the pointer, that controls a hidden scroll bar.

    Attributes:
        bar: the hidden scroll bar with range and value.
        describe: returns a short label for the position, "" for none.
        label: that label, left of the thumb during a drag.
    """

    def __init__(self, bar: QScrollBar, parent: QWidget) -> None:
        super().__init__(parent)
        self.bar = bar
        self.describe: Callable[[], str] = str
        self.label = Text("", "small", "text", parent)
        self.label.setProperty("zone", "hint")
        self.label.setFixedHeight(theme().height(26))
        self.label.setContentsMargins(9, 0, 9, 0)
        self.label.hide()
        self._held: float | None = None
        self._over = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        bar.valueChanged.connect(self.on_moved)
        bar.rangeChanged.connect(self.on_moved)

    def place(self) -> None:
        """Align to the trailing edge of the parent."""
        parent = self.parentWidget()
        assert parent is not None
        width = WIDE + MARGIN
        bar = QRect(parent.width() - width, 0, width, parent.height())
        self.setGeometry(placed(parent, bar))
        self.setVisible(self.bar.maximum() > 0)

    def on_moved(self) -> None:
        """Update after the range or value of the scroll bar has changed."""
        self.setVisible(self.bar.maximum() > 0)
        self.update()
        if self._held is not None:
            self.show_label()

    def show_label(self) -> None:
        """Show the position's label beside the thumb."""
        text = self.describe()
        if text:
            self.label.setText(text)
            self.label.resize(self.label.sizeHint().width(), self.label.height())
            middle = self.y() + round(self.thumb().center().y())
            top = max(MARGIN, middle - self.label.height() // 2)
            before, after = self.x() - self.label.width() - MARGIN, self.x() + self.width() + MARGIN
            self.label.move(after if self.isRightToLeft() else before, top)
            self.label.show()
            self.label.raise_()

    def thumb(self) -> QRectF:
        """Rectangle of the thumb; its length is the visible share of the content."""
        room = self.height() - 2 * MARGIN
        total = self.bar.maximum() + self.bar.pageStep()
        length = max(SHORTEST, room * self.bar.pageStep() / max(1, total))
        top = MARGIN + (room - length) * self.bar.value() / max(1, self.bar.maximum())
        wide = WIDE if self._over or self._held is not None else THIN
        return placed(self, QRectF(self.width() - MARGIN - wide, top, wide, length))

    # --- Qt -------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("text3" if self._held is not None else "edge"))
        thumb = self.thumb()
        painter.drawRoundedRect(thumb, thumb.width() / 2, thumb.width() / 2)
        painter.end()

    def enterEvent(self, _event: QEnterEvent) -> None:
        self._over = True
        self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        self._over = False
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        y, thumb = event.position().y(), self.thumb()
        if not thumb.top() <= y <= thumb.bottom():
            page = self.bar.pageStep()
            self.bar.setValue(self.bar.value() + (page if y > thumb.bottom() else -page))
            return
        self._held = y - thumb.top()
        self.update()
        self.show_label()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            return
        room = self.height() - 2 * MARGIN - self.thumb().height()
        top = event.position().y() - self._held - MARGIN
        self.bar.setValue(round(self.bar.maximum() * top / max(1.0, room)))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._held = None
        self.label.hide()
        self.update()


Index = QModelIndex | QPersistentModelIndex
STEP = 28  # pixels per line of the wheel; a notch is three
NOTCH = 120
SIZE_STEP = 16  # pixels a tile grows per notch with Ctrl


class GridView(QListView):
    """Rows as a grid of cells of one size.

    Attributes:
        overlay: the visible scroll bar.

    Signals:
        moved: the rows on screen or their positions changed.
        scrolled: the user scrolled.
        new_above: number of rows inserted above the view.
        tile_size_changed: tile size set with the wheel.
    """

    moved = Signal()
    scrolled = Signal()
    new_above = Signal(int)
    tile_size_changed = Signal(int)

    def __init__(self, parent: QWidget | None, *, grow: int) -> None:
        super().__init__(parent)
        give_viewport(self)
        self._grid = Grid(width=0, count=0, grow=grow, mirrored=self.isRightToLeft())
        self._place = (0, 0)
        self._placing = False
        self._first_seen = 0
        self.down = True
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The visible scroll bar is an overlay; this one only holds range and value.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.overlay = OverlayScrollBar(self.verticalScrollBar(), self)
        self.verticalScrollBar().valueChanged.connect(self.on_scrolled)

    def attach(self, model: QAbstractItemModel) -> None:
        """Set the model, once; the subclass must be ready, because Qt calls its overrides."""
        self.setModel(model)
        self._grid = replace(self._grid, count=self._total())
        model.rowsRemoved.connect(self.on_rows_removed)

    # --- queries --------------------------------------------------------------------------

    @property
    def grid(self) -> Grid:
        """Current layout."""
        return self._grid

    @property
    def tile_size(self) -> int:
        """Side of the square a picture is fitted into, 96 to 512 pixels."""
        return self._grid.box

    @property
    def at_top(self) -> bool:
        """Whether the first line is in view."""
        return self.verticalScrollBar().value() == 0

    def row_at(self, point: QPoint) -> int | None:
        """Row under a point of the viewport."""
        return self._grid.at(point.x(), point.y() + self.verticalOffset())

    def cell(self, row: int) -> QRect:
        """Cell of a row in the viewport."""
        return self._grid.cell(row).translated(0, -self.verticalOffset())

    def visible_rows(self) -> range:
        top = self.verticalOffset()
        return self._grid.between(top, top + self.viewport().height() - 1)

    def rows_ahead(self) -> range:
        """Rows of the next screen in the direction of the last scroll."""
        top, height = self.verticalOffset(), self.viewport().height()
        start = top + height if self.down else top - height
        return self._grid.between(start, start + height - 1)

    def place(self) -> tuple[int, int]:
        """First row in view, and the top of its cell in pixels below the top edge."""
        return self._place

    # --- changing -------------------------------------------------------------------------

    def set_tile_size(self, size: int) -> None:
        """Set the tile size; the visible tiles stay in view."""
        self.lay_out(replace(self._grid, box=_clamped(size), lead=0))

    def set_captions(self, shown: bool) -> None:  # noqa: FBT001
        """Show names under the pictures, or only marks."""
        self.lay_out(replace(self._grid, caption=shown))

    def scroll_to_top(self) -> None:
        """Scroll to the first tiles."""
        self._grid = replace(self._grid, lead=0)
        self.scroll_to(0)
        self.mark_place()

    def repaint_rows(self, rows: Iterable[int | None]) -> None:
        """Repaint these rows, if on screen."""
        area = self.viewport().rect()
        for row in rows:
            if row is not None and row < self._grid.count:
                cell = self.cell(row)
                if cell.intersects(area):
                    self.viewport().update(cell)

    def lay_out(self, grid: Grid) -> None:
        """Set the layout and keep the first visible tile in place."""
        row, below = self._place
        at_top = self.at_top
        self._grid = grid
        value = 0
        if not at_top and grid.count:
            value = grid.cell(min(row, grid.count - 1)).top() - below
        self.scroll_to(value)

    def scroll_to(self, value: int, *, repaint: bool = True) -> None:
        """Update the scroll bar's range and set its value, without counting as a user's scroll."""
        self._placing = True
        bar = self.verticalScrollBar()
        height = self.viewport().height()
        bar.setPageStep(height)
        bar.setSingleStep(STEP)
        bar.setRange(0, max(0, self._grid.height - height))
        bar.setValue(value)
        self._placing = False
        self._first_seen = self.visible_rows().start
        if repaint:
            self.viewport().update()
        self.moved.emit()

    def mark_place(self) -> None:
        """Remember the first visible tile, for the next change of the layout."""
        rows = self.visible_rows()
        if rows:
            self._place = rows.start, self._grid.cell(rows.start).top() - self.verticalOffset()

    def _total(self) -> int:
        # Qt lays out during construction, before the view has a model.
        model: QAbstractItemModel | None = self.model()
        return 0 if model is None else model.rowCount()

    def _shift(self, count: int, *, above: bool, seen: bool = True) -> None:
        """Adjust for `count` inserted (negative: removed) rows; visible tiles keep their place.

        Unless the change is `seen`, nothing is painted.
        """
        old, total = self._grid, self._total()
        if not above or self.at_top or not total:
            self._grid = replace(old, count=total, lead=old.lead if total else 0)
            self.scroll_to(self.verticalOffset(), repaint=seen)
            return
        # Empty cells at the start pad the first line, so that no tile changes its column.
        lead = (old.lead - count) % old.columns
        lines = (count + lead - old.lead) // old.columns
        self._grid = replace(old, count=total, lead=lead)
        self.scroll_to(self.verticalOffset() + lines * old.pitch_y)
        self.mark_place()

    # --- slots ----------------------------------------------------------------------------

    def on_rows_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        """Adjust the layout after a removal."""
        self._shift(first - last - 1, above=last < self._first_seen)

    def on_scrolled(self) -> None:
        """Record the scroll position and direction."""
        first = self.visible_rows().start
        if first != self._first_seen:
            self.down = first > self._first_seen
            self._first_seen = first
        if self._placing:
            return
        if self.at_top and self._grid.lead:
            # The padding would become visible and is no longer needed.
            self._grid = replace(self._grid, lead=0)
            self.scroll_to(0)
        self.mark_place()
        self.scrolled.emit()
        self.moved.emit()

    # --- Qt: layout -----------------------------------------------------------------------

    def doItemsLayout(self) -> None:
        # Skip the base's layout, but not its bookkeeping.
        QAbstractItemView.doItemsLayout(self)

    @needs("_grid")
    def updateGeometries(self) -> None:
        self._grid = replace(self._grid, width=self.viewport().width(), count=self._total())
        height = self.viewport().height()
        self.verticalScrollBar().setPageStep(height)
        self.verticalScrollBar().setRange(0, max(0, self._grid.height - height))

    def visualRect(self, index: Index) -> QRect:
        return self.cell(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self.row_at(point)
        return QModelIndex() if row is None else self.model().index(row, 0)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, _index: Index) -> bool:
        return False

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        if not index.isValid():
            return
        bar, cell = self.verticalScrollBar(), self._grid.cell(index.row())
        height = self.viewport().height()
        if hint == QAbstractItemView.ScrollHint.PositionAtTop:
            bar.setValue(cell.top())
        elif hint == QAbstractItemView.ScrollHint.PositionAtBottom:
            bar.setValue(cell.bottom() + 1 - height)
        elif hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(cell.center().y() - height // 2)
        elif cell.top() < bar.value() or cell.height() > height:
            bar.setValue(cell.top())
        elif cell.bottom() + 1 > bar.value() + height:
            bar.setValue(cell.bottom() + 1 - height)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        selection = QItemSelection()
        for rows in self._grid.touched(rect.translated(0, self.verticalOffset())):
            selection.select(self.model().index(rows[0], 0), self.model().index(rows[-1], 0))
        self.selectionModel().select(selection, command)

    def visualRegionForSelection(self, _selection: QItemSelection) -> QRegion:
        # Qt repaints this region; counting a million rectangles takes longer than painting.
        return QRegion(self.viewport().rect())

    def dataChanged(self, first: Index, last: Index, _roles: object = ()) -> None:
        rows = self.visible_rows()
        self.repaint_rows(range(max(first.row(), rows.start), min(last.row() + 1, rows.stop)))

    def rowsInserted(self, parent: Index, first: int, last: int) -> None:
        above = first <= self._first_seen and not self.at_top
        seen = above or self.cell(first).top() < self.viewport().height()
        QAbstractItemView.rowsInserted(self, parent, first, last)
        self._shift(last - first + 1, above=above, seen=seen)
        if above:
            self.new_above.emit(last - first + 1)

    def keyboardSearch(self, _search: str) -> None:
        # Letters are shortcuts; a search in a million rows would freeze the window.
        return

    @needs("overlay")
    def resizeEvent(self, _event: QResizeEvent) -> None:
        self.lay_out(replace(self._grid, width=self.viewport().width(), lead=0))
        self.overlay.place()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            size = _clamped(self.tile_size + round(turn / NOTCH * SIZE_STEP))
            if size != self.tile_size:
                self.set_tile_size(size)
                self.tile_size_changed.emit(size)
            event.accept()
            return
        by = event.pixelDelta().y() or round(turn / NOTCH * STEP * 3)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() - by)
        event.accept()


def _clamped(size: int) -> int:
    return max(grids.SMALLEST, min(grids.LARGEST, size))
