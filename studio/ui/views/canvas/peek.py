"""A picture shown over a view while a key is held."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _
from studio.domain.entities import Picture
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import elided
from studio.ui.support.ports import LibraryProtocol, ScreenDecoderProtocol
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.plate_loader import PlateLoader
from studio.ui.views.canvas.viewport import Viewport

KEPT = 100_000_000  # bytes of pixels kept for another look
PAD, HIGH = 10, 24  # padding and height of the label with the name


class PicturePeek(QWidget):
    """Covers its parent with a fitted picture. It takes neither keys nor clicks.

    Attributes:
        picture: the picture shown; None while hidden.
    """

    def __init__(
        self, library: LibraryProtocol, decoder: ScreenDecoderProtocol, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self._room = parent
        self.canvas = PictureCanvas(self)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.canvas.overlays.append(self._paint_name)
        self._loader = PlateLoader(library, decoder, self, most_kept=KEPT)
        self._loader.changed.connect(self.canvas.refresh)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.hide()

    def show_picture(self, picture: Picture) -> None:
        """Show a picture over the view, until `end`."""
        self.picture = picture
        plate = self._loader.plate(picture)
        self.setGeometry(self._room.rect())
        self.canvas.show_plate(plate)
        self.canvas.setAccessibleName(self._name())
        self.show()
        self.raise_()
        self._loader.fill(plate, picture)

    def end(self) -> None:
        """Hide it, and cancel the loading."""
        self.picture = None
        self._loader.stop()
        self.hide()

    def _name(self) -> str:
        name = "" if self.picture is None else one_line(self.picture.name)
        # Translators: {name} is the picture of which the current one is an edit.
        return _("Original: {name}").format(name=name)

    def _paint_name(self, painter: QPainter, _view: Viewport) -> None:
        look, dpr = theme(), self.devicePixelRatioF()
        painter.save()
        painter.scale(dpr, dpr)
        painter.setFont(look.font("small"))
        wide = min(painter.fontMetrics().horizontalAdvance(self._name()) + 1, self.width() - 64)
        box = QRectF(QPointF(12, 10), QPointF(12 + wide + 2 * PAD, 10 + look.px(HIGH)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("chrome"))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(look.color("onchrome"))
        text = elided(painter.fontMetrics(), self._name(), Qt.TextElideMode.ElideRight, wide)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()
