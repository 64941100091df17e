"""Columns beside the picture of a round: its facts at the left, the keys at the right."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.common.i18n import _, ngettext, number
from studio.domain.entities import CostBasis, Picture
from studio.domain.pick_round import RoundCounts
from studio.ui.style.theme import theme
from studio.ui.support import formatting, key_names, view_keys
from studio.ui.support.layout_direction import margins
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import ViewCommand
from studio.ui.views.canvas.plates import Plate
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.number_controls import Stars
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.text import ElidedLabel, KeyCap, Text

WIDTH = 300
RING = 38


class PictureColumn(QWidget):
    """Progress of the round, and facts of the picture.

    Signals:
        rated: the user chose stars (0 to 5).
    """

    rated = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(theme().panel(WIDTH))
        self._ring = _Ring(self)
        self._number = Text("", "display", "text", self)
        self._total = Text("", "display", "text2", self, weight=400)
        self._round = Text("", "small", "text3", self)
        self._title = ElidedLabel("", "title", "text", self, prose=True)
        self._prompt = ElidedLabel("", "body", "text2", self, prose=True, lines=6)
        self._facts = Text("", "small", "text3", self, wrap=True)
        self._stars = Stars(self)
        self._stars_said = Text("", "small", "text3", self)
        self._loading = Text("", "small", "text3", self)
        count = QHBoxLayout()
        count.setSpacing(6)
        count.addWidget(self._number)
        count.addWidget(self._total)
        count.addStretch(1)
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addLayout(count)
        said.addWidget(self._round)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._ring)
        head.addLayout(said, 1)
        stars = QHBoxLayout()
        stars.setSpacing(10)
        stars.addWidget(self._stars)
        stars.addWidget(self._stars_said)
        stars.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(margins(self, 24, 8, 16, 8))
        column.setSpacing(8)
        column.addLayout(head)
        column.addSpacing(28)
        column.addWidget(self._title)
        column.addWidget(self._prompt)
        column.addWidget(self._facts)
        column.addSpacing(12)
        column.addLayout(stars)
        column.addWidget(self._loading)
        column.addStretch(1)
        self._stars.changed.connect(self.rated)

    def show_counts(self, counts: RoundCounts) -> None:
        """Show the progress of the round."""
        shown = min(counts.number, counts.total)
        self._number.setText(number(shown))
        # Translators: after the number of the current picture, as in "37 of 200".
        self._total.setText(_("of {all}").format(all=number(counts.total)))
        self._ring.set_share((counts.picked + counts.rejected) / max(1, counts.total))

    def show_round_number(self, n: int) -> None:
        """Show the number of the round among successive ones of the same name."""
        # Translators: {n} is the number of the round, such as 2.
        self._round.setText(_("round {n}").format(n=number(n)))

    def show_picture(self, picture: Picture | None) -> None:
        """Show the facts of a picture; None while it is being read, or at the end."""
        for part in (self._stars, self._stars_said):
            part.setVisible(picture is not None)
        if picture is None:
            for text in (self._title, self._prompt, self._facts):
                text.setText("")
            return
        self._title.setText(picture.name)
        prompt = picture.source_prompt or picture.prompt
        self._prompt.setText("" if prompt == picture.name else prompt)
        facts = [picture.model, formatting.pixels(picture.width, picture.height)]
        if picture.cost_usd is not None and picture.cost_basis is not CostBasis.UNKNOWN:
            facts.append(formatting.cost(picture.cost_usd, picture.cost_basis)[0])
        self._facts.setText(" · ".join(fact for fact in facts if fact))
        self._stars.set_value(picture.rating)
        self._stars_said.setText(stars(picture.rating))

    def set_preview(self, *, preview: bool) -> None:
        """Show that the pixels are still being loaded."""
        self._loading.setText(_("preview") if preview else "")


class KeyColumn(QWidget):
    """The keys, the switch for advancing, and the picture at 100 %.

    Attributes:
        detail: the picture at 100 %.

    Signals:
        advance_chosen: whether a decision leads to the next picture.
    """

    advance_chosen = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(theme().panel(WIDTH))
        keys = QGridLayout()
        keys.setHorizontalSpacing(12)
        keys.setVerticalSpacing(9)
        keys.setColumnStretch(0, 1)
        for row, (key, does) in enumerate((key, does) for key, does in _keys() if key):
            keys.addWidget(KeyCap(key, self, large=True), row, 0, Qt.AlignmentFlag.AlignRight)
            keys.addWidget(Text(does, "small", "text2", self, wrap=True), row, 1)
        self.detail = PixelDetail(self)
        # Translators: {pick} and {reject} are keys.
        advance = _("Advance after {pick} or {reject}").format(
            pick=view_keys.cap(ViewCommand.PICK_PICK) or _("Pick"),
            reject=view_keys.cap(ViewCommand.PICK_REJECT) or _("Reject"),
        )
        self._advance = Switch(advance, self)
        self._advance.setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(margins(self, 16, 12, 24, 8))
        column.addLayout(keys)
        column.addSpacing(16)
        column.addWidget(self._advance, 0, Qt.AlignmentFlag.AlignRight)
        column.addStretch(1)
        key = view_keys.cap(ViewCommand.HELD_ACTUAL)
        shows = _("{key} shows 100 % at the pointer").format(key=key)
        self._hint = Text(shows if key else "", "small", "text3", self)
        column.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(self.detail, 0, Qt.AlignmentFlag.AlignRight)
        self._advance.changed.connect(self.advance_chosen)

    @needs("_hint")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        column = self.layout()
        if column is None:
            return
        # Large text leaves no room for the picture in a low window: Z shows it too.
        for part in (self._hint, self.detail):
            part.show()
        if column.totalMinimumHeightForWidth(self.width()) > self.height():
            for part in (self._hint, self.detail):
                part.hide()

    def set_advance(self, *, advance: bool) -> None:
        """Show whether a decision leads to the next picture."""
        self._advance.setChecked(advance)


class _Ring(QWidget):
    """Share of the round that is decided."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._share = 0.0
        self.setFixedSize(QSize(RING, RING))
        set_role(self, QAccessible.Role.ProgressBar)
        self.setAccessibleName(_("Decided"))
        theme().changed.connect(self.update)

    def set_share(self, share: float) -> None:
        """Show a share from 0 to 1."""
        self._share = share
        self.setAccessibleDescription(formatting.percent(share))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        painter.setPen(QPen(theme().color("press"), 4))
        painter.drawEllipse(box)
        painter.setPen(QPen(theme().color("accent"), 4))
        painter.drawArc(box, 90 * 16, -round(self._share * 360 * 16))


def stars(rating: int) -> str:
    """A rating in words; empty without one."""
    return ngettext("{n} star", "{n} stars", rating).format(n=number(rating)) if rating else ""


def _star_keys() -> str:
    """Keys for 1 to 5 stars: "1 – 5" unless the user chose others."""
    keys = view_keys.cap(*(command for command, stars in view_keys.STARS.items() if stars))
    return "1 – 5" if keys == "1 2 3 4 5" else keys


def _keys() -> list[tuple[str, str]]:
    return [
        (view_keys.cap(ViewCommand.PICK_PICK), _("pick, next")),
        (view_keys.cap(ViewCommand.PICK_REJECT), _("reject, next")),
        (_star_keys(), _("stars")),
        ("→", _("next, undecided")),
        (view_keys.cap(ViewCommand.PICK_UNDO), _("undo the last one")),
        (view_keys.cap(ViewCommand.HELD_ACTUAL), _("100 %, while held")),
        (view_keys.cap(ViewCommand.PICK_ORIGINAL), _("original, while held")),
        (key_names.cap(key_names.current("D")), _("compare with the original")),
        ("Enter", _("finish…")),
        ("Esc", _("exit, everything is saved")),
    ]


SIZE = QSize(200, 178)


class PixelDetail(QWidget):
    """Part of a plate, one pixel of the picture per device pixel."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._plate: Plate | None = None
        self._place = (0.5, 0.5)
        self.setFixedSize(SIZE)
        self.setAccessibleName(_("100 % at the pointer"))
        theme().changed.connect(self.update)

    def show_plate(self, plate: Plate | None) -> None:
        """Show this plate at the same place."""
        self._plate = plate
        self.update()

    def show_place(self, across: float, down: float) -> None:
        """Show the part around this place (shares of the picture's width and height)."""
        self._place = (min(max(across, 0.0), 1.0), min(max(down, 0.0), 1.0))
        self.update()

    def source(self) -> QRectF:
        """The part shown, in pixels of the picture; empty until its pixels are loaded."""
        plate = self._plate
        if plate is None or plate.raster is None or plate.trouble:
            return QRectF()
        image, dpr = plate.raster.levels[0], self.devicePixelRatioF()
        wide = min(self.width() * dpr, image.width())
        high = min(self.height() * dpr, image.height())
        left = min(max(self._place[0] * image.width() - wide / 2, 0), image.width() - wide)
        top = min(max(self._place[1] * image.height() - high / 2, 0), image.height() - high)
        return QRectF(round(left), round(top), wide, high)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        part = self.source()
        painter.fillRect(event.rect(), theme().color("mat"))
        if part.isEmpty() or self._plate is None or self._plate.raster is None:
            return
        dpr = self.devicePixelRatioF()
        wide, high = part.width() / dpr, part.height() / dpr
        target = QRectF((self.width() - wide) / 2, (self.height() - high) / 2, wide, high)
        painter.drawImage(target, self._plate.raster.levels[0], part)
