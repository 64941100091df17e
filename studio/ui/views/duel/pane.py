"""Pane of a duel: one picture over its caption."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.common.i18n import _, number
from studio.domain.entities import CostBasis, Picture
from studio.ui.style.theme import theme
from studio.ui.support import formatting
from studio.ui.support.layout_direction import placed
from studio.ui.support.ports import LibraryProtocol, ScreenDecoderProtocol
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.plate_loader import PlateLoader
from studio.ui.views.canvas.plates import Plate
from studio.ui.widgets.text import ElidedLabel, Text

KEPT = 200_000_000  # bytes of pixels kept per pane: two pictures of 4K
CAPTION = 30


class DuelPane(QWidget):
    """One of the two pictures.

    Attributes:
        canvas: shows the picture.
        picture: the picture; None until it is read.
    """

    def __init__(
        self, library: LibraryProtocol, decoder: ScreenDecoderProtocol, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self.canvas = PictureCanvas(self)
        self._loader = PlateLoader(library, decoder, self, most_kept=KEPT)
        self._loader.changed.connect(self.on_loaded)
        self._caption = _Caption(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self._caption)

    @property
    def caption_height(self) -> int:
        """Height of the line under the picture."""
        return self._caption.height()

    @property
    def prepared(self) -> list[str]:
        """Checksums of the pictures that can be shown at once."""
        return self._loader.prepared

    def show_picture(self, picture: Picture | None, *, beaten: str) -> None:
        """Show a picture; zoom and position stay. `beaten` lists the pictures it won against."""
        shown = self.canvas.plate
        self.picture = picture
        self._caption.show_picture(picture, beaten)
        if picture is None:
            self.canvas.show_plate(None)
        elif shown is None or shown.key != picture.id or bool(shown.trouble) != picture.missing:
            plate = self._loader.plate(picture)
            self.canvas.show_plate(plate, keep_view=True)
            self._loader.fill(plate, picture)
        self._tell_preview()

    def prepare(self, pictures: Sequence[Picture]) -> None:
        """Decode these pictures next, while nothing is being shown."""
        self._loader.prepare(pictures)

    def complete(self) -> None:
        """Load missing pixels, when shown again or on another monitor."""
        plate = self.canvas.plate
        if plate is not None and self.picture is not None and not self._loader.is_filled(plate):
            self._loader.fill(plate, self.picture)

    def release(self) -> None:
        """Free all pixels."""
        self.canvas.show_plate(None)
        self._loader.release()

    def on_loaded(self, plate: Plate) -> None:
        """Repaint a plate with new content."""
        self.canvas.refresh(plate)
        self._tell_preview()

    def _tell_preview(self) -> None:
        plate = self.canvas.plate
        waits = plate is not None and plate.raster is None and not plate.trouble
        self._caption.set_preview(preview=waits)


class _Caption(QWidget):
    """Name, stars, beaten pictures, and cost."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(theme().height(CAPTION))
        self._name = ElidedLabel("", "small", "text", self, weight=600, prose=True)
        self._stars = _StarCount(self)
        self._beaten = ElidedLabel("", "small", "text3", self, prose=True)
        self._preview = Text("", "small", "text3", self)
        self._cost = Text("", "small", "text3", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 10, 4)
        row.setSpacing(8)
        for part in (self._name, self._stars, self._beaten):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self._preview)
        row.addWidget(self._cost)

    def show_picture(self, picture: Picture | None, beaten: str) -> None:
        self._name.setText("" if picture is None else picture.name)
        self._stars.set_stars(0 if picture is None else picture.rating)
        self._beaten.setText(beaten)
        known = picture is not None and picture.cost_basis is not CostBasis.UNKNOWN
        cost = ""
        if picture is not None and known and picture.cost_usd is not None:
            cost = formatting.cost(picture.cost_usd, picture.cost_basis)[0]
        self._cost.setText(cost)

    def set_preview(self, *, preview: bool) -> None:
        self._preview.setText(_("preview") if preview else "")


class _StarCount(QWidget):
    """A star and a number; nothing without stars."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._stars = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme().changed.connect(self.update)
        self.hide()

    def set_stars(self, stars: int) -> None:
        self._stars = stars
        self.setVisible(stars > 0)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme().px(24), theme().height(16))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, look = QPainter(self), theme()
        top = (self.height() - 11) // 2
        star = look.pixmap("star-filled", "star", 11, self.devicePixelRatioF())
        painter.drawPixmap(placed(self, QRect(0, top, 11, 11)), star)
        painter.setFont(look.font("small"))
        painter.setPen(look.color("text2"))
        box = QRectF(14, 0, self.width() - 14, self.height())
        painter.drawText(placed(self, box), Qt.AlignmentFlag.AlignVCenter, number(self._stars))
