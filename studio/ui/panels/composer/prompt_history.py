"""Prompts of the library come back: Alt+Up and Alt+Down walk through them, a list shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from studio.ui.panels.composer.history_popup import HistoryPopup
from studio.ui.support.tasks import spawn

if TYPE_CHECKING:
    from studio.library.facade import Library


class PromptHistoryCursor(QObject):
    """Where the walk is. What was written before it began waits at its end.

    Signals:
        walked(object): the prompt that is shown next on the walk.
        chosen(object): a prompt was taken from the list.
        forget_wanted(object): a prompt shall be deleted for good.
    """

    walked = Signal(object)
    chosen = Signal(object)
    forget_wanted = Signal(object)

    def __init__(self, library: Library, parent: QWidget) -> None:
        super().__init__(parent)
        self._library = library
        self._parent = parent
        self._prompts: tuple[str, ...] = ()
        self._at = -1
        self._own = ""

    def step(self, way: int, written: str) -> None:
        """One prompt older (-1) or newer (1) than `written`."""
        if self._at >= 0:
            self._go(way)
        elif way < 0:
            spawn(self._begin(written))

    async def _begin(self, written: str) -> None:
        found = await self._library.prompts()
        self._prompts = tuple(use.prompt for use in found if use.prompt != written)
        self._own, self._at = written, -1
        self._go(-1)

    def _go(self, way: int) -> None:
        to = self._at - way
        if -1 <= to < len(self._prompts):
            self._at = to
            self.walked.emit(self._own if to < 0 else self._prompts[to])

    def leave_history(self) -> None:
        """The walk is over: the user wrote something, or sent it."""
        self._at = -1
        self._prompts = ()

    def on_forget_wanted(self, prompt: object) -> None:
        """A prompt of the list is to be deleted for good."""
        self.leave_history()
        self.forget_wanted.emit(prompt)

    def open_list(self, anchor: QWidget) -> None:
        """Show all of them over the anchor."""
        popup = HistoryPopup(self._library.prompts, self._parent)
        popup.chosen.connect(self.chosen)
        popup.forget_wanted.connect(self.on_forget_wanted)
        popup.open_at(anchor)
