"""Answers to messages and dialogs, and those of the desktop's services."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from studio.ui.support.gdbus import DBusTool
from studio.ui.widgets.message_bar import MessageBar

Answer = Callable[[Any], Awaitable[int]]
"""What answers a dialog: it gets the dialog and returns its result code."""

Answering = Callable[[Answer], None]
"""What the fixture `answering` is: it takes what answers all dialogs from now on."""


class AnsweringBus(DBusTool):
    """The tool for D-Bus, with answers of a test.

    Attributes:
        asked: the arguments of all calls.
    """

    def __init__(self, answer: Callable[[Sequence[str]], Awaitable[str]]) -> None:
        super().__init__()
        self.asked: list[Sequence[str]] = []
        self._answer = answer

    @property
    def is_there(self) -> bool:
        return True

    async def call(self, arguments: Sequence[str]) -> str:
        self.asked.append(arguments)
        return await self._answer(arguments)


def labels(bar: MessageBar) -> list[str]:
    """The words on the buttons of the notice in sight."""
    return [action.label for action in bar.notice.actions] if bar.notice is not None else []


def answer(bar: MessageBar, label: str) -> None:
    """Press the button with these words."""
    (bar.on_first, bar.on_second)[labels(bar).index(label)]()
