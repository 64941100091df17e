"""Handlers for unexpected exceptions: log them, and show a message in the window."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from studio.ui.support import tasks

log = logging.getLogger(__name__)


class ExceptionHooks:
    """Handles exceptions of slots, spawned coroutines and the loop."""

    def __init__(self, tell: Callable[[BaseException], None]) -> None:
        """`tell` shows a message in the window."""
        self._tell = tell
        self._former = sys.excepthook

    def install(self) -> None:
        """Install the handlers; the loop must be running."""
        sys.excepthook = self._on_exception
        tasks.on_error(self._tell)
        asyncio.get_running_loop().set_exception_handler(self._on_loop)

    def remove(self) -> None:
        """Restore the previous handlers."""
        sys.excepthook = self._former
        tasks.on_error(None)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._former(kind, error, trace)
            return
        log.error("An unforeseen error", exc_info=(kind, error, trace))
        self._tell(error)

    def _on_loop(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        log.error("The loop reports: %s", context.get("message"), exc_info=error)
        if error is not None:
            self._tell(error)
