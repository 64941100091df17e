"""Job of the drawing process: pages of a contact sheet, as PDF or PNG. Requests are as in
`decode_jobs`.

Texts are shaped and laid out by Qt, with the system's fonts as fallback for the program's own. The
process has no window and needs no display. Nothing is written: pages are returned with the answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QMarginsF,
    QPointF,
    QRectF,
    QSizeF,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
    QTextLayout,
    QTextOption,
)

from studio.common import paths
from studio.domain.contact_sheet import MISSING, PAPER, SheetBox, SheetText
from studio.imaging.page_drawing import PageDrawing, unpacked
from studio.imaging.worker_protocol import Job, Message

_POINTS: Final = 72.0
"""Points per inch."""

_PDF_DPI: Final = 600
"""Resolution of coordinates in a PDF; pictures keep their own pixels."""

_PNG_QUALITY: Final = 60
"""Compression of a PNG, which trades size for time; every value is lossless."""

_LEADING: Final = 1.35
_MOST_REPORTED: Final = 20


class DrawingFailed(Exception):
    """A page that cannot be drawn.

    Attributes:
        fault: key of the fault to report to the parent process; see worker_protocol.py.
    """

    def __init__(self, fault: str, details: str) -> None:
        super().__init__(details)
        self.fault = fault


@dataclass
class _PdfDocument:
    """A PDF whose pages are being drawn."""

    content: QByteArray
    buffer: QBuffer
    writer: QPdfWriter
    painter: QPainter

    def taken(self) -> bytes:
        """The bytes written since the last call."""
        found = bytes(self.content.data())
        self.content.clear()
        self.buffer.seek(0)
        return found


@dataclass
class _State:
    """State of the process between pages."""

    application: QGuiApplication | None = None
    family: str = ""
    document: _PdfDocument | None = None


_state: Final = _State()


@dataclass
class _Canvas:
    """Draws on one page.

    Attributes:
        factor: pixels of the device per point.
        missing: characters for which no font was found.
    """

    painter: QPainter
    device: QPaintDevice
    factor: float
    missing: set[str] = field(default_factory=set)

    def rectangle(self, box: SheetBox) -> QRectF:
        k = self.factor
        return QRectF(box.x * k, box.y * k, box.width * k, box.height * k)

    def draw_picture(self, box: SheetBox, data: bytes) -> None:
        """Draw a picture that fills a box; a grey box if it is unreadable."""
        where = self.rectangle(box)
        if not data:
            self.painter.fillRect(where, QColor(MISSING))
            return
        self.painter.drawImage(where, _image(data))

    def draw_logo(self, box: SheetBox, data: bytes) -> None:
        """Draw a logo as large as fits, at the right edge of a box."""
        image, where = _image(data), self.rectangle(box)
        factor = min(where.width() / image.width(), where.height() / image.height())
        size = QSizeF(image.width() * factor, image.height() * factor)
        corner = QPointF(where.right() - size.width(), where.top())
        self.painter.drawImage(QRectF(corner, size), image)

    def draw_text(self, text: SheetText) -> None:
        """Draw a text; the last line ends with an ellipsis if the text is too long."""
        where = self.rectangle(text.box)
        font = QFont(_state.family)
        font.setPixelSize(max(1, round(text.size * self.factor)))
        font.setWeight(QFont.Weight.DemiBold if text.bold else QFont.Weight.Normal)
        rtl = is_rtl(text.text)
        option = QTextOption()
        option.setTextDirection(
            Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight
        )
        side = Qt.AlignmentFlag.AlignRight if rtl or text.right else Qt.AlignmentFlag.AlignLeft
        if text.centred:
            side = Qt.AlignmentFlag.AlignHCenter
        option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.painter.setPen(QColor(text.colour))
        height = text.size * _LEADING * self.factor
        for number, line in enumerate(self._lines(text, font, option, where.width())):
            layout = self._laid_out(line, font, option, where.width())
            first = layout.lineAt(0)
            first.setPosition(QPointF(0, number * height + (height - first.height()) / 2))
            layout.draw(self.painter, where.topLeft())
            self._note_missing(line, layout)

    def _lines(
        self, text: SheetText, font: QFont, option: QTextOption, width: float
    ) -> Iterator[str]:
        """The lines of a text, the last one shortened."""
        # Qt counts in units of UTF-16.
        units = text.text.encode("utf-16-le", "replace")
        layout = QTextLayout(text.text, font, self.device)
        layout.setTextOption(option)
        layout.beginLayout()
        for number in range(text.lines):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            start, end = 2 * line.textStart(), 2 * (line.textStart() + line.textLength())
            if number < text.lines - 1 or end >= len(units):
                yield units[start:end].decode("utf-16-le", "replace").rstrip()
            else:
                rest = units[start:].decode("utf-16-le", "replace")
                metrics = QFontMetricsF(font, self.device)
                yield metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width)
        layout.endLayout()

    def _laid_out(self, line: str, font: QFont, option: QTextOption, width: float) -> QTextLayout:
        layout = QTextLayout(line, font, self.device)
        layout.setTextOption(option)
        layout.beginLayout()
        first = layout.createLine()
        first.setLineWidth(width)
        layout.endLayout()
        return layout

    def _note_missing(self, line: str, layout: QTextLayout) -> None:
        units = line.encode("utf-16-le", "replace")
        flags = QTextLayout.GlyphRunRetrievalFlag
        for run in layout.glyphRuns(
            -1, -1, flags.RetrieveGlyphIndexes | flags.RetrieveStringIndexes
        ):
            places = run.stringIndexes()
            for glyph, place in zip(run.glyphIndexes(), places, strict=False):
                if glyph == 0:
                    sign = units[2 * place : 2 * place + 4].decode("utf-16-le", "ignore")[:1]
                    if sign and unicodedata.category(sign)[0] not in "CMZ":
                        self.missing.add(sign)


def page(request: dict[str, Any]) -> Message:
    """One page; the body is that of `page_drawing.packed`.

    With "kind" "png", the answer is the page as PNG. With "pdf", it is the next piece of the
    document, whose pages are requested in order. "missing" has the characters without a font.
    """
    drawing, pictures, logo = unpacked(request["body"])
    _start()
    if request["kind"] == "png":
        return _png(drawing, pictures, logo)
    return _pdf(drawing, pictures, logo)


def is_rtl(text: str) -> bool:
    """Whether the first letter with a direction is written from right to left (UAX 9, P2)."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False


def _start() -> None:
    if _state.application is not None:
        return
    _state.application = QGuiApplication(["gridbrush"])
    families: list[str] = []
    for path in sorted((paths.resources() / "fonts").glob("*.ttf")):
        number = QFontDatabase.addApplicationFont(str(path))
        families += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    _state.family = families[0] if families else QFont().family()


def _image(data: bytes) -> QImage:
    image = QImage.fromData(data)
    if image.isNull():
        raise DrawingFailed("unreadable", "a picture that Qt cannot read")
    return image


def _draw(canvas: _Canvas, drawing: PageDrawing, pictures: list[bytes], logo: bytes) -> None:
    page = drawing.page
    canvas.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for box, data in zip(page.pictures, pictures, strict=True):
        canvas.draw_picture(box, data)
    if page.logo is not None and logo:
        canvas.draw_logo(page.logo, logo)
    for text in page.texts:
        canvas.draw_text(text)


def _answer(canvas: _Canvas) -> dict[str, Any]:
    return {"missing": "".join(sorted(canvas.missing)[:_MOST_REPORTED])}


def _png(drawing: PageDrawing, pictures: list[bytes], logo: bytes) -> Message:
    factor = drawing.dpi / _POINTS
    width, height = round(drawing.page.width * factor), round(drawing.page.height * factor)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    if image.isNull():
        raise MemoryError
    image.fill(QColor(PAPER))
    per_metre = round(drawing.dpi / 0.0254)
    image.setDotsPerMeterX(per_metre)
    image.setDotsPerMeterY(per_metre)
    painter = QPainter(image)
    canvas = _Canvas(painter, image, factor)
    try:
        _draw(canvas, drawing, pictures, logo)
    finally:
        painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG", _PNG_QUALITY):  # type: ignore[call-overload]
        raise MemoryError
    buffer.close()
    return _answer(canvas), bytes(content.data())


def _pdf(drawing: PageDrawing, pictures: list[bytes], logo: bytes) -> Message:
    if drawing.first:
        _state.document = _begun(drawing)
    document = _state.document
    if document is None:
        raise DrawingFailed("lost", "the process began in the middle of a document")
    if not drawing.first:
        document.writer.newPage()
    canvas = _Canvas(document.painter, document.writer, _PDF_DPI / _POINTS)
    try:
        _draw(canvas, drawing, pictures, logo)
    except Exception:
        _ended(document)
        raise
    if drawing.last:
        _ended(document)
    return _answer(canvas), document.taken()


def _begun(drawing: PageDrawing) -> _PdfDocument:
    if _state.document is not None:
        _ended(_state.document)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_PDF_DPI)
    writer.setTitle(drawing.title)
    writer.setCreator("Gridbrush")
    size = QSizeF(drawing.page.width, drawing.page.height)
    match = QPageSize.SizeMatchPolicy.ExactMatch
    writer.setPageSize(QPageSize(size, QPageSize.Unit.Point, "", match))
    writer.setPageMargins(QMarginsF())
    painter = QPainter()
    if not painter.begin(writer):
        raise DrawingFailed("unreadable", "a PDF that cannot be begun")
    return _PdfDocument(content, buffer, writer, painter)


def _ended(document: _PdfDocument) -> None:
    document.painter.end()
    _state.document = None


JOBS: dict[str, Job] = {"page": page}
