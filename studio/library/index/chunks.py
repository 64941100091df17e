"""Long lists of values in chunks that fit into one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

_MOST = 500


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values, some at a time."""
    for start in range(0, len(values), _MOST):
        yield values[start : start + _MOST]


def marks(values: Sequence[Any]) -> str:
    """Places for these values in a statement: "?,?,?"."""
    return ",".join("?" * len(values))


def unheard(_more: int) -> None:
    """For work that nobody follows."""
