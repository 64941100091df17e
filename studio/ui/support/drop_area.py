"""Drop targets: the one place that handles Qt's drag events and makes sure that each drag ends.

A drag is over when it is dropped or leaves. Three things tell nobody: a source that dies, a window
that is covered or put away under the pointer, and a part that is hidden meanwhile. So whoever takes
drags has a `DropArea` and no drag event of its own, and hears `ended` whatever happens.
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
"""What a pointer does that drags nothing: none of it comes while another program's drag goes on."""


class Drag:
    """A drag over an area, or a drop on it.

    Attributes:
        mime: valid only now.
        at: the place in the widget.
        begins: it was not over it a moment ago.
        taken: whether a drop here does something; `refuse` says that it does not.
    """

    def __init__(self, event: QDropEvent, *, begins: bool = False) -> None:
        self.mime = event.mimeData()
        self.at = event.position().toPoint()
        self.begins = begins
        self.taken = True

    @property
    def contents(self) -> DropContents:
        """What it brings, read anew each time."""
        return drop_contents.pictures_in(self.mime)

    @property
    def ids(self) -> tuple[str, ...]:
        """Pictures of the gallery that it brings."""
        return drop_contents.dropped_ids(self.mime)

    def refuse(self) -> None:
        """Take no drop here."""
        self.taken = False


def brings_pictures(event: QDropEvent) -> bool:
    """Whether anything that is dragged could become a reference."""
    return drop_contents.accepts(event.mimeData())


def brings_words(event: QDropEvent) -> bool:
    """Whether nothing is dragged but what the prompt takes as words."""
    return not brings_pictures(event)


def brings_files(event: QDropEvent) -> bool:
    """Whether something from another program is dragged that the window can use."""
    mime = event.mimeData()
    if event.source() is not None or mime.hasFormat(drop_contents.IDS):
        return False
    return drop_contents.accepts(mime) or mime.hasUrls()


def brings_local_files(event: QDropEvent) -> bool:
    """Whether something is dragged that can be imported: files, folders, pictures."""
    return drop_contents.number_in(event.mimeData()) > 0


def brings_own(event: QDropEvent) -> bool:
    """Whether pictures of the gallery are dragged, and no files."""
    return bool(drop_contents.dropped_ids(event.mimeData()))


class DropArea(QObject):
    """Handles the drags over one widget, and the end of each.

    Attributes:
        inside: a drag is over it that would be taken.

    Signals:
        inside_changed: `inside` is another, for a widget that paints it.
        over: a drag is over it, or moved there (Drag).
        ended: it is not over it any more; whether it is at an end altogether (dropped, given up)
            or may go on over something else. Comes once for each drag that was over it.
        dropped: after `ended`, where it was let go (Drag).
    """

    inside_changed = Signal()
    over = Signal(object)
    ended = Signal(bool)
    dropped = Signal(object)

    _alone = True
    """Whether Qt's own handling of drags is skipped."""

    def __init__(self, widget: QWidget, accepts: Callable[[QDropEvent], bool]) -> None:
        """`accepts` says what may be dropped anywhere on it; `over` still refuses by place."""
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
        # Once for each drag: what is dragged may be a thousand files, and moves with every pixel.
        if not self.inside and not self._accepts(event):
            event.ignore()
            return True
        drag = Drag(event, begins=not self.inside)
        self.over.emit(drag)
        if drag.taken:
            self._begin(event)
        else:
            self.end_drag(gone=False)
        # Who refuses by place must still hear where the drag goes next.
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
    """A field that takes words as Qt does; what it does not accept goes to what lies around it.

    Qt draws a caret where the words would go, until the drag leaves.
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
    """Lies over a part of the window while something is dragged over the window.

    Attributes:
        area: hears of drags over it.
    """

    def __init__(self, parent: QWidget, accepts: Callable[[QDropEvent], bool]) -> None:
        super().__init__(parent)
        # A drag that moves from the window onto a part of it leaves the window first.
        self._away = QTimer(self, singleShot=True, interval=LINGER)
        self._away.timeout.connect(self.hide)
        self.hide()
        self.area = DropArea(self, accepts)
        self.area.over.connect(self.on_over)
        self.area.ended.connect(self.on_ended)

    def show_now(self) -> None:
        """Show it while something is dragged over the window."""
        self._away.stop()
        self.show()

    def hide_soon(self) -> None:
        """Hide a moment later, unless the drag goes on over this."""
        self._away.start()

    def on_over(self, _drag: Drag) -> None:
        """The drag is over it."""
        self._away.stop()
        self.update()

    def on_ended(self, gone: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """The drag is over, or goes on elsewhere."""
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

    @needs("_away")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Hidden with what is around it, it would be back with it.
        if not self.isHidden():
            self.hide()
        self._away.stop()


class _Watch(QObject):
    """Detects the end of a drag that Qt does not report."""

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self._areas: dict[DropArea, bool] = {}

    def remember(self, area: DropArea, *, foreign: bool) -> None:
        """Remember the area under a drag; `foreign` for one from another program."""
        if not self._areas:
            app = QCoreApplication.instance()
            assert app is not None
            app.installEventFilter(self)
        if area not in self._areas:
            area.destroyed.connect(self.on_destroyed)
        self._areas[area] = foreign

    def remove_area(self, area: DropArea) -> None:
        """Forget an area the drag has left."""
        if self._areas.pop(area, None) is not None:
            area.destroyed.disconnect(self.on_destroyed)
        self._rest()

    def end_all(self) -> None:
        """End the drag over every area."""
        for area in [*self._areas]:
            area.end_drag()

    def on_destroyed(self) -> None:
        """Forget areas that are gone with their widgets."""
        self._areas = {one: kind for one, kind in self._areas.items() if shiboken6.isValid(one)}
        self._rest()

    def _rest(self) -> None:
        app = QCoreApplication.instance()
        if not self._areas and app is not None:
            app.removeEventFilter(self)

    @needs("_areas")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress:
            if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
                self.end_all()
        # Our own drag holds the pointer itself: only what reaches a widget counts, and not then.
        elif kind in _BY_HAND and isinstance(watched, QWidget) and all(self._areas.values()):
            self.end_all()
        return False


_made: _Watch | None = None


def _watch() -> _Watch:
    global _made
    if _made is None or not shiboken6.isValid(_made):
        _made = _Watch()
    return _made


def end_all() -> None:
    """End every drag over the window: its page is gone, or our own drag returned."""
    _watch().end_all()
