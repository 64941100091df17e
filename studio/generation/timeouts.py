"""Time after which an answer is later than expected, and the outer limit of an attempt.

Services send nothing until a picture is done. They advise waiting 300 s, or 600 s for the largest
size; measurements on this computer take precedence.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial

from studio.domain.entities import GenerationRequest
from studio.generation.response_sink import AnswerSink

LEAST = 120.0
"""Minimum seconds before an answer counts as late, because quick models have slow days too."""

UNMEASURED = 300.0
UNMEASURED_LARGE = 600.0
GRACE = 0.5
"""Seconds a service gets to close the connection after the last byte of its JSON."""

TIMES = 4.0
"""Multiple of the usual time after which a job is late."""

_LARGE_SIDE = 3000

Measured = Callable[[str, str], Awaitable[float | None]]
"""Function of model and size that returns the usual seconds; None with too few measurements."""


def seconds(size: str | None, usual: float | None) -> float:
    """Seconds after which an answer of that size is late."""
    if usual is not None:
        return max(LEAST, TIMES * usual)
    return UNMEASURED_LARGE if _large(size or "") else UNMEASURED


async def wait_until_late(
    request: GenerationRequest, measured: Measured, time_out: float = 0.0
) -> None:
    """Wait until the answer to a request sent now is late.

    `time_out` is the user's own limit in seconds; 0 for a multiple of the usual time, which is
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


async def within(limit_seconds: float, sending: Awaitable[None], sink: AnswerSink) -> None:
    """Wait for the service with a time limit. Raises TimeoutError.

    A complete answer has to be paid for, so neither the limit nor cancellation by the user discards
    it, even if the service has not closed the connection yet.
    """
    try:
        async with asyncio.timeout(limit_seconds) as limit:
            sink.tell_whole = partial(_reschedule, limit, limit.when())
            await sending
    except TimeoutError:
        await sink.wait_until_scanned()
        if not sink.whole:
            raise
    except asyncio.CancelledError:
        await sink.wait_until_scanned()
        task = asyncio.current_task()
        if task is None or not sink.whole:
            raise
        task.uncancel()
    finally:
        sink.tell_whole = None


def _reschedule(limit: asyncio.Timeout, latest: float | None, *, whole: bool) -> None:
    """Shorten the limit for a complete answer: some services keep the connection open."""
    if not limit.expired():
        soon = asyncio.get_running_loop().time() + GRACE
        limit.reschedule(min(soon, latest or soon) if whole else latest)
