"""Shortcuts as people read them on this system: "Ctrl F", on a Mac with its signs."""

from __future__ import annotations

import sys

from PySide6.QtGui import QKeySequence


def spoken(keys: str | QKeySequence) -> str:
    """The shortcut with plus signs, for tool tips and screen readers: "Ctrl+Shift+Z"."""
    sequence = QKeySequence(keys)
    text = str(sequence.toString(QKeySequence.SequenceFormat.NativeText))
    return text.replace("Return", "Enter")


def cap(keys: str | QKeySequence) -> str:
    """The shortcut as a key cap has it: "Ctrl Shift Z", "Ctrl +"."""
    text = spoken(keys)
    if sys.platform != "darwin" and len(text) > 1:
        text = text[:-1].replace("+", " ") + text[-1]
    return text
