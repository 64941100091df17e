"""Drag recipes: copies by a preset, made ahead of a drag or of copying to the clipboard.

A drag that begins before its copies are ready waits, and begins by itself while the button is down;
meanwhile it can be dropped within the window only, which needs no files.
Pictures and preset are looked up again when files leave, so that outdated copies are never dragged
out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.app.export.drag_copies import MOST_AHEAD, CopyBatch, CopyRequest, DragCopies
from studio.app.export.service import ExportPresetsChanged
from studio.common.errors import InputError, PictureUnreadable, StudioError
from studio.common.i18n import _, ngettext, number
from studio.domain.entities import Picture
from studio.domain.events import Event, RecordsChanged, SettingsChanged
from studio.domain.export import ORIGINALS, ExportFormat, ExportPreset
from studio.ui.controllers.drags import DragsController
from studio.ui.support import drag_and_drop
from studio.ui.support.drag_and_drop import DraggedPicture, refuse_too_many
from studio.ui.support.ports import Messages, SelectionSource, ShownPictures
from studio.ui.support.qt_overrides import needs
from studio.ui.support.tasks import spawn
from studio.ui.widgets import tips

STANDING = 300
"""Milliseconds a selection must stay the same before copies of it are made."""

_MEDIA_TYPES = {
    ExportFormat.PNG: "image/png",
    ExportFormat.JPEG: "image/jpeg",
    ExportFormat.WEBP: "image/webp",
    ExportFormat.TIFF: "image/tiff",
    ExportFormat.AVIF: "image/avif",
}


@dataclass(slots=True)
class _WaitingDrag:
    """A drag whose copies are being made.

    Attributes:
        trashed: ids of the pictures, and whether each was in the trash.
        outdated: whether pictures or presets changed, so that the request must be made again.
    """

    source: QWidget
    trashed: dict[str, bool]
    under: Picture
    request: CopyRequest
    outdated: bool = False


class DragRecipes(QObject):
    """Makes copies by the recipe of the collection or library, and drags them.

    Signals:
        changed: the recipe, its presets, or the copies made for the selection have changed.
    """

    changed = Signal()

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        selection: SelectionSource,
        messages: Messages,
        drags: DragsController,
        *,
        collection_name: Callable[[str], str],
        parent: QObject,
    ) -> None:
        """`collection_name` returns the name of a collection by its id, "" for an unknown one."""
        super().__init__(parent)
        self._core = core
        self._shown = shown
        self._selection = selection
        self._messages = messages
        self._drags = drags
        self._collection_name = collection_name
        self._presets: tuple[ExportPreset, ...] = ()
        self._waiting: _WaitingDrag | None = None
        self._ahead: CopyBatch | None = None
        self._standing = QTimer(self, singleShot=True, interval=STANDING)
        self._standing.timeout.connect(self.on_selection_stands)
        # A timer, because the coroutine that made the copies must not run the drag's nested event
        # loop.
        self._beginning = QTimer(self, singleShot=True, interval=0)
        self._beginning.timeout.connect(self.on_copies_made)
        self._made: _WaitingDrag | None = None
        self._copies: DragCopies = core.drag_copies
        self._copies.on_change = self._on_copied
        self.destroyed.connect(core.events.subscribe(self.on_core_event))

    # The recipe

    async def load_presets(self) -> None:
        """Read the presets, and prepare copies of the selection."""
        await self._read_presets()
        self.changed.emit()
        self.on_selection_changed()

    async def _read_presets(self) -> None:
        self._presets = await self._core.exports.presets()

    @property
    def presets(self) -> tuple[ExportPreset, ...]:
        """The presets that can be chosen, in the user's order; empty until they are read."""
        return self._presets

    @property
    def preset(self) -> ExportPreset:
        """The preset for the place shown; the preset of originals if it no longer exists."""
        return self._named(self._drags.recipe)

    @property
    def library_preset(self) -> ExportPreset:
        """The preset of the library, for collections without one of their own."""
        return self._named(self._core.settings.value.drag_recipes.get(self._core.library.id, ""))

    @property
    def own(self) -> bool:
        """Whether the collection that is shown has a recipe of its own."""
        return self._shown.query.collection in self._core.settings.value.drag_recipes

    @property
    def collection(self) -> str:
        """Name of the collection that is shown; "" for none."""
        return self._collection_name(self._shown.query.collection)

    @property
    def gives_originals(self) -> bool:
        """Whether a drag gives the originals themselves."""
        return _is_plain(self.preset)

    @property
    def prepared(self) -> tuple[int, int]:
        """Number of copies made for the selection, and of all that will be; zeros for none."""
        if self._waiting is not None:
            request = self._waiting.request
            batch = self._copies.find(request)
            return (0 if batch is None else batch.made, len(request.pictures))
        batch = self._ahead
        return (0, 0) if batch is None else (batch.made, batch.total)

    @property
    def waits(self) -> bool:
        """Whether a drag waits for its copies."""
        return self._waiting is not None

    def _named(self, id: str) -> ExportPreset:
        return next((one for one in self._presets if one.id == id), ORIGINALS)

    def choose(self, id: str) -> None:
        """Use this preset for drags from the place shown; "" for the library's preset again."""
        chosen = dict(self._core.settings.value.drag_recipes)
        place = self._shown.query.collection or self._core.library.id
        if id:
            chosen[place] = id
        else:
            chosen.pop(place, None)
        self._core.settings.change(drag_recipes=chosen)

    # Copies ahead

    def on_selection_changed(self) -> None:
        """Make copies of the selection once it has stayed the same for a moment."""
        self._ahead = None
        if self._presets and not self.gives_originals:
            self._standing.start()
        self.changed.emit()

    def on_place_changed(self) -> None:
        """Show the recipe of another place, and prepare copies by it."""
        self.on_selection_changed()

    def on_selection_stands(self) -> None:
        """Make copies of the selection."""
        if not self.gives_originals and 0 < len(self._selection.rows()) <= MOST_AHEAD:
            spawn(self._prepare_ahead())

    async def _prepare_ahead(self) -> None:
        found = await self._selection.pictures(MOST_AHEAD)
        there = [one for one in found if not one.missing]
        # The recipe may have been changed meanwhile.
        if there and not self.gives_originals and not self._standing.isActive():
            self._ahead = self._copies.prepare(self._request(there), ahead=True)
            self.changed.emit()

    def _request(self, pictures: Sequence[Picture]) -> CopyRequest:
        shown = self.collection

        def collection_of(picture: Picture) -> str:
            """The collection that is shown, else the first of the picture's own."""
            names = map(self._collection_name, picture.collections)
            return shown or next(filter(None, names), "")

        return CopyRequest.of(pictures, self.preset, collection_of)

    def _on_copied(self, batch: CopyBatch) -> None:
        waiting = self._waiting
        if waiting is not None and batch.request == waiting.request:
            self._tell_progress(waiting)
        self.changed.emit()

    def on_core_event(self, event: Event) -> None:
        """Prepare anew after a change of pictures, presets or recipes."""
        if isinstance(event, ExportPresetsChanged):
            self._presets = event.presets
        elif isinstance(event, SettingsChanged):
            if "drag_recipes" not in event.names:
                return
        elif not isinstance(event, RecordsChanged) or event.fields == ("seen",):
            return
        if self._waiting is not None:
            self._waiting.outdated = True
        self.on_selection_changed()

    # Dragging

    def drag(self, source: QWidget, pictures: Sequence[Picture], under: Picture) -> None:
        """Drag copies of these pictures; within the mouse event, or while the button is down.

        Nothing is dragged until all copies are ready. Raises StudioError.
        """
        refuse_too_many(len(pictures))
        if self._waiting is not None or not pictures:
            return
        if self._presets and self.gives_originals:
            # The chosen preset was deleted; the chip says so.
            self._drags.drag_originals(source, pictures, under)
            return
        request = self._request(pictures)
        files = self._copies.take_files(request) if self._presets else None
        if files is not None:
            self._drags.drag_out(source, _carried(pictures, files, request.preset), under)
            return
        trashed = {one.id: one.trashed for one in pictures}
        self._waiting = _WaitingDrag(source, trashed, under, request, outdated=not self._presets)
        _program().installEventFilter(self)
        self._tell_progress(self._waiting)
        self.changed.emit()
        spawn(self._make_waiting(self._waiting))

    async def _make_waiting(self, waiting: _WaitingDrag) -> None:
        """Make the copies of a drag that waits, then begin it outside of any coroutine."""
        try:
            await self._make_until_right(waiting)
        except StudioError as error:
            if waiting is self._waiting:
                self._end_waiting()
                hint = _("Hold Ctrl as you start dragging to get the original.")
                self._messages.on_error(_explained(error, hint), "drag")
            return
        self._made = waiting
        self._beginning.start()

    async def _make_until_right(self, waiting: _WaitingDrag) -> None:
        if not self._presets:
            await self._read_presets()
        while True:
            if waiting.outdated:
                waiting.outdated = False
                waiting.request = self._request(await self._found(waiting.trashed))
            if _is_plain(waiting.request.preset):
                return
            batch = await self._copies.make(waiting.request)
            if waiting.outdated:
                continue
            if batch.error is not None:
                raise batch.error
            return

    async def _found(self, trashed: Mapping[str, bool]) -> list[Picture]:
        """The pictures as they are now. Raises InputError if one is gone."""
        found = await self._core.library.find(list(trashed))
        there = [one for one in found if not one.missing and one.trashed is trashed[one.id]]
        if len(there) < len(trashed):
            raise InputError(
                _("Not dragged: the pictures have changed meanwhile"), hint=_("Drag them again.")
            )
        return there

    def on_copies_made(self) -> None:
        """Begin the drag that waited, if the button is still down."""
        waiting, self._made = self._made, None
        if waiting is None:
            return
        if waiting is not self._waiting:
            self._tell_ready(waiting)
            return
        if waiting.outdated:
            spawn(self._make_waiting(waiting))
            return
        self._end_waiting()
        held = bool(QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton)
        if not held or not shiboken6.isValid(waiting.source) or not waiting.source.isVisible():
            self._tell_ready(waiting)
            return
        try:
            self.drag(waiting.source, waiting.request.pictures, waiting.under)
        except StudioError as error:
            self._messages.on_error(error, "drag")

    def _tell_ready(self, waiting: _WaitingDrag) -> None:
        """Say that the copies are ready, after the button was released too early."""
        batch = self._copies.find(waiting.request)
        if batch is not None and batch.ready and self._waiting is None:
            self._messages.show_message(
                ngettext(
                    "{n} copy is ready to be dragged", "{n} copies are ready to be dragged",
                    batch.total,
                ).format(n=number(batch.total))
            )  # fmt: skip

    def _end_waiting(self) -> None:
        self._waiting = None
        _program().removeEventFilter(self)
        tips.hide_at_pointer()
        self.changed.emit()

    def _tell_progress(self, waiting: _WaitingDrag) -> None:
        if shiboken6.isValid(waiting.source):
            tips.show_at_pointer(waiting.source, progress_words(*self.prepared))

    @needs("_waiting")
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """End the wait when the button is released, or with Esc."""
        kind = event.type()
        key = event.key() if isinstance(event, QKeyEvent) else None
        waiting = self._waiting
        if waiting is None:
            return False
        if kind == QEvent.Type.KeyPress and key == Qt.Key.Key_Escape:
            self._end_waiting()
        elif kind == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            self._end_waiting()
            # The window itself needs no files.
            ids = tuple(waiting.trashed)
            drag_and_drop.drop_inside(ids, event.globalPosition().toPoint(), waiting.source)
        return False

    # The clipboard

    async def files(self, pictures: Sequence[Picture]) -> list[DraggedPicture]:
        """Copies of these pictures by the recipe, for the clipboard. Raises StudioError."""
        if not self._presets:
            await self._read_presets()
        while pictures and not self.gives_originals:
            request = self._request(pictures)
            batch = await self._copies.make(request)
            if batch.error is not None:
                raise _explained(batch.error, _("Copy the original instead."))
            found = await self._core.library.find([one.id for one in pictures])
            pictures = [one for one in found if not one.missing]
            # Copies outdated by a change made meanwhile are made again.
            if self._request(pictures) == request and (paths := self._copies.take_files(request)):
                return _carried(pictures, paths, request.preset)
        return await self._drags.originals(pictures)


def progress_words(made: int, total: int) -> str:
    """Progress of the copies, in a few words."""
    return _("Preparing {n} of {total}").format(n=number(min(made + 1, total)), total=number(total))


def _program() -> QCoreApplication:
    made = QCoreApplication.instance()
    assert made is not None
    return made


def _is_plain(preset: ExportPreset) -> bool:
    """Whether a preset gives the originals themselves, under their own names."""
    return preset.fixed and not preset.pattern


def _carried(
    pictures: Sequence[Picture], paths: Sequence[Path], preset: ExportPreset
) -> list[DraggedPicture]:
    media_type = _MEDIA_TYPES.get(preset.format, "")
    return [
        DraggedPicture(one, path, media_type) for one, path in zip(pictures, paths, strict=True)
    ]


def _explained(error: StudioError, hint: str) -> StudioError:
    """The error with a hint at the alternatives, if it is about the picture."""
    if isinstance(error, PictureUnreadable):
        return PictureUnreadable(error.title, error.message, hint=hint)
    return error
