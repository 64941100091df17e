"""Restrictions of processes: no memory dumps anywhere, only reading in decoding processes."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from studio.config.environment import worker_environment
from studio.imaging import decoder
from tests.canary import KEY

LINUX = sys.platform == "linux"
ROOT = Path(__file__).parents[2]


def told(code: str, *arguments: str, **environment: str) -> list[str]:
    """What a Python of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


AFTER_MAIN = """
import contextlib, ctypes, os, resource, sys
from studio import __main__; from studio.imaging import worker
worker.serve = lambda jobs: 0
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(sys.stderr):
    __main__.main(sys.argv[1:])
print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.mark.skipif(not LINUX, reason="asks Linux")
@pytest.mark.parametrize("words", [["--version"], ["models"], ["no-such-command"], ["--worker"]])
def test_whatever_is_started_leaves_no_image_of_its_memory(words: list[str], room: Path) -> None:
    home = [] if words == ["--worker"] else ["--home", str(room)]
    assert told(AFTER_MAIN, *home, *words) == ["0", "0"]


TRYING = """
import ctypes, os, socket, subprocess, sys, threading
from pathlib import Path
folder = Path(sys.argv[1])
(folder / "there").write_text("before")
landlock = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
from studio.imaging import sandbox
sandbox.give_up()
def tried(what):
    try:
        what()
        return "done"
    except OSError:
        return "refused"
def all_tried():
    print(landlock)
    print(tried((folder / "there").read_text))
    for kind in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        print(tried(lambda: socket.socket(kind, socket.SOCK_DGRAM)))
    print(tried(socket.socketpair))
    print(tried(lambda: subprocess.run(["true"])))
    for writes in (
        lambda: (folder / "there").write_text("x"),
        lambda: (folder / "new").write_text("x"),
        lambda: (folder / "deep").mkdir(),
        (folder / "there").unlink,
        lambda: (folder / "there").rename(folder / "else"),
    ):
        print(tried(writes))
thread = threading.Thread(target=all_tried)
thread.start()
thread.join()
"""


@pytest.mark.skipif(not LINUX, reason="Linux has a way")
@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "aarch64"), reason="other numbers of calls"
)
def test_who_decodes_can_read_and_neither_write_nor_speak(tmp_path: Path) -> None:
    landlock, reads, *rest = told(TRYING, str(tmp_path))
    assert reads == "done"
    assert rest[:5] == ["refused"] * 5
    if int(landlock) >= 1:
        assert rest[5:] == ["refused"] * 5
        assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_system_without_a_way_is_no_hindrance() -> None:
    code = (
        "import ctypes; from studio.config import environment; from studio.imaging import sandbox\n"
        "class Without:\n"
        "    def __init__(self, name): pass\n"
        "    def prctl(self, *rest): return -1\n"
        "    def syscall(self, *rest): return -1\n"
        "ctypes.CDLL = Without\n"
        "environment.keep_memory_private(); sandbox.give_up()\n"
        "ctypes.CDLL = None\n"
        "print('fine')\n"
    )
    assert told(code) == ["fine"]


def test_the_decoding_process_gets_a_bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = {
        "GRIDBRUSH_API_KEY": KEY,
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
        "https_proxy": "http://ann:word@proxy:1",
        "ALL_PROXY": "x",
        "SSLKEYLOGFILE": "x",
        "SSH_AUTH_SOCK": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "DISPLAY": ":9",
        "WAYLAND_DISPLAY": "x",
        "XDG_RUNTIME_DIR": "x",
        "HOME": "/nowhere",
        "LD_PRELOAD": "",
        "PYTHONSTARTUP": "x",
        "PYTHONINSPECT": "1",
    }
    for name, value in secret.items():
        monkeypatch.setenv(name, value)
    given = decoder.process_environment()
    assert not set(secret) & set(given)
    assert {name for name in given if name not in os.environ} <= {
        *("PYTHONPATH", "PYTHONSAFEPATH", "MALLOC_MMAP_THRESHOLD_")
    }
    monkeypatch.setenv("SystemRoot", "C:\\Windows")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert {name.upper() for name in worker_environment()} >= {"SYSTEMROOT", "LC_ALL", "PATH"}
