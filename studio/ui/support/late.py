"""Parts of the window created on first use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Part = TypeVar("Part")


class Late(Generic[Part]):
    """A part and its factory.

    Attributes:
        made: the part; None until first used.
    """

    def __init__(self, make: Callable[[], Part]) -> None:
        self._make = make
        self.made: Part | None = None

    def get(self) -> Part:
        """The part, created on first use."""
        if self.made is None:
            self.made = self._make()
        return self.made
