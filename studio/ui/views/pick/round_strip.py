"""Film strip of a round: small pictures with the decision below each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.common.i18n import _, number
from studio.domain.choices import Verdict
from studio.domain.entities import Picture
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import flipped, placed
from studio.ui.support.ports import LibraryProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.tasks import loop_runs
from studio.ui.support.thumbnail_cache import ThumbnailCache, ThumbnailRequest
from studio.ui.widgets.accessible import set_role

PICTURE = 44  # height in pixels
MARK = 12
TOP = 14
GAP = 4
NARROWEST, WIDEST = 20, 3 * PICTURE
KEPT = 16 * 1024 * 1024  # bytes of thumbnails


class RoundStrip(QWidget):
    """Shows the pictures around the current one, which is in the middle.

    Signals:
        chosen: id of the picture clicked.
        wanted: ids of visible pictures that are not read yet (a list).
    """

    chosen = Signal(str)
    wanted = Signal(object)

    def __init__(
        self,
        library: LibraryProtocol,
        known: Callable[[str], Picture | None],
        parent: QWidget,
    ) -> None:
        """`known` returns a picture by its id; None until it is read."""
        super().__init__(parent)
        self._known = known
        self._thumbnails = ThumbnailCache(library, self, bound=KEPT)
        self._ids: Sequence[str] = ()
        self._verdicts: Mapping[str, Verdict] = {}
        self._current = 0
        # Request visible pictures after painting, not during it.
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self.on_painted)
        self.setFixedHeight(TOP + PICTURE + 6 + theme().height(MARK))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Film strip"))
        set_role(self, QAccessible.Role.List)
        self._thumbnails.ready.connect(self.on_thumbnail)
        theme().changed.connect(self.update)

    def show_pictures(
        self, ids: Sequence[str], current: int, verdicts: Mapping[str, Verdict]
    ) -> None:
        """Show pictures with their decisions; at the end `current` is past the last index."""
        self._ids, self._current, self._verdicts = ids, current, verdicts
        self.update()

    def on_thumbnail(self, _picture: str) -> None:
        """Repaint after a thumbnail was loaded."""
        self.update()

    def on_painted(self) -> None:
        """Request the pictures and thumbnails missing from the last paint."""
        if not loop_runs():
            return  # the program is ending
        cells = self.cells()
        unread = [id for id, _rect in cells if self._known(id) is None]
        if unread:
            self.wanted.emit(unread)
        high = round(PICTURE * self.devicePixelRatioF())
        self._thumbnails.request_thumbnails(
            ThumbnailRequest(one, QSize(max(1, round(high * one.width / one.height)), high), 0)
            for one in (self._known(id) for id, _rect in cells)
            if one is not None and one.height
        )

    def cells(self) -> list[tuple[str, QRect]]:
        """Visible pictures in order with their rectangles, mirrored in right-to-left languages."""
        return [(id, placed(self, rect)) for id, rect in self._laid_out()]

    def _laid_out(self) -> list[tuple[str, QRect]]:
        """Visible pictures with their rectangles, from left to right."""
        ids = self._ids
        if not ids:
            return []
        held = min(self._current, len(ids) - 1)
        x = (self.width() - self._width(ids[held])) // 2
        found: list[tuple[str, QRect]] = []
        at, left = held, x
        while at < len(ids) and left < self.width():
            wide = self._width(ids[at])
            found.append((ids[at], QRect(left, TOP, wide, PICTURE)))
            at, left = at + 1, left + wide + GAP
        at, left = held - 1, x
        while at >= 0 and left > 0:
            left -= self._width(ids[at]) + GAP
            found.insert(0, (ids[at], QRect(left, TOP, self._width(ids[at]), PICTURE)))
            at -= 1
        return found

    def _width(self, id: str) -> int:
        picture = self._known(id)
        if picture is None or not picture.height:
            return PICTURE
        return min(max(round(PICTURE * picture.width / picture.height), NARROWEST), WIDEST)

    def _paint_cell(self, painter: QPainter, id: str, rect: QRect, *, current: bool) -> None:
        look, picture = theme(), self._known(id)
        verdict = self._verdicts.get(id, Verdict.NONE)
        if current:
            painter.setPen(QPen(look.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(-3, -3, 3, 3), 4, 4)
        if picture is None:
            painter.fillRect(rect, look.color("panel"))
            return
        painter.setOpacity(0.3 if verdict is Verdict.REJECT and not current else 1.0)
        pixmap = self._thumbnails.pixmap(id)
        if pixmap is None or pixmap.isNull():
            painter.fillRect(rect, screen_colours().colour(picture.colour))
        else:
            painter.drawPixmap(QRectF(rect), pixmap, QRectF(pixmap.rect()))
        painter.setOpacity(1.0)
        self._paint_mark(painter, picture, verdict, rect)

    def _paint_mark(
        self, painter: QPainter, picture: Picture, verdict: Verdict, rect: QRect
    ) -> None:
        look, dpr = theme(), self.devicePixelRatioF()
        icons = [("flag-filled", "text")] if verdict is Verdict.PICK else []
        icons += [("reject", "text3")] if verdict is Verdict.REJECT else []
        icons += [("star-filled", "star")] if picture.rating else []
        stars = number(picture.rating) if picture.rating else ""
        painter.setFont(look.font("micro"))
        words = painter.fontMetrics().horizontalAdvance(stars) + 2 if stars else 0
        x = rect.center().x() - (len(icons) * (MARK - 1) + words) // 2
        top, tall = rect.bottom() + 7, look.height(MARK)
        mirrored = self.isRightToLeft()
        for icon, role in icons:
            sign = QRect(x, top + (tall - MARK) // 2, MARK - 2, MARK - 2)
            sign = flipped(sign, rect) if mirrored else sign
            painter.drawPixmap(sign, look.pixmap(icon, role, MARK - 2, dpr))
            x += MARK - 1
        if stars:
            painter.setPen(look.color("text2"))
            box = QRect(x + 1, top - 2, words + 4, tall + 2)
            box = flipped(box, rect) if mirrored else box
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), stars)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.fillRect(event.rect(), theme().color("mat"))
        painter.fillRect(0, 0, self.width(), 1, theme().color("line"))
        self._asking.start()
        now = self._ids[self._current] if self._current < len(self._ids) else ""
        for id, rect in self.cells():
            self._paint_cell(painter, id, rect, current=id == now)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        for id, rect in self.cells():
            if event.button() == Qt.MouseButton.LeftButton and rect.contains(spot):
                self.chosen.emit(id)
                return

    @needs("_asking")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._asking.stop()
        self._thumbnails.request_thumbnails(())
