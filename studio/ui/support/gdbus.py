"""Calls of D-Bus methods through `gdbus`, GLib's command line tool.

The binding of QtDBus can neither send unsigned numbers nor read arrays of structures.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Sequence

from PySide6.QtCore import QObject, QProcess

TOOL = "gdbus"
SECONDS = 5


class DBusTool(QObject):
    """Runs the tool, one process per call; without the tool, no call has an answer."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = shutil.which(TOOL) if sys.platform not in ("win32", "darwin") else None
        self._calls: set[QProcess] = set()

    @property
    def is_there(self) -> bool:
        """Whether this system has the tool."""
        return self._path is not None

    @property
    def waits(self) -> bool:
        """Whether a call has no answer yet."""
        return bool(self._calls)

    async def call(self, arguments: Sequence[str]) -> str:
        """The answer in GVariant text format; empty if the call failed."""
        if self._path is None:
            return ""
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        process = QProcess(self)
        self._calls.add(process)

        def on_finished() -> None:
            if not done.done():
                done.set_result(bytes(process.readAllStandardOutput().data()).decode())

        process.finished.connect(on_finished)
        process.errorOccurred.connect(on_finished)
        process.start(self._path, list(arguments))
        try:
            return await done
        finally:
            self._calls.discard(process)
            process.deleteLater()

    def close(self) -> None:
        """Abort pending calls."""
        for call in tuple(self._calls):
            call.kill()


def method_call(service: str, path: str, method: str, *, address: str = "") -> list[str]:
    """Command line of the tool for a method, on the session bus or the bus at `address`.

    The arguments of the method follow it.
    """
    return [
        *("call", *(("--address", address) if address else ("--session",))),
        *("--timeout", str(SECONDS), "--dest", service, "--object-path", path, "--method", method),
    ]
