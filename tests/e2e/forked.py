"""Windows forked from a process that has imported the program: see `tests.cli.warm`."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

if sys.platform != "win32":
    from tests.cli import warm

READ_LATER = frozenset({"GRIDBRUSH_API_KEY", "QT_QPA_PLATFORMTHEME"})
"""What a test may add to the environment of a fork: what is read when the program runs.

All else may be read while libraries load.
"""


class Forked:
    """The program in a fork, used as a `subprocess.Popen` is.

    Attributes:
        pid: its process id.
        returncode: its exit code, negative for a signal, None while it runs.
    """

    stdin = stdout = stderr = None

    def __init__(
        self, address: str, words: Sequence[str], *, environ: Mapping[str, str], output: Path
    ) -> None:
        """Everything it prints goes to the file `output`."""
        self.args = list(words)
        # Whoever looks at the arguments of what is started looks at these as well.
        sys.audit("subprocess.Popen", "gridbrush", self.args, None, None)
        self.returncode: int | None = None
        with _begun(address, self.args, environ, output) as line:
            self._answer = line.makefile("rb", buffering=0)
        self.pid = int(self._answer.readline())

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        if self.returncode is None and select.select([self._answer], [], [], 0)[0]:
            self.returncode = int(self._answer.readline())
            self._answer.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            select.select([self._answer], [], [], timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.Signals["SIGKILL"])


def _begun(
    address: str, words: list[str], environ: Mapping[str, str], output: Path
) -> socket.socket:
    """Where its process id is told, and later its status."""
    if sys.platform != "win32":
        with output.open("wb") as file, Path(os.devnull).open("rb") as nothing:
            streams = [nothing.fileno(), file.fileno(), file.fileno()]
            folder = str(Path.cwd())
            return warm.asked(
                address, words, environ=environ, folder=folder, streams=streams, whole=True
            )
    else:
        raise NotImplementedError
