"""The packaged program's start beside the checkout's: process start to the first painted window.

Both open the same small library on the same virtual display, in turn; 1 where the packaged one
takes more than 1.3 times as long.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

import bundle
import identity
import screen

RUNS = 9
MOST = 1.3
CHECKOUT = [str(identity.ROOT / ".venv" / "bin" / "python"), "-m", "studio"]
PACKAGED = [str(bundle.PROGRAM / identity.NAME)]
GROUND = (640, 30)
"""A place of the window's top bar, away from everything that is drawn on it."""


def main() -> int:
    """Measure and compare."""
    if not bundle.PROGRAM.is_dir():
        print("There is no built program yet: `make package`", file=sys.stderr)
        return 1
    taken: dict[str, list[float]] = {"checkout": [], "packaged": []}
    with (
        tempfile.TemporaryDirectory() as folder,
        screen.Display(bundle.BUILD / "screen") as display,
    ):
        paint = ["generate", "{a | b} lighthouse", "--yes", "--provider", "sketch"]
        for name, command in (("checkout", CHECKOUT), ("packaged", PACKAGED)):
            subprocess.run(
                [*command, *paint, "--home", f"{folder}/{name}"],
                check=True,
                cwd=identity.ROOT,
                capture_output=True,
            )
        for run in range(RUNS + 1):
            for name, command in (("checkout", CHECKOUT), ("packaged", PACKAGED)):
                seconds = start([*command, "--home", f"{folder}/{name}"], display)
                if run:  # the first one fills the caches, and leaves a window to come back to
                    taken[name].append(seconds)
    middle = {name: statistics.median(times) for name, times in taken.items()}
    for name, times in taken.items():
        print(f"{name}: {middle[name] * 1000:.0f} ms ({min(times) * 1000:.0f} at best)")
    ratio = middle["packaged"] / middle["checkout"]
    print(f"{ratio:.2f} times the checkout's (at most {MOST})")
    return 0 if ratio <= MOST else 1


def start(command: list[str], display: screen.Display) -> float:
    """Seconds until its window is painted; it is closed again."""
    ground = display.pixel(*GROUND)
    began = time.monotonic()
    environment = {**os.environ, "DISPLAY": display.name}
    with subprocess.Popen(command, env=environment, cwd=identity.ROOT) as process:
        while display.pixel(*GROUND) == ground:
            time.sleep(0.001)
            if process.poll() is not None or time.monotonic() > began + 60:
                raise SystemExit("It did not start.")
        seconds = time.monotonic() - began
        display.wait_for(lambda shot: shot.colours > 100, seconds=30)
        process.terminate()
        process.wait(60)
    while display.pixel(*GROUND) != ground:
        time.sleep(0.01)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
