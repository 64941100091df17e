"""Zones of the window and their responsive layout.

From 1280 px on sidebar, views and inspector are side by side. Below, the inspector is a drawer over
the views, initially closed; below 1100 px the sidebar is a rail of icons.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.style.theme import HEIGHTS, RAIL, theme
from studio.ui.support.layout_direction import placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.splitter import Splitter

DRAWER_BELOW = 1280
RAIL_BELOW = 1100
SIDEBAR = 224
INSPECTOR = 296

_PLACED = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)


class WindowLayout(QWidget):
    """Rail or sidebar, the middle, and the inspector beside or over it.

    Signals:
        panels_changed: sidebar or inspector was opened or closed.
        widths_changed: the user moved a splitter handle.
        narrowed: the rail replaced the sidebar, or was replaced by it (bool).
    """

    panels_changed = Signal()
    widths_changed = Signal()
    narrowed = Signal(bool)

    def __init__(
        self,
        *,
        middle: QWidget,
        parent: QWidget,
    ) -> None:
        """The panels are set later (`set_panels`); until then plain frames are placeholders."""
        super().__init__(parent)
        self.sidebar: QWidget = _frame("side", self)
        self.rail: QWidget = _frame("side", self)
        self.inspector: QWidget = _frame("inspector", self)
        self.rail.setFixedWidth(RAIL)
        self._want_sidebar = True
        self._want_inspector = True
        self._drawer_open = False
        self._drawer = False
        self._narrow = False
        self._plain = False
        self._beside_plain = False
        self._bare = False
        # In the presentation: panels opened meanwhile, and the drawer to return to.
        self._presenting = False
        self._shown = [False, False]
        self._drawer_before = False
        self._widths = (SIDEBAR, theme().panel(INSPECTOR))
        self._foot: QWidget | None = None
        self._head: QWidget | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._splitter = Splitter(Qt.Orientation.Horizontal, self)
        row.addWidget(self.rail)
        row.addWidget(self._splitter, 1)
        self._splitter.addWidget(self.sidebar)
        self._splitter.addWidget(middle)
        self._splitter.addWidget(self.inspector)
        self._splitter.set_usual([SIDEBAR, -1, theme().panel(INSPECTOR)])
        self._splitter.splitterMoved.connect(self.on_moved)
        self._splitter.restored.connect(self.on_moved)
        # Set first: a size policy includes the stretch, and a new policy would reset it.
        middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._fix()
        middle.setMinimumWidth(480)
        self._arrange()

    def _fix(self) -> None:
        for index in range(self._splitter.count()):
            self._splitter.setStretchFactor(index, 1 if index == 1 else 0)
            self._splitter.setCollapsible(index, False)

    def set_panels(self, *, sidebar: QWidget, rail: QWidget, inspector: QWidget) -> None:
        """Replace the placeholders with the panels."""
        olds = (self.sidebar, self.rail, self.inspector)
        layout = self.layout()
        assert layout is not None
        layout.replaceWidget(self.rail, rail)
        self._splitter.replaceWidget(0, sidebar)
        if self._drawer:
            inspector.setParent(self)
        else:
            self._splitter.replaceWidget(2, inspector)
        self.sidebar, self.rail, self.inspector = sidebar, rail, inspector
        for old in olds:
            old.setParent(None)
            old.deleteLater()
        self._fix()
        self._arrange()

    # Open panels

    @property
    def sidebar_open(self) -> bool:
        """Whether the sidebar, or its rail, is visible."""
        if self._presenting:
            return self._shown[0]
        return self._beside_plain if self._plain else self._want_sidebar

    @property
    def sidebar_wanted(self) -> bool:
        """Whether the user has opened the sidebar beside the grid."""
        return self._want_sidebar

    @property
    def inspector_wanted(self) -> bool:
        """Whether the user has opened the inspector beside the views, if there is room."""
        return self._want_inspector

    @property
    def inspector_open(self) -> bool:
        """Whether the inspector is visible, beside the views or over them."""
        if self._presenting:
            return self._shown[1]
        if self._drawer:
            return self._drawer_open
        return self._want_inspector and not self._bare

    @property
    def drawer(self) -> bool:
        """Whether the inspector is over the views."""
        return self._drawer

    @property
    def narrow(self) -> bool:
        """Whether the rail replaces the sidebar."""
        return self._narrow

    @property
    def widths(self) -> tuple[int, int]:
        """Widths of sidebar and inspector; 0 for a panel that is not beside the views."""
        return (
            0 if self.sidebar.isHidden() else self.sidebar.width(),
            0 if self._drawer or self.inspector.isHidden() else self.inspector.width(),
        )

    @property
    def wished(self) -> tuple[int, int]:
        """Widths of sidebar and inspector as set by the user, even if hidden or squeezed."""
        return self._widths

    def set_widths(self, sidebar: int, inspector: int) -> None:
        """Restore saved widths; 0 for the default."""
        self._widths = (sidebar or SIDEBAR, inspector or theme().panel(INSPECTOR))
        self._share()

    def _share(self) -> None:
        """Set the widths of the panels, and give the rest to the views."""
        sidebar, inspector = self._widths
        # Sizes that do not add up are distributed in proportion: hidden panels must count as zero.
        beside = (
            (sidebar, self.sidebar),
            (inspector, self.inspector),
            (self.rail.width(), self.rail),
        )
        taken = sum(width for width, panel in beside if not panel.isHidden())
        lines = sum(not panel.isHidden() for panel in (self.sidebar, self.inspector))
        room = self.width() - taken - lines * self._splitter.handleWidth()
        self._splitter.setSizes([sidebar, max(480, room), inspector])

    def on_moved(self) -> None:
        """Remember the widths set by the user."""
        sidebar, inspector = self.widths
        self._widths = (sidebar or self._widths[0], inspector or self._widths[1])
        self.widths_changed.emit()

    def open_sidebar(self, open_: bool) -> None:  # noqa: FBT001 - a switch's state
        """Open or close the sidebar; beside the loupe only until the loupe is left."""
        if self._presenting:
            self._shown[0] = open_
        elif self._plain:
            self._beside_plain = open_
        else:
            self._want_sidebar = open_
        self._arrange()

    def want_inspector(self, wanted: bool) -> None:  # noqa: FBT001 - a switch's state
        """Open or close the inspector beside the views, once there is room."""
        self._want_inspector = wanted
        self._arrange()

    def open_inspector(self, open_: bool) -> None:  # noqa: FBT001 - a switch's state
        """Open or close the inspector."""
        if self._presenting:
            self._shown[1] = open_
        elif self._drawer:
            self._drawer_open = open_
        else:
            self._want_inspector = open_
            self._bare = self._bare and not open_
        self._arrange()

    def set_plain(self, plain: bool) -> None:  # noqa: FBT001 - a switch's state
        """Hide the sidebar initially, for the loupe."""
        self._plain = plain
        self._beside_plain = False
        self._arrange()

    def set_bare(self, *, bare: bool) -> None:
        """Hide the inspector, for the welcome page."""
        if bare != self._bare:
            self._bare = bare
            self._arrange()

    @property
    def presenting(self) -> bool:
        """Whether the panels are hidden for a presentation."""
        return self._presenting

    def set_presenting(self, *, presenting: bool) -> None:
        """Hide all panels, or bring back exactly those that were open."""
        if presenting == self._presenting:
            return
        if presenting:
            self._drawer_before = self._drawer and self._drawer_open
        self._presenting, self._shown = presenting, [False, False]
        self._arrange()

    def keep_clear(self, *, foot: QWidget, head: QWidget) -> None:
        """Keep the drawer above `foot` and, if visible, below `head`."""
        self._foot, self._head = foot, head
        foot.installEventFilter(self)
        head.installEventFilter(self)

    # Arrangement

    def _arrange(self) -> None:
        drawer, narrow = self._kind()
        if drawer != self._drawer:
            # The window returns to its size only after the presentation.
            self._drawer, self._drawer_open = drawer, drawer and self._drawer_before
            self._drawer_before = self._drawer_before and not drawer
            if drawer:
                self.inspector.setParent(self)
            else:
                self._splitter.addWidget(self.inspector)
                self._splitter.setCollapsible(2, False)
        sidebar = self.sidebar_open
        self.rail.setVisible(narrow and sidebar)
        self.sidebar.setVisible(sidebar and not narrow)
        self.inspector.setVisible(self.inspector_open)
        self._share()
        self._place_drawer()
        if self._drawer and self.inspector_open:
            # Raise it only here: events also arrive while the children are being deleted in their
            # order.
            self.inspector.raise_()
        if narrow != self._narrow:
            self._narrow = narrow
            self.narrowed.emit(narrow)
        self.panels_changed.emit()

    def _kind(self) -> tuple[bool, bool]:
        """Whether the inspector is a drawer, and the sidebar a rail; fixed in a presentation."""
        if self._presenting:
            return self._drawer, self._narrow
        return self.width() < DRAWER_BELOW, self.width() < RAIL_BELOW

    def _place_drawer(self) -> None:
        if self._drawer and self.inspector_open:
            width = max(self.inspector.minimumWidth(), theme().panel(INSPECTOR))
            # Over the views only: Generate and the buttons of a notice stay visible.
            head, foot = self._head, self._foot
            top = 0
            if head is not None and head.isVisibleTo(self):
                top = head.mapTo(self, QPoint(0, head.height())).y()
            floor = self.height()
            if foot is not None and not foot.isHidden():
                floor = foot.mapTo(self, QPoint(0, 0)).y()
            drawer = QRect(self.width() - width, top, width, floor - top)
            self.inspector.setGeometry(placed(self, drawer))

    @needs("_head")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched in (self._foot, self._head) and event.type() in _PLACED:
            self._place_drawer()
        return False

    @needs("_splitter")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._kind() != (self._drawer, self._narrow):
            self._arrange()
        else:
            self._place_drawer()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The splitter's width is known only now.
        self._share()


class BarPlaceholder(QFrame):
    """Placeholder for a bar created later; looks like that bar while empty."""

    def __init__(self, zone: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("zone", zone)
        self.setFixedHeight(theme().height(HEIGHTS[zone]))


def _frame(zone: str, parent: QWidget) -> QFrame:
    made = QFrame(parent)
    made.setProperty("zone", zone)
    return made


def replace(layout: QLayout, old: QWidget, new: QWidget) -> None:
    """Replace a placeholder in a layout with `new` and delete it."""
    layout.replaceWidget(old, new)
    old.setParent(None)
    old.deleteLater()


def column(*widgets: QWidget, parent: QWidget, stretch: QWidget) -> QVBoxLayout:
    """Stack widgets without gaps; `stretch` takes the remaining height."""
    made = QVBoxLayout(parent)
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(0)
    for widget in widgets:
        made.addWidget(widget, 1 if widget is stretch else 0)
    return made


def inside(widget: QObject | None, zone: QWidget) -> bool:
    """Whether a widget is the zone or inside it."""
    return isinstance(widget, QWidget) and (widget is zone or zone.isAncestorOf(widget))
