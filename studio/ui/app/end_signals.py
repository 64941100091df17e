"""Signals that ask the program to end."""

from __future__ import annotations

import asyncio
import signal


def ends() -> list[int]:
    """The signals that ask for an orderly end."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    # The terminal it was started from is closed; who asked that to be ignored (nohup) has it so.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    return [int(number) for number in numbers]


def note(asked: list[int]) -> None:
    """As long as no loop listens: the window stands already, so it has something to save.

    Who asks twice gets the end at once.
    """

    def hear(number: int, _frame: object) -> None:
        asked.append(number)
        signal.signal(number, signal.SIG_DFL)

    for number in ends():
        signal.signal(number, hear)


def listen(stop: asyncio.Event) -> None:
    """Set `stop` on each of them; a loop runs by now."""
    loop = asyncio.get_running_loop()
    for number in ends():
        try:
            loop.add_signal_handler(number, stop.set)
        except (NotImplementedError, RuntimeError):
            # Windows has no such handlers; closing the console ends the program there.
            signal.signal(number, lambda *_args: loop.call_soon_threadsafe(stop.set))
