"""Drop zones over the composer's card: one for each role of a picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.domain.entities import Role
from studio.ui.style.theme import theme
from studio.ui.support.drop_area import Drag, DropCover, brings_pictures
from studio.ui.support.role_names import role_name

ROLES = (Role.EDIT, Role.SUBJECT, Role.STYLE, Role.PALETTE, Role.COMPOSITION, Role.FREE)
"""Roles in the order of their zones."""

_NARROWEST = 118
"""Logical pixels of a zone; below it, the zones take two rows."""

_GAP = 4
_PADDING = 12


def zone_rects(size: QSizeF) -> list[QRectF]:
    """The zones in the order of `ROLES`, over the whole size."""
    rows = 1 if size.width() >= len(ROLES) * _NARROWEST else 2
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
        """Role of a drop at this place; at an edge, that of the nearest zone."""
        distances = [
            (abs(zone.center().x() - place.x()), abs(zone.center().y() - place.y()))
            for zone in self._zones()
        ]
        nearest = min(range(len(ROLES)), key=lambda index: sum(distances[index]))
        return ROLES[nearest]

    def _zones(self) -> list[QRectF]:
        return zone_rects(QRectF(self.rect()).size())

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
        for role, zone in zip(ROLES, self._zones(), strict=True):
            self._paint_zone(painter, role, zone.adjusted(_GAP, _GAP, -_GAP, -_GAP))
        self.paint_frame(painter, box.adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_zone(self, painter: QPainter, role: Role, zone: QRectF) -> None:
        look, chosen = theme(), role is self._over
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("tint" if chosen else "raise"))
        painter.drawRoundedRect(zone, 8, 8)
        # At the bottom, where the dragged picture does not cover it.
        name, effect = (QRectF(zone) for _part in range(2))
        effect.setTop(zone.bottom() - _PADDING - look.line("micro"))
        effect.setHeight(look.line("micro"))
        name.setTop(effect.top() - look.line("title"))
        name.setHeight(look.line("title"))
        painter.setFont(look.font("title"))
        painter.setPen(look.color("ink" if chosen else "text"))
        words = _("Edit this") if role is Role.EDIT else role_name(role)
        painter.drawText(name, Qt.AlignmentFlag.AlignCenter, words)
        painter.setFont(look.font("micro"))
        painter.setPen(look.color("text2"))
        painter.drawText(effect, Qt.AlignmentFlag.AlignCenter, _effect(role))


def _effect(role: Role) -> str:
    """What a picture in this role is for."""
    return {
        Role.EDIT: _("change the picture"),
        Role.SUBJECT: _("show this thing"),
        Role.STYLE: _("paint like this"),
        Role.PALETTE: _("use these colours"),
        Role.COMPOSITION: _("arrange like this"),
        Role.FREE: _("as the prompt says"),
    }[role]
