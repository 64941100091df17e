"""Mirroring of painting, popups, margins and texts in right-to-left languages."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterator
from typing import overload

from PySide6.QtCore import QMargins, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from studio.common import i18n
from studio.common.display_text import one_line

_END = "\u2069"
_ISOLATES = re.compile("([\u2066\u2068][^\u2066-\u2069]*\u2069)")
_OPPOSITE = {Qt.Key.Key_Left: Qt.Key.Key_Right, Qt.Key.Key_Right: Qt.Key.Key_Left}


@overload
def flipped(box: QRect, within: QRect) -> QRect: ...
@overload
def flipped(box: QRectF, within: QRect | QRectF) -> QRectF: ...
def flipped(box: QRect | QRectF, within: QRect | QRectF) -> QRect | QRectF:
    """A rectangle mirrored about the vertical centre line of `within`."""
    if isinstance(box, QRect) and isinstance(within, QRect):
        return box.translated(within.left() + within.right() - box.left() - box.right(), 0)
    around = QRectF(within)
    return QRectF(box).translated(2 * around.x() + around.width() - 2 * box.x() - box.width(), 0)


@overload
def placed(widget: QWidget, box: QRect) -> QRect: ...
@overload
def placed(widget: QWidget, box: QRectF) -> QRectF: ...
@overload
def placed(widget: QWidget, box: QPointF) -> QPointF: ...
def placed(widget: QWidget, box: QRect | QRectF | QPointF) -> QRect | QRectF | QPointF:
    """Position on the widget of a box or point of a left-to-right layout, mirrored if needed.

    It is its own inverse: it also converts a point on the widget to one in the layout.
    """
    if not widget.isRightToLeft():
        return box
    if isinstance(box, QPointF):
        return QPointF(widget.width() - box.x(), box.y())
    return flipped(box, widget.rect())


def aligned(anchor: QWidget, width: int, *, at_end: bool = False) -> int:
    """Left edge, relative to the anchor, of a popup of this width above or below it.

    The leading edges of both are aligned; with `at_end`, the trailing edges.
    """
    return anchor.width() - width if anchor.isRightToLeft() is not at_end else 0


def margins(widget: QWidget, first: int, top: int, last: int, bottom: int) -> QMargins:
    """Margins of a layout or label: `first` on the leading side, `last` on the trailing side.

    Layouts mirror their contents, but not their margins.
    """
    left, right = (last, first) if widget.isRightToLeft() else (first, last)
    return QMargins(left, top, right, bottom)


def begin_mirrored(painter: QPainter, widget: QWidget) -> None:
    """Mirror everything painted on a right-to-left widget from now on.

    `draw_text` and `draw_pixmap` mirror only the position, not the contents.
    """
    if widget.isRightToLeft():
        painter.translate(widget.width(), 0)
        painter.scale(-1, 1)


def draw_text(painter: QPainter, box: QRectF, flags: Qt.AlignmentFlag, text: str) -> None:
    """Paint readable text in a box that may be mirrored; left alignment then becomes right."""
    with _readable(painter, box) as mirrored:
        if mirrored and not flags & (Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignRight):
            flags = flags & ~Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignRight
        painter.drawText(box, flags | Qt.AlignmentFlag.AlignAbsolute, text)


def draw_pixmap(painter: QPainter, box: QRectF, pixmap: QPixmap) -> None:
    """Paint an unmirrored picture in a box that may be mirrored."""
    with _readable(painter, box):
        painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))


@contextlib.contextmanager
def _readable(painter: QPainter, box: QRectF) -> Iterator[bool]:
    """Suspend the mirroring within a box; yields whether there was any."""
    if painter.worldTransform().m11() >= 0:
        yield False
        return
    painter.save()
    painter.translate(2 * box.x() + box.width(), 0)
    painter.scale(-1, 1)
    yield True
    painter.restore()


def reading_key(widget: QWidget, key: int) -> Qt.Key:
    """An arrow key by reading direction: Right leads to the next item in every language."""
    pressed = Qt.Key(key)
    return _OPPOSITE.get(pressed, pressed) if widget.isRightToLeft() else pressed


def elided(
    metrics: QFontMetrics | QFontMetricsF, text: str, mode: Qt.TextElideMode, room: float
) -> str:
    """A text, elided if it is wider than `room` pixels.

    In right-to-left languages the ellipsis of a Latin name is at the end of the name.
    """
    if isinstance(metrics, QFontMetrics):
        shown = metrics.elidedText(text, mode, int(room))
    else:
        shown = metrics.elidedText(text, mode, room)
    return f"\u2068{shown}{_END}" if shown != text and i18n.right_to_left() else shown


def led(message: str) -> str:
    """A message in the direction of the language, even if it begins with a Latin word."""
    if i18n.right_to_left():
        strong = (unicodedata.bidirectional(char) for char in _ISOLATES.sub("", message))
        directions = [one for one in strong if one in {"L", "R", "AL"}]
        if directions[:1] == ["L"] and {"R", "AL"}.intersection(directions):
            return f"\u200f{message}"
    return message


def as_keys(text: str) -> str:
    """Keys that read from left to right in every language: "← →", "Ctrl ,".

    Words in a right-to-left script, such as "hold \\" in Arabic, are unchanged.
    """
    from_right = any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)
    return text if from_right else i18n.left_to_right(text)


def message_line(message: str) -> str:
    """A message for display, like `one_line`; in right-to-left languages its names stay isolated.

    Closed isolates that begin with U+2066 or U+2068 are kept: they cannot override the direction
    of any text.
    """
    if not i18n.right_to_left():
        return one_line(message)
    return "".join(
        f"{part[0]}{one_line(part[1:-1])}{_END}" if number % 2 else _between(part)
        for number, part in enumerate(_ISOLATES.split(message))
    )


def _between(part: str) -> str:
    """Text between isolates as one line; if blank, unchanged."""
    return one_line(part) if part.strip() else part if part.isspace() else ""
