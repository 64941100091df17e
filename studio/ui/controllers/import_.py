"""Pictures from elsewhere on their way into the library: chosen, or dropped on the gallery.

An import goes on beside everything else. The message bar says how far it is and can stop it; what
was taken until then stays.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from studio.ui import dragging
from studio.ui.controls import Notice
from studio.ui.tasks import Work, spawn
from studio.ui.theme import theme
from studio.words import _, ngettext

if TYPE_CHECKING:
    from studio.library.importing import Import, Progress
    from studio.ui.main_window import StudioWindow

KEY = "import"
LINGER = 120  # milliseconds
_TELL_EVERY = 1.0
"""Seconds between two sentences of how far it is: a screen reader says each."""


class Bringing(QObject):
    """Imports for one window, one after the other."""

    def __init__(self, window: StudioWindow) -> None:
        super().__init__(window)
        self._window = window
        self._target: ImportTarget | None = None
        self._work: Work | None = None
        self._waiting: list[Path] = []
        self._taken_from: Path | None = None
        self._told = 0.0

    @property
    def under_way(self) -> bool:
        """Whether pictures are being imported."""
        return self._work is not None and not self._work.done()

    def choose(self, *, folder: bool) -> None:
        """Let the user choose files, or a folder."""
        spawn(self._choose(folder=folder))

    async def _choose(self, *, folder: bool) -> None:
        from studio.ui.dialogs import file_dialogs

        if folder:
            make, title = file_dialogs.folder_dialog, _("Import a folder")
        else:
            make, title = file_dialogs.pictures_dialog, _("Import pictures")
        chosen = await file_dialogs.all_chosen(make(self._window, title, self._taken_from))
        if chosen:
            self._taken_from = chosen[0].parent
        self.take(chosen)

    def take(self, paths: Sequence[Path]) -> None:
        """Import these; what comes while one is under way comes after it."""
        self._waiting.extend(paths)
        if self._waiting and not self.under_way:
            self._work = spawn(self._take())

    async def _take(self) -> None:
        from studio.library import importing

        core = self._window.core
        while self._waiting:
            paths, self._waiting = self._waiting, []
            neutral = core.settings.value.neutral_names
            one = importing.Import(core.library, core.decoder, neutral_names=neutral)
            try:
                await one.run(paths, self._tell)
            finally:
                self._window.messages.dismiss(KEY)
                self._say(one)

    def _say(self, one: Import) -> None:
        from studio.library import importing

        result = one.result
        self._window.talking.tell(importing.sentence(result))
        if result.unreadable:
            n = len(result.unreadable)
            path, why = result.unreadable[0]
            words = ngettext(
                "{n} file was not imported: {name} ({why}).",
                "{n} files were not imported, such as {name} ({why}).",
                n,
            )
            text = words.format(n=f"{n:,}", name=Path(path).name, why=why.rstrip("."))
            self._window.messages.show_notice(
                Notice(key="not imported", text=text, tone="warn", icon="warning")
            )

    def _tell(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._told < _TELL_EVERY or progress.done == progress.found:
            return
        self._told = now
        words = _("Importing pictures: {done} of {found}")
        self._window.messages.show_notice(
            Notice(
                key=KEY,
                text=words.format(done=f"{progress.done:,}", found=f"{progress.found:,}"),
                icon="import",
                actions=(("stop_import", _("Stop")),),
                closable=False,
            )
        )

    def stop(self) -> None:
        """End the import after the file it is at; what was taken stays."""
        self._waiting.clear()
        if self._work is not None:
            self._work.cancel()

    # Drops

    def show_target(self, mime: QMimeData) -> None:
        """Files are dragged over the window: the gallery takes them into the library."""
        n = len(dropped_files(mime))
        if not n or self._window.welcoming:
            return
        if self._target is None:
            self._target = ImportTarget(self._window.views)
            self._target.dropped.connect(self.on_dropped)
        self._target.cover(n)

    def hide_target(self) -> None:
        """The drag is over."""
        if self._target is not None:
            self._target.hide_soon()

    def on_dropped(self, paths: object) -> None:
        """Files were dropped on the gallery."""
        assert isinstance(paths, tuple)
        self._window.composer.show_drop_target(False)
        self.take(paths)


class ImportTarget(QWidget):
    """Lies over the gallery while files are dragged over the window.

    Attributes:
        inside: the drag is over it.

    Signals:
        dropped: the files (tuple of paths).
    """

    dropped = Signal(object)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._n = 0
        self.inside = False
        # A drag that moves from the window onto this leaves the window first.
        self._away = QTimer(self, singleShot=True, interval=LINGER)
        self._away.timeout.connect(self.hide)
        self.setAcceptDrops(True)
        self.hide()

    def cover(self, n: int) -> None:
        """Appear over the whole of the gallery, for that many files."""
        self._n = n
        self._away.stop()
        parent = self.parentWidget()
        assert parent is not None
        self.setGeometry(parent.rect())
        self.show()
        self.raise_()

    def hide_soon(self) -> None:
        """Vanish a moment later, unless the drag goes on over this."""
        if not self.inside:
            self._away.start()

    def _turn(self, *, inside: bool) -> None:
        self.inside = inside
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()):
            self._away.stop()
            self._turn(inside=True)
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._turn(inside=False)
        self._away.start()

    def dropEvent(self, event: QDropEvent) -> None:
        self._turn(inside=False)
        self.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(dropped_files(event.mimeData()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = look.color("tint" if self.inside else "mat")
        ground.setAlphaF(0.92)
        painter.fillRect(self.rect(), ground)
        words = ngettext("Import {n} item", "Import {n} items", self._n).format(n=f"{self._n:,}")
        painter.setFont(look.font("title"))
        painter.setPen(look.color("ink" if self.inside else "text2"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
        pen = QPen(look.color("accent"), 2)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(9, 9, -9, -9), 10, 10)
        painter.end()


def dropped_files(mime: QMimeData) -> tuple[Path, ...]:
    """Local files and folders of a drag from outside; nothing for pictures of the gallery."""
    if mime.hasFormat(dragging.IDS) or not mime.hasUrls():
        return ()
    return tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
