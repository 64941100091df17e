"""Decoding processes that are forked from one that has Python and Pillow loaded.

Starting Python and loading Pillow takes ten times as long as decoding a small picture, and most
tests that make a picture start a decoding process for it. Here they get forks of one process, which
then do all that a new one does: its limits, its sandbox, its jobs. Tests in `tests/imaging` and
every program that tests start get decoding processes of their own; so does whoever gives the
decoder a command.
"""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
import weakref
from collections.abc import Callable, Iterator
from typing import IO, Any

import pytest

from studio.imaging import decoder

assert sys.platform == "linux", "processes are forked, and handed over, on Linux only"

MOST = 1 << 16
"""Bytes of a request: the environment."""

LENGTH = 8
HANDLES = 5
"""Input, output, errors, the folder, and where its end is told."""


class ForkedProcess:
    """What the decoder uses of `subprocess.Popen`, for a process that is not a child of this one.

    Attributes:
        args: the command in whose place it was forked.
        returncode: as Popen's; None while it runs.
    """

    def __init__(self, control: socket.socket, args: list[str], env: dict[str, str], errors: int):
        """Raises OSError where it cannot be forked."""
        self.args = args
        self.returncode: int | None = None
        with contextlib.ExitStack() as failing, contextlib.ExitStack() as handed_over:
            ours: list[int] = []
            theirs: list[int] = []
            for one, other in (os.pipe()[::-1], os.pipe()):
                failing.callback(os.close, one)
                handed_over.callback(os.close, other)
                ours.append(one)
                theirs.append(other)
            status, other_end = socket.socketpair()
            failing.enter_context(status)
            handed_over.enter_context(other_end)
            folder = os.open(".", os.O_RDONLY)
            handed_over.callback(os.close, folder)
            handles = [*theirs, errors, folder, other_end.fileno()]
            streams = array.array("i", handles).tobytes()
            wish = json.dumps(env).encode()
            control.sendmsg([wish], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
            handed_over.close()
            told = status.recv(LENGTH)
            if len(told) < LENGTH:
                raise OSError("the process that forks decoding processes has ended")
            failing.pop_all()
        self.pid = int.from_bytes(told, "big")
        self._status = status.detach()
        weakref.finalize(self, os.close, self._status)
        self.stdin: IO[bytes] = os.fdopen(ours[0], "wb")
        self.stdout: IO[bytes] = os.fdopen(ours[1], "rb")
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """The exit code, as Popen's; None while it runs."""
        return self._ended(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises TimeoutExpired."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return code

    def kill(self) -> None:
        """End it, if it still runs."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        # Whoever kills it does not wait for another thread that waits for its end.
        if self.returncode is None and select.select([self._status], [], [], timeout)[0]:
            with self._lock:
                if self.returncode is None:
                    told = os.read(self._status, LENGTH)
                    self.returncode = int.from_bytes(told, "big", signed=True) if told else -9
        return self.returncode


class WarmSubprocess:
    """`subprocess` for the decoder; what is not about its own command goes to the real one."""

    def __init__(self) -> None:
        self.cold = False
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)

    def Popen(self, args: list[str], *, stderr: IO[bytes], **more: Any) -> Any:  # noqa: N802 - its name
        """Fork a decoding process, or start what else is asked for."""
        if self.cold or list(args) != decoder.worker_command():
            return subprocess.Popen(args, stderr=stderr, **more)
        wanted = (list(args), more["env"], stderr.fileno())
        try:
            return ForkedProcess(self.started(), *wanted)
        except OSError:
            # The process that forks was lost to a test.
            self.close()
            return ForkedProcess(self.started(), *wanted)

    def take_over(self) -> None:
        """Be what the decoder starts its processes with."""
        decoder.subprocess = self  # type: ignore[assignment,attr-defined]

    def started(self) -> socket.socket:
        """The line to the process that forks; it is started with the first picture."""
        with self._lock:
            if self._control is None:
                with contextlib.ExitStack() as failing:
                    control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                    failing.enter_context(control)
                    with other:
                        self._server = subprocess.Popen(
                            [sys.executable, "-m", "tests.warm_decoder", str(other.fileno())],
                            env=decoder.process_environment(),
                            stdin=subprocess.DEVNULL,
                            pass_fds=[other.fileno()],
                        )
                    failing.pop_all()
                self._control = control
            return self._control

    def close(self) -> None:
        """End the process that forks."""
        with self._lock:
            if self._control is not None and self._server is not None:
                self._control.close()
                self._server.wait()
            self._control = self._server = None


def serve(control: socket.socket) -> None:
    """Fork a decoding process for each request, and tell how it ended, until the line ends."""
    from studio.imaging import worker  # loads Pillow, which the tests themselves do without

    waking, woken = socket.socketpair()
    for one in (waking, woken):
        one.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(woken.fileno())
    # Ctrl+C reaches the whole group; whoever asks decides when this ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    running: dict[int, socket.socket] = {}
    gc.collect()
    gc.freeze()
    while True:
        ready, _w, _x = select.select([control, waking], [], [])
        if waking in ready:
            with contextlib.suppress(BlockingIOError):
                waking.recv(MOST)
            for pid, code in ended():
                with running.pop(pid) as status, contextlib.suppress(OSError):
                    status.sendall(code.to_bytes(LENGTH, "big", signed=True))
        if control not in ready:
            continue
        wish, handles, _flags, _from = socket.recv_fds(control, MOST, HANDLES)
        if not wish:
            return
        if (pid := os.fork()) == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for other in (control, waking, woken, *running.values()):
                other.close()
            become(json.loads(wish), handles, worker.main)
        for handle in handles[:-1]:
            os.close(handle)
        running[pid] = socket.socket(fileno=handles[-1])
        with contextlib.suppress(OSError):
            running[pid].sendall(pid.to_bytes(LENGTH, "big"))


def ended() -> Iterator[tuple[int, int]]:
    """Forks that have ended, with their exit codes."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            yield found[0], os.waitstatus_to_exitcode(found[1])


def become(env: dict[str, str], handles: list[int], main: Callable[[], int]) -> None:
    """Be the decoding process, to its end."""
    code = 1
    try:
        for number, handle in enumerate(handles[:3]):
            os.dup2(handle, number)
        os.fchdir(handles[3])
        for handle in handles:
            os.close(handle)
        os.environ.clear()
        os.environ.update(env)
        code = main()
    except BaseException:  # noqa: BLE001 said, as Python says it of a program's own
        traceback.print_exc()
    finally:
        os._exit(code)


WARM = WarmSubprocess()


def pytest_configure() -> None:
    WARM.take_over()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    WARM.close()


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as line:
        serve(line)
