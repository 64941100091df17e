"""Crash reports: enough to report a crash, and nothing secret."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.app import crash_reports
from studio.app.crash_reports import CrashFile
from studio.common import logs
from tests.canary import KEY

POSIX = sys.platform != "win32"
ROOT = Path(__file__).parents[2]
_LIMIT = 120

DYING = """
import os, sys
from pathlib import Path
from studio.app.crash_reports import CrashFile
secret = os.environ["GRIDBRUSH_API_KEY"]
one = CrashFile(Path(sys.argv[1]))
def deep(key):
    os.kill(os.getpid(), int(sys.argv[2]))
deep(secret)
"""


def dying(folder: Path, number: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(folder), str(number)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "GRIDBRUSH_API_KEY": KEY},
        capture_output=True,
        check=False,
        timeout=_LIMIT,
    )
    return done.returncode


@pytest.mark.skipif(not POSIX, reason="signals")
def test_a_fatal_signal_is_reported_once_without_values(tmp_path: Path) -> None:
    assert dying(tmp_path, signal.SIGSEGV) == -signal.SIGSEGV
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = crash_reports.left_behind(tmp_path)
    assert "Segmentation fault" in text
    assert "in deep" in text
    assert KEY not in text
    assert crash_reports.left_behind(tmp_path) == ""
    # No image of the memory, which held the key.
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not POSIX, reason="signals")
def test_who_was_killed_from_outside_has_nothing_to_tell(tmp_path: Path) -> None:
    kill = signal.Signals["SIGKILL"]
    assert dying(tmp_path, kill) == -kill
    assert crash_reports.left_behind(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def test_an_orderly_end_leaves_nothing(tmp_path: Path) -> None:
    one = CrashFile(tmp_path)
    # Not told while it runs.
    assert crash_reports.left_behind(tmp_path) == ""
    assert len(list(tmp_path.iterdir())) == 1
    one.close()
    assert list(tmp_path.iterdir()) == []


def test_what_ended_the_program_is_reported_cleaned(tmp_path: Path) -> None:
    logs.redact(KEY)
    one = CrashFile(tmp_path)
    try:
        raise RuntimeError(f"Authorization: Bearer {KEY}")
    except RuntimeError as error:
        one.note(error)
    (file,) = tmp_path.iterdir()
    assert KEY not in file.read_text()
    file.rename(tmp_path / "crash-99999999.txt")
    one.close()
    text = crash_reports.left_behind(tmp_path, alive=lambda _pid: False)
    assert "RuntimeError" in text
    assert KEY not in text


def test_the_report_of_a_process_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "crash-4711.txt").write_text("head\nwords\n")
    assert crash_reports.left_behind(tmp_path, alive=lambda pid: pid == 4711) == ""
    assert crash_reports.left_behind(tmp_path, alive=lambda _pid: False) == "head\nwords"


@pytest.mark.skipif(sys.platform != "linux", reason="limits are read from /proc")
def test_a_window_that_dies_tells_it_and_its_memory_is_never_written(tmp_path: Path) -> None:
    home, user = tmp_path / "home", tmp_path / "user"
    user.mkdir()
    environment = {
        **{name: os.environ[name] for name in ("PATH",)},
        "HOME": str(user),
        "PYTHONPATH": str(ROOT),
        "QT_QPA_PLATFORM": "offscreen",
        "GRIDBRUSH_API_KEY": KEY,
    }
    window = subprocess.Popen(
        [sys.executable, "-m", "studio", "--home", str(home)], env=environment, cwd=tmp_path,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        folder = home / "state/logs"
        end = time.monotonic() + _LIMIT
        while not (found := list(folder.glob("crash-*.txt"))) or not found[0].read_text():
            assert window.poll() is None
            assert time.monotonic() < end
        limits = Path(f"/proc/{window.pid}/limits")
        while "Max core file size        0 " not in limits.read_text():
            assert time.monotonic() < end
        window.send_signal(signal.SIGSEGV)
        assert window.wait(_LIMIT) == -signal.SIGSEGV
    finally:
        if window.poll() is None:
            window.kill()
            window.wait()
    text = crash_reports.left_behind(folder)
    assert "Segmentation fault" in text
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in written if path.name.startswith("core")]
    assert not any(KEY.encode() in path.read_bytes() for path in written)
