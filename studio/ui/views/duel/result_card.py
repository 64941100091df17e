"""Card at the end of a duel: the order, and ways to keep it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _, listed, ngettext, number
from studio.domain.duel import Duel
from studio.domain.entities import Picture
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import elided, placed
from studio.ui.support.ports import LibraryProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.row_thumbnails import RowThumbnails
from studio.ui.views.duel import duel_words
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.steps_card import StepsCard

LAST = 4
"""Number of pictures of the last rounds that can be kept if only the best was sought."""

_ROW, _SIDE, _MOST_ROWS = 34, 28, 8
_STEPS = ("more", "stars", "collect", "flags", "again", "end")


def kept(duel: Duel) -> list[str]:
    """Ids of the pictures to offer for a collection: the best, or the last ones left."""
    if _keeps_last(duel):
        return duel.last(LAST)
    return [id for one in duel.order for id in one.pictures]


def _keeps_last(duel: Duel) -> bool:
    # If there are so few that all would be kept, only the best is of interest.
    return duel.definition.best == 1 and len(duel.present) > LAST


class ResultCard(StepsCard):
    """Offers to find "more" places, to keep "stars", "collect" or "flags", "again", or to "end"."""

    def __init__(
        self,
        library: LibraryProtocol,
        known: Callable[[str], Picture | None],
        parent: QWidget,
    ) -> None:
        """`known` returns a picture by its id; None until it is read."""
        self._order = _Order(library, known)
        super().__init__(_STEPS, parent, content=self._order)

    def open_for(self, duel: Duel, names: Callable[[str], str]) -> None:
        """Show the order so far."""
        self._order.show_duel(duel, names)
        self.open_with(duel_words.result(duel), _steps(duel))

    def renew(self, duel: Duel, names: Callable[[str], str]) -> None:
        """Show the names of pictures that have been read since the card opened."""
        self._order.show_duel(duel, names)


def _steps(duel: Duel) -> dict[str, str]:
    best, order = duel.definition.best, duel.order
    placed = sum(len(one.pictures) for one in order)
    steps: dict[str, str] = {}
    if duel.finished and placed:
        more = duel.with_best(placed + 1)
        if placed < len(duel.present) and not more.finished:
            # Translators: {n} is a place, {most} a number of comparisons.
            steps["more"] = ngettext(
                "Find place {n} too: {most} comparison",
                "Find place {n} too: {most} comparisons",
                more.to_come,
            ).format(n=number(placed + 1), most=number(more.to_come))
        steps["stars"] = (
            _("Give 5 stars to the first")
            if best == 1
            else _("Give 5 stars to the first, 4 to the second …")
        )
        n = len(kept(duel))
        words = (
            ngettext("Add the last one to a collection…", "Add the last {n} to a collection…", n)
            if _keeps_last(duel)
            else ngettext(
                "Add the best one to a collection…", "Add the best {n} to a collection…", n
            )
        )
        steps["collect"] = words.format(n=number(n))
        steps["flags"] = ngettext(
            "Pick only the best one", "Pick only the best {n}", placed
        ).format(n=number(placed))
    if len(duel.present) > 1 and duel.decisions:
        steps["again"] = _("Start over")
    steps["end"] = _("Close") if duel.finished else _("Delete this duel")
    return steps


class _Order(QWidget):
    """List of the places with their pictures."""

    def __init__(self, library: LibraryProtocol, known: Callable[[str], Picture | None]) -> None:
        super().__init__()
        self._known = known
        self._rows: list[tuple[str, str, str]] = []
        self._thumbnails = RowThumbnails(library, self)
        self._thumbnails.ready.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_role(self, QAccessible.Role.List)
        self.setAccessibleName(_("Ranking"))

    def show_duel(self, duel: Duel, names: Callable[[str], str]) -> None:
        """Show the places decided so far."""
        rows = [(number(one.number), id, names(id)) for one in duel.order for id in one.pictures]
        self._rows = rows[:_MOST_ROWS]
        self.setAccessibleDescription(listed(f"{place} {name}" for place, _id, name in rows))
        self.setFixedHeight(len(self._rows) * theme().height(_ROW))
        self.setVisible(bool(self._rows))
        self.update()

    @needs("_rows")
    def sizeHint(self) -> QSize:
        return QSize(theme().px(300), len(self._rows) * theme().height(_ROW))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        middle = Qt.AlignmentFlag.AlignVCenter
        row, begin = look.height(_ROW), look.px(24)
        for at, (place, id, name) in enumerate(self._rows):
            top = at * row
            painter.setFont(look.font("body", weight=600))
            painter.setPen(look.color("text2"))
            painter.drawText(placed(self, QRectF(0, top, begin, row)), middle, place)
            box = placed(self, QRectF(begin + 2, top + (row - _SIDE) / 2, _SIDE, _SIDE))
            pixmap = self._thumbnails.picture(id) if self._known(id) is not None else None
            if pixmap is None:
                painter.fillRect(box, look.color("sunk"))
            else:
                painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))
            painter.setFont(look.font("body", prose=True))
            painter.setPen(look.color("text"))
            left = begin + _SIDE + 12
            wide = self.width() - left
            shown = elided(painter.fontMetrics(), one_line(name), Qt.TextElideMode.ElideRight, wide)
            painter.drawText(placed(self, QRectF(left, top, wide, row)), middle, shown)
