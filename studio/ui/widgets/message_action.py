"""A button of a message: label and callback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MessageAction:
    """A button of a message. Actions with the same label are equal.

    Attributes:
        callback: called after the message is closed; None to only close it.
    """

    label: str
    callback: Callable[[], object] | None = field(default=None, compare=False)

    def run(self) -> None:
        """Run the callback, if any."""
        if self.callback is not None:
            self.callback()
