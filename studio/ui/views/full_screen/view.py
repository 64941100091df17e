"""Base of full-screen views, without bars and panels, and with mostly their own keys."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from studio.domain.entities import Job, Picture
from studio.ui.style.theme import theme
from studio.ui.support import mode_keys, view_keys
from studio.ui.support.key_repeat import ENTER, end_hold, once
from studio.ui.support.ports import LibraryProtocol
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.held_zoom import HeldZoom
from studio.ui.views.canvas.known_pictures import KnownPictures
from studio.ui.views.full_screen.head import FullScreenHead
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.steps_card import StepsCard


class FullScreenView(QWidget):
    """Base of full-screen views: keys, pictures, the card at the end, and leaving.

    A subclass creates its parts, then calls `_set_up`. Only mypy checks that it has all abstract
    methods: Qt's metaclass cannot be combined with that of `abc`.

    Attributes:
        card: card with the next steps, shown at the end or on request.
        held_zoom: zoom to 100 % while a key is held.
        key_groups: groups of the view's own keys, then of shared ones.
        undo_command: command that undoes the last decision.

    Signals:
        taken_back: undo the last decision.
        finish_chosen: a step of the card was chosen (its name).
        shown: the pictures shown, or their facts, changed.
        closed: leave the view.
        action: an action was requested: its name and its picture. "drag" is emitted while the
            mouse event is handled.
        told: a sentence for the user.
    """

    taken_back = Signal()
    finish_chosen = Signal(str)
    shown = Signal()
    closed = Signal()
    action = Signal(str, object)
    told = Signal(str)

    key_groups: tuple[KeyGroup, ...]
    undo_command: ViewCommand
    card: StepsCard
    held_zoom: HeldZoom
    _ready = False

    def __init__(self, name: str, library: LibraryProtocol, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.Grouping)
        self._known = KnownPictures(library, self)
        self._canvases: tuple[PictureCanvas, ...] = ()
        self._feet: tuple[QWidget, ...] = ()
        self.setAccessibleName(name)

    def _set_up(
        self,
        head: FullScreenHead,
        canvases: Sequence[PictureCanvas],
        card: StepsCard,
        feet: Sequence[QWidget],
    ) -> None:
        """Connect the parts; the first canvas takes the focus, `feet` are at the bottom."""
        self.card, self._canvases, self._feet = card, tuple(canvases), tuple(feet)
        self.held_zoom = HeldZoom(canvases, self._pointed_canvas, self)
        self.setFocusProxy(canvases[0])
        self.installEventFilter(self)
        head.finish_wanted.connect(self.open_card)
        head.leave_wanted.connect(self.closed)
        for canvas in canvases:
            canvas.drag_requested.connect(self.on_dragged)
            canvas.installEventFilter(self)
        card.chosen.connect(self.finish_chosen)
        self._known.read.connect(self.on_read)
        theme().changed.connect(self.update)
        screen_colours().changed.connect(self.on_screen_colours)
        self._ready = True

    # --- of each view ---------------------------------------------------------------------

    @property
    @abstractmethod
    def picture(self) -> Picture | None:
        """Picture that actions are for; None until it is read."""

    @property
    @abstractmethod
    def finished(self) -> bool:
        """Whether there is nothing left to decide."""

    @abstractmethod
    def open_card(self) -> None:
        """Show the card with the next steps."""

    @abstractmethod
    def on_read(self) -> None:
        """Show the pictures that were read."""

    @abstractmethod
    def on_screen_colours(self) -> None:
        """Render the visible pictures for the new monitor."""

    @abstractmethod
    def _pointed_canvas(self) -> PictureCanvas:
        """The canvas under the pointer, else the first."""

    @abstractmethod
    def _press_own(self, event: QKeyEvent) -> None:
        """Act on one of this view's own keys while the card is closed."""

    def _go_out(self) -> None:
        """Leave one level, by default the view."""
        self.closed.emit()

    # --- content --------------------------------------------------------------------------

    @property
    def row(self) -> int | None:
        """Index row of `picture`; None until it is read."""
        return None if self.picture is None else self.picture.row

    @property
    def foot_height(self) -> int:
        """Pixels at the bottom that a toast must not cover."""
        return sum(part.height() for part in self._feet if not part.isHidden())

    def set_jobs(self, jobs: Sequence[Job]) -> None:
        """Do nothing: jobs are not shown here."""

    def set_presenting(self, *, presenting: bool) -> None:
        """Do nothing: there are no bars to hide."""

    def zoom_in(self) -> None:
        """Zoom in by one step."""
        self._pointed_canvas().zoom_in()

    def zoom_out(self) -> None:
        """Zoom out by one step."""
        self._pointed_canvas().zoom_out()

    def focus_view(self) -> None:
        """Give the pictures keyboard focus."""
        self._canvases[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def close_card(self) -> None:
        """Return from the card to the pictures."""
        if not self.card.isHidden():
            self.card.hide()
            self.focus_view()

    def on_dragged(self) -> None:
        """Request a drag of the picture under the pointer."""
        if self.picture is not None:
            self.action.emit("drag", self.picture)

    def _stop_holding(self) -> None:
        """End everything that is shown only while a key is held."""
        self.held_zoom.end()

    # --- Qt -------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # An event filter instead of event(): painting must not run inside one of our overrides,
        # where an exception would end the program instead of being reported.
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and self._is_own(event):
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def _is_own(self, event: QKeyEvent) -> bool:
        return mode_keys.is_own(event, self.key_groups)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._is_own(event):
            super().keyPressEvent(event)
        elif mode_keys.undoes(event, self.undo_command):
            self.taken_back.emit()
        elif not self.card.isHidden():
            self._press_in_card(event)
        else:
            self._press(event)

    def _press_in_card(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            self.card.press(event)
        elif self.finished:
            self.closed.emit()
        else:
            self.close_card()

    def _press(self, event: QKeyEvent) -> None:
        key, focus = Qt.Key(event.key()), QApplication.focusWidget()
        command = view_keys.command(event, *self.key_groups)
        if key in ENTER and isinstance(focus, QAbstractButton):
            focus.click()
        elif key in ENTER:
            self.open_card()
        elif key == Qt.Key.Key_Escape:
            self._go_out()
        elif command is ViewCommand.FIT:
            self._canvases[0].fit()
        elif command is ViewCommand.HELD_ACTUAL:
            self.held_zoom.begin_hold()
        else:
            self._press_own(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if view_keys.releases(event, ViewCommand.HELD_ACTUAL):
            end_hold(event, self, self.held_zoom.end)
        else:
            super().keyReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme().color("mat"))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._ready:
            self._stop_holding()
            self.card.hide()
