"""Long lists of values, in chunks that fit into one SQL statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

_MOST = 500


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values in chunks of at most 500."""
    for start in range(0, len(values), _MOST):
        yield values[start : start + _MOST]


def marks(values: Sequence[Any]) -> str:
    """Placeholders for these values: "?,?,?"."""
    return ",".join("?" * len(values))


def ignore_progress(_more: int) -> None:
    """Progress callback that does nothing."""
