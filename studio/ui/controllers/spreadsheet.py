"""Spreadsheet of the selected pictures, or of all that are shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from studio.app import spreadsheet_file
from studio.app.core import Core
from studio.common import files
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext, number
from studio.ui.controllers.outgoing_pictures import OutgoingPictures
from studio.ui.controllers.pictures import show_files
from studio.ui.support import file_dialogs
from studio.ui.support.ports import Messages, SelectionSource, ShownPictures
from studio.ui.support.tasks import spawn


class SpreadsheetController(QObject):
    """Writes spreadsheets, as `gridbrush library csv` does."""

    def __init__(
        self,
        core: Core,
        selection: SelectionSource,
        shown: ShownPictures,
        messages: Messages,
        *,
        place_name: Callable[[], str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._outgoing = OutgoingPictures(core, selection, shown, place_name=place_name)
        self._messages = messages
        self._place_name = place_name
        self._parent = parent
        self._saved_in: Path | None = None

    def choose(self) -> None:
        """Choose a file, and write the table of the selection into it, or of all pictures shown."""
        spawn(self._choose())

    async def _choose(self) -> None:
        rows = (await self._outgoing.chosen()).rows
        if not rows:
            raise InputError(_("No pictures are shown here"))
        n = len(rows)
        title = ngettext("Spreadsheet of {n} picture", "Spreadsheet of {n} pictures", n).format(
            n=number(n)
        )
        name = f"{files.slug(self._place_name())}.csv"
        dialog = file_dialogs.saving_dialog(self._parent, title, name, self._saved_in)
        tables, everything = _("Spreadsheet"), _("All files")
        dialog.setNameFilters([f"{tables} (*.csv)", f"{everything} (*)"])
        if (target := await file_dialogs.chosen(dialog)) is None:
            return
        # The dialog has already asked about overwriting.
        written = await spreadsheet_file.write(self._core.library, rows, target, replace=True)
        self._saved_in = target.parent
        self._messages.offer_action(
            # Translators: {name} is a file.
            ngettext(
                "{n} picture listed in {name}", "{n} pictures listed in {name}", written
            ).format(n=number(written), name=target.name),
            _("Show in folder"),
            partial(_show, target),
        )


def _show(path: Path) -> None:
    if not show_files([path]):
        raise InputError(_("No file manager responded"), str(path.parent))
