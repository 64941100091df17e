"""Core events for the composer: queue, keys, settings, seeds and trash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from studio.domain.events import (
    Event,
    JobChanged,
    JobsRemoved,
    KeyChanged,
    PicturesAdded,
    RecordsChanged,
    SettingsChanged,
)
from studio.ui.support.tasks import spawn

if TYPE_CHECKING:
    from studio.app.core import Core

PAUSE = 100  # milliseconds between updates from the queue
OURS = frozenset(
    {
        "fault_models",
        "profile",
        "profiles",
        "known_keys",
        "confirm_above",
        "budget_usd",
        "at_once",
        "role_sentences",
    }
)


class ComposerEvents(QObject):
    """Turns core events into signals, at a limited rate.

    Attributes:
        trashed: ids of pictures known to be in the trash.

    Signals:
        queue_moved: jobs were added, removed or changed.
        key_changed(object): name of a profile.
        titles_changed(object): ids of renamed pictures.
        settings_changed(object): names of settings that concern the composer.
        seed_read(object): the seed of the newest picture.
        trash_changed(object): ids of pictures moved to or from the trash.
    """

    queue_moved = Signal()
    key_changed = Signal(object)
    titles_changed = Signal(object)
    settings_changed = Signal(object)
    seed_read = Signal(object)
    trash_changed = Signal(object)

    def __init__(self, core: Core, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self.trashed: set[str] = set()
        self._shown: frozenset[str] = frozenset()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self.queue_moved)
        self._unsubscribe = core.events.subscribe(self.on_event)
        self.destroyed.connect(self._unsubscribe)

    def show_pictures(self, ids: Sequence[str]) -> None:
        """Watch the pictures in the slots for moves to the trash; read the state of added ones."""
        before, self._shown = self._shown, frozenset(ids)
        if added := self._shown - before:
            spawn(self._read_trash(sorted(added)))

    def on_event(self, event: Event) -> None:
        if isinstance(event, JobChanged | JobsRemoved):
            if not self._pause.isActive():
                self._pause.start()
        elif isinstance(event, KeyChanged):
            self.key_changed.emit(event.profile)
        elif isinstance(event, SettingsChanged):
            if names := OURS.intersection(event.names):
                self.settings_changed.emit(names)
        elif isinstance(event, RecordsChanged):
            if "title" in event.fields:
                self.titles_changed.emit(event.ids)
            if "trashed" in event.fields and (ids := self._shown.intersection(event.ids)):
                spawn(self._read_trash(sorted(ids)))
        elif isinstance(event, PicturesAdded):
            spawn(self._read_seed(event.ids[-1:]))

    async def _read_trash(self, ids: Sequence[str]) -> None:
        before = set(self.trashed)
        for picture in await self._core.library.find(ids):
            (self.trashed.add if picture.trashed else self.trashed.discard)(picture.id)
        if moved := sorted(self.trashed ^ before):
            self.trash_changed.emit(moved)

    async def _read_seed(self, ids: Sequence[str]) -> None:
        pictures = await self._core.library.find(ids)
        if pictures and pictures[-1].seed is not None:
            self.seed_read.emit(pictures[-1].seed)
