"""Grid view that paints tiles and requests their thumbnails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace
from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.domain.entities import Job, Picture
from studio.domain.stacks import StackTile
from studio.ui.style.theme import theme
from studio.ui.support import key_names
from studio.ui.support.job_outcome import cancel_tip
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.thumbnail_cache import (
    BOUND,
    ThumbnailCache,
    ThumbnailRequest,
    ThumbnailSource,
)
from studio.ui.support.tile_content import (
    PLAIN,
    Item,
    StackLook,
    TileContent,
    aspect_of,
    describe,
    tool_tip,
)
from studio.ui.views.gallery.animation import STILL, ProgressAnimation
from studio.ui.views.gallery.grid_view import GridView
from studio.ui.views.gallery.layout import (
    TileLayout,
    TileState,
    TileZone,
    arrange,
    fit,
    square_in,
)
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.paint import (
    PICTURE_RADIUS,
    paint_band,
    paint_progress,
    paint_tile,
    scale_of,
)
from studio.ui.views.gallery.pointer import PointerHandler
from studio.ui.views.gallery.selection import GallerySelection
from studio.ui.views.gallery.tile_cache import (
    CachedTile,
    Shown,
    Sort,
    TileCache,
    stack_painter,
)
from studio.ui.views.gallery.tile_style import TileStyle
from studio.ui.widgets.plain_text import with_key

if TYPE_CHECKING:
    from studio.ui.support.drag_and_drop import PixelSource


def _stack_words() -> ModuleType:
    # Loaded when there are stacks.
    from studio.ui.support import stack_content

    return stack_content


def _open_stack(at: tuple[int, StackTile | None]) -> int:
    tile = at[1]
    return tile.stack if tile is not None and tile.open else -1


def tip_for(item: Item | None, zone: TileZone | None) -> str:
    """Plain-text tool tip for the item or zone under the pointer; empty for none."""
    if zone is not None:
        if zone.label:
            return ""  # the button's label says it
        if zone.tip:
            return zone.tip
        names = {
            "pick": with_key(_("Pick"), key_names.current("P")),
            "reject": with_key(_("Reject"), key_names.current("X")),
            "edit": with_key(_("Edit this picture"), key_names.spoken(key_names.current("Ctrl+E"))),
            "more": _("More"),
            "cancel": cancel_tip(item) if isinstance(item, Job) else _("Cancel"),
        }
        return names.get(zone.action, "")
    return tool_tip(item) if isinstance(item, Picture) else ""


STILL_AFTER = round(1000 * STILL) + 10  # milliseconds
WISH_DELAY = 15  # milliseconds; scroll steps in between send one request
TILES_KEPT = 2048
SCREENS = 4  # minimum cache of thumbnails, in screens, however large the screen is


class GalleryLibrary(ThumbnailSource, Protocol):
    """The library as the gallery uses it."""

    def path(self, picture: Picture) -> Path: ...


class JobTiming(Protocol):
    """Estimates of the duration of jobs."""

    def usual_seconds(self, model: str, size: str | None) -> float | None: ...


class GalleryCore(Protocol):
    """The core as the gallery uses it."""

    @property
    def library(self) -> GalleryLibrary: ...
    @property
    def queue(self) -> JobTiming: ...
    @property
    def decoder(self) -> PixelSource: ...


class TileView(GridView):
    """Paints pictures and jobs; subclasses handle input.

    Attributes:
        selection: selected items.
        pointer: mouse handler.
        thumbnails: pixmaps of the tiles on screen.
        pulse: animations.
        kit: fonts, colours and icons of the tiles.
        tile_cache: painted tiles; None until the view moves or changes.
        unpainted: rows the last paint events had no time for.
        waiting: rows whose thumbnails were still being loaded while the user scrolled.
        by_key: whether the keyboard was used last, so that the focus is shown.
    """

    selection: GallerySelection
    pointer: PointerHandler

    def __init__(
        self, core: GalleryCore, parent: QWidget | None, *, clock: Callable[[], float]
    ) -> None:
        kit = TileStyle(theme())
        super().__init__(parent, grow=kit.grow)
        self._core = core
        self._clock = clock
        self.kit = kit
        self._tiles: dict[str, tuple[Item, str, TileContent]] = {}
        self._arriving: dict[int, QPixmap] = {}
        self._many = False
        self._first_screen = True
        self.tile_cache: TileCache | None = None
        self._wished: dict[str, int] = {}
        self.unpainted: dict[int, None] = {}
        self.waiting: set[int] = set()
        self.by_key = False
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.thumbnails = ThumbnailCache(core.library, self)
        self.pulse = ProgressAnimation(self.repaint_rows, self)
        self._wishes = QTimer(self, singleShot=True, interval=WISH_DELAY)
        self._wishes.timeout.connect(self.on_wishes)
        self._rest = QTimer(self, singleShot=True, interval=0)
        self._rest.timeout.connect(self.on_rest)
        self._still = QTimer(self, singleShot=True, interval=STILL_AFTER)
        self._still.timeout.connect(self.on_still)
        self.moved.connect(self._wishes.start)
        self.scrolled.connect(self.pulse.scrolled)
        self.scrolled.connect(self._still.start)
        self.scrolled.connect(self.keep_tiles)
        self.thumbnails.ready.connect(self.on_thumbnail)
        theme().changed.connect(self.on_theme_changed)

    @property
    def idle(self) -> bool:
        """Whether all tiles are painted and all thumbnails asked for have arrived."""
        waiting = self._wishes.isActive() or self._rest.isActive() or bool(self.waiting)
        return not waiting and self.thumbnails.idle

    @property
    def rows(self) -> GalleryModel:
        """The model, with its own type."""
        model = self.model()
        assert isinstance(model, GalleryModel)
        return model

    def current_row(self) -> int | None:
        """Row with keyboard focus."""
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    # --- tiles ----------------------------------------------------------------------------

    def tile_of(self, item: Item | None) -> TileContent:
        """Content of a tile; that of pictures is cached until they change."""
        now = self._clock()
        if isinstance(item, Job):
            request = item.request
            usual = self._core.queue.usual_seconds(request.model, request.size)
            return describe(item, now, usual=usual)
        if item is None:
            return describe(None, now)
        fault = self.thumbnails.fault(item.id)
        known = self._tiles.get(item.id)
        if known is not None and known[0] is item and known[1] == fault:
            return known[2]
        if len(self._tiles) >= TILES_KEPT:
            self._tiles.clear()
        tile = describe(item, now, fault=fault)
        self._tiles[item.id] = item, fault, tile
        return tile

    def content_at(self, row: int, item: Item | None) -> TileContent:
        """Content of the tile of a row; a closed stack with unfinished jobs shows its run."""
        content = self.tile_of(item)
        tile = self.rows.tile_at(row) if isinstance(item, Job) else None
        if tile is None or not tile.closed:
            return content
        jobs = self.rows.jobs_at(row)
        run: TileContent = _stack_words().running(content, jobs, tile.size - len(jobs))
        return run

    def stack_look(self, row: int) -> StackLook:
        """Appearance of the stack of a row's tile."""
        tile = self.rows.tile_at(row)
        if tile is None:
            return PLAIN
        look: StackLook = _stack_words().look_of(tile, self.rows.stack_facts(tile.key))
        return look

    def state_of(self, row: int, *, whole: bool = False) -> TileState:
        """State of a tile, ready to be painted; `whole` does not let it fade in."""
        item = self.rows.item_at(row)
        tile = self.content_at(row, item)
        pixmap, strength, ghost = None, 1.0, None
        if isinstance(item, Picture):
            pixmap = self.thumbnails.pixmap(item.id)
            if not whole and self.pulse.moves:
                strength = self.thumbnails.strength(item.id)
        elif isinstance(item, Job):
            ghost = self._ghost(item)
        if self._arriving and not isinstance(item, Job):
            ghost = self._arrival(row, there=pixmap is not None and strength >= 1)
        selected = self.selection.holds(row)
        hovered = row == self.pointer.hovered
        hot = self.pointer.hot
        return TileState(
            tile=tile,
            box=self.grid.box,
            caption=self.grid.has_caption,
            pixmap=pixmap,
            strength=strength,
            ghost=ghost,
            selected=selected,
            keyboard=self.by_key and self.hasFocus() and row == self.current_row(),
            many=self._many and selected,
            hovered=hovered,
            hot=hot.action if hovered and hot is not None else "",
            phase=self.pulse.phase() if tile.bar is not None else None,
            stack=self.stack_look(row),
            mirrored=self.grid.mirrored,
        )

    def layout_of(self, row: int) -> TileLayout:
        """Layout of a tile in the viewport."""
        return arrange(self.state_of(row), self.cell(row), self.kit)

    def _ghost(self, job: Job) -> QPixmap | None:
        if not job.request.references:
            return None
        return self.thumbnails.ghost(job.request.edited or job.request.references[0])

    def _arrival(self, row: int, *, there: bool) -> QPixmap | None:
        """The ghost that a picture replaced, until the thumbnail covers it; None without one."""
        key = self.rows.key_at(row)
        if not isinstance(key, int):
            return None
        if there:
            self._arriving.pop(key, None)
        return self._arriving.get(key)

    # --- slots ----------------------------------------------------------------------------

    def on_replaced(self, job: Job, index_row: int) -> None:
        """Keep the ghost of a finished job until the picture's thumbnail has faded in."""
        ghost = self._ghost(job)
        if ghost is not None:
            self._arriving[index_row] = ghost
        self._wishes.start()

    def on_thumbnail(self, picture: str) -> None:
        """Repaint the tile of a thumbnail that was loaded or failed."""
        if self._first_screen:
            # The first screen appears at once; only pictures added later fade in.
            self.thumbnails.finish_fading()
            self._first_screen = not self.thumbnails.idle
        shown = self.visible_rows()
        row = self._wished.get(picture, -1)
        item = self.rows.item_at(row) if row in shown else None
        if item is not None and item.id == picture:
            self.repaint_rows((row,))
            return
        # The thumbnail is that of a job's source, or its picture has moved.
        for row in shown:
            item = self.rows.item_at(row)
            if isinstance(item, Job) or (item is not None and item.id == picture):
                self.repaint_rows((row,))

    def on_rest(self) -> None:
        """Paint some of the tiles that the last paint events had no time for."""
        looks, shown, made = self.tile_cache, self.visible_rows(), []
        if looks is None:
            return
        dpr = int(self.devicePixelRatioF())
        looks.begin_paint()
        while self.unpainted and not looks.spent:
            row = next(iter(self.unpainted))
            del self.unpainted[row]
            item = self.rows.item_at(row) if row in shown else None
            if item is not None:
                self._look(row, item, self.cell(row), looks, dpr, self.stack_look(row))
                made.append(row)
        self.repaint_rows(made)
        if self.unpainted:
            self._rest.start()

    def on_still(self) -> None:
        """Paint the tiles whose thumbnails did not arrive while the user scrolled."""
        waiting, self.waiting = self.waiting, set()
        self.repaint_rows(waiting)

    def on_wishes(self) -> None:
        """Request the thumbnails on screen and those of one screen ahead."""
        rows = dict.fromkeys((*self.visible_rows(), *self.rows_ahead()))
        area = self.viewport().size() * self.devicePixelRatioF()
        screen = 4 * area.width() * area.height()
        self.thumbnails.make_room(max(BOUND, SCREENS * screen))
        if self.tile_cache is not None:
            self.tile_cache.make_room(screen)
        self._wished.clear()
        self.thumbnails.request_thumbnails(list(self._wishes_for(rows)))

    def put_thumbnails(self, images: Mapping[str, QImage]) -> None:
        """Show thumbnails decoded before the window existed, by picture id.

        They must be in the current colours of the monitor.
        """
        for wish in self._wishes_for(self.visible_rows()):
            if (image := images.get(wish.picture.id)) is not None:
                self.thumbnails.add_thumbnail(wish, image, screen_colours().transform)

    def _wishes_for(self, rows: Iterable[int]) -> Iterator[ThumbnailRequest]:
        ratio = self.devicePixelRatioF()
        square = QRect(0, 0, self.grid.box, self.grid.box)
        for row in rows:
            picture = self.rows.picture_at(row)
            if picture is not None:
                size = fit(aspect_of(picture), square).size()
                device = QSize(round(size.width() * ratio), round(size.height() * ratio))
                self._wished[picture.id] = row
                yield ThumbnailRequest(picture, device, PICTURE_RADIUS * ratio)

    def draw_icons(self, wanted: bool) -> None:  # noqa: FBT001 - a switch, as Qt's setters take it
        """Draw the icons of marks and tags, or leave them out (the first screen)."""
        self.kit.icons = wanted
        self.viewport().update()

    def keep_tiles(self) -> None:
        """Enable the cache of painted tiles; a gallery that never moves does not need it."""
        if self.tile_cache is None:
            self.tile_cache = TileCache()

    def on_theme_changed(self) -> None:
        """Apply new colours or fonts."""
        self.kit = TileStyle(theme())
        if self.tile_cache is not None:
            self.tile_cache.clear()
        self.lay_out(replace(self.grid, grow=self.kit.grow))

    # --- Qt -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        region = event.region()
        area = region.boundingRect()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        offset = self.verticalOffset()
        # A tile may end between two device pixels: one more on each side.
        painter.fillRect(area.adjusted(-1, -1, 1, 1), self.kit.color("mat"))
        dpr = scale_of(painter)
        whole = dpr == int(dpr)
        looks = self.tile_cache if whole else None
        if looks is not None:
            looks.begin_paint()
        # Queried once per paint event, not for each of hundreds of tiles.
        pieces, stacked = region.rectCount() > 1, self.rows.has_stacks
        live = self._live_rows()
        for rows in self.grid.touched(area.translated(0, offset)):
            for row, cell in self.grid.line_cells(rows, offset):
                if pieces and not region.intersects(cell):
                    continue
                stack = self.stack_look(row) if stacked else PLAIN
                if (
                    looks is None
                    or row in live
                    or not self._paint_look(painter, row, cell, looks, int(dpr), stack)
                ):
                    if stack.member:
                        painter.fillRect(cell, self.kit.color("band"))
                    self._paint_row(painter, row, cell)
            if self.rows.has_open_stacks:
                self._paint_bands(painter, rows)
        if self.unpainted:
            self._rest.start()
        if self.pointer.band is not None:
            paint_band(painter, self.pointer.band.translated(0, -offset), self.kit)
        painter.end()

    def _paint_bands(self, painter: QPainter, rows: range) -> None:
        """Paint the outlines of open stacks in one line of tiles."""
        tiles = [(row, self.rows.tile_at(row)) for row in rows]
        for _stack, group in groupby(tiles, key=_open_stack):
            members = [(row, tile) for row, tile in group if tile is not None and tile.open]
            if members:
                first, last = members[0][1], members[-1][1]
                stack_painter().paint_band(
                    painter,
                    [self.cell(row) for row, _tile in members],
                    self.kit,
                    begins=first.member == 0,
                    ends=last.last,
                    mirrored=self.grid.mirrored,
                )

    def _live_rows(self) -> tuple[int | None, ...]:
        """Rows that look different from their cached tiles: hovered, or with the focus."""
        focused = self.by_key and self.hasFocus()
        return (self.pointer.hovered, self.current_row() if focused else None)

    def _paint_look(
        self,
        painter: QPainter,
        row: int,
        cell: QRect,
        looks: TileCache,
        dpr: int,
        stack: StackLook,
    ) -> bool:
        """Paint a tile from the cache, and over it what moves; False if it is not cached."""
        item = self.rows.item_at(row)
        if item is None or (self._arriving and self.rows.key_at(row) in self._arriving):
            return False
        tile = self._look(row, item, cell, looks, dpr, stack)
        if tile is None:
            self._paint_former(painter, item, cell, looks.former(item.id), dpr)
            return True
        # Each call of Qt may have to wait for other threads: as few as possible for a tile.
        strength = self._strength(row, item, tile)
        if strength >= 1:
            looks.end_fade(item.id)
            painter.drawPixmap(cell.topLeft(), tile.pixmap)
        else:
            self._paint_former(painter, item, cell, tile.before, dpr)
            painter.setOpacity(strength)
            painter.drawPixmap(cell.topLeft(), tile.pixmap)
            painter.setOpacity(1.0)
            self.pulse.painted(row, runner=False, fade=True, ticks=False)
        if isinstance(item, Job) and item.alive:
            self._paint_progress(painter, row, item, cell)
        return True

    def _look(
        self, row: int, item: Item, cell: QRect, looks: TileCache, dpr: int, stack: StackLook
    ) -> CachedTile | None:
        """Cached tile of a row, painted now if there is time left for it.

        While the user scrolls, tiles whose thumbnails are still being loaded are not painted: they
        would be painted again a moment later.
        """
        still: TileContent | None = None
        if isinstance(item, Picture):
            if self._awaits_thumbnail(item):
                self.waiting.add(row)
                return None
        else:
            still = replace(self.content_at(row, item), bar=None, ticks=False)
        key = self._look_key(row, item, cell, stack)
        shown: Shown = item if still is None else still
        tile = looks.find(item.id, shown, key)
        if tile is not None:
            self.unpainted.pop(row, None)
        elif looks.spent:
            self.unpainted[row] = None
        else:
            self.unpainted.pop(row, None)
            state = self.state_of(row, whole=True)
            if still is not None:
                state = replace(state, tile=still)
            tile = looks.make(item.id, shown, key, cell, dpr, state, self.kit)
        return tile

    def _paint_progress(self, painter: QPainter, row: int, job: Job, cell: QRect) -> None:
        """Paint the bar of a job over its tile, and register what changes by itself."""
        content, phase = self.content_at(row, job), self.pulse.phase()
        if content.bar is not None:
            box = self._box(job, cell)
            paint_progress(painter, box, content.bar, phase, self.kit, mirrored=self.grid.mirrored)
        runner = content.bar == -1 and phase is not None
        self.pulse.painted(row, runner=runner, fade=False, ticks=content.ticks)

    def _awaits_thumbnail(self, picture: Picture) -> bool:
        """Whether the user scrolls and the thumbnail is still being loaded."""
        thumbnails = self.thumbnails
        if thumbnails.pixmap(picture.id) is not None or thumbnails.fault(picture.id):
            return False
        return self.pulse.scrolling

    def _strength(self, row: int, item: Item, tile: CachedTile) -> float:
        """Opacity of a tile over its placeholder; 1 unless its thumbnail fades in."""
        if isinstance(item, Job) or not tile.has_thumbnail:
            return 1.0
        strength = self.thumbnails.strength(item.id)
        if strength >= 1 or self.pulse.may_fade(row):
            return strength
        if self.pulse.moves:
            self.thumbnails.end_fade(item.id)
        return 1.0

    def _paint_former(
        self, painter: QPainter, item: Item, cell: QRect, former: QPixmap | None, dpr: int
    ) -> None:
        """Paint a tile as it was before, if it was as wide, or its placeholder."""
        if former is None or former.width() != cell.width() * dpr:
            self._paint_ground(painter, item, cell)
        else:
            painter.drawPixmap(cell.topLeft(), former)

    def _look_key(self, row: int, item: Item, cell: QRect, stack: StackLook) -> Sort:
        """What the cache knows a tile by, besides its content."""
        if isinstance(item, Job):
            pixmap = self._ghost(item) if item.alive else None
        else:
            pixmap = self.thumbnails.pixmap(item.id)
        selected = self.selection.holds(row)
        thumbnail = 0 if pixmap is None else pixmap.cacheKey()
        if pixmap is None and self.thumbnails.fault(item.id):
            thumbnail = -1
        many = self._many and selected
        return (thumbnail, selected, many, cell.width(), cell.height(), stack)

    def _box(self, item: Item, cell: QRect) -> QRect:
        """Rectangle of the picture of an item in its cell."""
        return fit(aspect_of(item), square_in(cell, self.grid.box))

    def _paint_ground(self, painter: QPainter, item: Item, cell: QRect) -> None:
        """Paint the average colour as a placeholder for a tile."""
        colour = (
            self.kit.color("panel")
            if isinstance(item, Job)
            else screen_colours().colour(item.colour)
        )
        painter.fillRect(self._box(item, cell), colour)

    def _paint_row(self, painter: QPainter, row: int, cell: QRect) -> None:
        state = self.state_of(row)
        layout = paint_tile(painter, cell, state, self.kit)
        if state.stack is not PLAIN:
            stack_painter().paint_stack(painter, layout, state, self.kit)
        self.pulse.painted(
            row,
            runner=state.tile.bar == -1 and state.phase is not None,
            fade=state.pixmap is not None and state.strength < 1,
            ticks=state.tile.ticks,
        )
