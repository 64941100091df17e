"""Long lists of values, in chunks that fit into one SQL statement; keys of ids."""

from __future__ import annotations

import hashlib
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


def key_of(id: str) -> int:
    """A number for an id, for grouping: positive and below 2**62."""
    digest = hashlib.blake2b(id.encode(errors="surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest) >> 2) | 1
