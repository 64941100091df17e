"""Alt+Up and Alt+Down walk through the prompts of the library."""

from __future__ import annotations

from collections.abc import Sequence


class Recall:
    """Where the walk is. What was written before it began waits at its end."""

    def __init__(self) -> None:
        self._prompts: tuple[str, ...] = ()
        self._at = -1
        self._own = ""

    @property
    def walking(self) -> bool:
        """Whether an older prompt is shown."""
        return self._at >= 0

    def begin(self, prompts: Sequence[str], written: str) -> None:
        """Start from what is written, newest prompt first."""
        self._prompts = tuple(prompt for prompt in prompts if prompt != written)
        self._own = written
        self._at = -1

    def step(self, way: int) -> str | None:
        """One prompt older (-1) or newer (1); None where there is none."""
        to = self._at - way
        if not -1 <= to < len(self._prompts):
            return None
        self._at = to
        return self._own if to < 0 else self._prompts[to]

    def forget(self) -> None:
        """The walk is over: the user wrote something."""
        self._at = -1
        self._prompts = ()
