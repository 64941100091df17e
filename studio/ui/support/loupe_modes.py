"""Modes of the loupe: looking at the picture, or drawing on it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from studio.domain.entities import Picture


class LoupeModeName(StrEnum):
    """A mode of the loupe, named as its segment in the view bar."""

    LOOK = "look"
    MARK = "mark"
    ONLY_HERE = "only-here"
    REFRAME = "reframe"


class LoupeMode(Protocol):
    """Overlay and keys of a mode other than LOOK."""

    def begin_mode(self, picture: Picture) -> None:
        """Show the mode over a picture; also called for the next picture while the mode is on."""

    def end_mode(self) -> None:
        """Remove the mode from the canvas."""
