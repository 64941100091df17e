"""Pressing the buttons of a message."""

from __future__ import annotations

from studio.ui.widgets.message_bar import MessageBar


def labels(bar: MessageBar) -> list[str]:
    """The words on the buttons of the notice in sight."""
    return [action.label for action in bar.notice.actions] if bar.notice is not None else []


def answer(bar: MessageBar, label: str) -> None:
    """Press the button with these words."""
    (bar.on_first, bar.on_second)[labels(bar).index(label)]()
