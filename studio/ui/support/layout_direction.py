"""Left and right in the direction of the language: what begins at the left begins at the right."""

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
    """A rectangle as a mirror in the middle of another one shows it."""
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
    """Where something is painted that stands at `box` in a language written from the left.

    Also the other way: where a point of the widget is in what is laid out from the left.
    """
    if not widget.isRightToLeft():
        return box
    if isinstance(box, QPointF):
        return QPointF(widget.width() - box.x(), box.y())
    return flipped(box, widget.rect())


def aligned(anchor: QWidget, width: int, *, at_end: bool = False) -> int:
    """Left edge, from that of an anchor, of what opens above or below it and is so wide.

    Both begin where lines do; with `at_end`, both end where lines do.
    """
    return anchor.width() - width if anchor.isRightToLeft() is not at_end else 0


def margins(widget: QWidget, first: int, top: int, last: int, bottom: int) -> QMargins:
    """Margins of a layout or label: `first` where lines begin, `last` where they end.

    Layouts mirror what is in them, but not their margins.
    """
    left, right = (last, first) if widget.isRightToLeft() else (first, last)
    return QMargins(left, top, right, bottom)


def begin_mirrored(painter: QPainter, widget: QWidget) -> None:
    """Have what is painted on a widget from now on mirrored where its language is from the right.

    All but what `draw_text` and `draw_pixmap` paint: they turn only the place.
    """
    if widget.isRightToLeft():
        painter.translate(widget.width(), 0)
        painter.scale(-1, 1)


def draw_text(painter: QPainter, box: QRectF, flags: Qt.AlignmentFlag, text: str) -> None:
    """Paint a text that can be read in a box that may be mirrored; at the left is at the right."""
    with _readable(painter, box) as mirrored:
        if mirrored and not flags & (Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignRight):
            flags = flags & ~Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignRight
        painter.drawText(box, flags | Qt.AlignmentFlag.AlignAbsolute, text)


def draw_pixmap(painter: QPainter, box: QRectF, pixmap: QPixmap) -> None:
    """Paint a picture as it is in a box that may be mirrored."""
    with _readable(painter, box):
        painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))


@contextlib.contextmanager
def _readable(painter: QPainter, box: QRectF) -> Iterator[bool]:
    """A painter that mirrors nothing within a box; whether it did."""
    if painter.worldTransform().m11() >= 0:
        yield False
        return
    painter.save()
    painter.translate(2 * box.x() + box.width(), 0)
    painter.scale(-1, 1)
    yield True
    painter.restore()


def reading_key(widget: QWidget, key: int) -> Qt.Key:
    """An arrow key for the way it leads in reading: Right for what comes next."""
    pressed = Qt.Key(key)
    return _OPPOSITE.get(pressed, pressed) if widget.isRightToLeft() else pressed


def elided(
    metrics: QFontMetrics | QFontMetricsF, text: str, mode: Qt.TextElideMode, room: float
) -> str:
    """A text, with an ellipsis where it has no room; `room` in pixels.

    In a language written from the right the ellipsis of a Latin name stands at the name's own end.
    """
    if isinstance(metrics, QFontMetrics):
        shown = metrics.elidedText(text, mode, int(room))
    else:
        shown = metrics.elidedText(text, mode, room)
    return f"\u2068{shown}{_END}" if shown != text and i18n.right_to_left() else shown


def led(message: str) -> str:
    """A message whose direction is that of the language, though it begins with a Latin word."""
    if i18n.right_to_left():
        strong = (unicodedata.bidirectional(char) for char in _ISOLATES.sub("", message))
        directions = [one for one in strong if one in {"L", "R", "AL"}]
        if directions[:1] == ["L"] and {"R", "AL"}.intersection(directions):
            return f"\u200f{message}"
    return message


def as_keys(text: str) -> str:
    """Keys that read from the left in every language: "← →", "Ctrl ,".

    Words in a script from the right, such as "hold \\" in Arabic, stay as they are.
    """
    from_right = any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)
    return text if from_right else i18n.left_to_right(text)


def message_line(message: str) -> str:
    """A message for display, as `one_line`; in a language written from the right, names in it stay
    isolated from the text around them.

    Isolates that begin with U+2066 or U+2068 are kept where they are closed: they give no text
    another direction than it has.
    """
    if not i18n.right_to_left():
        return one_line(message)
    return "".join(
        f"{part[0]}{one_line(part[1:-1])}{_END}" if number % 2 else _between(part)
        for number, part in enumerate(_ISOLATES.split(message))
    )


def _between(part: str) -> str:
    """Text beside an isolate, with the spaces at its ends."""
    return one_line(part) if part.strip() else part if part.isspace() else ""
