"""Gallery view: tiles of pictures and jobs, with selection, opening, dragging and actions."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterable

from msgspec.structs import replace
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from studio.common.i18n import _
from studio.domain.entities import Job, Picture
from studio.domain.stacks import StackTile
from studio.ui.support import formatting
from studio.ui.support.key_repeat import once
from studio.ui.support.qt_overrides import needs
from studio.ui.support.tile_content import Item
from studio.ui.views.gallery import keyboard
from studio.ui.views.gallery.grid_view import Index
from studio.ui.views.gallery.model import GalleryModel, Key
from studio.ui.views.gallery.pointer import PointerHandler
from studio.ui.views.gallery.selection import GallerySelection, RangeSelectionModel
from studio.ui.views.gallery.tile_view import GalleryCore, TileView, tip_for
from studio.ui.widgets.accessible import announce, is_heard, send_row_event
from studio.ui.widgets.plain_text import plain_tip

MOST_STACKS = 1000
"""Maximum number of stacks acted on at once."""

MOST_DRAGGED = 1000
"""Maximum number of a stack's pictures that are read ahead for a drag, which takes no more."""


class GalleryView(TileView):
    """Pictures and jobs as a grid.

    Attributes:
        anchor: start of a selection with Shift.
        dated: whether the order is by date; the scroll bar then shows the month.

    Signals:
        opened: a picture or job was double-clicked, or Enter was pressed on a picture.
        action: a zone of a tile was clicked: (name, item).
        selection_changed: the loaded selected items, as a tuple (at most 1,000).
        context_menu: menu requested for an item (None: the mat) at a global point.
        stacks_toggled: stacks were opened or closed.
        drag_wanted: drag pictures out, within the mouse event: (this view, a list, the one at the
            pointer).
        too_many_dragged: a drag of more pictures than the limit was refused (their number).

    Inherited: new_above(int), tile_size_changed(int).
    """

    opened = Signal(object)
    action = Signal(str, object)
    selection_changed = Signal(object)
    context_menu = Signal(object, QPoint)
    stacks_toggled = Signal()
    drag_wanted = Signal(object, object, object)
    too_many_dragged = Signal(int)

    def __init__(
        self,
        core: GalleryCore,
        model: GalleryModel,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(core, parent, clock=clock)
        self._kept: tuple[Key, int] | None = None
        # Whether the row that is being moved is selected, and has the focus.
        self._moves = (False, False)
        self._untold = False
        self._told_names: dict[Key, str] = {}
        # Qt calls overrides while the model is set, before there is a selection.
        self._quiet = True
        self.anchor = QPersistentModelIndex()
        self.dated = True
        self.overlay.describe = self.month
        self.setAccessibleName(_("Gallery"))
        self.attach(model)
        former = self.selectionModel()
        chosen = RangeSelectionModel(model, self)
        self.setSelectionModel(chosen)
        former.deleteLater()
        self.selection = GallerySelection(model, chosen, self.on_selected)
        self.pointer = PointerHandler(self, self)
        self._quiet = False
        self._telling = QTimer(self, singleShot=True, interval=0)
        self._telling.timeout.connect(self.on_telling)
        self.moved.connect(self.on_moved)
        model.modelAboutToBeReset.connect(self.on_about_to_reset)
        model.modelReset.connect(self.on_reset)
        model.rowsInserted.connect(self.on_rows_come)
        model.rowsRemoved.connect(self.on_rows_gone)
        model.completed.connect(self.on_completed)
        model.moving.connect(self.on_moving)
        model.moved.connect(self.on_job_moved)
        model.loaded.connect(self.on_loaded)
        model.replaced.connect(self.on_replaced)
        model.replaced.connect(self.on_taken)

    # --- queries --------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether all tiles are painted with their thumbnails, and the selection was reported."""
        return super().idle and not self._telling.isActive()

    def current_item(self) -> Item | None:
        """Picture or job with keyboard focus; None while it is being read."""
        row = self.current_row()
        return None if row is None else self.rows.item_at(row)

    def selected_count(self) -> int:
        """Number of selected tiles, pictures and jobs."""
        return self.selection.count()

    def selected_items(self) -> tuple[Item, ...]:
        """The first thousand selected items, without those not yet loaded."""
        return self.selection.items()[0]

    def selected_rows(self) -> array[int]:
        """Index rows of all selected pictures."""
        return self.selection.pictures()

    def selected_jobs(self) -> tuple[Job, ...]:
        return self.selection.jobs()

    def kept_picture(self) -> int | None:
        """Index row of the first row in view; None at the top, and for a job."""
        row = self.place()[0]
        if self.at_top or row >= self.rows.rowCount():
            return None
        key = self.rows.key_at(row)
        return key if isinstance(key, int) else None

    def neighbour(self) -> Key | None:
        """Item to select when the selected ones are removed."""
        row = self.selection.neighbour()
        return None if row is None else self.rows.key_at(row)

    async def selected_pictures(self, limit: int | None = None) -> list[Picture]:
        """Selected pictures; those not loaded are read."""
        return await self.selection.read(limit)

    def select_keys(self, keys: Iterable[Key]) -> None:
        """Select these pictures (by index row) and jobs (by id), if shown."""
        rows = self.rows.rows_of(keys)
        self.selection.rows(rows)
        if rows:
            self.set_current(rows[0])

    def select_next(self) -> None:
        """Select the picture after the selected one; jobs in between are skipped."""
        spans = self.selection.spans()
        if self.selection.count() != 1:
            return
        for row in range(spans[0][0] + 1, self.rows.rowCount()):
            if isinstance(self.rows.key_at(row), int):
                self.go_to_row(row)
                return

    def show_item(self, key: Key) -> bool:
        """Scroll to a picture or job and move the focus there; False if it is not shown."""
        row = self.rows.row_of(key)
        if row is not None:
            self.go_to_row(row)
        return row is not None

    def month(self) -> str:
        """Month and year of the first picture in view; "" unless sorted by date."""
        pictures = (self.rows.picture_at(row) for row in self.visible_rows())
        first = next((picture for picture in pictures if picture is not None), None)
        if first is None or not self.dated:
            return ""
        when = time.localtime(first.created)
        name = formatting.month_name(when.tm_mon)
        return _("{month} {year}").format(month=name, year=when.tm_year)

    def activate_current(self) -> None:
        """Action of Enter: open a picture; for a job or lost file, its first button."""
        row = self.current_row()
        item = self.current_item()
        if row is None or item is None:
            return
        offers = self.content_at(row, item).offers
        if offers:
            self.action.emit(offers[0].action, item)
        else:
            self.opened.emit(item)

    # --- selecting ------------------------------------------------------------------------

    def go_to_row(self, row: int) -> None:
        """Select only this row and move the focus there."""
        self.anchor = QPersistentModelIndex(self.rows.index(row))
        self.selection.only(row, row)
        self.set_current(row)

    def select_in_place(self, key: Key) -> None:
        """Select only this picture or job, without scrolling."""
        row = self.rows.row_of(key)
        if row is not None:
            self.anchor = QPersistentModelIndex(self.rows.index(row))
            self.selection.only(row, row)
            self._make_current(row)

    def _make_current(self, row: int) -> QModelIndex:
        index = self.rows.index(row)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        return index

    def set_current(self, row: int) -> None:
        """Move the focus to a row without selecting it."""
        self.scrollTo(self._make_current(row))

    def extend_to(self, row: int, *, add: bool = False) -> None:
        """Select everything from the anchor to this row."""
        start = self.anchor.row() if self.anchor.isValid() else self.current_row() or 0
        if not self.anchor.isValid():
            self.anchor = QPersistentModelIndex(self.rows.index(start))
        if add:
            self.selection.add(start, row)
        else:
            self.selection.only(start, row)
        self.set_current(row)

    def select_everything(self) -> None:
        """Select all rows."""
        if self.grid.count:
            self.selection.only(0, self.grid.count - 1)

    def toggle(self, row: int) -> None:
        """Toggle the selection of this row."""
        self.anchor = QPersistentModelIndex(self.rows.index(row))
        self.selection.toggle(row)
        self.set_current(row)

    def select_band(self, band: QRect, kept: list[tuple[int, int]]) -> None:
        """Select the tiles under a rubber band, and the ranges of rows in `kept`."""
        spans = [(rows[0], rows[-1]) for rows in self.grid.touched(band)]
        self.selection.these([*kept, *spans])
        self.viewport().update()

    # --- stacks ---------------------------------------------------------------------------

    def toggle_stack(self, row: int | None = None) -> bool:
        """Open or close the stack of a row, by default the current one; False if it has none."""
        row = self.current_row() if row is None else row
        tile = None if row is None else self.rows.tile_at(row)
        if row is None or tile is None or tile.size == 1:
            return False
        if tile.open:
            row -= tile.member
            self.go_to_row(row)
            self.rows.set_open(row, opened=False)
        else:
            self.go_to_row(row)
            key = self.rows.key_at(row)
            self.rows.set_open(row, opened=True)
            self.select_in_place(key)
        self.stacks_toggled.emit()
        self._tell_name(row)
        announce(self, self.spoken_name(row))
        return True

    def toggle_all_stacks(self) -> bool:
        """Close all stacks if any is open, else open all; False without stacks."""
        counts = self.rows.stack_counts
        if counts is None:
            return False
        opened = not self.rows.has_open_stacks
        self.rows.set_all_open(opened=opened)
        self.stacks_toggled.emit()
        announce(self, _("All stacks open") if opened else _("All stacks closed"))
        return True

    def show_rest(self, row: int) -> None:
        """Show all pictures of the large open stack of a row."""
        self.rows.set_open(row, opened=True, whole=True)

    def stack_end(self, *, last: bool) -> int | None:
        """First or last row of the current open stack, after showing all of it."""
        row = self.current_row()
        span = None if row is None else self.rows.stack_span(row)
        if span is None:
            return None
        if not last:
            return span[0]
        self.show_rest(span[0])
        span = self.rows.stack_span(span[0])
        return None if span is None else span[-1]

    def closed_stacks(self) -> tuple[int, int]:
        """Number of closed stacks selected, and of the pictures in them."""
        return self.rows.closed_stacks(self.selection.spans())

    def selected_stack(self) -> StackTile | None:
        """Stack of the selected tile; None unless one tile of a stack is selected."""
        spans = self.selection.spans()
        if self.selection.count() != 1:
            return None
        tile = self.rows.tile_at(spans[0][0])
        return tile if tile is not None and tile.size > 1 else None

    def selected_stack_rows(self) -> array[int]:
        """Index rows of the pictures of `selected_stack`, in the order of the grid."""
        if self.selected_stack() is None:
            return array("q")
        return self.rows.stack_pictures(self.selection.spans()[0][0])

    def stack_keys(self) -> list[int]:
        """Keys of the stacks that the selected tiles belong to; at most a thousand."""
        found: dict[int, None] = {}
        for first, last in self.selection.spans():
            for row in range(first, min(last, first + MOST_STACKS) + 1):
                tile = self.rows.tile_at(row)
                if tile is not None and tile.size > 1:
                    found[tile.key] = None
        return list(found)[:MOST_STACKS]

    def is_closed_stack(self, row: int) -> bool:
        """Whether the tile of a row is a closed stack."""
        tile = self.rows.tile_at(row)
        return tile is not None and tile.closed

    def jobs_beside(self, id: str) -> list[Job]:
        """Unfinished jobs of the closed stack that has this job; empty without one."""
        row = self.rows.row_of(id)
        tile = None if row is None else self.rows.tile_at(row)
        return self.rows.jobs_at(row) if row is not None and tile and tile.closed else []

    def activate_zone(self, row: int, name: str) -> None:
        """Emit the action of a clicked zone, or perform it if it is about stacks."""
        if name == "stack":
            self.toggle_stack(row)
            return
        if name == "stack_rest":
            self.show_rest(row)
            return
        if name == "cancel_stack":
            for job in self.rows.jobs_at(row):
                self.action.emit("cancel", job)
            return
        item = self.rows.item_at(row)
        if item is not None:
            self.action.emit(name, item)

    def begin_drag(self, row: int | None, *, whole: bool = False) -> None:
        """Drag the selected pictures, or this one; only from a mouse event.

        A closed stack counts as its cover, or with `whole` as all its pictures. Jobs are never
        dragged. Does nothing while pictures are still being read, because the drag would silently
        leave them out.
        """
        under = None if row is None else self.rows.item_at(row)
        if row is None or not isinstance(under, Picture):
            return
        spans = self.selection.spans() if self.selection.holds(row) else [(row, row)]
        rows = self.rows.gather(spans)
        if whole:
            rows = self.rows.gather_whole(spans)
        if len(rows) > MOST_DRAGGED:
            self.too_many_dragged.emit(len(rows))
            return
        items = self.rows.pictures_at_hand(rows)
        if items is not None:
            self.drag_wanted.emit(self, items, under)

    # --- slots ----------------------------------------------------------------------------

    def on_about_to_reset(self) -> None:
        """Remember selection and scroll position before a reset."""
        self._quiet = True
        self._told_names.clear()
        self.selection.remember()
        self._kept = None
        row, below = self.place()
        if not self.at_top and row < self.rows.rowCount():
            self._kept = self.rows.key_at(row), below

    def on_reset(self) -> None:
        """Restore selection and scroll position after a reset."""
        if self._grid.count:
            self.keep_tiles()
        self._grid = replace(self._grid, count=self.rows.rowCount(), lead=0)
        self.selection.restore()
        value = 0
        if self._kept is not None and (row := self.rows.row_of(self._kept[0])) is not None:
            value = self.grid.cell(row).top() - self._kept[1]
        self.pointer.hover(None)
        self._quiet = False
        self.scroll_to(value)
        self.mark_place()
        self._on_selection_changed()

    def on_rows_come(self, _parent: QModelIndex, first: int, last: int) -> None:
        """Shift the selection for inserted rows."""
        self.selection.inserted(first, last)
        ready = not self._first_screen or isinstance(self.rows.item_at(first), Job)
        if first < self.visible_rows().stop and ready:
            # The tiles after them move; keep them so that they are not repainted.
            self.keep_tiles()

    def on_completed(self) -> None:
        """Restore the rest of the selection."""
        self.selection.complete()

    def on_rows_gone(self, _parent: QModelIndex, first: int, last: int) -> None:
        """Remove rows from the selection; the neighbour of the last one is selected."""
        selected = self.selection.count()
        self.selection.removed(first, last)
        self.pointer.hover(None)
        row = self.current_row()
        if selected and not self.selection.count() and row is not None and not any(self._moves):
            self.selection.only(row, row)
        self._on_selection_changed()

    def on_moving(self, row: int) -> None:
        """Remember whether the job that is moved is selected."""
        self._moves = self.selection.holds(row), row == self.current_row()

    def on_job_moved(self, job: str) -> None:
        """Select a moved job again, without scrolling to it."""
        (selected, current), self._moves = self._moves, (False, False)
        row = self.rows.row_of(job)
        if row is None:
            return
        if current:
            keep = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self.rows.index(row), keep)
        if selected:
            self.selection.add(row, row)

    def on_taken(self, _job: object, index_row: int) -> None:
        """Announce the picture that replaced a selected job."""
        row = self.rows.row_of(index_row)
        if row is not None and self.selection.holds(row):
            self._on_selection_changed()

    def on_moved(self) -> None:
        """Update the hover after the tiles moved under the pointer."""
        viewport = self.viewport()
        # Ask the display for the pointer's position only if it matters: the answer may take a
        # while.
        under = viewport.underMouse()
        self.pointer.hover(viewport.mapFromGlobal(QCursor.pos()) if under else None)

    def on_loaded(self, _rows: object) -> None:
        """Request thumbnails of pictures that were just read."""
        self.on_wishes()
        if self._untold:
            self._on_selection_changed()

    def on_selected(self) -> None:
        """Schedule `selection_changed`."""
        if not self._quiet:
            self._on_selection_changed()

    def on_telling(self) -> None:
        """Emit the selection."""
        items, whole = self.selection.items()
        self._untold = not whole
        self.selection_changed.emit(items)

    def _on_selection_changed(self) -> None:
        self._many = self.selection.count() > 1
        self.viewport().update()
        self._telling.start()

    # --- Qt -------------------------------------------------------------------------------

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        for name, part in (("SelectionAdd", selected), ("SelectionRemove", deselected)):
            if part.count():
                send_row_event(self, name, part.at(0).top())

    def dataChanged(self, first: Index, last: Index, roles: object = ()) -> None:
        super().dataChanged(first, last, roles)
        if is_heard():
            rows = self.visible_rows()
            for row in range(max(first.row(), rows.start), min(last.row() + 1, rows.stop)):
                self._tell_name(row)

    def _tell_name(self, row: int) -> None:
        """Send the name of a tile to assistive programs if it changed."""
        key, name = self.rows.key_at(row), self.spoken_name(row)
        if self._told_names.get(key) != name:
            self._told_names[key] = name
            send_row_event(self, "NameChanged", row)

    def spoken_name(self, row: int) -> str:
        """Name of a tile for assistive programs."""
        return str(self.rows.index(row).data(Qt.ItemDataRole.AccessibleTextRole))

    def currentChanged(self, current: Index, previous: Index) -> None:
        self.repaint_rows(index.row() for index in (current, previous) if index.isValid())
        if current.isValid() and self.hasFocus():
            send_row_event(self, "Focus", current.row())

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(keyboard.press(self, event))

    def focusInEvent(self, event: QFocusEvent) -> None:
        keys = (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        if event.reason() in keys:
            self.by_key = True
            if self.current_row() is None and (rows := self.visible_rows()):
                self.set_current(rows.start)
        self.viewport().update()

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.by_key = False
        self.pointer.press(event)
        row = self.pointer.hovered
        tile = None if row is None else self.rows.tile_at(row)
        if row is not None and tile is not None and tile.closed:
            # Shift may be held when a drag begins.
            self.rows.pictures_at_hand(self.rows.stack_pictures(row)[:MOST_DRAGGED])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pointer.press(event)
        if event.button() == Qt.MouseButton.LeftButton and self.pointer.hot is None:
            item = self.current_item()
            if self.pointer.hovered is not None and item is not None:
                self.pointer.let_go()
                self.opened.emit(item)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            row = self.row_at(event.pos())
            at = event.globalPos()
        else:
            row = self.current_row()
            center = self.viewport().rect().center() if row is None else self.cell(row).center()
            at = self.viewport().mapToGlobal(center)
        self.context_menu.emit(None if row is None else self.rows.item_at(row), at)

    @needs("pointer")
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.pointer.hover(None)
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event)
            return True
        return super().viewportEvent(event)

    def _show_tip(self, event: QHelpEvent) -> None:
        row = self.row_at(event.pos())
        item = None if row is None else self.rows.item_at(row)
        text = tip_for(item, None if row is None else self.pointer.hot)
        if not text or row is None:
            QToolTip.hideText()
            return
        QToolTip.showText(event.globalPos(), plain_tip(text), self.viewport(), self.cell(row))
