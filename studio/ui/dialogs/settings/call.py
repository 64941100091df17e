"""One thing at a time that a part of the settings waits for."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from studio.ui.support.tasks import SpawnedTask, spawn


class CancellableCall:
    """The one call in flight; it ends with the widget whose `destroyed` goes to `cancel`."""

    def __init__(self) -> None:
        self._work: SpawnedTask | None = None

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Begin this in the place of what was waited for."""
        self.cancel()
        self._work = spawn(coroutine)

    def cancel(self) -> None:
        """Wait no longer."""
        if self._work is not None:
            self._work.cancel()
            self._work = None
