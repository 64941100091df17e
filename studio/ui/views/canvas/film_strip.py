"""Film strip of neighbours under a large picture.

Pictures differ in width, and there may be a million of them: nothing is measured from the start of
the order. Starting from one held cell, the strip lays out cells to its left and right until it is
full, and requests only their pictures.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _
from studio.domain.entities import Flag, Job, JobState, Picture
from studio.ui.style.theme import theme
from studio.ui.support import formatting
from studio.ui.support.layout_direction import flipped, placed
from studio.ui.support.ports import LibraryProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.tasks import loop_runs
from studio.ui.support.thumbnail_cache import ThumbnailCache, ThumbnailRequest
from studio.ui.views.canvas.plate_loader import PageCache
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.plain_text import plain_tip, set_tip

HEIGHT = 84
CELL = 72
PICTURE = 64
BORDER = 4
GAP = 3
EDGE = 16  # free space at both ends
WIDEST = 4 * PICTURE
NARROWEST = 24
KEPT = 24 * 1024 * 1024  # bytes of thumbnails


@dataclass(frozen=True, slots=True)
class FilmCell:
    """A cell of the strip: jobs first, then the pictures of the order."""

    place: int
    rect: QRect


class FilmStrip(QWidget):
    """Shows the order around the current picture, after the running jobs.

    Signals:
        chosen: the user clicked a picture (its index in the order).
        job_chosen: the user clicked a job (its id).
    """

    chosen = Signal(int)
    job_chosen = Signal(str)

    def __init__(
        self, book: PageCache, library: LibraryProtocol, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._book = book
        self._thumbnails = ThumbnailCache(library, self, bound=KEPT)
        self._jobs: tuple[Job, ...] = ()
        self._current = 0
        self._letters: dict[int, str] = {}
        self._held = 0  # the held cell ...
        self._at = EDGE  # ... and its left edge
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self.update)
        # Request visible pictures after painting, not during it.
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self.on_painted)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Film strip"))
        set_role(self, QAccessible.Role.List)
        book.read.connect(self.update)
        self._thumbnails.ready.connect(self.on_thumbnail)
        theme().changed.connect(self.update)

    # --- content --------------------------------------------------------------------------

    def set_current(self, index: int) -> None:
        """Mark this picture as current and scroll it into view."""
        self._current = index
        place = index + len(self._jobs)
        cell = next((cell for cell in self.cells() if cell.place == place), None)
        if cell is None or cell.rect.left() < EDGE or cell.rect.right() > self.width() - EDGE:
            self._held = place
            self._at = (self.width() - self._cell_width(place)) // 2
        self.update()

    def set_letters(self, letters: Mapping[int, str]) -> None:
        """Mark compared pictures, by index, with a letter each."""
        self._letters = dict(letters)
        self.update()

    def set_jobs(self, jobs: Sequence[Job]) -> None:
        """Show these running and waiting jobs before the first picture."""
        self._held = max(0, self._held + len(jobs) - len(self._jobs))
        self._jobs = tuple(jobs)
        self._tick()
        self.update()

    def order_changed(self) -> None:
        """Adjust to the new order of the page cache."""
        self._held = min(self._held, max(0, self._count() - 1))
        self.update()

    def thumbnail(self, picture: str) -> QPixmap | None:
        """Thumbnail of this picture id; None unless the strip has it."""
        return self._thumbnails.pixmap(picture)

    def on_thumbnail(self, _picture: str) -> None:
        """Repaint after a thumbnail was loaded."""
        self.update()

    def on_painted(self) -> None:
        """Request the pictures and thumbnails missing from the last paint."""
        if not loop_runs():
            return  # the program is ending
        cells, jobs = self.cells(), len(self._jobs)
        self._book.request_pages(cell.place - jobs for cell in cells if cell.place >= jobs)
        self._thumbnails.request_thumbnails(self._wishes(cells))

    def cells(self) -> list[FilmCell]:
        """Visible cells in order, mirrored in right-to-left languages."""
        return [FilmCell(cell.place, placed(self, cell.rect)) for cell in self._laid_out()]

    def _laid_out(self) -> list[FilmCell]:
        """Visible cells from left to right."""
        count, top = self._count(), (HEIGHT - CELL + 1) // 2
        if not count:
            return []
        held = min(self._held, count - 1)
        cells = self._row(held, self._at, top)
        first, last = cells[0], cells[-1]
        if last.place == count - 1 and last.rect.right() + 1 < self.width() - EDGE:
            cells = self._row(held, self._at + self.width() - EDGE - last.rect.right() - 1, top)
            first = cells[0]
        if first.place == 0 and first.rect.left() > EDGE:
            cells = self._row(0, EDGE, top)
        return cells

    def cell_at(self, spot: QPoint) -> int | None:
        """Place of the cell under a point; None if there is none."""
        for cell in self.cells():
            if cell.rect.contains(spot):
                return cell.place
        return None

    def _row(self, held: int, at: int, top: int) -> list[FilmCell]:
        cells: list[FilmCell] = []
        place, x = held, at
        while place > 0 and x > 0:
            place -= 1
            x -= self._cell_width(place) + GAP
            cells.insert(0, FilmCell(place, QRect(x, top, self._cell_width(place), CELL)))
        place, x = held, at
        while place < self._count() and (x < self.width() or not cells):
            width = self._cell_width(place)
            cells.append(FilmCell(place, QRect(x, top, width, CELL)))
            place, x = place + 1, x + width + GAP
        return cells

    def _count(self) -> int:
        return len(self._jobs) + len(self._book)

    def _picture(self, place: int) -> Picture | None:
        return self._book.picture(place - len(self._jobs))

    def _cell_width(self, place: int) -> int:
        picture = self._picture(place) if place >= len(self._jobs) else None
        if picture is None or not picture.height:
            return PICTURE + 2 * BORDER
        width = round(PICTURE * picture.width / picture.height)
        return min(max(width, NARROWEST), WIDEST) + 2 * BORDER

    def _wishes(self, cells: list[FilmCell]) -> Iterator[ThumbnailRequest]:
        high = round(PICTURE * self.devicePixelRatioF())
        for cell in cells:
            picture = self._picture(cell.place) if cell.place >= len(self._jobs) else None
            if picture is not None and picture.height:
                across = max(1, round(high * picture.width / picture.height))
                yield ThumbnailRequest(picture, QSize(across, high), 0)

    def _scroll(self, way: float) -> None:
        cells = self._laid_out()
        if not cells:
            return
        # Hold a visible cell, so that nothing far away has to be measured.
        middle = min(cells, key=lambda cell: abs(cell.rect.center().x() - self.width() // 2))
        self._held, self._at = middle.place, middle.rect.left() + round(way)
        settled = self._laid_out()
        self._at = next((c.rect.left() for c in settled if c.place == self._held), self._at)
        self.update()

    def _tick(self) -> None:
        if self.isVisible() and any(job.alive for job in self._jobs):
            self._clock.start()
        else:
            self._clock.stop()

    # --- painting -------------------------------------------------------------------------

    def _paint_picture(self, painter: QPainter, cell: FilmCell) -> None:
        look = theme()
        picture = self._picture(cell.place)
        inner = cell.rect.adjusted(BORDER, BORDER, -BORDER, -BORDER)
        index = cell.place - len(self._jobs)
        letter = self._letters.get(index, "")
        current = bool(letter) if self._letters else index == self._current
        if current:
            painter.setPen(QPen(look.color("accent"), 2))
            painter.setBrush(look.color("cell"))
            painter.drawRoundedRect(QRectF(cell.rect).adjusted(1, 1, -1, -1), 5, 5)
        if picture is None:
            painter.fillRect(inner, look.color("panel"))
            return
        painter.setOpacity(0.3 if picture.flag is Flag.REJECT and not current else 1.0)
        dpr = self.devicePixelRatioF()
        pixmap = self._thumbnails.pixmap(picture.id)
        if pixmap is None or pixmap.isNull():
            painter.fillRect(inner, screen_colours().colour(picture.colour))
        else:
            painter.drawPixmap(QRectF(inner), pixmap, _middle_of(pixmap.size(), inner.size()))
        painter.setOpacity(1.0)
        painter.setPen(QPen(look.color("hairline"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(inner).adjusted(0.5, 0.5, -0.5, -0.5))
        begin = QRect(inner.left() + 3, inner.bottom() - 16, 14, 14)
        end = QRect(inner.right() - 16, inner.bottom() - 16, 14, 14)
        if self.isRightToLeft():
            begin, end = flipped(begin, inner), flipped(end, inner)
        if letter:
            mark = _paint_corner(painter, begin)
            painter.setFont(look.font("micro", weight=600))
            painter.setPen(look.color("onchrome"))
            painter.drawText(mark, int(Qt.AlignmentFlag.AlignCenter), letter)
        if picture.flag is Flag.PICK:
            mark = _paint_corner(painter, end)
            flag = look.pixmap("flag-filled", "onchrome", 10, dpr)
            painter.drawPixmap(mark.left() + 2, mark.top() + 2, flag)

    def _paint_job(self, painter: QPainter, cell: FilmCell) -> None:
        look, job = theme(), self._jobs[cell.place]
        inner = cell.rect.adjusted(BORDER, BORDER, -BORDER, -BORDER)
        if job.state in (JobState.QUEUED, JobState.RETRYING):
            painter.setPen(QPen(look.color("edge"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(inner).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        else:
            painter.fillRect(inner, look.color("panel"))
        painter.setFont(look.font("micro"))
        painter.setPen(look.color("text2"))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignCenter), _job_words(job, time.time()))

    # --- Qt -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.fillRect(event.rect(), look.color("mat"))
        painter.fillRect(0, 0, self.width(), 1, look.color("line"))
        cells = self.cells()
        jobs = len(self._jobs)
        self._asking.start()
        for cell in cells:
            if cell.place < jobs:
                self._paint_job(painter, cell)
            else:
                self._paint_picture(painter, cell)

    @needs("_at")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.set_current(self._current)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick()

    @needs("_asking")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick()
        self._asking.stop()
        self._thumbnails.request_thumbnails(())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.cell_at(event.position().toPoint())
        if place is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if place < len(self._jobs):
            self.job_chosen.emit(self._jobs[place].id)
        else:
            self.chosen.emit(place - len(self._jobs))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.cell_at(event.position().toPoint())
        name = ""
        if place is not None and place < len(self._jobs):
            name = one_line(self._jobs[place].name)
        elif place is not None and (picture := self._picture(place)) is not None:
            name = picture.name
        if plain_tip(name) != self.toolTip():
            set_tip(self, name)
            QToolTip.hideText()

    def wheelEvent(self, event: QWheelEvent) -> None:
        forward = -1 if self.isRightToLeft() else 1
        if event.phase() != Qt.ScrollPhase.NoScrollPhase and not event.pixelDelta().isNull():
            delta = event.pixelDelta()
            self._scroll(delta.x() * forward or delta.y())
        else:
            turn = event.angleDelta()
            self._scroll((turn.x() * forward or turn.y()) / 120 * (CELL + GAP) * 2)
        event.accept()

    def sizeHint(self) -> QSize:
        return QSize(600, HEIGHT)


def _paint_corner(painter: QPainter, mark: QRect) -> QRect:
    """Paint the background of a badge in the corner of a picture; returns its rectangle."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("chrome"))
    painter.drawRoundedRect(mark, 3, 3)
    return mark


def _middle_of(have: QSize, want: QSize) -> QRectF:
    """Largest centred part of `have` with the aspect ratio of `want`."""
    scale = min(have.width() / max(1, want.width()), have.height() / max(1, want.height()))
    width, height = want.width() * scale, want.height() * scale
    return QRectF((have.width() - width) / 2, (have.height() - height) / 2, width, height)


def _job_words(job: Job, now: float) -> str:
    if job.state is JobState.QUEUED:
        return _("queued")
    if job.state is JobState.RETRYING:
        return formatting.clock(max(0.0, (job.retry_at or now) - now) + 0.999)
    return formatting.clock(now - job.started if job.started else 0.0)
