"""Actions of a user in a test: drags and drops, and reading names in a list."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.ui.panels.sidebar.place_list import PlaceList
from studio.ui.support import drop_contents


def names(rows: PlaceList) -> list[str]:
    """As a screen reader has them."""
    found = QAccessible.queryAccessibleInterface(rows)
    assert found is not None
    children = [found.child(n) for n in range(found.childCount())]
    return [each.text(QAccessible.Text.Name) for each in children if each is not None]


def mime(*ids: str) -> QMimeData:
    """Pictures of the library, as they are dragged."""
    made = QMimeData()
    made.setData(drop_contents.IDS, "\n".join(ids).encode())
    return made


def drop(target: QWidget, at: QPoint, data: QMimeData) -> bool:
    """Drag `data` over a widget and let go; whether it was taken."""
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier
    enter = QDragEnterEvent(at, copy, data, left, none.NoModifier)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    move = QDragMoveEvent(at, copy, data, left, none.NoModifier)
    QApplication.sendEvent(target, move)
    event = QDropEvent(QPointF(at), copy, data, left, none.NoModifier)
    QApplication.sendEvent(target, event)
    return move.isAccepted() and event.isAccepted()
