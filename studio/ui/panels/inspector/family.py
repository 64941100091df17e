"""Family strip of a picture: ancestors, itself, descendants."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.common.i18n import _, number
from studio.domain.entities import Picture
from studio.library.query import Family
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import placed
from studio.ui.support.qt_overrides import needs
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.thumbnail_cache import ThumbnailCache, ThumbnailRequest
from studio.ui.widgets.plain_text import set_tip

SIDE = 38
RING = 4  # pixels around the current picture, for its ring
CHEVRON = 12
GAP = 4
BETWEEN = 3  # pixels between siblings, which are closer together
MORE = 36
RADIUS = 4


@dataclass(frozen=True, slots=True)
class FamilyPosition:
    """Position of a family member, or, without a picture, of the count of hidden members."""

    rect: QRect
    picture: Picture | None
    text: str = ""


class FamilyStrip(QWidget):
    """Row of thumbnails; those that do not fit are counted.

    Signals:
        selected: id of the clicked picture.
    """

    selected = Signal(str)

    def __init__(self, thumbnails: ThumbnailCache, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._family: Family | None = None
        self._focus = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(SIDE + 2 * RING)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Family"))
        thumbnails.ready.connect(self.on_thumbnail)
        theme().changed.connect(self.update)

    def set_family(self, family: Family | None) -> None:
        """Show a family; None for none."""
        self._family = family
        self._focus = -1
        if family is not None:
            self.setAccessibleDescription(
                _("{above} earlier, {below} derived").format(
                    above=number(len(family.ancestors)), below=number(len(family.children))
                )
            )
        self.update()

    def on_thumbnail(self, _picture: str) -> None:
        self.update()

    def wishes(self) -> list[ThumbnailRequest]:
        """Thumbnails it needs now."""
        side = round(SIDE * self.devicePixelRatioF())
        found = []
        for place in self.places():
            picture = place.picture
            if picture is not None and picture.width and picture.height:
                scale = side / min(picture.width, picture.height)
                size = QSize(round(picture.width * scale), round(picture.height * scale))
                found.append(ThumbnailRequest(picture, size, 0))
        return found

    def places(self) -> list[FamilyPosition]:
        """Visible positions, mirrored in right-to-left languages."""
        return [replace(place, rect=placed(self, place.rect)) for place in self._places()]

    def _places(self) -> list[FamilyPosition]:
        """Visible positions, laid out from left to right."""
        family = self._family
        if family is None:
            return []
        above, below = list(family.ancestors), list(family.children)
        room = self.width() - SIDE - 2 * RING
        # The parent and the first child have priority over further members of either side.
        up, down = min(1, len(above)), min(1, len(below))
        while True:
            steps = [(up + 1, down), (up, down + 1)]
            if down <= up:
                steps.reverse()
            for more_up, more_down in steps:
                there = more_up <= len(above) and more_down <= len(below)
                if there and _taken(len(above), len(below), more_up, more_down) <= room:
                    up, down = more_up, more_down
                    break
            else:
                return self._laid_out(above, below, up, down)

    def _laid_out(
        self, above: list[Picture], below: list[Picture], shown_above: int, shown_below: int
    ) -> list[FamilyPosition]:
        places: list[FamilyPosition] = []
        x, y = 0, RING
        assert self._family is not None
        if hidden := len(above) - shown_above:
            places.append(FamilyPosition(QRect(x, y, MORE - GAP, SIDE), None, f"+ {hidden}"))
            x += MORE
        for picture in above[len(above) - shown_above :]:
            places.append(FamilyPosition(QRect(x, y, SIDE, SIDE), picture))
            x += SIDE + CHEVRON + 2 * GAP
        x += RING
        places.append(FamilyPosition(QRect(x, y, SIDE, SIDE), self._family.picture))
        x += SIDE + RING
        if below:
            x += CHEVRON + 2 * GAP
        for picture in below[:shown_below]:
            places.append(FamilyPosition(QRect(x, y, SIDE, SIDE), picture))
            x += SIDE + BETWEEN
        if hidden := len(below) - shown_below:
            places.append(FamilyPosition(QRect(x, y, MORE - GAP, SIDE), None, f"+ {hidden}"))
        return places

    def _choose(self, place: FamilyPosition) -> None:
        family = self._family
        if family is None:
            return
        if place.picture is not None and place.picture.id != family.picture.id:
            self.selected.emit(place.picture.id)
        elif place.picture is None:
            # The hidden rest of a side: select its nearest member.
            shown = {p.picture.id for p in self.places() if p.picture}
            first = placed(self, place.rect).x() == 0
            side = family.ancestors[::-1] if first else family.children
            hidden = next((picture for picture in side if picture.id not in shown), None)
            if hidden is not None:
                self.selected.emit(hidden.id)

    def _paint(self, painter: QPainter, place: FamilyPosition) -> None:
        look, rect = theme(), place.rect
        if place.picture is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("raise"))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
            painter.setPen(look.color("text2"))
            painter.setFont(look.font("small"))
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), place.text)
            return
        pixmap = self._thumbnails.pixmap(place.picture.id)
        if pixmap is None or pixmap.isNull():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(screen_colours().colour(place.picture.colour))
            painter.drawRoundedRect(rect, 2, 2)
        else:
            side = min(pixmap.width(), pixmap.height())
            left, top = (pixmap.width() - side) / 2, (pixmap.height() - side) / 2
            painter.drawPixmap(QRectF(rect), pixmap, QRectF(left, top, side, side))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(look.color("hairline"), 1))
        painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5))
        if self._family is not None and place.picture.id == self._family.picture.id:
            painter.setPen(QPen(look.color("accent"), 2))
            painter.drawRoundedRect(QRectF(rect).adjusted(-3, -3, 3, 3), 6, 6)

    # --- Qt -------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        family, look = self._family, theme()
        if family is None:
            return
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        places = self.places()
        chevron = look.pixmap("right", "text3", CHEVRON, self.devicePixelRatioF())
        middle = RING + (SIDE - CHEVRON) // 2
        passed = False
        for at, place in enumerate(places):
            self._paint(painter, place)
            current = place.picture is not None and place.picture.id == family.picture.id
            passed = passed or current
            if place.picture is not None and (not passed or (current and family.children)):
                ring = RING if current else 0
                left = placed(self, place.rect).right() + 1 + ring + GAP
                sign = placed(self, QRect(left, middle, CHEVRON, CHEVRON))
                painter.drawPixmap(sign.topLeft(), chevron)
            if at == self._focus and self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(look.color("focus"), 1))
                painter.drawRoundedRect(QRectF(place.rect).adjusted(1.5, 1.5, -1.5, -1.5), 3, 3)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for place in self.places():
            if place.rect.contains(event.position().toPoint()):
                self._choose(place)
                return

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        over = next((place for place in self.places() if place.rect.contains(spot)), None)
        set_tip(self, over.picture.name if over and over.picture else "")
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        places = self.places()
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and places:
            way = 1 if event.key() == Qt.Key.Key_Right else -1
            self._focus = min(max(self._focus + way, 0), len(places) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if 0 <= self._focus < len(places):
                self._choose(places[self._focus])
        else:
            super().keyPressEvent(event)

    @needs("_focus")
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        places = self.places()
        current = self._family.picture.id if self._family else ""
        self._focus = next(
            (at for at, p in enumerate(places) if p.picture and p.picture.id == current), 0
        )
        self.update()


def _taken(above: int, below: int, up: int, down: int) -> int:
    """Width in pixels of this many pictures on each side of the current one."""
    taken = up * (SIDE + CHEVRON + 2 * GAP) + (MORE if up < above else 0)
    if below:
        taken += CHEVRON + 2 * GAP + down * (SIDE + BETWEEN) + (MORE if down < below else 0)
    return taken
