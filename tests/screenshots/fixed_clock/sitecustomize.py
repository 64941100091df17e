"""Clock of a program in a screenshot: starts at a given moment and runs on from there.

With a tick it stands still, but for so many nanoseconds each time it is looked at. Python imports
this module at its start where this folder is in PYTHONPATH.
"""

from __future__ import annotations

import itertools
import os
import time
from typing import Any

if _start := os.environ.get("GRIDBRUSH_SCREENSHOT_CLOCK"):
    _shift = int(_start) * 1_000_000_000 - time.time_ns()
    _real = time.time_ns

    _tick = int(os.environ.get("GRIDBRUSH_SCREENSHOT_TICK", "0"))
    _ticks = itertools.count(int(_start) * 1_000_000_000, _tick)

    def _time_ns() -> int:
        return next(_ticks) if _tick else _real() + _shift

    def _time() -> float:
        return _time_ns() / 1e9

    def _localtime(seconds: Any = None, /) -> time.struct_time:
        return _real_localtime(_time() if seconds is None else seconds)

    _real_localtime = time.localtime
    time.time_ns = _time_ns
    time.time = _time
    time.localtime = _localtime
