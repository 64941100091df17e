"""Drop targets: handle Qt's drag events and make sure that every drag ends.

A drag ends by a drop or a leave event. Three ends are not reported: the source dies, the window is
covered or minimized under the pointer, or the target is hidden meanwhile. So every target has a
`DropArea` instead of its own drag events, and receives `ended` in all cases.
"""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QDragLeaveEvent, QDropEvent, QHideEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.style.theme import theme
from studio.ui.support import drop_contents
from studio.ui.support.drop_contents import DropContents
from studio.ui.support.qt_overrides import needs

LINGER = 120  # milliseconds

_OVER = (QEvent.Type.DragEnter, QEvent.Type.DragMove)
_GONE = (
    QEvent.Type.Hide,
    QEvent.Type.WindowDeactivate,
    QEvent.Type.WindowBlocked,
)
_BY_HAND = (
    QEvent.Type.Enter,
    QEvent.Type.MouseMove,
    QEvent.Type.HoverMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.Wheel,
)
"""Pointer events without a drag: none occur during another program's drag."""


class Drag:
    """A drag over an area, or a drop on it.

    Attributes:
        mime: valid only during the event.
        at: position in the widget.
        begins: whether the drag has just entered.
        taken: whether a drop here is accepted; cleared by `refuse`.
    """

    def __init__(self, event: QDropEvent, *, begins: bool = False) -> None:
        self.mime = event.mimeData()
        self.at = event.position().toPoint()
        self.begins = begins
        self.taken = True

    @property
    def contents(self) -> DropContents:
        """Contents of the drag, read on each call."""
        return drop_contents.pictures_in(self.mime)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of dragged gallery pictures."""
        return drop_contents.dropped_ids(self.mime)

    def refuse(self) -> None:
        """Reject a drop here."""
        self.taken = False


def brings_pictures(event: QDropEvent) -> bool:
    """Whether the drag contains possible references."""
    return drop_contents.accepts(event.mimeData())


def brings_words(event: QDropEvent) -> bool:
    """Whether the drag contains only text for the prompt."""
    return not brings_pictures(event)


def brings_files(event: QDropEvent) -> bool:
    """Whether the drag is from another program and usable by the window."""
    mime = event.mimeData()
    if event.source() is not None or mime.hasFormat(drop_contents.IDS):
        return False
    return drop_contents.accepts(mime) or mime.hasUrls()


def brings_local_files(event: QDropEvent) -> bool:
    """Whether the drag contains importable items: files, folders, pictures."""
    return drop_contents.number_in(event.mimeData()) > 0


def brings_own(event: QDropEvent) -> bool:
    """Whether gallery pictures are dragged, and no files."""
    return bool(drop_contents.dropped_ids(event.mimeData()))


class DropArea(QObject):
    """Handles drags over one widget, and the end of each.

    Attributes:
        inside: whether an acceptable drag is over the widget.

    Signals:
        inside_changed: `inside` changed, for widgets that paint it.
        over: a drag is over the widget, or moved there (Drag).
        ended: the drag left; whether it ended altogether (dropped, cancelled) or may continue
            elsewhere. Emitted once for each drag over the widget.
        dropped: emitted after `ended` for a drop (Drag).
    """

    inside_changed = Signal()
    over = Signal(object)
    ended = Signal(bool)
    dropped = Signal(object)

    _alone = True
    """Whether Qt's own handling of drags is skipped."""

    def __init__(self, widget: QWidget, accepts: Callable[[QDropEvent], bool]) -> None:
        """`accepts` filters drags on the whole widget; `over` may still refuse by position."""
        super().__init__(widget)
        self._accepts = accepts
        self._widget = widget
        self.inside = False
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def set_active(self, on: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Accept drags, or leave them to the surrounding widgets."""
        if not on:
            self.end_drag()
        self._widget.setAcceptDrops(on)

    def end_drag(self, *, gone: bool = True) -> None:
        """End the drag over this area, if there is one."""
        if self.inside:
            self.inside = False
            _watch().remove_area(self)
            self.inside_changed.emit()
            self.ended.emit(gone)

    @needs("inside")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._widget:
            return False
        kind = event.type()
        if kind in _OVER and isinstance(event, QDropEvent):
            return self._on_over(event)
        if kind == QEvent.Type.DragLeave:
            self.end_drag(gone=False)
            return self._alone
        if kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            return self._on_drop(event)
        if kind in _GONE:
            self.end_drag()
        return False

    def _on_over(self, event: QDropEvent) -> bool:
        # Check once per drag: it may contain a thousand files, and moves with every pixel.
        if not self.inside and not self._accepts(event):
            event.ignore()
            return True
        drag = Drag(event, begins=not self.inside)
        self.over.emit(drag)
        if drag.taken:
            self._begin(event)
        else:
            self.end_drag(gone=False)
        # A target that refuses by position must still receive later moves.
        if drag.taken or event.type() == QEvent.Type.DragEnter:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()
        return True

    def _begin(self, event: QDropEvent) -> None:
        _watch().remember(self, foreign=event.source() is None)
        if not self.inside:
            self.inside = True
            self.inside_changed.emit()

    def _on_drop(self, event: QDropEvent) -> bool:
        self.end_drag()
        drag = Drag(event)
        if self._accepts(event):
            event.setDropAction(Qt.DropAction.CopyAction)
            self.dropped.emit(drag)
        else:
            drag.refuse()
        event.setAccepted(drag.taken)
        return True


class TextDrops(DropArea):
    """Text field that accepts text as Qt does; other drags go to the surrounding widgets.

    Qt draws a caret at the drop position until the drag leaves.
    """

    _alone = False

    def end_drag(self, *, gone: bool = True) -> None:
        was = self.inside
        super().end_drag(gone=gone)
        if was and gone:
            QCoreApplication.sendEvent(self._widget, QDragLeaveEvent())

    def _on_over(self, event: QDropEvent) -> bool:
        if not self.inside and not self._accepts(event):
            event.ignore()
            return True
        self._begin(event)
        return False

    def _on_drop(self, event: QDropEvent) -> bool:
        self.end_drag(gone=False)
        if self._accepts(event):
            return False
        event.ignore()
        return True


class DropCover(QWidget):
    """Overlay on a part of the window during drags over the window.

    Attributes:
        area: its drop area.
        lingering: runs while it waits for the drag to return; its timeout hides it.
    """

    def __init__(self, parent: QWidget, accepts: Callable[[QDropEvent], bool]) -> None:
        super().__init__(parent)
        # A drag from the window onto a part of it leaves the window first.
        self.lingering = QTimer(self, singleShot=True, interval=LINGER)
        self.lingering.timeout.connect(self.hide)
        self.hide()
        self.area = DropArea(self, accepts)
        self.area.over.connect(self.on_over)
        self.area.ended.connect(self.on_ended)

    def show_now(self) -> None:
        """Show during a drag over the window."""
        self.lingering.stop()
        self.show()

    def hide_soon(self) -> None:
        """Hide a moment later, unless the drag continues over this widget."""
        self.lingering.start()

    def on_over(self, _drag: Drag) -> None:
        """Stay visible under the drag."""
        self.lingering.stop()
        self.update()

    def on_ended(self, gone: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Hide after the drag, or soon if it continues elsewhere."""
        self.update()
        if gone:
            self.hide()
        else:
            self.hide_soon()

    def paint_frame(self, painter: QPainter, box: QRectF) -> None:
        """Draw the dashed frame of every drop target; its pen stays set."""
        pen = QPen(theme().color("accent"), 2)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 10, 10)

    @needs("lingering")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Hidden with its parent, it would reappear with it.
        if not self.isHidden():
            self.hide()
        self.lingering.stop()


class _Watch(QObject):
    """Detects the end of a drag that Qt does not report.

    Attributes:
        areas: areas under a drag, each with whether the drag is from another program.
    """

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self.areas: dict[DropArea, bool] = {}

    def remember(self, area: DropArea, *, foreign: bool) -> None:
        """Remember the area under a drag; `foreign` for one from another program."""
        if not self.areas:
            app = QCoreApplication.instance()
            assert app is not None
            app.installEventFilter(self)
        if area not in self.areas:
            area.destroyed.connect(self.on_destroyed)
        self.areas[area] = foreign

    def remove_area(self, area: DropArea) -> None:
        """Forget an area the drag has left."""
        if self.areas.pop(area, None) is not None:
            area.destroyed.disconnect(self.on_destroyed)
        self._rest()

    def end_all(self) -> None:
        """End the drag over every area."""
        for area in [*self.areas]:
            area.end_drag()

    def on_destroyed(self) -> None:
        """Forget areas that are gone with their widgets."""
        self.areas = {one: kind for one, kind in self.areas.items() if shiboken6.isValid(one)}
        self._rest()

    def _rest(self) -> None:
        app = QCoreApplication.instance()
        if not self.areas and app is not None:
            app.removeEventFilter(self)

    @needs("areas")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress:
            if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
                self.end_all()
        # Only events of widgets, and not during our own drag, which grabs the pointer.
        elif kind in _BY_HAND and isinstance(watched, QWidget) and all(self.areas.values()):
            self.end_all()
        return False


_made: _Watch | None = None


def _watch() -> _Watch:
    global _made
    if _made is None or not shiboken6.isValid(_made):
        _made = _Watch()
    return _made


def areas_under_drag() -> tuple[DropArea, ...]:
    """The areas over which a drag has not ended yet."""
    return tuple(_watch().areas)


def end_all() -> None:
    """End every drag over the window: its page is gone, or our own drag returned."""
    _watch().end_all()
