"""Locating the missing file of a picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext, number
from studio.domain.entities import Picture
from studio.library.operations import relink
from studio.ui.support import file_dialogs
from studio.ui.support.ports import Messages
from studio.ui.widgets.message_bar import MessageBar

_ABOUT = "locate"


class MissingFiles:
    """Lets the user locate missing files."""

    def __init__(self, core: Core, messages: Messages, bar: MessageBar, parent: QWidget) -> None:
        self._core = core
        self._messages = messages
        self._bar = bar
        self._parent = parent

    async def locate(self, picture: Picture) -> None:
        """Ask for the file of a picture. Raises StorageError."""
        title = _("Where is {name}?").format(name=picture.name)
        # The file may have been renamed.
        dialog = file_dialogs.file_dialog(self._parent, title, self._core.library.folder)
        dialog.selectFile(Path(picture.path).name)
        if (chosen := await file_dialogs.chosen(dialog)) is not None:
            await self.relink_file(picture, chosen)

    async def relink_file(self, picture: Picture, file: Path) -> None:
        """Link the picture to this file, and other missing pictures to files beside it."""
        try:
            found = await relink.locate(self._core.library.store, picture, file)
        except InputError as error:
            self._messages.on_error(error, _ABOUT)
            return
        self._bar.dismiss(_ABOUT)
        n = len({*found.back, *found.moved})
        if n:
            self._messages.show_message(
                ngettext("{n} missing file found", "{n} missing files found", n).format(n=number(n))
            )
