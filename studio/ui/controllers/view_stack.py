"""Stack of the window's views: the grid, or a large view in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.ports import LargeView, ShownPictures
from studio.ui.widgets.message_bar import MessageBar
from studio.ui.window.layout import WindowLayout
from studio.ui.window.top_bar import TopBar


class ViewName(StrEnum):
    """A view of the window; views in the view switch are named after its segments."""

    GRID = "grid"
    LOUPE = "loupe"
    COMPARE = "compare"
    PICK = "pick"
    DUEL = "duel"
    TREE = "tree"


FULL_SCREEN = frozenset({ViewName.PICK, ViewName.DUEL})
"""Views without bars and panels. The view switch has no segment for them."""


_VISITS = frozenset({ViewName.LOUPE, ViewName.COMPARE})
_RETURNS = frozenset({ViewName.TREE, ViewName.PICK, ViewName.DUEL})


class ViewStack(QObject):
    """The views of the window, one of which is shown.

    Attributes:
        current: the view that is shown.
        origin: the view to return to from loupe or comparison: where they were opened.
        mode: the mode of the loupe; mark mode keeps the composer at its full size.

    Signals:
        left: a view was left for another one (its `ViewName`).
        full_screen_entered, full_screen_left: a view of `FULL_SCREEN` was entered, or left for one
            that is not.
    """

    left = Signal(object)
    full_screen_entered = Signal()
    full_screen_left = Signal()

    def __init__(
        self,
        shown: ShownPictures,
        *,
        views: QStackedWidget,
        grid: QWidget,
        large_views: Mapping[ViewName, Callable[[], LargeView]],
        top_bar: TopBar,
        zones: WindowLayout,
        composer: Composer,
        inspector: Inspector,
        messages_bar: MessageBar,
        parent: QObject,
    ) -> None:
        """`views` shows a large view, created by its first call, or `grid`, the gallery's page."""
        super().__init__(parent)
        self.current = self.origin = ViewName.GRID
        self.mode = LoupeModeName.LOOK
        self._shown = shown
        self._views = views
        self._grid = grid
        self._large_views = large_views
        self._top_bar = top_bar
        self._zones = zones
        self._composer = composer
        self._inspector = inspector
        self._messages_bar = messages_bar

    @property
    def large(self) -> LargeView | None:
        """The large view that is shown; None for the grid."""
        make = self._large_views.get(self.current)
        return None if make is None else make()

    def enter(self, view: ViewName) -> None:
        """Show a view."""
        before, self.current = self.current, view
        if view not in _VISITS:
            self.origin = ViewName.GRID
        elif before not in _VISITS:
            self.origin = before if before in _RETURNS else ViewName.GRID
        shown: object = self._grid if self.large is None else self.large
        assert isinstance(shown, QWidget)
        column = shown.layout()
        if isinstance(column, QVBoxLayout):
            # Below the bar of either view.
            column.insertWidget(1, self._messages_bar)
        self._hand_on_focus(shown)
        self._views.setCurrentWidget(shown)
        self.on_place_changed()
        self.reset_switch()
        large = view is not ViewName.GRID
        self._zones.set_plain(large)
        self._composer.set_compact(large and self.mode is not LoupeModeName.MARK)
        self._inspector.set_preview_shown(not large)
        if before is not view:
            self.left.emit(before)
        if before in FULL_SCREEN and view not in FULL_SCREEN:
            self.full_screen_left.emit()
        elif view in FULL_SCREEN and before not in FULL_SCREEN:
            self.full_screen_entered.emit()

    def _hand_on_focus(self, shown: QWidget) -> None:
        """Move the focus into the next view before the current view, which has it, is hidden.

        Qt would hand it to one control after the other, and screen readers would announce each.
        """
        before, focus = self._views.currentWidget(), QApplication.focusWidget()
        if before is None or focus is None or before is shown or not before.isAncestorOf(focus):
            return
        shown.show()
        if (large := self.large) is not None:
            large.focus_view()
        elif (last := shown.focusWidget()) is not None:
            last.setFocus(Qt.FocusReason.OtherFocusReason)

    def reset_switch(self) -> None:
        """Mark the current view in the view switch, even after a click that leads nowhere."""
        self._top_bar.set_view("grid" if self.current in FULL_SCREEN else self.current)

    def on_place_changed(self) -> None:
        """Show the notices of the current view only."""
        query = self._shown.query
        self._messages_bar.set_place((str(self.current), query.view, query.collection))
