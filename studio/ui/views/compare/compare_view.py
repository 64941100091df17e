"""Comparison: two to four pictures at the same position, with a champion that stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAccessible, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain.comparison import LETTERS, Comparison
from studio.domain.entities import Job, Picture
from studio.ui.support import view_keys
from studio.ui.support.key_repeat import end_hold, once
from studio.ui.support.layout_direction import reading_key
from studio.ui.support.pixel_comparison import PixelComparison
from studio.ui.support.ports import ComparerProtocol, LibraryProtocol, ScreenDecoderProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.row_thumbnails import RowThumbnails
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.film_strip import FilmStrip
from studio.ui.views.canvas.held_zoom import HeldZoom
from studio.ui.views.canvas.plate_loader import PageCache
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.compare import compare_words
from studio.ui.views.compare.bar import CompareBar, CompareMode
from studio.ui.views.compare.pane_group import PaneGroup
from studio.ui.views.compare.pixel_comparisons import PixelComparisons
from studio.ui.widgets.accessible import set_role

_MODES = (
    CompareMode.SIDE_BY_SIDE,
    CompareMode.SLIDER,
    CompareMode.FLICKER,
    CompareMode.DIFFERENCE,
)
_FIXED_KEYS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right})
_GROUPS = (KeyGroup.COMPARE, KeyGroup.PICTURE)
_DIVIDER = 0.01  # movement of the divider by a key, as a share of the width


class CompareView(QWidget):
    """Shows a `Comparison`.

    Attributes:
        comparison: the comparison shown.
        group, panes: the group of panes, and its panes, A first.

    Signals:
        sides_changed: other pictures are shown, or the active side changed.
        pixels_changed: pixels of the sides were compared with those of A (`pixels`).
        ended: the last picture of the order was reached.
        closed: Esc was pressed.
        action: action and its picture ("drag": within the mouse event).
        menu_requested: the picture and the global position.
        job_chosen: id of a job clicked in the film strip.
        keys_hidden: "Hide the keys" was chosen.
    """

    sides_changed = Signal()
    pixels_changed = Signal(object)
    ended = Signal()
    closed = Signal()
    action = Signal(str, object)
    menu_requested = Signal(object, QPoint)
    job_chosen = Signal(str)
    keys_hidden = Signal()

    def __init__(
        self,
        library: LibraryProtocol,
        decoder: ScreenDecoderProtocol,
        comparer: ComparerProtocol,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.Grouping)
        self.comparison = Comparison((), [])
        self._mode = CompareMode.SIDE_BY_SIDE
        self._pointed = -1
        self._divider = 0.5
        self._map: Plate | None = None
        self._book = PageCache(library, self)
        self._pixels = PixelComparisons(library, comparer, self)
        self._bar = CompareBar(self)
        self.group = PaneGroup(library, decoder, self)
        self.panes = self.group.panes
        self._film = FilmStrip(self._book, library, self)
        self._thumbnails = RowThumbnails(library, self)
        canvases = [pane.canvas for pane in self.panes]
        self._held_zoom = HeldZoom(canvases, self._zoomed_canvas, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self.group, 1)
        column.addWidget(self._film)
        self.setAccessibleName(_("Compare"))
        self.setFocusProxy(self.panes[0].canvas)
        self.installEventFilter(self)
        self._connect()

    def _connect(self) -> None:
        bar = self._bar
        bar.side_chosen.connect(self.on_side_chosen)
        bar.mode_chosen.connect(self.set_mode)
        bar.lock_chosen.connect(self.on_lock_chosen)
        bar.link_chosen.connect(self.on_link_chosen)
        bar.swapped.connect(self.on_swapped)
        bar.other_wanted.connect(self.group.on_flicker)
        bar.fit.connect(self.panes[0].canvas.fit)
        bar.zoom_in.connect(self.zoom_in)
        bar.zoom_out.connect(self.zoom_out)
        bar.zoomed.connect(self.panes[0].canvas.set_zoom)
        self._thumbnails.ready.connect(self.on_thumbnails)
        self.group.keys.hide_wanted.connect(self.keys_hidden)
        for pane in self.panes:
            pane.pressed.connect(self.on_side_chosen)
            pane.pointed.connect(self.on_pointed)
            pane.divider_moved.connect(self.on_divider_moved)
            pane.canvas.drag_requested.connect(self.on_dragged)
            pane.canvas.menu_requested.connect(self.on_menu)
            pane.canvas.installEventFilter(self)
        self.group.view_changed.connect(self.on_view_changed)
        self._pixels.changed.connect(self.on_compared)
        self._film.chosen.connect(self.on_film_chosen)
        self._film.job_chosen.connect(self.job_chosen)
        self._book.read.connect(self.on_read)
        screen_colours().changed.connect(self.on_screen_colours)

    # --- content --------------------------------------------------------------------------

    @property
    def target(self) -> int:
        """Side that actions apply to: the one under the pointer, else the active one."""
        return self._pointed if 0 <= self._pointed < len(self.comparison.sides) else self.active

    @property
    def active(self) -> int:
        """Side that arrow keys change."""
        return self.comparison.active

    @property
    def row(self) -> int | None:
        """Index row of the picture that actions apply to."""
        sides = self.comparison.sides
        return sides[self.target] if sides else None

    @property
    def picture(self) -> Picture | None:
        """Picture that actions apply to; None until it is read."""
        return self._picture(self.target)

    @property
    def pictures(self) -> list[Picture]:
        """The compared pictures that have been read, A first."""
        found = (self._picture(side) for side in range(len(self.comparison.sides)))
        return [picture for picture in found if picture is not None]

    @property
    def mode(self) -> CompareMode:
        """Current way of comparing the pictures."""
        return self._mode

    @property
    def divider(self) -> float:
        """Share of the width before the slider's divider."""
        return self._divider

    @property
    def pixels(self) -> list[PixelComparison | None]:
        """Pixel comparison of each side with A, A first; None until it is known."""
        return [self._pixels.result(side) for side in range(len(self.comparison.sides))]

    def show_comparison(self, comparison: Comparison) -> None:
        """Compare these pictures, fitted."""
        self.comparison = comparison
        self._book.order = comparison.order
        self._film.order_changed()
        for pane in self.panes:
            pane.canvas.fit()
        self._arrange()
        self._show_sides()

    def set_order(self, order: Sequence[int]) -> bool:
        """Adopt a changed order; False if fewer than two pictures are left."""
        left = self.comparison.set_order(order)
        self._book.order = order
        self._film.order_changed()
        if left:
            self._arrange()
            self._show_sides()
        return left

    @property
    def foot_height(self) -> int:
        """Pixels at the bottom that a toast must not cover."""
        return 0 if self._film.isHidden() else self._film.height()

    def set_jobs(self, jobs: Sequence[Job]) -> None:
        """Show these jobs in the film strip."""
        self._film.set_jobs(jobs)

    def refresh(self, ids: Iterable[str]) -> None:
        """Reload these pictures after a change."""
        self._book.refetch_pictures(ids)
        self._request()
        self._film.update()

    def set_presenting(self, *, presenting: bool) -> None:
        """Show only the pictures, or bar, keys and film strip again."""
        self.group.keys.set_wanted(presenting=presenting)
        self._bar.setVisible(not presenting)
        self._film.setVisible(not presenting)

    def set_mode(self, mode: CompareMode) -> None:
        """Compare side by side, with the slider, flickering, or by a map of the differences."""
        self._mode = mode
        self._bar.set_mode(mode)
        self._show_notes()
        self._arrange()
        self._lay_over()
        self._show_standing()

    def step(self, way: int) -> None:
        """Show the next (1) or previous (-1) challenger."""
        if self.comparison.step(way):
            self._show_sides()
        else:
            self.ended.emit()

    def show_row(self, row: int) -> None:
        """Show the picture with this index row on the active side."""
        self.comparison.show_row(row)
        self._show_sides()

    def show_successor(self, row: int, successor: int) -> None:
        """Replace a picture by the one that took its place in the order."""
        self.comparison.show_successor(row, successor)
        self._show_sides()

    def crown(self) -> None:
        """Make the active side the champion."""
        self.comparison.crown(self.active)
        self._show_sides()

    def focus_view(self) -> None:
        """Give the pictures keyboard focus."""
        self.panes[0].canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def zoom_in(self) -> None:
        """Zoom in by one step."""
        self.panes[self._zoomed].canvas.zoom_in()

    def zoom_out(self) -> None:
        """Zoom out by one step."""
        self.panes[self._zoomed].canvas.zoom_out()

    def _zoomed_canvas(self) -> PictureCanvas:
        """The canvas under the pointer if it shows a picture, else the canvas of A."""
        return self.panes[self.target if self._shows_panes else 0].canvas

    @property
    def _zoomed(self) -> int:
        return 0 if self.group.linked or not self._shows_panes else self.target

    def _picture(self, side: int) -> Picture | None:
        sides = self.comparison.sides
        if side >= len(sides) or sides[side] not in self._book.order:
            return None
        found = self._book.picture(self._book.order.index(sides[side]))
        shown = self.panes[side].picture
        # A changed picture stays in view while it is read again.
        return shown if found is None and shown and shown.row == sides[side] else found

    def _request(self) -> None:
        order = self._book.order
        wanted = [order.index(row) for row in self.comparison.sides if row in order]
        self._book.request_pages(wanted)
        if not self.comparison.sides:
            return
        at = wanted[min(self.active, len(wanted) - 1)]
        self._book.request_pages(range(at - 2, at + 3))

    def _show_sides(self) -> None:
        sides = self.comparison.sides
        pictures = [self._picture(side) for side in range(len(sides))]
        self._request()
        for side, pane in enumerate(self.panes):
            pane.show_picture(pictures[side] if side < len(sides) else None)
        self._prepare()
        self._show_notes()
        self._compare_pixels()
        self._arrange()
        self._show_pixels()
        self._bar.show_sides(pictures, self.active)
        self.on_thumbnails()
        self._bar.set_locked(locked=self.comparison.locked)
        order = self._book.order
        places = {order.index(row): LETTERS[side] for side, row in enumerate(sides) if row in order}
        self._film.set_letters(places)
        if sides and sides[self.active] in order:
            self._film.set_current(order.index(sides[self.active]))
        self.sides_changed.emit()
        self.pixels_changed.emit(self.pixels)

    def _prepare(self) -> None:
        """Decode ahead the pictures that arrow keys reach, in the active pane only."""
        order, near = self._book.order, self.comparison.beside if self.comparison.sides else []
        read = [self._book.picture(order.index(row)) for row in near if row in order]
        for side, pane in enumerate(self.panes):
            pane.prepare([one for one in read if one and side == self.active])

    def _show_notes(self) -> None:
        difference = self._mode is CompareMode.DIFFERENCE
        for side, pane in enumerate(self.panes):
            pane.set_ringed(ringed=side == self.active and self._shows_panes)
            locked = not side and self.comparison.locked
            pane.set_note(
                compare_words.note(self.comparison, side, difference=difference),
                compare_words.spoken_note(self.comparison, side, difference=difference),
                locked=locked,
            )

    def _compare_pixels(self) -> None:
        if self.isVisible():
            pictures = [self._picture(side) for side in range(len(self.comparison.sides))]
            self._pixels.set_pictures(pictures, self.active)

    # --- arrangement ----------------------------------------------------------------------

    @property
    def _shows_panes(self) -> bool:
        return self._mode is CompareMode.SIDE_BY_SIDE

    def _arrange(self) -> None:
        slider, flicker = (self._mode is one for one in (CompareMode.SLIDER, CompareMode.FLICKER))
        count = len(self.comparison.sides)
        self.group.keys.show_keys(sides=count, slider=slider, flicker=flicker)
        alone = not self._shows_panes
        self.group.arrange(len(self.comparison.sides), self.active, alone=alone)

    def _lay_over(self) -> None:
        """Lay the active side, or the map of its differences, over A."""
        other = self.active or 1
        found = self._pixels.result(other)
        placement = None if found is None else found.placement
        plate, divider = self.panes[other].canvas.plate, self._divider
        flickers = self._mode is CompareMode.FLICKER and self.isVisible()
        if self._mode is CompareMode.DIFFERENCE:
            plate, placement, divider = self._map_plate(found), None, 0.0
        elif flickers:
            divider = 0.0
        elif self._mode is not CompareMode.SLIDER:
            plate = None
        self.group.lay_over(plate, divider, placement, flickers=flickers)
        self.panes[0].set_ringed(ringed=self._shows_panes and not self.active)

    def _map_plate(self, found: PixelComparison | None) -> Plate | None:
        """The map of the differences as a picture of the size of A; None until there is one."""
        first = self.panes[0].canvas.plate
        if first is None or found is None or found.map is None:
            return None
        if self._map is None or self._map.raster is not found.map:
            # No title: it is only laid over A.
            self._map = Plate(
                key="", name="", width=first.width, height=first.height, raster=found.map
            )
        return self._map

    def _show_pixels(self) -> None:
        """Align the panes by the comparisons known so far, and show whether they are aligned."""
        found = self.pixels
        self.group.set_placements([None if one is None else one.placement for one in found])
        self._lay_over()
        self._show_standing()

    def _show_standing(self) -> None:
        found = self._pixels.result(self.active or 1)
        self._bar.show_standing(compare_words.standing(found))

    # --- slots ----------------------------------------------------------------------------

    def on_thumbnails(self) -> None:
        """Show the thumbnails of the sides."""
        pictures = [self._picture(side) for side in range(len(self.comparison.sides))]
        self._bar.show_thumbnails(
            [None if one is None else self._thumbnails.picture(one.id) for one in pictures]
        )

    def on_view_changed(self) -> None:
        """Show the zoom of A."""
        first = self.panes[0].canvas
        self._bar.set_zoom(first.zoom)

    def on_compared(self) -> None:
        """Show the new pixel comparison."""
        self._show_pixels()
        self.pixels_changed.emit(self.pixels)

    def on_difference_wanted(self) -> None:
        """Show the map of the differences large."""
        self.set_mode(CompareMode.DIFFERENCE)
        self.focus_view()

    def on_side_chosen(self, side: int) -> None:
        """Activate a side."""
        self.comparison.set_active(side)
        self._show_sides()

    def on_lock_chosen(self, locked: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Lock or unlock the champion."""
        self.comparison.set_locked(locked=locked)
        self._show_sides()

    def on_link_chosen(self, linked: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Link or unlink zoom and position."""
        self.group.linked = linked
        self.group.link()

    def on_swapped(self) -> None:
        """Exchange A and the active side."""
        self.comparison.swap(self.active or 1)
        self._show_sides()

    def on_pointed(self, side: int) -> None:
        """Remember the pane under the pointer."""
        self._pointed = side

    def on_divider_moved(self, share: float) -> None:
        """Move the divider of the slider."""
        if self._mode is CompareMode.SLIDER:
            self._divider = min(max(share, 0.0), 1.0)
            self._lay_over()

    def on_film_chosen(self, index: int) -> None:
        """Show a picture of the film strip on the active side."""
        self.show_row(self._book.order[index])

    def on_dragged(self) -> None:
        """Request a drag of the picture under the pointer."""
        if self.picture is not None:
            self.action.emit("drag", self.picture)

    def on_menu(self, at: QPoint) -> None:
        """Request the context menu of the picture under the pointer."""
        if self.picture is not None:
            self.menu_requested.emit(self.picture, at)

    def on_read(self, _rows: object) -> None:
        """Show pictures once they are read."""
        if self.comparison.sides:
            self._show_sides()

    def on_screen_colours(self) -> None:
        """Render the visible pictures for the new monitor."""
        if self.isVisible():
            self.group.complete()

    # --- Qt -------------------------------------------------------------------------------

    @needs("_thumbnails")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # An event filter instead of event(): painting must not run inside one of our overrides,
        # where an exception would end the program instead of being reported.
        kind = event.type()
        if isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            fixed = plain and event.key() in _FIXED_KEYS
            if kind == QEvent.Type.ShortcutOverride and (
                fixed or view_keys.command(event, *_GROUPS) is not None
            ):
                event.accept()
                return True
            if kind == QEvent.Type.KeyPress and watched is not self and self._tab(event):
                return True
        return super().eventFilter(watched, event)

    def _tab(self, event: QKeyEvent) -> bool:
        """Activate the next side; False if Tab leaves the view."""
        way = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}.get(Qt.Key(event.key()), 0)
        if not way or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        before = self.active
        self.comparison.next_active(way)
        if (self.active - before) * way <= 0:
            # Past the last side: leave the focus change to the next widget of the window.
            self.comparison.set_active(before)
            return False
        self._show_sides()
        return True

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match view_keys.command(event, *_GROUPS):
            case ViewCommand.FIT:
                self.panes[0].canvas.fit()
            case ViewCommand.HELD_ACTUAL:
                self._held_zoom.begin_hold()
            case ViewCommand.COMPARE_MODE:
                self.set_mode(_MODES[(_MODES.index(self._mode) + 1) % len(_MODES)])
            case ViewCommand.COMPARE_CHAMPION:
                self.crown()
            case ViewCommand.COMPARE_LEFT:
                self._move_divider(-_DIVIDER)
            case ViewCommand.COMPARE_RIGHT:
                self._move_divider(_DIVIDER)
            case _:
                self._press_fixed(event)

    def _press_fixed(self, event: QKeyEvent) -> None:
        match reading_key(self, event.key()):
            case Qt.Key.Key_Left:
                self.step(-1)
            case Qt.Key.Key_Right:
                self.step(1)
            case Qt.Key.Key_Escape:
                self.closed.emit()
            case _:
                super().keyPressEvent(event)

    def _move_divider(self, by: float) -> None:
        """Move the slider's divider, or show the other of two flickering pictures."""
        if self._mode is CompareMode.FLICKER:
            self.group.on_flicker()
        else:
            way = -1 if self.isRightToLeft() else 1
            self.on_divider_moved(self._divider + way * by)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if view_keys.releases(event, ViewCommand.HELD_ACTUAL):
            end_hold(event, self, self._held_zoom.end)
        else:
            super().keyReleaseEvent(event)

    @needs("panes")
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._compare_pixels()
        self._lay_over()
        self.group.complete()

    @needs("_held_zoom")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._held_zoom.end()
        self._pixels.stop()
