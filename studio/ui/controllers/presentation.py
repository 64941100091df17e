"""Presentation: full screen with nothing but the pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from studio.ui.panels.composer.composer import Composer
from studio.ui.support.late import Late
from studio.ui.window import window_state
from studio.ui.window.layout import WindowLayout

if TYPE_CHECKING:
    from studio.ui.views.compare import CompareView
    from studio.ui.views.loupe import Loupe
    from studio.ui.views.tree import TreeView


class Presentation(QObject):
    """Hides bars and panels while the window is in full screen, and brings them back.

    A window that starts in full screen, or is put there by the desktop, keeps them.

    Attributes:
        active: whether bars and panels are hidden.

    Signals:
        view_ended: full screen was ended while a view needed it (`begin_for_view`).
        view_left: leave the current view.
    """

    view_ended = Signal()
    view_left = Signal()

    def __init__(
        self,
        window: QWidget,
        *,
        views: QStackedWidget,
        zones: WindowLayout,
        bars: Sequence[QWidget],
        composer: Composer,
        loupe: Late[Loupe],
        compare: Late[CompareView],
        tree: Late[TreeView],
        focus_view: Callable[[], None],
        choose_page: Callable[[], None],
    ) -> None:
        """`bars` are hidden; `choose_page` shows those that depend on the page again."""
        super().__init__(window)
        self._window = window
        self._views = views
        self._began_over: QWidget | None = None
        self._zones = zones
        self._bars = (*bars, composer)
        self._composer = composer
        self._large_views = (loupe, compare, tree)
        self._focus_view = focus_view
        self._choose_page = choose_page
        self._hidden: tuple[QWidget, ...] = ()
        self._focus: QWidget | None = None
        # Pick mode and duels are always in full screen: whether the presentation was begun for one.
        self._for_view = self._begun = self._turned = False
        self.active = False

    def show_bar(self, bar: QWidget, shown: bool) -> None:  # noqa: FBT001 - a switch's state
        """Show or hide a bar created later; during the presentation, only once it has ended."""
        self._bars = tuple(dict.fromkeys((*self._bars, bar)))
        if self.active:
            others = tuple(one for one in self._hidden if one is not bar)
            self._hidden = (*others, bar) if shown else others
        else:
            bar.setVisible(shown)

    def toggle(self) -> None:
        """Turn full screen on, without bars and panels, or off."""
        wanted = not self._window.isFullScreen()
        if wanted:
            self._begin()
        window_state.turn_full_screen(self._window)
        if not wanted:
            self._end()

    def begin_for_view(self) -> None:
        """Hide bars and panels, in full screen, until the current view is left."""
        self._for_view, self._begun, self._turned = True, not self.active, False
        if self._begun:
            self._turned = not self._window.isFullScreen()
            self._begin()
        if self._turned:
            # Full screen for this view alone must not carry over to the next start.
            window_state.note_geometry(self._window)
            window_state.turn_full_screen(self._window)

    def end_for_view(self) -> None:
        """Return to the state before `begin_for_view`."""
        if not self._for_view:
            return
        self._for_view = False
        window_state.forget_geometry(self._window)
        if self._turned and self._window.isFullScreen():
            window_state.turn_full_screen(self._window)
        if self._begun:
            self._end()

    def leave(self) -> None:
        """Return from the presentation; does nothing outside of it."""
        if self.active:
            self.toggle()

    def on_view_closed(self) -> None:
        """Leave the presentation if it was begun in this view, else the view."""
        if self.active and self._began_over is self._views.currentWidget():
            self.toggle()
        else:
            self.view_left.emit()

    def on_full_screen_changed(self, on: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Bring bars and panels back when the desktop ends full screen."""
        if not on:
            self._end()

    def show_and(self, do: Callable[[], object]) -> None:
        """Run an action of a bar or panel, which is shown first."""
        self.leave()
        do()

    def generate(self) -> None:
        """Generate; in the presentation, show the prompt and its price first."""
        if self.active:
            self.show_and(self._composer.focus_prompt)
        else:
            self._composer.generate_now()

    def _begin(self) -> None:
        if self.active:
            return
        self.active = True
        self._began_over = self._views.currentWidget()
        self._focus = QApplication.focusWidget()
        self._hidden = tuple(bar for bar in self._bars if not bar.isHidden())
        self._zones.set_presenting(presenting=True)
        self._present(presenting=True)
        self._focus_view()
        for bar in self._hidden:
            bar.hide()

    def _end(self) -> None:
        if not self.active:
            return
        self.active = False
        window_state.forget_geometry(self._window)
        for bar in self._hidden:
            bar.show()
        self._present(presenting=False)
        self._zones.set_presenting(presenting=False)
        self._choose_page()
        focus, self._focus = self._focus, None
        if self._for_view:
            self._for_view = False
            self.view_ended.emit()
            return
        if focus is not None and shiboken6.isValid(focus) and focus.isVisible():
            focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def _present(self, *, presenting: bool) -> None:
        for view in self._large_views:
            if view.made is not None:
                view.made.set_presenting(presenting=presenting)
