"""The user's export presets while they are edited: saved after a pause, with undo and redo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from studio.app.export import preset_list
from studio.app.export.service import ExportService, Presets
from studio.common.errors import StorageError
from studio.common.i18n import _
from studio.domain.export import ORIGINALS, ExportPreset, title_of
from studio.ui.support.tasks import spawn

_PAUSE = 300
"""Milliseconds without a change after which the presets are saved."""


class PresetEditor(QObject):
    """The presets, and the current one.

    Changes to the same control that follow each other quickly are one step of undo.

    Attributes:
        presets: all of them, in order.
        current: id of the current one.

    Signals:
        changed: the presets changed, or another one is current.
        deleted: a preset was deleted (its title).
        failed: the presets could not be saved (StorageError).
    """

    changed = Signal()
    deleted = Signal(str)
    failed = Signal(object)

    def __init__(self, service: Callable[[], ExportService], parent: QObject) -> None:
        super().__init__(parent)
        self._service = service
        self.presets: Presets = (ORIGINALS,)
        self.current = ORIGINALS.id
        self._saved: Presets = self.presets
        self._done: list[tuple[Presets, Presets]] = []
        self._undone: list[tuple[Presets, Presets]] = []
        self._last = ""
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE)
        self._timer.timeout.connect(self.on_pause)

    @property
    def preset(self) -> ExportPreset:
        """The current preset."""
        return next((one for one in self.presets if one.id == self.current), self.presets[0])

    async def load(self, current: str) -> None:
        """Read the presets; `current` is the id of the preset to begin with."""
        if not self._timer.isActive():
            self.presets = self._saved = await self._service().presets()
        ids = [one.id for one in self.presets]
        self.current = current if current in ids else ids[min(1, len(ids) - 1)]
        self.changed.emit()

    def choose(self, id: str) -> None:
        """Make another preset the current one."""
        if id != self.current:
            self.current = id
            self.changed.emit()

    def change(self, preset: ExportPreset) -> None:
        """Replace a preset with its changed version."""
        before = next((one for one in self.presets if one.id == preset.id), None)
        if before is None or before == preset:
            return
        names = [
            one.name
            for one in fields(preset)
            if getattr(before, one.name) != getattr(preset, one.name)
        ]
        self._do(preset_list.changed(self.presets, preset), f"{preset.id}: {names}")

    def add(self) -> None:
        """Add a copy of the current preset, which becomes the current one."""
        presets, made = preset_list.added(self.presets, self.preset)
        self.current = made.id
        self._do(presets)

    def rename(self, id: str, title: str) -> None:
        """Rename a preset. Raises InputError for an empty or taken title."""
        if title != title_of(next(one for one in self.presets if one.id == id)):
            self._do(preset_list.renamed(self.presets, id, title))

    def delete(self, id: str) -> None:
        """Delete a preset; the next one becomes the current one."""
        ids = [one.id for one in self.presets]
        presets = preset_list.removed(self.presets, id)
        if len(presets) == len(ids):
            return
        title = title_of(next(one for one in self.presets if one.id == id))
        if self.current == id:
            self.current = presets[min(ids.index(id), len(presets) - 1)].id
        self._do(presets)
        self.deleted.emit(title)

    def order(self, ids: tuple[str, ...]) -> None:
        """Put the presets into this order."""
        self._do(preset_list.ordered(self.presets, ids))

    def undo(self) -> str:
        """Undo the last change; returns a sentence about it."""
        if not self._done:
            return _("Nothing to undo")
        before, after = self._done.pop()
        self._undone.append((before, after))
        self._take(preset_list.replaced(self.presets, after, before))
        return _("Change of the presets undone")

    def redo(self) -> str:
        """Redo the change undone last; returns a sentence about it."""
        if not self._undone:
            return _("Nothing to redo")
        before, after = self._undone.pop()
        self._done.append((before, after))
        self._take(preset_list.replaced(self.presets, before, after))
        return _("Change of the presets redone")

    def _do(self, presets: Presets, what: str = "") -> None:
        if presets == self.presets:
            return
        if what and what == self._last and self._timer.isActive():
            self._done[-1] = (self._done[-1][0], presets)
        else:
            self._done.append((self.presets, presets))
        self._last = what
        self._undone.clear()
        self._take(presets)

    def _take(self, presets: Presets) -> None:
        self.presets = presets
        if all(one.id != self.current for one in presets):
            self.current = presets[0].id
        self._timer.start()
        self.changed.emit()

    def on_pause(self) -> None:
        spawn(self.save(), records=True)

    async def save(self) -> None:
        """Save the changes since the last save."""
        self._timer.stop()
        before, after = self._saved, self.presets
        if before == after:
            return
        self._saved = after
        try:
            await self._service().change_presets(
                partial(preset_list.replaced, before=before, after=after)
            )
        except StorageError as error:
            # The unsaved presets stay in use until the window is closed; the next change saves
            # them.
            self._saved = before
            self.failed.emit(error)

    def show_others(self, presets: Presets) -> None:
        """Adopt presets that were saved elsewhere, unless there are newer changes here."""
        if self.presets == self._saved and presets != self.presets:
            self.presets = self._saved = presets
            self._done.clear()
            self._undone.clear()
            if all(one.id != self.current for one in presets):
                self.current = presets[0].id
            self.changed.emit()
