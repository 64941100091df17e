"""Left and right in the direction of the language: what begins at the left begins at the right."""

from __future__ import annotations

import re
from typing import overload

from PySide6.QtCore import QRect, QRectF, Qt
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
def placed(widget: QWidget, box: QRect | QRectF) -> QRect | QRectF:
    """Where something is painted that stands at `box` in a language written from the left."""
    return flipped(box, widget.rect()) if widget.isRightToLeft() else box


def reading_key(widget: QWidget, key: int) -> Qt.Key:
    """An arrow key for the way it leads in reading: Right for what comes next."""
    pressed = Qt.Key(key)
    return _OPPOSITE.get(pressed, pressed) if widget.isRightToLeft() else pressed


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
