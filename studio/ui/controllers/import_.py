"""Import of files chosen by the user or dropped on the gallery.

An import runs in the background. The message bar shows its progress and can stop it; pictures
imported until then stay. Modules for reading files and drops are loaded at first use (3 MB).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.app.core import Core
from studio.common.errors import StudioError
from studio.common.file_types import PNG, kind_of
from studio.common.i18n import _, ngettext, number, sentences
from studio.domain.entities import Reference, Role
from studio.ui.dialogs.import_pictures import ImportDialog
from studio.ui.panels.composer.composer import Composer
from studio.ui.style.theme import theme
from studio.ui.support import drop_area, drop_contents, file_dialogs, tasks
from studio.ui.support.drop_area import (
    Drag,
    DropArea,
    DropCover,
    brings_files,
    brings_local_files,
)
from studio.ui.support.ports import Messages
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice

if TYPE_CHECKING:
    from studio.library.operations.import_ import Import, ImportProgress

KEY = "import"
_TELL_EVERY = 1.0
"""Seconds between progress messages: screen readers speak each one."""


class ImportController(QObject):
    """Imports of one window, one after the other."""

    def __init__(
        self,
        core: Core,
        messages: Messages,
        *,
        views: QStackedWidget,
        composer: Composer,
        bar: MessageBar,
        welcoming: Callable[[], bool],
        attention: Callable[[], object],
        brought: Callable[[Reference], object],
        select: Callable[[Sequence[str]], Awaitable[None]],
        parent: QWidget,
    ) -> None:
        """`welcoming` returns whether the page of the first start is shown.

        `attention` returns a snapshot of view and selection; the imported pictures (their ids) are
        selected only if it is the same as before the import. `brought` is called with a picture
        from outside that became a reference.
        """
        super().__init__(parent)
        self._core = core
        self._messages = messages
        self._views = views
        self._composer = composer
        self._bar = bar
        self._welcoming = welcoming
        self._attention = attention
        self._select = select
        self._parent = parent
        self._target: ImportTarget | None = None
        self._work: SpawnedTask | None = None
        self._waiting: list[tuple[drop_contents.DropContents, tuple[str, ...], object]] = []
        self._taken_from: Path | None = None
        self._told = 0.0
        self._area = DropArea(parent, brings_files)
        self._area.over.connect(self.on_drag)
        self._area.ended.connect(self.on_drag_ended)
        self._area.dropped.connect(self.on_dropped_on_window)
        views.currentChanged.connect(self.on_page_changed)
        composer.brought.connect(brought)
        composer.folders.connect(self.on_folders)

    def is_under_way(self) -> bool:
        """Whether an import is running."""
        return self._work is not None and not self._work.done()

    def choose(self, *, folder: bool) -> None:
        """Ask for files, or for a folder."""
        spawn(self._choose(folder=folder))

    async def _choose(self, *, folder: bool) -> None:
        if folder:
            make, title = file_dialogs.folder_dialog, _("Import a folder")
        else:
            make, title = file_dialogs.pictures_dialog, _("Import pictures")
        chosen = await file_dialogs.all_chosen(make(self._parent, title, self._taken_from))
        if not chosen:
            return
        self._taken_from = chosen[0].parent
        known = [name for name, _n in await self._core.library.collections.tags()]
        dialog = ImportDialog(chosen, known, self._parent)
        try:
            accepted = await tasks.finished(dialog)
            tags = dialog.tags if accepted else ()
        finally:
            dialog.deleteLater()
        if accepted:
            self.import_paths(chosen, tags)

    def import_paths(self, paths: Sequence[Path], tags: Sequence[str] = ()) -> None:
        """Import these paths, after any running import; `tags` are given to every picture."""
        self.take_in(drop_contents.DropContents(paths=tuple(paths)), tags)

    def take_in(self, incoming: drop_contents.DropContents, tags: Sequence[str] = ()) -> None:
        """Import content of another program: files or image data."""
        if incoming.paths or incoming.blobs or incoming.troubles:
            self._waiting.append((incoming, tuple(tags), self._attention()))
        if self._waiting and not self.is_under_way():
            self._work = spawn(self._import_next())

    async def _import_next(self) -> None:
        # Imported late: 2.2 MB, only for imports.
        from studio.library.operations import import_

        core = self._core
        while self._waiting:
            incoming, tags, before = self._waiting.pop(0)
            paths = list(incoming.paths)
            refused = [(error.name, error.reason) for error in incoming.troubles]
            neutral = core.settings.value.neutral_names
            store = core.library.store
            one = import_.Import(store, core.decoder, neutral_names=neutral, tags=tags)
            folder: Path | None = None
            try:
                if incoming.blobs:
                    pictures = await self._read(incoming.blobs, refused)
                    folder, more = await import_.spooled(store, pictures)
                    paths += more
                await one.run(paths, self._show_progress, refused=refused)
            finally:
                self._bar.dismiss(KEY)
                change = ""
                if one.result.ids:
                    # Recorded even if the import was stopped: pictures imported until then stay.
                    change = await self._record(import_.record_step(store, one.result.ids))
                    if self._attention() == before:
                        await self._select(one.result.ids)
                self._show_outcome(one, change)
                if folder is not None:
                    await import_.unspool(folder)

    async def _record(self, step: Coroutine[object, object, str]) -> str:
        """Id of the recorded change; "" if it could not be recorded."""
        try:
            return await asyncio.shield(step)
        except StudioError as error:
            # The pictures are imported anyway.
            self._messages.on_problem(error)
            return ""

    @staticmethod
    async def _read(
        blobs: Sequence[drop_contents.PictureBlob], refused: list[tuple[str, str]]
    ) -> list[tuple[str, bytes]]:
        """Bytes of pictures dropped without a file; unreadable ones are added to `refused`."""
        found: list[tuple[str, bytes]] = []
        for blob in blobs:
            name = _("Dropped picture")
            try:
                data = await blob.read()
            except StudioError as error:
                refused.append((name, error.message))
                continue
            kind = kind_of(data[:64]) or PNG
            found.append((f"{name}{kind.extension}", data))
        return found

    def _show_outcome(self, one: Import, change: str) -> None:
        # Imported late, as above.
        from studio.library.operations import import_, import_sources

        result = one.result
        self._messages.show_change(import_.sentence(result), change)
        said = []
        if result.unreadable:
            n = len(result.unreadable)
            words = ngettext("{n} file was not imported.", "{n} files were not imported.", n)
            said += [words.format(n=number(n)), import_sources.refusals(result.unreadable)]
        if any(kind.picture or kind.meant for kind, _n in result.left_out):
            said.append(import_sources.words_of(result.left_out))
        if said:
            text = sentences(*said)
            self._bar.show_notice(
                Notice(key="not imported", text=text, tone="warn", icon="warning", here=True)
            )

    def _show_progress(self, progress: ImportProgress) -> None:
        now = time.monotonic()
        if now - self._told < _TELL_EVERY or progress.done == progress.found:
            return
        self._told = now
        words = _("Importing pictures: {done} of {found}")
        self._bar.show_notice(
            Notice(
                key=KEY,
                text=words.format(done=number(progress.done), found=number(progress.found)),
                icon="import",
                actions=(MessageAction(_("Stop"), self.stop),),
                closable=False,
            )
        )

    def stop(self) -> None:
        """Stop after the current file; pictures imported so far stay."""
        self._waiting.clear()
        if self._work is not None:
            self._work.cancel()

    # Drops

    def show_target(self, mime: QMimeData) -> None:
        """Show the gallery's drop target while files are dragged over the window."""
        n = drop_contents.number_in(mime)
        if not n or self._welcoming():
            return
        if self._target is None:
            self._target = ImportTarget(self._views)
            self._target.dropped.connect(self.on_dropped)
        self._target.cover(n)

    def hide_target(self) -> None:
        """Hide the drop target after the drag."""
        if self._target is not None:
            self._target.hide_soon()

    def on_drag(self, drag: Drag) -> None:
        """Show the drop targets for a drag from another program."""
        if not drag.begins:
            return
        # A folder cannot be a reference, but it can be imported.
        if drop_contents.accepts(drag.mime):
            self._composer.show_drop_target(True)
        self.show_target(drag.mime)

    def on_drag_ended(self, gone: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Hide the drop targets: the drag left the window, or entered a part with its own area."""
        self._composer.on_drag_ended(gone)
        if self._target is not None and gone:
            self._target.hide()
        self.hide_target()

    def on_dropped_on_window(self, drag: Drag) -> None:
        """Add content dropped outside all drop targets to the composer."""
        role = Role.EDIT if self._welcoming() else Role.FREE
        self._composer.add_contents(drag.contents, role)

    def on_folders(self, folders: tuple[Path, ...]) -> None:
        """Offer to import folders that were given as references."""
        n = len(folders)
        words = ngettext(
            "A folder was left out: references are single pictures.",
            "{n} folders were left out: references are single pictures.",
            n,
        )
        label = ngettext("Import its pictures", "Import their pictures", n)
        self._composer.open_full()
        self._composer.bar.show_notice(
            Notice(
                key="folders",
                text=words.format(n=number(n)),
                icon="folder",
                actions=(MessageAction(label, partial(self.import_paths, folders)),),
            )
        )

    def on_page_changed(self) -> None:
        """Restart the drag handling, since another view is now below the pointer."""
        drop_area.end_all()

    def on_dropped(self, incoming: drop_contents.DropContents) -> None:
        """Import content dropped on the gallery."""
        self._composer.on_drag_ended(True)
        self.take_in(incoming)


class ImportTarget(DropCover):
    """Overlay on the gallery while files are dragged over the window.

    Signals:
        dropped(object): the DropContents.
    """

    dropped = Signal(object)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, brings_local_files)
        self._n = 0
        self.area.dropped.connect(self.on_dropped)

    @property
    def inside(self) -> bool:
        """Whether the drag is over the overlay."""
        return self.area.inside

    def cover(self, n: int) -> None:
        """Show the overlay over the whole gallery, for `n` files."""
        self._n = n
        parent = self.parentWidget()
        assert parent is not None
        self.setGeometry(parent.rect())
        self.show_now()
        self.raise_()

    def on_dropped(self, drag: Drag) -> None:
        self.dropped.emit(drag.contents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = look.color("tint" if self.inside else "mat")
        ground.setAlphaF(0.92)
        painter.fillRect(self.rect(), ground)
        words = ngettext("Import {n} item", "Import {n} items", self._n).format(n=number(self._n))
        painter.setFont(look.font("title"))
        painter.setPen(look.color("ink" if self.inside else "text2"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
        self.paint_frame(painter, QRectF(self.rect()).adjusted(9, 9, -9, -9))
        painter.end()
