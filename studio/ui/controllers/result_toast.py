"""Offer to show a picture made from the loupe's picture in its place."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from studio.common.i18n import _
from studio.domain.entities import Job
from studio.library.facade import Library
from studio.ui.support.ports import Messages, Navigation
from studio.ui.support.tasks import spawn
from studio.ui.views.loupe import Loupe


class ResultToast(QObject):
    """Shows a toast when the first picture of a run arrives that edits the loupe's picture."""

    def __init__(
        self, library: Library, navigation: Navigation, messages: Messages, loupe: Loupe
    ) -> None:
        super().__init__(loupe)
        self._library = library
        self._navigation = navigation
        self._messages = messages
        self._loupe = loupe
        self._run = ""

    def on_picture_arrived(self, job: Job, row: int) -> None:
        """Offer the picture with this index row, which a job made."""
        edited, shown = job.request.edited, self._loupe.picture
        here = edited is not None and shown is not None and edited.picture == shown.id
        if here and self._navigation.in_loupe and job.run != self._run:
            self._run = job.run
            spawn(self._offer(row))

    async def _offer(self, row: int) -> None:
        for picture in await self._library.pictures([row]):
            if self._navigation.in_loupe:
                # Translators: {name} is a picture that was just made.
                words = _("{name} is ready").replace("{name}", picture.name)
                show = partial(self._navigation.open_loupe, picture)
                self._messages.offer_action(words, _("Show it"), show)
