"""The shelf: a strip of pictures collected from anywhere, to be dragged or exported together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.common.i18n import _, ngettext, number
from studio.domain.entities import Picture
from studio.ui.style.theme import theme
from studio.ui.support import key_names
from studio.ui.support.drop_area import Drag, DropArea, brings_own
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import margins
from studio.ui.support.qt_overrides import needs
from studio.ui.support.row_thumbnails import RowThumbnails
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.scroll_area import give_viewport
from studio.ui.widgets.text import Text

HEIGHT = 76
SIDE = 52
GAP = 6

AnyIndex = QModelIndex | QPersistentModelIndex


class TrayModel(QAbstractListModel):
    """The pictures of the shelf as rows.

    Attributes:
        pictures: the pictures shown, in order.
    """

    # On the class: Qt queries the number of rows of partly built or destroyed objects too.
    pictures: tuple[Picture, ...] = ()

    def __init__(self, thumbnails: RowThumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        thumbnails.ready.connect(self.on_thumbnail)

    def set_pictures(self, pictures: Sequence[Picture]) -> None:
        """Replace the pictures."""
        self.beginResetModel()
        self.pictures = tuple(pictures)
        self.endResetModel()

    def pixmap(self, row: int) -> QPixmap | None:
        """Thumbnail of a row; None while it is fetched."""
        return self._thumbnails.picture(self.pictures[row].id)

    def on_thumbnail(self) -> None:
        """Repaint the rows."""
        if self.pictures:
            self.dataChanged.emit(self.index(0), self.index(len(self.pictures) - 1))

    # --- Qt -------------------------------------------------------------------------------

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - as Qt's own
        return 0 if parent.isValid() else len(self.pictures)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.pictures):
            return None
        said = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        return self.pictures[index.row()].name if role in said else None


class _TrayDelegate(QStyledItemDelegate):
    """Paints a picture of the shelf, with a ring if it is selected."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        return QSize(theme().px(SIDE) + GAP, theme().px(SIDE) + GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        model = index.model()
        assert isinstance(model, TrayModel)
        look = theme()
        cell: QRect = option.rect
        side = min(cell.width(), cell.height()) - GAP
        box = QRect(0, 0, side, side)
        box.moveCenter(cell.center())
        pixmap = model.pixmap(index.row())
        if pixmap is None:
            painter.fillRect(box, look.color("sunk"))
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(box, pixmap)
        state = option.state
        focused = state & QStyle.StateFlag.State_HasFocus
        if state & QStyle.StateFlag.State_Selected or focused:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            role = "accent" if state & QStyle.StateFlag.State_Selected else "text3"
            painter.setPen(QPen(look.color(role), 2))
            painter.drawRoundedRect(QRectF(box).adjusted(-1, -1, 1, 1), 3, 3)


class TrayList(QListView):
    """The pictures in a row; arrows move, Del removes, Enter opens, Ctrl+C copies.

    Signals:
        drag_wanted: drag pictures out, within the mouse event: (this view, a tuple, the one at the
            pointer).
        opened: show a picture in the loupe.
        removal_wanted: remove pictures from the shelf (a tuple of ids).
        copy_wanted: copy pictures to the clipboard (a tuple).
        undo_wanted, redo_wanted: step through the changes of the shelf.
        menu_wanted: open the menu of the selected pictures at a global point.
    """

    drag_wanted = Signal(object, object, object)
    opened = Signal(object)
    removal_wanted = Signal(object)
    copy_wanted = Signal(object)
    undo_wanted = Signal()
    redo_wanted = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, model: TrayModel, parent: QWidget) -> None:
        super().__init__(parent)
        give_viewport(self)
        self._pictures = model
        self.setModel(model)
        self.setItemDelegate(_TrayDelegate(self))
        self.setAccessibleName(_("Shelf"))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.viewport().setAutoFillBackground(False)
        self.doubleClicked.connect(self.on_double_clicked)
        theme().changed.connect(self.viewport().update)

    @property
    def selected(self) -> tuple[Picture, ...]:
        """The selected pictures, in order."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return tuple(self._pictures.pictures[row] for row in rows)

    def on_double_clicked(self, index: QModelIndex) -> None:
        """Open a picture."""
        self.opened.emit(self._pictures.pictures[index.row()])

    # --- Qt -------------------------------------------------------------------------------

    def startDrag(self, _actions: Qt.DropAction) -> None:
        current = self.currentIndex()
        chosen = self.selected
        if chosen and current.isValid():
            self.drag_wanted.emit(self, chosen, self._pictures.pictures[current.row()])

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            own = (
                *(QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo),
                *(QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.SelectAll),
            )
            if any(map(event.matches, own)):
                event.accept()
                return True
        return super().event(event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit(self.selected)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removal_wanted.emit(tuple(one.id for one in self.selected))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current.isValid():
            self.on_double_clicked(current)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.selected:
            self.menu_wanted.emit(event.globalPos())


class TrayHandle(QFrame):
    """Drags all pictures of the shelf.

    Signals:
        drag_wanted: within the mouse event.
    """

    drag_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._from: QPoint | None = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setFixedSize(theme().px(18), theme().px(SIDE))
        set_tip(self, _("Drag all pictures of the shelf"))
        self.setAccessibleName(_("Drag all pictures of the shelf"))
        theme().changed.connect(self.update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() is Qt.MouseButton.LeftButton
        self._from = event.position().toPoint() if left else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        far = QGuiApplication.styleHints().startDragDistance()
        begun = self._from
        if begun is not None and (event.position().toPoint() - begun).manhattanLength() >= far:
            # The drop target receives the release: forget the press first.
            self._from = None
            self.drag_wanted.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        pixmap = theme().pixmap("drag", "text2", 16, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - 16) // 2, (self.height() - 16) // 2, pixmap)
        painter.end()


class Tray(QFrame):
    """The strip with the pictures.

    Attributes:
        list: the pictures.
        handle: drags all of them.
        export, clear, close_button: its buttons.

    Signals:
        drag_wanted: as in `TrayList`.
        dropped: pictures of the library were dropped (a tuple of ids).
    """

    drag_wanted = Signal(object, object, object)
    dropped = Signal(object)

    def __init__(self, thumbnails: RowThumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("zone", "tray")
        self.setAccessibleName(_("Shelf"))
        self.setFixedHeight(theme().height(HEIGHT))
        self._model = TrayModel(thumbnails, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(self, 10, 6, 8, 6))
        row.setSpacing(6)
        self.handle = TrayHandle(self)
        self.handle.drag_wanted.connect(self.on_all_dragged)
        row.addWidget(self.handle)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(Text(_("Shelf"), "small", "text", self, weight=600))
        self._count = Text("", "small", "text2", self)
        words.addWidget(self._count)
        words.addStretch(1)
        row.addLayout(words)
        self.list = TrayList(self._model, self)
        self.list.drag_wanted.connect(self.drag_wanted)
        row.addWidget(self.list, 1)
        self._empty = Text(_how_to_fill(), "small", "text3", self)
        row.addWidget(self._empty, 1)
        self.export = Button(_("Export…"), parent=self, size=26)
        row.addWidget(self.export)
        self.clear = Button(_("Clear"), parent=self, size=26)
        row.addWidget(self.clear)
        self.close_button = IconButton("close", _("Hide the shelf"), "Shift+J", self, size=26)
        row.addWidget(self.close_button)
        self._area = DropArea(self, brings_own)
        self._area.inside_changed.connect(self.update)
        self._area.dropped.connect(self.on_dropped)
        self.show_pictures(())

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures shown, in order."""
        return self._model.pictures

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Show these pictures; the selection is kept."""
        if tuple(pictures) == self._model.pictures and pictures:
            return
        chosen = {one.id for one in self.list.selected}
        current = self.list.currentIndex().row()
        self._model.set_pictures(pictures)
        n = len(pictures)
        self._count.setText(ngettext("{n} picture", "{n} pictures", n).format(n=number(n)))
        self._count.setVisible(n > 0)
        self._empty.setVisible(not n)
        self.list.setVisible(n > 0)
        self.handle.setVisible(n > 0)
        self.export.setVisible(n > 0)
        self.clear.setVisible(n > 0)
        if n:
            place = self._model.index(min(max(current, 0), n - 1))
            selection = self.list.selectionModel()
            selection.setCurrentIndex(place, selection.SelectionFlag.NoUpdate)
            for at, one in enumerate(pictures):
                if one.id in chosen:
                    selection.select(self._model.index(at), selection.SelectionFlag.Select)

    def on_all_dragged(self) -> None:
        """Drag all pictures."""
        if self.pictures:
            self.drag_wanted.emit(self.handle, self.pictures, self.pictures[0])

    def on_dropped(self, drag: Drag) -> None:
        """Emit the ids of the dropped pictures."""
        self.dropped.emit(drag.ids)

    def focus_list(self) -> None:
        """Move the focus to the pictures."""
        target = self.list if self.pictures else self.close_button
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @needs("_area")
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._area.inside:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(theme().color("accent"), 2)
            pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), 6, 6)
            painter.end()


def _how_to_fill() -> str:
    """Hint on adding pictures to the shelf."""
    if key := key_names.current("J"):
        return _("Drag pictures here, or press {key} on a picture").format(key=key_names.cap(key))
    return _("Drag pictures here")
