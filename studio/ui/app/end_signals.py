"""Termination signals."""

from __future__ import annotations

import asyncio
import signal


def ends() -> list[int]:
    """Signals that request an orderly shutdown."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    # Sent when the terminal is closed; ignored if the user chose so (nohup).
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    return [int(number) for number in numbers]


def note(asked: list[int]) -> None:
    """Record signals until the loop runs: the visible window may have data to save.

    A second signal terminates at once.
    """

    def hear(number: int, _frame: object) -> None:
        asked.append(number)
        signal.signal(number, signal.SIG_DFL)

    for number in ends():
        signal.signal(number, hear)


def listen(stop: asyncio.Event) -> None:
    """Set `stop` on each signal; requires a running loop."""
    loop = asyncio.get_running_loop()
    for number in ends():
        try:
            loop.add_signal_handler(number, stop.set)
        except (NotImplementedError, RuntimeError):
            # Windows has no such handlers; closing the console ends the program there.
            signal.signal(number, lambda *_args: loop.call_soon_threadsafe(stop.set))
