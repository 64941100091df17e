"""A button of a message: its words, and what a press does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MessageAction:
    """A button of a message. Those with the same words are equal.

    Attributes:
        callback: called once the message is gone; None where that is all.
    """

    label: str
    callback: Callable[[], object] | None = field(default=None, compare=False)

    def run(self) -> None:
        """Do what the button is for."""
        if self.callback is not None:
            self.callback()
