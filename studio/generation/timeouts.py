"""Time after which an answer is later than expected.

Services send nothing until a picture is done. The published advice is to wait 300 s, or 600 s for
the largest size; for models measured on this computer the measurements count.
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
"""Multiple of the usual time after which a job is late."""

_LARGE_SIDE = 3000

Measured = Callable[[str, str], Awaitable[float | None]]
"""(model, size) -> the usual seconds; None for too few measurements."""


def seconds(size: str | None, usual: float | None) -> float:
    """Seconds after which an answer of that size is late."""
    if usual is not None:
        return max(LEAST, TIMES * usual)
    return UNMEASURED_LARGE if _large(size or "") else UNMEASURED


async def wait_until_late(
    request: GenerationRequest, measured: Measured, time_out: float = 0.0
) -> None:
    """Wait until the answer to a request sent now is late.

    `time_out` is the user's own limit in seconds; 0 for the usual time of such a request, which is
    queried only after the minimum: most answers have arrived by then.
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
