"""Main window: layout of views and panels, and Qt's window events."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QCloseEvent,
    QGuiApplication,
    QKeyEvent,
    QPaintEvent,
    QSessionManager,
    QWindowStateChangeEvent,
)
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.app.core import Core
from studio.ui.panels.composer.first_card import FirstCard
from studio.ui.style.theme import HEIGHTS
from studio.ui.support.key_repeat import once
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.view import GalleryView
from studio.ui.widgets.accessible import set_role
from studio.ui.window import layout, window_state

if TYPE_CHECKING:
    from studio.ui.panels.composer.composer import Composer
    from studio.ui.panels.inspector import Inspector
    from studio.ui.panels.sidebar.rail import Rail
    from studio.ui.panels.sidebar.sidebar import Sidebar
    from studio.ui.panels.status_bar.activity import StatusBar
    from studio.ui.widgets.message_bar import MessageBar
    from studio.ui.window.grid_bar import GridBar
    from studio.ui.window.top_bar import TopBar

_SMALLEST = QSize(720, 480)
_USUAL = QSize(1440, 900)
_FRAME = QSize(8, 40)


def _at_once() -> bool:
    return True


class StudioWindow(QWidget):
    """The main window.

    Gallery and prompt exist from the start, so that pictures are shown before the rest is loaded;
    `ui/app/window_builder.py` adds the composer and the panels.

    Attributes:
        painted: whether it has been painted.
        closing: whether it is being closed for good.
        may_close: returns whether it may be closed; asks the user if necessary.
        views: stack of the grid and the large views.
        grid: the grid with its bars.
        pages: pages within the grid: gallery or welcome page.

    Signals:
        closed: the user closed the window, and `may_close` allowed it.
        full_screen_changed: full screen was turned on or off (bool).
        escaped: Esc was pressed, and nothing in the window used it.
        key_unused: a key was pressed, and nothing in the window used it (QKeyEvent).
    """

    closed = Signal()
    full_screen_changed = Signal(bool)
    escaped = Signal()
    key_unused = Signal(object)

    # Set by `take_composer` and `take_panels`
    composer: Composer
    top_bar: TopBar
    grid_bar: GridBar
    messages: MessageBar
    inspector: Inspector
    sidebar: Sidebar
    rail: Rail
    status_bar: StatusBar

    def __init__(self, core: Core) -> None:
        super().__init__()
        self.closing = False
        self.painted = False
        self.may_close: Callable[[], bool] = _at_once
        set_role(self, QAccessible.Role.Window)
        self.setWindowTitle("Gridbrush")
        self.setMinimumSize(_SMALLEST)
        self.model = GalleryModel(core.library, self)
        self.gallery = GalleryView(core, self.model)
        self.gallery.set_tile_size(core.settings.value.tile)
        self.gallery.set_captions(core.settings.value.captions)
        self._lay_out()

    # Layout

    def _lay_out(self) -> None:
        """Build the layout, with placeholders for later widgets."""
        middle = QWidget(self)
        self.views = QStackedWidget(middle)
        self.grid = grid = QWidget(self.views)
        self.pages = QStackedWidget(grid)
        for pages in (self.views, self.pages):
            # Qt's own role, "layered pane", would be read aloud.
            set_role(pages, QAccessible.Role.Client)
        self.pages.addWidget(self.gallery)
        keep = self._kept = {zone: layout.BarPlaceholder(zone, self) for zone in HEIGHTS}
        self.first_card = FirstCard(middle)
        columns = [
            layout.column(keep["view"], self.pages, parent=grid, stretch=self.pages),
            layout.column(self.views, self.first_card, parent=middle, stretch=self.views),
        ]
        self.views.addWidget(grid)
        self.zones = layout.WindowLayout(middle=middle, parent=self)
        columns.append(
            layout.column(keep["top"], self.zones, keep["status"], parent=self, stretch=self.zones)
        )
        self._columns = columns

    def take_composer(self, composer: Composer) -> None:
        """Replace the first card with the composer, which takes over its text."""
        editor = self.first_card.editor
        focused = self.first_card.writing
        self.composer = composer
        layout.replace(self._columns[1], self.first_card, composer)
        composer.show()
        if focused:
            editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_panels(
        self,
        *,
        top_bar: TopBar,
        grid_bar: GridBar,
        status_bar: StatusBar,
        messages: MessageBar,
        sidebar: Sidebar,
        rail: Rail,
        inspector: Inspector,
    ) -> None:
        """Replace the placeholders with the panels."""
        self.top_bar, self.grid_bar, self.status_bar = top_bar, grid_bar, status_bar
        self.messages, self.inspector = messages, inspector
        self.sidebar, self.rail = sidebar, rail
        grid, _middle, whole = self._columns
        keep = self._kept
        for column, old, new in (
            (whole, keep["top"], top_bar),
            (whole, keep["status"], status_bar),
            (grid, keep["view"], grid_bar),
        ):
            layout.replace(column, old, new)
        grid.insertWidget(1, messages)
        self.zones.set_panels(sidebar=sidebar, rail=rail, inspector=inspector)
        self.zones.keep_clear(foot=self.composer, head=messages)

    def take_tray(self, tray: QWidget) -> None:
        """Place the shelf between views and composer."""
        self._columns[1].insertWidget(1, tray)

    def restore(self, state: window_state.WindowState) -> None:
        """Restore the saved state."""
        if not state.geometry or not self.restoreGeometry(
            QByteArray(base64.b64decode(state.geometry))
        ):
            screen = QGuiApplication.primaryScreen().availableSize()
            # Leave room for the window manager's frame, so that the status bar is visible.
            self.resize(_USUAL.boundedTo(screen - _FRAME))
        window_state.note_maximised(self, was=state.maximised)
        self.zones.set_widths(state.sidebar_width, state.inspector_width)
        self.zones.open_sidebar(state.sidebar)
        self.zones.want_inspector(state.inspector)

    def layout_now(self) -> window_state.WindowState:
        """Current state of the window and its panels."""
        sidebar, inspector = self.zones.wished
        return window_state.WindowState(
            geometry=window_state.geometry_of(self),
            sidebar=self.zones.sidebar_wanted,
            inspector=self.zones.inspector_wanted,
            sidebar_width=sidebar,
            inspector_width=inspector,
            prompt=self.composer.place(),
            maximised=window_state.was_maximised(self),
        )

    # Opening and closing

    def raise_window(self) -> None:
        """Bring the window to the front, as requested by a second start."""
        window_state.open_again(self)
        self.raise_()
        self.activateWindow()

    def on_session_ends(self, manager: QSessionManager) -> None:
        """Close on logout without asking; everything is saved."""
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)
        self.closing = True
        self.closed.emit()

    def leave(self) -> None:
        """Close after the user has confirmed despite jobs in progress."""
        self.closing = True
        self.close()

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if isinstance(event, QWindowStateChangeEvent):
            window_state.note_change(self, event.oldState())
        if event.type() is QEvent.Type.WindowStateChange:
            self.full_screen_changed.emit(self.isFullScreen())

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        self.key_unused.emit(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted = True

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.closing and not self.may_close():
            event.ignore()
            return
        self.closing = True
        event.accept()
        self.closed.emit()
