"""Commands forked from a warm process, for tests that start them themselves (`tests.cli.warm`)."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from tests.cli import warm

FORKED = "tests.forked"
"""Event for what listens to the programs that are started, with the arguments in second place."""


class ForkedCommand:
    """A command that runs, with what tests use of `subprocess.Popen`.

    Attributes:
        returncode: its exit code, or less than nothing for the signal that ended it; None before.
        stdout, stderr: what it writes, where that goes to the test.
    """

    stdin = None

    def __init__(
        self,
        address: str,
        words: Sequence[str],
        *,
        environ: Mapping[str, str],
        folder: Path,
        stdin: int,
        stdout: int | None = None,
        stderr: int | None = None,
        whole: bool = False,
    ) -> None:
        """`whole`: it ends as an interpreter does, with all that it has imported."""
        self.args = list(words)
        sys.audit(FORKED, "studio", self.args)
        self.stdout: IO[str] | None = None
        self.stderr: IO[str] | None = None
        self.returncode: int | Any = None
        ours: list[int] = []
        if stdout is None:
            reads, stdout = os.pipe()
            ours.append(stdout)
            self.stdout = open(reads, encoding="utf-8")  # noqa: PTH123, SIM115 closed on leaving
        if stderr is None:
            reads, stderr = os.pipe()
            ours.append(stderr)
            self.stderr = open(reads, encoding="utf-8")  # noqa: PTH123, SIM115 closed on leaving
        self._line, self.pid = warm.order(
            address, words, environ, str(folder), (stdin, stdout, stderr), whole=whole
        )
        for stream in ours:
            os.close(stream)

    def __enter__(self) -> ForkedCommand:
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()
        self.wait()

    def _close(self) -> None:
        for stream in (self.stdout, self.stderr):
            if stream is not None:
                stream.close()

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.Signals["SIGKILL"])

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, when it has ended."""
        code = self._ended(timeout)
        if code is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return code

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._line, selectors.EVENT_READ)
                if not selector.select(timeout):
                    return None
            with self._line:
                self.returncode = int(self._line.recv(16, socket.MSG_WAITALL))
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """The rest of what it writes, once it has ended."""
        said = {"out": "", "err": ""}

        def read(name: str, stream: IO[str]) -> None:
            said[name] = stream.read()

        readers = [
            threading.Thread(target=read, args=(name, stream), daemon=True)
            for name, stream in (("out", self.stdout), ("err", self.stderr))
            if stream is not None
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(timeout)
            if reader.is_alive():
                assert timeout is not None
                raise subprocess.TimeoutExpired(self.args, timeout)
        self._close()
        self.wait(timeout)
        return said["out"], said["err"]
