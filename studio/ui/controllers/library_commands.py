"""Commands for the whole library: open another, move, empty the trash."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.ui.dialogs.empty_trash import TrashEmptier
from studio.ui.support.late import Late
from studio.ui.support.ports import Messages
from studio.ui.support.tasks import spawn
from studio.ui.widgets.message_bar import MessageBar

if TYPE_CHECKING:
    from studio.ui.dialogs.open_library import LibraryOpener
    from studio.ui.dialogs.relocate_library import LibraryMover


class LibraryCommands(QObject):
    """Commands of one window.

    Attributes:
        opener, mover: created at first use.
        emptier: empties the trash.
    """

    def __init__(
        self,
        core: Core,
        messages: Messages,
        bar: MessageBar,
        *,
        importing: Callable[[], bool],
        parent: QWidget,
    ) -> None:
        """`importing` returns whether an import is running."""
        super().__init__(parent)
        self._core = core
        self._messages = messages
        self._bar = bar
        self._importing = importing
        self._parent = parent
        self.opener: Late[LibraryOpener] = Late(self._make_opener)
        self.mover: Late[LibraryMover] = Late(self._make_mover)
        self.emptier = TrashEmptier(core, messages, parent)

    def open_another(self) -> None:
        """Choose another library, which a restart opens."""
        spawn(self.opener.get().choose())

    def move(self) -> None:
        """Choose a new place, confirm, move the library and restart."""
        spawn(self.mover.get().choose())

    def empty_trash(self) -> None:
        """Delete the trash permanently, after a confirmation."""
        spawn(self.emptier.ask_to_empty_trash())

    def _make_opener(self) -> LibraryOpener:
        # Imported late: 1.1 MB with the mover, and rarely used.
        from studio.ui.dialogs.open_library import LibraryOpener

        return LibraryOpener(self._core, self._messages, self._bar, self._parent)

    def _make_mover(self) -> LibraryMover:
        # Imported late, as above.
        from studio.ui.dialogs.relocate_library import LibraryMover

        return LibraryMover(
            self._core,
            self._messages,
            importing=self._importing,
            reopen=self.opener.get().reopen,
            parent=self._parent,
        )
