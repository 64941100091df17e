"""What the user does to the library as a whole: another one, another place, an empty trash."""

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
from studio.ui.widgets import MessageBar

if TYPE_CHECKING:
    from studio.ui.dialogs.open_library import LibraryOpener
    from studio.ui.dialogs.relocate_library import LibraryMover


class LibraryCommands(QObject):
    """Opens, moves and empties.

    Attributes:
        opener, mover: made when they are first asked for.
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
        """`importing` says whether an import is under way."""
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
        """Choose another library; a new start opens it."""
        spawn(self.opener.get().choose())

    def move(self) -> None:
        """Choose where the library shall lie; asks, moves it and begins again there."""
        spawn(self.mover.get().choose())

    def empty_trash(self) -> None:
        """Delete what is in the trash for good; asks first."""
        spawn(self.emptier.ask_to_empty_trash())

    def _make_opener(self) -> LibraryOpener:
        # With the mover 1.1 MB, for what is done once in a while.
        from studio.ui.dialogs.open_library import LibraryOpener

        return LibraryOpener(self._core, self._messages, self._bar, self._parent)

    def _make_mover(self) -> LibraryMover:
        # As above.
        from studio.ui.dialogs.relocate_library import LibraryMover

        return LibraryMover(
            self._core,
            self._messages,
            importing=self._importing,
            reopen=self.opener.get().reopen,
            parent=self._parent,
        )
