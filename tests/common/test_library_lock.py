"""One owner per library, with real processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from studio.common import library_lock
from studio.common.errors import LibraryLocked, StorageError
from studio.common.library_lock import LibraryLock, holder

POSIX = sys.platform != "win32"
ADMINISTRATOR = sys.platform != "win32" and os.geteuid() == 0

OWNER = """
import sys
from pathlib import Path
from studio.common.library_lock import LibraryLock
lock = LibraryLock(Path(sys.argv[1]))
lock.acquire()
print("mine", flush=True)
sys.stdin.read()
"""


@contextmanager
def owner(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the library until its input ends."""
    root = str(Path(library_lock.__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "mine\n"
        yield process
        if process.poll() is None:
            process.kill()


def test_the_second_owner_hears_who_the_first_is(tmp_path: Path) -> None:
    with owner(tmp_path) as process:
        with pytest.raises(LibraryLocked) as caught:
            LibraryLock(tmp_path).acquire()
        assert f"process {process.pid} on {socket.gethostname()}" in caught.value.message
        assert caught.value.exit_code == 8
        found = holder(tmp_path)
        assert found is not None
        assert found.pid == process.pid
        assert not found.elsewhere


def test_after_kill_9_the_next_start_has_it_at_once(tmp_path: Path) -> None:
    with owner(tmp_path) as process:
        process.kill()
        process.wait()
        assert holder(tmp_path) is not None
        with LibraryLock(tmp_path) as lock:
            assert lock.held
            found = holder(tmp_path)
            assert found is not None
            assert found.pid == os.getpid()


def test_a_released_library_names_nobody_and_is_free(tmp_path: Path) -> None:
    lock = LibraryLock(tmp_path)
    lock.acquire()
    assert holder(tmp_path) is not None
    lock.release()
    lock.release()
    assert holder(tmp_path) is None
    with LibraryLock(tmp_path):
        pass


def test_twice_in_one_process_is_twice_too(tmp_path: Path) -> None:
    with LibraryLock(tmp_path), pytest.raises(LibraryLocked):
        LibraryLock(tmp_path).acquire()


def elsewhere(folder: Path) -> None:
    """As a synced folder arrives here while another machine has it open."""
    (folder / ".gridbrush").mkdir()
    note = {"pid": 7, "host": "attic", "machine": "of somebody else", "started": 1.0}
    (folder / ".gridbrush" / "lock").write_text(json.dumps({**note, "version": "0.1"}))


def test_another_machines_lock_is_never_broken_by_itself(tmp_path: Path) -> None:
    elsewhere(tmp_path)
    before = (tmp_path / ".gridbrush" / "lock").read_bytes()
    with pytest.raises(LibraryLocked) as caught:
        LibraryLock(tmp_path).acquire()
    assert "attic" in caught.value.message
    assert "--anyway" in caught.value.hint
    assert caught.value.elsewhere
    assert (tmp_path / ".gridbrush" / "lock").read_bytes() == before
    found = holder(tmp_path)
    assert found is not None
    assert found.elsewhere


def test_the_user_may_open_a_moved_library_anyway(tmp_path: Path) -> None:
    elsewhere(tmp_path)
    lock = LibraryLock(tmp_path)
    lock.acquire(anyway=True)
    found = holder(tmp_path)
    assert found is not None
    assert found.pid == os.getpid()
    lock.release()
    with LibraryLock(tmp_path):
        pass


def test_anyway_does_not_break_the_lock_of_a_living_process(tmp_path: Path) -> None:
    with owner(tmp_path), pytest.raises(LibraryLocked):
        LibraryLock(tmp_path).acquire(anyway=True)


def test_a_damaged_note_does_not_keep_the_library_shut(tmp_path: Path) -> None:
    (tmp_path / ".gridbrush").mkdir()
    (tmp_path / ".gridbrush" / "lock").write_bytes(b'{"pid": "\xff\x00')
    with LibraryLock(tmp_path) as lock:
        assert lock.held


@pytest.mark.skipif(not POSIX or ADMINISTRATOR, reason="the administrator may write anywhere")
def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / ".gridbrush").mkdir(mode=0o500)
    with pytest.raises(StorageError, match="No permission"):
        LibraryLock(tmp_path).acquire()


def test_a_library_in_the_way_of_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / ".gridbrush").write_text("a file")
    with pytest.raises(StorageError):
        LibraryLock(tmp_path).acquire()


@pytest.mark.skipif(not POSIX, reason="modes")
def test_the_note_is_for_this_user_alone(tmp_path: Path) -> None:
    with LibraryLock(tmp_path):
        mode = (tmp_path / ".gridbrush" / "lock").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


@pytest.mark.skipif(not POSIX, reason="signals")
def test_an_owner_ended_by_a_signal_leaves_the_library_free(tmp_path: Path) -> None:
    with owner(tmp_path) as process:
        process.send_signal(signal.SIGTERM)
        process.wait()
        with LibraryLock(tmp_path):
            pass
