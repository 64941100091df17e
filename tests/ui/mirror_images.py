"""What a window looks like, in a form that can be compared with its mirror image.

Places of widgets, and pictures of what is painted by hand, in which each text and each icon is a
plain box: glyphs and icons are not mirrored, their places are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageChops
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QIcon,
    QImage,
    QPainter,
    QPen,
    QPixmap,
    QRegion,
    QTextLayout,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QRadioButton,
    QTextEdit,
    QToolButton,
    QWidget,
)

from studio.ui.support.screen_colours import ScreenColours
from studio.ui.widgets.buttons import PaintedRadio
from tests.ui.clipping import in_sight

BOX = QColor("#808080")

BY_QT = (
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QRadioButton,
    QTextEdit,
    QToolButton,
)
"""Painted by Qt, which mirrors them, or by it with something of ours on top."""

SLACK = 2
"""Pixels that a line of text may begin elsewhere: fractions of its width are rounded."""

ALIKE = 8
"""Levels of grey that are taken for the same."""


def places(root: QWidget) -> dict[str, QRect]:
    """Where each visible widget is in a window, by its path."""
    found: dict[str, QRect] = {}
    for path, widget in walked(root):
        found[path] = QRect(widget.mapTo(root, QPoint()), widget.size())
    return found


def paintings(root: QWidget, patch: pytest.MonkeyPatch) -> dict[str, QImage]:
    """What each visible widget with a painting of its own shows, in boxes, by its path."""
    found: dict[str, QImage] = {}
    with patch.context() as boxed:
        paint_boxes(boxed)
        for path, widget in walked(root):
            if is_painted_here(widget):
                found[path] = painted(widget)
    return found


def painted(widget: QWidget) -> QImage:
    """What a widget paints by itself, without what is in it."""
    target = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
    image = QImage(target.size(), QImage.Format.Format_RGB32)
    image.fill(0)
    # Only what a mask leaves is rendered, from the point that is given.
    corner = target.mask().boundingRect().topLeft()
    target.render(image, corner, QRegion(), QWidget.RenderFlag(0))
    return image


def unlike(image: QImage, mirrored: QImage) -> int:
    """Number of pixels by which a picture differs from the mirror image of another one.

    Of pixels that only lie `SLACK` pixels aside, nothing is said.
    """
    if image.size() != mirrored.size():
        return image.width() * image.height()
    turned = mirrored.flipped(Qt.Orientation.Horizontal)
    if image == turned:
        return 0
    first, second = _levels(image), _levels(turned)
    return max(_missing(first, second), _missing(second, first))


def _levels(image: QImage) -> Image.Image:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    size = grey.width(), grey.height()
    return Image.frombytes("L", size, bytes(grey.constBits()), "raw", "L", grey.bytesPerLine(), 1)


def _missing(wanted: Image.Image, there: Image.Image) -> int:
    """Pixels of one picture that the other one has nowhere near in the same line."""
    darkest, lightest = there, there
    for aside in range(-SLACK, SLACK + 1):
        darkest = ImageChops.darker(darkest, _moved(there, aside, beyond=255))
        lightest = ImageChops.lighter(lightest, _moved(there, aside, beyond=0))
    # No pixel is both: what is cut off at 0 is counted once.
    too_light, too_dark = (
        ImageChops.subtract(*pair) for pair in ((darkest, wanted), (wanted, lightest))
    )
    return sum(sum(one.histogram()[ALIKE + 1 :]) for one in (too_light, too_dark))


def _moved(picture: Image.Image, aside: int, *, beyond: int) -> Image.Image:
    """A picture moved aside, with this level where nothing of it is left."""
    made = Image.new("L", picture.size, beyond)
    made.paste(picture, (aside, 0))
    return made


def walked(root: QWidget) -> Iterator[tuple[str, QWidget]]:
    """Visible widgets with their paths: classes, each with its number among its kind."""
    names = {root: type(root).__name__}
    counts: dict[tuple[QWidget, str], int] = {}
    for widget in in_sight(root):
        if widget is root:
            yield names[root], root
            continue
        parent, kind = widget.parentWidget(), type(widget).__name__
        assert parent is not None
        if parent not in names or widget.isWindow():
            continue
        number = counts[parent, kind] = counts.get((parent, kind), 0) + 1
        names[widget] = f"{names[parent]}/{kind}{number}"
        yield names[widget], widget


def is_painted_here(widget: QWidget) -> bool:
    """Whether the program paints a widget, or the rows of a list, by hand."""
    by_qt = isinstance(widget, BY_QT) and not isinstance(widget, PaintedRadio)
    if by_qt or widget.size().isEmpty():
        return False
    if isinstance(widget, QAbstractItemView) and _ours(type(widget.itemDelegate()), "paint"):
        return True
    return _ours(type(widget), "paintEvent")


def _ours(kind: type, name: str) -> bool:
    owner = next((one for one in kind.__mro__ if name in vars(one)), None)
    return owner is not None and owner.__module__.startswith("studio.")


def paint_boxes(patch: pytest.MonkeyPatch) -> None:
    """Until the end of the patch, painters fill the places of texts, icons and pictures."""
    bounds = QPainter.boundingRect

    def draw_text(painter: QPainter, *told: Any) -> None:
        first = told[0]
        if isinstance(first, (QRect, QRectF)):
            flags, text = told[1:3]
            if isinstance(flags, str):
                flags, text = text.alignment(), flags
            box = QRectF(bounds(painter, QRectF(first), int(flags), text))
        else:
            at = QPointF(first) if isinstance(first, (QPoint, QPointF)) else QPointF(*told[:2])
            metrics = QFontMetricsF(painter.font())
            text = str(told[-1])
            box = QRectF(at, QSizeF(metrics.horizontalAdvance(text), metrics.ascent()))
            box.moveBottom(at.y())
        if text.strip():
            painter.fillRect(box, painter.pen().color())

    def draw_lines(lines: QTextLayout, painter: QPainter, at: QPointF, *_more: Any) -> None:
        for n in range(lines.lineCount()):
            box = lines.lineAt(n).naturalTextRect().translated(at)
            painter.fillRect(box, painter.pen().color())

    def draw_picture(painter: QPainter, *told: Any) -> None:
        painter.fillRect(_target(*told), BOX)

    def paint_icon(icon: QIcon, painter: QPainter, *told: Any) -> None:
        if not icon.isNull():
            painter.fillRect(_target(*told), BOX)

    patch.setattr(QPainter, "drawText", draw_text)
    patch.setattr(QTextLayout, "draw", draw_lines)
    patch.setattr(QPainter, "drawPixmap", draw_picture)
    patch.setattr(QPainter, "drawImage", draw_picture)
    patch.setattr(QIcon, "paint", paint_icon)
    # A thumbnail that is not loaded yet is the same box.
    patch.setattr(ScreenColours, "colour", lambda _colours, _packed: QColor(BOX))
    # Dashes begin at the left of an outline in both directions.
    patch.setattr(QPen, "setDashPattern", lambda *_told: None)


def _target(*told: Any) -> QRectF:
    """Where a picture goes that is painted with these arguments."""
    first = told[0]
    if isinstance(first, (QRect, QRectF)):
        return QRectF(first)
    if isinstance(first, (QPoint, QPointF)):
        return QRectF(QPointF(first), _size(told[1]))
    if isinstance(told[2], (QPixmap, QImage)):
        return QRectF(QPointF(*told[:2]), _size(told[2]))
    return QRectF(*told[:4])


def _size(picture: QPixmap | QImage) -> QSizeF:
    return QSizeF(picture.size()) / picture.devicePixelRatio()
