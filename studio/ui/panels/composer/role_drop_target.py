"""Drop zones over the composer's card: one for each role of a picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.domain.entities import Role
from studio.ui.style.theme import FontName, theme
from studio.ui.support.drop_area import Drag, DropCover, brings_pictures
from studio.ui.support.layout_direction import elided
from studio.ui.support.role_names import role_name

ROLES = (Role.EDIT, Role.SUBJECT, Role.STYLE, Role.PALETTE, Role.COMPOSITION, Role.FREE)
"""Roles in the order of their zones."""

_NARROWEST = 118
"""Minimum width of a zone in logical pixels; narrower zones are laid out in two rows."""

_GAP = 4
_SIDE = 6
_PADDING = 12


def zone_rects(size: QSizeF, least: float = _NARROWEST) -> list[QRectF]:
    """Zones in the order of `ROLES` that fill the size; in two rows if narrower than `least`."""
    rows = 1 if size.width() >= len(ROLES) * least else 2
    columns = len(ROLES) // rows
    width, height = size.width() / columns, size.height() / rows
    return [
        QRectF(place % columns * width, place // columns * height, width, height)
        for place in range(len(ROLES))
    ]


class RoleDropTarget(DropCover):
    """Overlay on the card during a drag over the window.

    Signals:
        dropped(object, object): the Role, and the DropContents.
    """

    dropped = Signal(object, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, brings_pictures)
        self._over: Role | None = None
        self.setAccessibleName(_("Use as reference"))
        self.area.dropped.connect(self.on_dropped)

    def role_at(self, place: QPointF) -> Role:
        """Role of a drop at this position; at an edge, that of the nearest zone."""
        distances = [
            (abs(zone.center().x() - place.x()), abs(zone.center().y() - place.y()))
            for zone in self.zones()
        ]
        nearest = min(range(len(ROLES)), key=lambda index: sum(distances[index]))
        return ROLES[nearest]

    def zones(self) -> list[QRectF]:
        """The zones in the order of `ROLES`, in two rows if their words need the width."""
        look = theme()
        title = QFontMetrics(look.font("title"))
        micro = QFontMetrics(look.font("micro"))
        texts = [max(title.horizontalAdvance(_name(role)), micro.horizontalAdvance(_effect(role)))
                 for role in ROLES]  # fmt: skip
        least = max(_NARROWEST, max(texts) + 2 * (_GAP + _SIDE))
        return zone_rects(QRectF(self.rect()).size(), least)

    def on_over(self, drag: Drag) -> None:
        """Highlight the zone under the pointer."""
        self._over = self.role_at(QPointF(drag.at))
        super().on_over(drag)

    def on_ended(self, gone: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        self._over = None
        super().on_ended(gone)

    def on_dropped(self, drag: Drag) -> None:
        self.dropped.emit(self.role_at(QPointF(drag.at)), drag.contents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("sunk"))
        painter.drawRoundedRect(box, 10, 10)
        for role, zone in zip(ROLES, self.zones(), strict=True):
            self._paint_zone(painter, role, zone.adjusted(_GAP, _GAP, -_GAP, -_GAP))
        self.paint_frame(painter, box.adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_zone(self, painter: QPainter, role: Role, zone: QRectF) -> None:
        look, chosen = theme(), role is self._over
        painter.setPen(look.color("accent" if chosen else "line2"))
        painter.setBrush(look.color("tint" if chosen else "raise"))
        painter.drawRoundedRect(zone.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        # At the bottom, where the dragged picture does not cover it.
        title, micro = look.line("title"), look.line("micro")
        padding = max(2.0, min(_PADDING, (zone.height() - title - micro) / 2))
        left, width = zone.left() + _SIDE, zone.width() - 2 * _SIDE
        bottom = zone.bottom() - padding
        effect = QRectF(left, bottom - micro, width, micro)
        name = QRectF(left, effect.top() - title, width, title)
        _draw_text(painter, name, _name(role), "title", "ink" if chosen else "text")
        _draw_text(painter, effect, _effect(role), "micro", "text2")


def _draw_text(painter: QPainter, rect: QRectF, text: str, font: FontName, role: str) -> None:
    painter.setFont(theme().font(font))
    painter.setPen(theme().color(role))
    shown = elided(painter.fontMetrics(), text, Qt.TextElideMode.ElideRight, int(rect.width()))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, shown)


def _name(role: Role) -> str:
    return _("Edit this") if role is Role.EDIT else role_name(role)


def _effect(role: Role) -> str:
    """Purpose of a picture in this role."""
    return {
        Role.EDIT: _("change the picture"),
        Role.SUBJECT: _("show this subject"),
        Role.STYLE: _("paint like this"),
        Role.PALETTE: _("use these colours"),
        Role.COMPOSITION: _("arrange like this"),
        Role.FREE: _("as the prompt says"),
    }[role]
