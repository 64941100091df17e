"""Readable shortcuts for this system: "Ctrl F", with symbols on a Mac."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from PySide6.QtGui import QKeySequence

_current: dict[str, str] = {}


def use(changed: Mapping[str, str]) -> None:
    """Set the shortcuts that the user chose in place of the defaults; "" for none."""
    _current.clear()
    _current.update(changed)


def current(usual: str) -> str:
    """Current shortcut of the action with this default; "" if it has none."""
    return _current.get(usual, usual)


def spoken(keys: str | QKeySequence) -> str:
    """Shortcut with plus signs, for tool tips and screen readers: "Ctrl+Shift+Z"."""
    sequence = QKeySequence(keys)
    text = str(sequence.toString(QKeySequence.SequenceFormat.NativeText))
    return text.replace("Return", "Enter")


def cap(keys: str | QKeySequence) -> str:
    """Shortcut for a key cap: "Ctrl Shift Z", "Ctrl +"."""
    text = spoken(keys)
    if sys.platform != "darwin" and len(text) > 1:
        text = text[:-1].replace("+", " ") + text[-1]
    return text
