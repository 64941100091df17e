"""Literal display of foreign texts in tool tips and buttons; descriptions and restyling."""

from __future__ import annotations

from typing import Protocol

from PySide6 import QtGui
from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from studio.common.terminal import harmless

_MOST_LINES = 24
"""Maximum number of lines in a tool tip."""

_NOTHING = " "
"""Description that hides the default one of a widget."""

_BY_TIP = "describedByTip"
"""Property of a widget: the description set by `set_tip`."""


class _Tipped(Protocol):
    def setToolTip(self, text: str, /) -> None: ...


_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def escaped(text: str) -> str:
    """A text as literal markup, like `html.escape`, which takes 0.3 MB of memory."""
    return text.translate(_ESCAPES)


def plain_tip(text: str) -> str:
    """Escape a text so that Qt shows it literally in a tool tip, even if it resembles markup.

    Characters that change the reading direction are removed: a name could reverse the text after
    it, such as a price. Empty lines, then the last ones, are dropped when there are more than fit
    on a screen.
    """
    if not text.isprintable():
        # Zero-width spaces mark break points in long paths.
        text = _few_lines("\u200b".join(map(harmless, text.split("\u200b"))))
    if not QtGui.Qt.mightBeRichText(text):
        return text
    markup = escaped(text)
    if text == " ".join(text.split()):
        return f"<span>{markup}</span>"
    # Preserve line breaks and spaces.
    return f'<p style="white-space:pre-wrap">{markup.replace(chr(10), "<br>")}</p>'


def _few_lines(text: str) -> str:
    if text.count("\n") < _MOST_LINES:
        return text
    lines = [line for line in text.split("\n") if line.strip()]
    return "\n".join(lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], "…"])


def set_tip(thing: _Tipped, text: str) -> None:
    """Set the tool tip of a widget or row; every tool tip is set here, through `plain_tip`.

    Screen readers read it, without the widget's name, as the description of a widget that has none
    of its own; so set the name first.
    """
    thing.setToolTip(plain_tip(text))
    if isinstance(thing, QWidget):
        _describe_by_tip(thing, text)


def with_key(name: str, key: str) -> str:
    """A name with its key, for a tool tip: "Fit (F)"; the name alone without one."""
    return f"{name} ({key})" if key else name


def describe(widget: QWidget, words: str) -> None:
    """Set the description that screen readers read after the name; "" for none.

    Without a description, Qt takes the tool tip or placeholder, which often repeats the name.
    """
    widget.setAccessibleDescription(words or _NOTHING)


def _describe_by_tip(widget: QWidget, tip: str) -> None:
    before = widget.accessibleDescription()
    if before and before != widget.property(_BY_TIP):
        return
    name = widget.accessibleName()
    if not name and isinstance(widget, QAbstractButton):
        name = widget.text()
    words = ""
    if name and tip == name:
        words = _NOTHING
    elif name and tip.startswith(f"{name} (") and tip.endswith(")"):
        words = tip[len(name) + 2 : -1]
    elif widget.toolTip() != tip:
        # The tool tip is markup, or has break points.
        words = harmless(tip.replace("\u200b", ""))
    if words != before:
        widget.setProperty(_BY_TIP, words)
        widget.setAccessibleDescription(words)


def set_words(button: QAbstractButton, text: str) -> None:
    """Set foreign text on a custom-painted button: & is not a mnemonic."""
    button.setText(text)
    button.setShortcut(QKeySequence())


def restyle(widget: QWidget) -> None:
    """Reapply the style sheet to a widget whose properties changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    # Update the frame's border, which otherwise keeps the size of the previous properties.
    QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))
    widget.update()
