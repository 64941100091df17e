"""Parts of the window that are made when they are first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Part = TypeVar("Part")


class Late(Generic[Part]):
    """One part and what makes it.

    Attributes:
        made: the part; None until it was needed.
    """

    def __init__(self, make: Callable[[], Part]) -> None:
        self._make = make
        self.made: Part | None = None

    def get(self) -> Part:
        """The part, made now if it was not there yet."""
        if self.made is None:
            self.made = self._make()
        return self.made
