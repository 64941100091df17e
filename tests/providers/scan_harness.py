"""Scanning a body in pieces, and what was left in it read back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from studio.providers.gemini.scan import GeminiScanner, SpilledString


def scanned(data: bytes, cuts: Iterable[int] = ()) -> GeminiScanner:
    """A scanner fed the body in pieces, cut at these places (or that much beyond its end)."""
    scanner = GeminiScanner()
    edges = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    for start, end in pairwise(edges):
        scanner.feed(data[start:end])
    return scanner


def unspilled(value: Any, data: bytes) -> Any:
    """The value with every spilled string read back from the body."""
    if isinstance(value, SpilledString):
        return json.loads(b'"' + data[value.start : value.end] + b'"')
    if isinstance(value, list):
        return [unspilled(one, data) for one in value]
    if isinstance(value, dict):
        return {unspilled(k, data): unspilled(v, data) for k, v in value.items()}
    return value
