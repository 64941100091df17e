"""Window shown when the library cannot be opened: cause and remedies."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.common.errors import LibraryLocked, StudioError
from studio.common.i18n import _
from studio.ui.dialogs.question import Question


class StartErrorDialog(Question):
    """Explains why the program cannot start.

    Attributes:
        anyway: whether the user confirmed that the other computer has closed the library.
    """

    def __init__(self, error: StudioError, parent: QWidget | None = None) -> None:
        super().__init__(
            error.title,
            (error.message, error.hint),
            parent,
            caption=_("Gridbrush cannot start"),
            width=480,
        )
        self.anyway = False
        if isinstance(error, LibraryLocked) and error.elsewhere:
            self.open_anyway = self.add_button(_("Open anyway"), self.on_open_anyway)
        self.add_button(_("Quit"), self.accept, kind="primary", first=True)

    def on_open_anyway(self) -> None:
        self.anyway = True
        self.accept()
