"""Preview of the first page of a contact sheet: pictures as their colours, texts as lines."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.common.errors import InputError
from studio.common.i18n import _
from studio.domain.contact_sheet import (
    MISSING,
    PAPER,
    ContactSheet,
    SheetBox,
    SheetItem,
    SheetLayout,
    SheetPage,
)
from studio.domain.entities import Picture
from studio.ui.style.theme import theme

_SHARE = 0.72
"""Height of the line that represents a text, as a share of its box."""


class SheetPreview(QWidget):
    """The first page, as large as fits."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pictures: tuple[Picture, ...] = ()
        self._page: SheetPage | None = None
        self._trouble = ""
        self.setAccessibleName(_("Preview of the first page"))

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Set the pictures of the first page; `show_sheet` shows them."""
        self._pictures = tuple(pictures)

    def show_sheet(self, sheet: ContactSheet, count: int, *, logo: bool) -> None:
        """Show the first page of a sheet of `count` pictures."""
        shown = self._pictures[: sheet.each]
        items = [
            SheetItem(
                width=one.width,
                height=one.height,
                texts=tuple((caption, "…") for caption in sheet.captions),
            )
            for one in shown
        ]
        self._page, self._trouble = None, ""
        try:
            self._page = SheetLayout(sheet).page(1, sheet.page_count(count), items, logo=logo)
        except InputError as error:
            self._trouble = error.title
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, 400)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._page is None:
            painter.setPen(theme().color("text3"))
            painter.setFont(theme().font("small"))
            where = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()), where, self._trouble)
        else:
            self._paint_page(painter, self._page)
        painter.end()

    def _paint_page(self, painter: QPainter, page: SheetPage) -> None:
        factor = min((self.width() - 2) / page.width, (self.height() - 2) / page.height)
        left, top = (self.width() - page.width * factor) / 2, 1.0

        def at(box: SheetBox) -> QRectF:
            return QRectF(
                left + box.x * factor,
                top + box.y * factor,
                box.width * factor,
                box.height * factor,
            )

        whole = at(SheetBox(0, 0, page.width, page.height))
        painter.fillRect(whole, QColor(PAPER))
        painter.setPen(QPen(theme().color("line"), 1))
        painter.drawRect(whole)
        for box, picture in zip(page.pictures, self._pictures, strict=False):
            painter.fillRect(at(box), QColor(picture.colour))
        if page.logo is not None:
            painter.fillRect(at(page.logo), QColor(MISSING))
        for text in page.texts:
            place = at(text.box)
            line = place.height() / max(1, text.lines)
            wide = place.width() * (_SHARE if text.lines == 1 else 1.0)
            if text.right:
                wide = place.width() / 12
                place.setLeft(place.right() - wide)
            colour = QColor(text.colour)
            colour.setAlphaF(0.45 if text.bold else 0.25)
            for number in range(text.lines):
                last = number == text.lines - 1 and text.lines > 1
                bar = QRectF(
                    place.left(),
                    place.top() + number * line + line * 0.25,
                    wide * (_SHARE if last else 1.0),
                    max(1.0, line * 0.45),
                )
                painter.fillRect(bar, colour)
