"""Loupe: one picture of an order, large, with its parent beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QHideEvent, QImage, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain.entities import Job, Picture, Role
from studio.ui.support import view_keys
from studio.ui.support.key_repeat import end_hold, once
from studio.ui.support.layout_direction import margins, placed, reading_key
from studio.ui.support.loupe_modes import LoupeMode, LoupeModeName
from studio.ui.support.ports import LibraryProtocol, ScreenDecoderProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.tasks import spawn
from studio.ui.support.thumbnail_cache import ThumbnailCache, ThumbnailRequest
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.canvas.canvas import PictureCanvas, Surround
from studio.ui.views.canvas.film_strip import FilmStrip
from studio.ui.views.canvas.held_zoom import HeldZoom
from studio.ui.views.canvas.plate_loader import PageCache, PlateLoader
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.loupe.bar import ViewBar
from studio.ui.views.loupe.before import WIDTH, ParentPreview
from studio.ui.widgets.accessible import set_role

PLACE = QPoint(20, 10)  # position of the parent, from the canvas's corner
COLUMN = PLACE.x() + WIDTH + 20
_SETTINGS: dict[str, Surround] = {
    "black": "black",
    "dark": "mat",
    "middle": "middle",
    "light": "bright",
}
_FIXED_KEYS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End})
_GROUPS = (KeyGroup.LOUPE, KeyGroup.PICTURE)


class Loupe(QWidget):
    """Large view that steps through an order of pictures.

    Attributes:
        mode: the mode that is on.

    Signals:
        picture_changed: another picture is shown (a Picture).
        closed: Esc was pressed.
        rated: stars chosen for the picture shown.
        flagged: flag to set on it.
        surround_changed: "black", "dark", "middle" or "light", as in the settings.
        action: action and its picture ("drag": within the mouse event).
        menu_requested: the picture and the global position.
        job_chosen: id of a job clicked in the film strip.
        told: reason why a key does nothing for this picture (str).
        mode_chosen: a mode chosen in the bar (a LoupeModeName).
        parts_changed: bars were shown or hidden by a change of mode or of presenting.
        before_changed: the parent is shown in place of the picture, or no longer.
        pixels_changed: more of the picture has loaded.
    """

    picture_changed = Signal(object)
    closed = Signal()
    rated = Signal(object)
    flagged = Signal(object)
    surround_changed = Signal(str)
    action = Signal(str, object)
    menu_requested = Signal(object, QPoint)
    job_chosen = Signal(str)
    told = Signal(str)
    mode_chosen = Signal(object)
    parts_changed = Signal()
    before_changed = Signal()
    pixels_changed = Signal()

    def __init__(
        self,
        library: LibraryProtocol,
        decoder: ScreenDecoderProtocol,
        parent: QWidget | None = None,
        *,
        surround: str = "dark",
    ) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.Grouping)
        self._library = library
        self._thumbnails = ThumbnailCache(library, self)  # only for the parent
        self._index = 0
        self._picture: Picture | None = None
        self._parent: Picture | None = None
        self._plates: dict[str, Plate] = {}
        self._before_shown = False
        self._presenting = False
        # Whether a picture that left the order stays until it is replaced, and its old pixels.
        self._held = False
        self._stand_in: QImage | None = None
        self.mode = LoupeModeName.LOOK
        self._modes: dict[LoupeModeName, LoupeMode] = {}
        ground = _SETTINGS.get(surround, "mat")
        self.book = PageCache(library, self)
        self._loader = PlateLoader(library, decoder, self)
        self.bar = ViewBar(ground, self)
        self.canvas = PictureCanvas(self)
        self.canvas.set_surround(ground)
        self._held_zoom = HeldZoom([self.canvas], self._own_canvas, self)
        self._before = ParentPreview(self.canvas)
        self._before.hide()
        self.film = FilmStrip(self.book, library, self)
        self._below: list[QWidget] = []
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.canvas, 1)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(0)
        self._foot.addWidget(self.film, 1)
        column.addLayout(self._foot)
        self.setAccessibleName(_("Loupe"))
        self.setFocusProxy(self.canvas)
        self.installEventFilter(self)
        self._connect()

    def _connect(self) -> None:
        bar, canvas = self.bar, self.canvas
        bar.stepped.connect(self.step)
        bar.rated.connect(self.rated)
        bar.flagged.connect(self.flagged)
        bar.before.connect(self.show_before)
        bar.fit.connect(canvas.fit)
        bar.actual.connect(canvas.actual)
        bar.zoom_in.connect(canvas.zoom_in)
        bar.zoom_out.connect(canvas.zoom_out)
        bar.zoomed.connect(canvas.set_zoom)
        bar.surround.connect(self.on_surround)
        bar.mode_chosen.connect(self.mode_chosen)
        canvas.view_changed.connect(self.on_view_changed)
        canvas.drag_requested.connect(self.on_dragged)
        canvas.menu_requested.connect(self.on_menu)
        self._before.held.connect(self.show_before)
        self.film.chosen.connect(self.go_to_index)
        self.film.job_chosen.connect(self.job_chosen)
        self.book.read.connect(self.on_read)
        self._loader.changed.connect(self.on_loaded)
        self._thumbnails.ready.connect(self.on_thumbnail)
        screen_colours().changed.connect(self.on_screen_colours)

    def _own_canvas(self) -> PictureCanvas:
        return self.canvas

    # --- content --------------------------------------------------------------------------

    @property
    def picture(self) -> Picture | None:
        """Picture shown; None until it is read."""
        return self._picture

    @property
    def index(self) -> int:
        """Position in the order."""
        return self._index

    @property
    def row(self) -> int | None:
        """Index row at the position in the order, also while its picture is being read."""
        return self.book.order[self._index] if self._index < len(self.book) else None

    def show_pictures(self, order: Sequence[int], index: int) -> None:
        """Show the picture at `index` of this order of index rows."""
        self._picture = None
        self._set_order(order)
        self.go_to_index(index)

    def set_order(self, order: Sequence[int]) -> None:
        """Replace the order; show the neighbour of a picture that is no longer part of it."""
        row = self.row
        self._set_order(order)
        index = _index_of(order, row)
        if index is None and self._held and len(order):
            self._index = min(self._index, len(order) - 1)
            return
        if index is None or self._picture is None or row != self._picture.row:
            self.go_to_index(self._index if index is None else index)
            return
        self._index = index
        self.film.set_current(index)
        self.bar.show_picture(self._picture, index, len(self.book))

    def hold_picture(self, *, held: bool) -> None:
        """Set whether the picture stays after it leaves the order, until another replaces it."""
        before, self._held = self._held, held
        left = self._picture is not None and self._picture.row not in self.book.order
        if before and not held and left:
            self.go_to_index(self._index)

    def replace_picture(self, order: Sequence[int], index: int) -> None:
        """Replace the picture shown by another one at the same zoom.

        The old pixels stay until the new ones are loaded.
        """
        self.show_before(False)
        plate = self.canvas.plate
        if plate is not None and plate.raster is not None:
            self._stand_in = plate.raster.level(self.canvas.view.rect.width)
        self.show_pictures(order, index)

    @property
    def presenting(self) -> bool:
        """Whether only the picture is shown."""
        return self._presenting

    @property
    def before(self) -> Picture | None:
        """The picture that this one was edited from; None without one, or until it is read."""
        return self._parent

    @property
    def before_shown(self) -> bool:
        """Whether `before` is shown in place of the picture."""
        return self._before_shown

    def set_jobs(self, jobs: Sequence[Job]) -> None:
        """Show these jobs in the film strip."""
        self.film.set_jobs(jobs)

    def refresh(self, ids: Iterable[str]) -> None:
        """Reload these pictures after a change."""
        changed = set(ids)
        self.book.refetch_pictures(changed)
        if self._parent is not None and self._parent.id in changed and self._picture is not None:
            spawn(self._find_parent(self._picture))
        self.book.request_pages((self._index,))
        self.film.update()

    def go_to_index(self, index: int) -> None:
        """Show the picture at this position; out of range is clamped."""
        self._held = False
        if not len(self.book):
            self._show_nothing()
            return
        self._index = min(max(index, 0), len(self.book) - 1)
        self.film.set_current(self._index)
        found = self.book.picture(self._index)
        if found is None:
            self.bar.show_picture(None, self._index, len(self.book))
            self.book.request_pages(range(self._index - 2, self._index + 3))
        else:
            self._open(found)

    def set_presenting(self, *, presenting: bool) -> None:
        """Show only the picture, or bar, film strip and parent again."""
        self._presenting = presenting
        self._show_parts()

    def step(self, way: int) -> None:
        """Show the next (1) or previous (-1) picture."""
        self.go_to_index(self._index + way)

    def focus_view(self) -> None:
        """Give the picture keyboard focus."""
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def zoom_in(self) -> None:
        """Zoom in by one step."""
        self.canvas.zoom_in()

    def zoom_out(self) -> None:
        """Zoom out by one step."""
        self.canvas.zoom_out()

    def show_before(self, before: bool) -> None:  # noqa: FBT001 - a slot
        """Show the same part of the parent in place of the picture, or the picture again."""
        wanted = self._parent if before else self._picture
        if wanted is None or before == self._before_shown:
            return
        self._before_shown = before
        plate = self._plate(wanted)
        self.canvas.show_plate(plate, keep_view=True)
        self._loader.fill(plate, wanted)
        self._tell_bar()
        self.before_changed.emit()

    def toggle_before(self) -> None:
        """Show the parent, or the picture again."""
        self.show_before(not self._before_shown)

    # --- modes ----------------------------------------------------------------------------

    @property
    def foot_height(self) -> int:
        """Pixels at the bottom that a toast must not cover."""
        return sum(bar.height() for bar in (*self._below, self.film) if not bar.isHidden())

    def add_mode(self, name: LoupeModeName, mode: LoupeMode) -> None:
        """Register a mode for `set_mode`."""
        self._modes[name] = mode

    def add_below(self, bar: QWidget) -> None:
        """Add a bar below the picture, which its owner shows for a mode or a picture."""
        bar.hide()
        self._below.append(bar)
        self._column.insertWidget(self._column.indexOf(self.canvas) + 1, bar)

    def set_mode(self, name: LoupeModeName) -> None:
        """End the previous mode and begin this one, or continue it on another picture."""
        before = self._modes.get(self.mode)
        if before is not None and (name is not self.mode or self._picture is None):
            before.end_mode()
        self.mode = name if self._picture is not None else LoupeModeName.LOOK
        mode = self._modes.get(self.mode)
        if mode is not None and self._picture is not None:
            self.show_before(False)
            mode.begin_mode(self._picture)
        self.bar.set_mode(self.mode)
        self._show_parts()

    def _show_parts(self) -> None:
        """Show or hide bar and film strip."""
        self.bar.setVisible(not self._presenting)
        self.film.setVisible(not self._presenting and self.mode is LoupeModeName.LOOK)
        self._place_before()
        self.parts_changed.emit()

    # --- opening --------------------------------------------------------------------------

    def _set_order(self, order: Sequence[int]) -> None:
        self.book.order = order
        self.film.order_changed()

    def _show_nothing(self) -> None:
        self._loader.stop()
        self._picture = self._parent = None
        self._before.hide()
        self.canvas.show_plate(None)
        self.bar.set_new(new=False)
        self._tell_bar()

    def _open(self, picture: Picture) -> None:
        again = self._picture is not None and _file(self._picture) == _file(picture)
        if not again:
            # The next picture does not keep the zoom over the parent.
            self.show_before(False)
        self._picture = picture
        self.bar.show_picture(picture, self._index, len(self.book))
        if again:
            return
        self._parent, self._before_shown = None, False
        self._plates.clear()
        plate = self._plate(picture)
        self._stand_in = None
        self._place_before()
        self.canvas.show_plate(plate)
        self._loader.fill(plate, picture)
        self.bar.set_new(new=not picture.seen)
        self._tell_bar()
        self.book.request_pages(range(self._index - 2, self._index + 3))
        spawn(self._find_parent(picture))
        self.picture_changed.emit(picture)

    def _plate(self, picture: Picture) -> Plate:
        plate = self._plates.get(picture.id)
        if plate is None:
            plate = self._plates[picture.id] = self._loader.plate(picture)
            small = self.film.thumbnail(picture.id) or self._thumbnails.pixmap(picture.id)
            if plate.raster is None and self._stand_in is not None:
                plate.preview = self._stand_in
            elif plate.raster is None and small is not None and not small.isNull():
                plate.preview = small.toImage()
        return plate

    async def _find_parent(self, picture: Picture) -> None:
        ids = [p.picture for p in picture.parents if p.role is Role.EDIT and p.picture]
        found = await self._library.find(ids[:1]) if ids else []
        if self._picture is None or self._picture.id != picture.id:
            return  # another picture was opened meanwhile
        self._parent = found[0] if found else None
        if self._parent is not None:
            self._before.set_pictures(self._parent, picture)
            self._thumbnails.request_thumbnails(
                (ThumbnailRequest(self._parent, self._print_size(self._parent), 0),)
            )
            self._before.set_pixmap(self._thumbnails.pixmap(self._parent.id))
        self._place_before()
        self._tell_bar()
        self.before_changed.emit()

    def _print_size(self, parent: Picture) -> QSize:
        scale = WIDTH * self.devicePixelRatioF() / max(1, parent.width, parent.height)
        return QSize(
            max(1, round(parent.width * scale)),
            max(1, round(parent.height * scale)),
        )

    def _place_before(self) -> None:
        canvas, picture = self.canvas, self._picture
        looking = self.mode is LoupeModeName.LOOK
        # A changed part is shown beside the original.
        judged = self.mode is LoupeModeName.ONLY_HERE and picture is not None and picture.derivation
        room = canvas.width() >= 2 * COLUMN
        wide = picture is not None and picture.width > picture.height
        corner = not room or wide or not canvas.fitted
        shown = not self._presenting and (looking or (judged and not corner))
        if self._parent is None or picture is None or not shown:
            self._before.hide()
            canvas.reserve_room("before", None)
            return
        # A tall picture stays centred while the column fits beside it.
        crowded = canvas.fitted_left(picture.width, picture.height) < COLUMN
        beside = crowded and not corner
        canvas.reserve_room("before", margins(canvas, COLUMN, 0, 0, 0) if beside else None)
        self._before.set_corner(corner=corner)
        if corner:
            # Never over the picture.
            if self._foot.indexOf(self._before) < 0:
                self._foot.insertWidget(0, self._before)
        else:
            if self._before.parentWidget() is not canvas:
                self._foot.removeWidget(self._before)
                self._before.setParent(canvas)
            column = QRect(PLACE, QSize(self._before.width(), canvas.height() - 2 * PLACE.y()))
            self._before.setGeometry(placed(canvas, column))
        self._before.show()
        self._before.raise_()

    def _tell_bar(self) -> None:
        plate = self.canvas.plate
        self.bar.set_before(there=self._parent is not None, shown=self._before_shown)
        waits = plate is not None and plate.raster is None and not plate.trouble
        self.bar.set_preview(preview=waits)
        self.bar.set_zoom(self.canvas.zoom, fitted=self.canvas.fitted)

    # --- slots ----------------------------------------------------------------------------

    def on_read(self, _rows: object) -> None:
        """Show the current picture once it is read."""
        found = self.book.picture(self._index)
        held = self._held and self._picture is not None and self.row != self._picture.row
        if found is not None and found != self._picture and not held:
            self._open(found)

    def on_loaded(self, plate: Plate) -> None:
        """Repaint a plate with new content."""
        self.canvas.refresh(plate)
        self._tell_bar()
        self.pixels_changed.emit()

    def on_screen_colours(self) -> None:
        """Render the visible picture for the new monitor."""
        for plate in self._plates.values():
            if plate.raster is None:
                plate.preview = None
        if self.isVisible():
            self._complete()

    def on_thumbnail(self, name: str) -> None:
        """Show the parent's thumbnail."""
        if self._parent is not None and name == self._parent.id:
            self._before.set_pixmap(self._thumbnails.pixmap(name))

    def on_view_changed(self) -> None:
        """Update the bar and the parent preview after a change of the view."""
        self.bar.set_zoom(self.canvas.zoom, fitted=self.canvas.fitted)
        if self._parent is not None and self._before.isVisible():
            self._place_before()

    def on_surround(self, surround: Surround) -> None:
        """Apply the chosen background."""
        self.canvas.set_surround(surround)
        names = {ground: name for name, ground in _SETTINGS.items()}
        self.surround_changed.emit(names[surround])

    def on_dragged(self) -> None:
        """Request a drag of the picture."""
        if self._picture is not None:
            self.action.emit("drag", self._picture)

    def on_menu(self, at: QPoint) -> None:
        """Request the context menu."""
        if self._picture is not None:
            self.menu_requested.emit(self._picture, at)

    # --- Qt -------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # An event filter instead of event(): painting must not run inside one of our overrides,
        # where an exception would end the program instead of being reported.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            plain &= ~Qt.KeyboardModifier.ShiftModifier
            fixed = not plain and event.key() in _FIXED_KEYS
            if fixed or view_keys.command(event, *_GROUPS) is not None:
                event.accept()
                return True
        return super().eventFilter(watched, event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match view_keys.command(event, *_GROUPS):
            case ViewCommand.LOUPE_ORIGINAL:
                self._show_before_by_key()
            case ViewCommand.FIT:
                self.canvas.fit()
            case ViewCommand.HELD_ACTUAL:
                self._held_zoom.begin_hold()
            case ViewCommand.ZOOM_IN:
                self.canvas.zoom_in()
            case ViewCommand.ZOOM_OUT:
                self.canvas.zoom_out()
            case _:
                self._press_fixed(event)

    def _press_fixed(self, event: QKeyEvent) -> None:
        match reading_key(self, event.key()):
            case Qt.Key.Key_Left:
                self.step(-1)
            case Qt.Key.Key_Right:
                self.step(1)
            case Qt.Key.Key_Home:
                self.go_to_index(0)
            case Qt.Key.Key_End:
                self.go_to_index(len(self.book) - 1)
            case Qt.Key.Key_Escape:
                self.closed.emit()
            case _:
                super().keyPressEvent(event)

    def _show_before_by_key(self) -> None:
        if self._picture is not None and not self._picture.parents:
            self.told.emit(_("This picture was not made from another one"))
        self.show_before(True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if view_keys.releases(event, ViewCommand.LOUPE_ORIGINAL):
            end_hold(event, self, partial(self.show_before, False))
        elif view_keys.releases(event, ViewCommand.HELD_ACTUAL):
            end_hold(event, self, self._held_zoom.end)
        else:
            super().keyReleaseEvent(event)

    @needs("_foot")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_before()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_before()
        self._complete()

    def _complete(self) -> None:
        """Load the missing content of the visible plate."""
        plate, shown = self.canvas.plate, self._parent if self._before_shown else self._picture
        if plate is not None and shown is not None and not self._loader.is_filled(plate):
            self._loader.fill(plate, shown)

    @needs("_held_zoom")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._held_zoom.end()
        self._loader.stop()
        self._thumbnails.request_thumbnails(())


def _index_of(order: Sequence[int], row: int | None) -> int | None:
    try:
        return None if row is None else order.index(row)
    except ValueError:
        return None


def _file(picture: Picture) -> tuple[str, str, bool]:
    """The values on which the canvas depends: id, path, and whether the file is missing."""
    return picture.id, picture.path, picture.missing
