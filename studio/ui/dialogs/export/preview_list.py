"""List of the copies that an export will make: thumbnail, name, size, and warnings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from studio.app.export.plan import ExportPlan, PlannedCopy
from studio.common.display_text import one_line
from studio.common.i18n import _
from studio.ui.dialogs.export.export_words import brief_facts_of, facts_of, reasons, warns
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import elided, flipped
from studio.ui.support.row_thumbnails import RowThumbnails
from studio.ui.widgets.plain_text import plain_tip
from studio.ui.widgets.signs import paint_row_ground

_ROW = 38
_THUMBNAIL = 28
COPY = Qt.ItemDataRole.UserRole
FACTS = Qt.ItemDataRole.UserRole + 1
WHOLE = Qt.ItemDataRole.UserRole + 2
"""Name and facts, not shortened."""

Index = QModelIndex | QPersistentModelIndex


class CopiesModel(QAbstractListModel):
    """The planned copies of an export."""

    # A class attribute: Qt asks for the number of rows during construction.
    _copies: tuple[PlannedCopy, ...] = ()
    _sizes: Sequence[int] = ()
    _exact = False

    def show_plan(self, plan: ExportPlan | None) -> None:
        """Show the copies of a plan, whose sizes are not known yet; None for no copies."""
        copies = () if plan is None else plan.copies
        same = len(copies) == len(self._copies)
        if not same:
            self.beginResetModel()
        self._copies, self._sizes = copies, ()
        if same:
            self._changed()
        else:
            self.endResetModel()

    def show_sizes(self, sizes: Sequence[int], *, exact: bool) -> None:
        """Show the bytes of every copy: exact or estimated ones."""
        self._sizes, self._exact = sizes, exact
        self._changed()

    def _changed(self) -> None:
        if self._copies:
            self.dataChanged.emit(self.index(0), self.index(len(self._copies) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._copies)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if not 0 <= row < len(self._copies):
            return None
        copy = self._copies[row]
        if role == Qt.ItemDataRole.DisplayRole:
            return copy.name
        if role == COPY:
            return copy
        size = self._sizes[row] if row < len(self._sizes) else None
        if role == FACTS:
            return brief_facts_of(copy, size, exact=self._exact)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{copy.name}, {facts_of(copy, size, exact=self._exact)}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return reasons(copy)
        if role == WHOLE:
            return f"{copy.name}\n{facts_of(copy, size, exact=self._exact, whole=True)}"
        return None


class CopyDelegate(QStyledItemDelegate):
    """Draws a planned copy in two lines; the end of a long name stays visible."""

    def __init__(self, thumbnails: RowThumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, theme().height(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme()
        copy: PlannedCopy = index.data(COPY)
        whole: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            paint_row_ground(painter, whole)
        rect = whole.adjusted(6, 2, -6, -2)
        mirrored = option.direction is Qt.LayoutDirection.RightToLeft
        box = QRect(rect.left(), 0, _THUMBNAIL, _THUMBNAIL)
        box.moveTop(rect.center().y() - _THUMBNAIL // 2)
        rect.setLeft(box.right() + 10)
        if mirrored:
            box, rect = flipped(box, whole), flipped(rect, whole)
        pixmap = self._thumbnails.picture(copy.picture.id)
        if pixmap is None:
            painter.fillRect(box, look.color("sunk"))
        else:
            painter.drawPixmap(box, pixmap)
        upper, lower = QRect(rect), QRect(rect)
        upper.setBottom(rect.center().y())
        lower.setTop(rect.center().y() + 1)
        self._line(painter, upper, one_line(copy.name), look.font("small", prose=True), "text")
        told = "warn" if warns(copy) else "text3"
        self._line(painter, lower, str(index.data(FACTS)), look.font("micro"), told, end=False)

    @staticmethod
    def _line(
        painter: QPainter, rect: QRect, words: str, font: QFont, role: str, *, end: bool = True
    ) -> None:
        mode = Qt.TextElideMode.ElideLeft if end else Qt.TextElideMode.ElideRight
        painter.setFont(font)
        painter.setPen(theme().color(role))
        shown = elided(QFontMetrics(font), words, mode, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class PreviewList(QListView):
    """Planned copies of an export.

    Attributes:
        copies: its model.
    """

    def __init__(self, thumbnails: RowThumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self.copies = CopiesModel(self)
        self.setModel(self.copies)
        self.setAccessibleName(_("Preview"))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(CopyDelegate(thumbnails, self))
        thumbnails.ready.connect(self.viewport().update)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            words = str(index.data(WHOLE)) if index.isValid() else ""
            QToolTip.showText(event.globalPos(), plain_tip(words), self.viewport())
            return True
        return super().viewportEvent(event)
