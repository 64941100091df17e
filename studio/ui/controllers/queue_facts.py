"""Contents of the queue's popover besides the jobs: measured times, slots and thumbnails."""

from __future__ import annotations

from PySide6.QtCore import QObject

from studio.app.core import Core
from studio.ui.support.row_thumbnails import RowThumbnails


class QueueFacts(QObject):
    """Facts for the queue's popover."""

    def __init__(self, core: Core, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._thumbnails = RowThumbnails(core.library, self)

    @property
    def thumbnails(self) -> RowThumbnails:
        """Thumbnails of the jobs' sources."""
        return self._thumbnails

    def usual_seconds(self, model: str, size: str | None) -> float | None:
        """Measured seconds of a model and size; None for too few measurements."""
        return self._core.queue.usual_seconds(model, size)

    def slots(self, profile: str) -> int:
        """Concurrent requests of a profile."""
        settings = self._core.settings.value
        own = next((one.at_once for one in settings.all_profiles if one.name == profile), None)
        return own or settings.at_once
