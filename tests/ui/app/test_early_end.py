"""A signal to end arrives after the window is shown, before the loop runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HANG_SECONDS = 120.0

DRIVER = """
import os, signal, sys
from studio.ui.app import first_window as app

furnish = app._load_the_rest

def asked(*values):
    for _time in range(int(sys.argv[1])):
        os.kill(os.getpid(), signal.SIGTERM)
    furnish(*values)

app._load_the_rest = asked
from studio.__main__ import main
sys.exit(main(["--home", sys.argv[2]]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize(("times", "code"), [(1, 0), (2, -signal.SIGTERM)])
def test_who_is_asked_to_end_while_it_starts_ends_in_order(
    tmp_path: Path, times: int, code: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(times), str(tmp_path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        timeout=HANG_SECONDS,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    # In order means that the draft and the window's place were written, and the lock given back.
    saved = any((tmp_path / "state").rglob("window*.json"))
    assert saved is (times == 1)
