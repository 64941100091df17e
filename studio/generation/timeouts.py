"""How long an answer may take before it is later than expected.

Services send nothing until a picture is done. 300 s are the published advice for how long to wait,
600 s for the largest size; where this computer has measured a model, it goes by that.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from studio.domain.entities import GenerationRequest

LEAST = 120.0
"""Seconds; quick models have slow days too."""

UNMEASURED = 300.0
UNMEASURED_LARGE = 600.0
TIMES = 4.0
"""A job is late after this many times of what it usually takes."""

_LARGE_SIDE = 3000

Measured = Callable[[str, str], Awaitable[float | None]]
"""(model, size) -> the usual seconds; None when too little was measured."""


def seconds(size: str | None, usual: float | None) -> float:
    """After how many seconds an answer of that size is late."""
    if usual is not None:
        return max(LEAST, TIMES * usual)
    return UNMEASURED_LARGE if _large(size or "") else UNMEASURED


async def wait_until_late(
    request: GenerationRequest, measured: Measured, time_out: float = 0.0
) -> None:
    """Return when the answer to a request that leaves now is late.

    `time_out` are the user's own seconds; 0 goes by what such a request takes. What it takes is
    asked for only when the shortest time has passed: most answers are here by then.
    """
    if time_out > 0:
        await asyncio.sleep(time_out)
        return
    await asyncio.sleep(LEAST)
    usual = await measured(request.model, request.size or "")
    await asyncio.sleep(seconds(request.size, usual) - LEAST)


def _large(size: str) -> bool:
    sides = re.fullmatch(r"(\d+)\s*[x×]\s*(\d+)", size.strip().lower())
    if sides is None:
        return size.strip().upper() == "4K"
    return max(int(sides[1]), int(sides[2])) >= _LARGE_SIDE
