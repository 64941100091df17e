"""Checking and backing up the library from the window, and crash reports.

Not needed to show the window, so imported at first use.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.app.core import Core
from studio.common.i18n import _, ngettext, number
from studio.library.operations import backup
from studio.library.operations.verify import VerifyReport
from studio.library.stopped import Stopped
from studio.remote import server
from studio.remote.protocol import ChangeLibrary
from studio.ui.dialogs.question import ProgressDialog, Question
from studio.ui.support import clipboard, desktop_services, file_dialogs, formatting, tasks
from studio.ui.support.ports import Messages
from studio.ui.widgets.edit_menu import EditMenu


class TextDialog(Question):
    """Dialog with a long text to read or copy, and optional actions.

    Attributes:
        body: the text, plain and selectable.
    """

    def __init__(
        self,
        title: str,
        text: str,
        body: str,
        parent: QWidget,
        *ways: tuple[str, Callable[[], None]],
    ) -> None:
        """`ways` are buttons before Copy and Close: label and callback."""
        super().__init__(title, [text], parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 420)
        self.body = QPlainTextEdit(body, self)
        EditMenu(self.body)
        self.body.setReadOnly(True)
        self.body.setAccessibleName(title)
        self.column.addSpacing(4)
        self.column.addWidget(self.body, 1)
        for label, act in ways:
            self.add_button(label, act)
        self.add_button(_("Copy"), self.on_copy)
        self.add_button(_("Close"), self.accept, kind="primary", first=True)

    def on_copy(self) -> None:
        clipboard.put_text(self.body.toPlainText())


class MaintenanceActions(QObject):
    """Maintenance of the library for one window.

    Signals:
        mended: the library's files were repaired.
    """

    mended = Signal()

    def __init__(self, core: Core, messages: Messages, parent: QWidget) -> None:
        super().__init__(parent)
        self._core = core
        self._messages = messages
        self._parent = parent

    async def check(self) -> None:
        """Verify every original and show the result."""
        core = self._core
        work = ProgressDialog(
            _("Checking all pictures"),
            _("Comparing every picture with its recorded hash. Nothing is changed."),
            self._parent,
        )
        work.open()
        try:
            work.expect((await core.library.counts(0.0)).all)
            report = await server.check(core, work.step)
        except Stopped:
            return
        finally:
            work.close()
            work.deleteLater()
        self._show_report(report)

    def _show_report(self, report: VerifyReport) -> None:
        if report.whole and not report.orphans:
            n = report.checked
            text = ngettext("{n} picture is unchanged", "All {n} pictures are unchanged", n).format(
                n=number(n)
            )
            self._messages.show_message(text)
            return
        ways = []
        if not report.whole and self._core.library.writable:
            ways = [(_("Repair"), self.on_mend)]
        TextDialog(
            _("Some files have changed") if not report.whole else _("All pictures are intact"),
            ngettext(
                "{sound} of {checked} picture is unchanged.",
                "{sound} of {checked} pictures are unchanged.",
                report.checked,
            ).format(sound=number(report.sound), checked=number(report.checked)),
            "\n".join(_lines(report)),
            self._parent,
            *ways,
        ).open()

    def on_mend(self) -> None:
        """Repair the reported problems."""
        tasks.spawn(self._mend())

    async def _mend(self) -> None:
        said = await server.carry_out(self._core, ChangeLibrary(action="fix"))
        n = said.number
        self._messages.show_message(
            ngettext("{n} problem repaired", "{n} problems repaired", n).format(n=number(n))
        )
        self.mended.emit()

    async def back_up(self) -> None:
        """Ask for a file and back up the library into it."""
        usual = QStandardPaths.StandardLocation.DocumentsLocation
        dialog = file_dialogs.saving_dialog(
            self._parent,
            _("Back up the library"),
            time.strftime("Gridbrush %Y-%m-%d.zip"),
            Path(QStandardPaths.writableLocation(usual)),
        )
        if (target := await file_dialogs.chosen(dialog)) is not None:
            await self.back_up_to(target)

    async def back_up_to(self, target: Path) -> None:
        """Back up the library into `target`, with progress; cancelling removes the file."""
        core = self._core
        work = ProgressDialog(
            _("Backing up"),
            _("Saving pictures, records and settings to {name}, without keys.").format(
                name=target.name
            ),
            self._parent,
        )
        work.open()
        more = {"settings.json": core.paths.settings_file, "draft.json": core.paths.draft_file}
        try:
            work.expect(await asyncio.to_thread(backup.size_of, core.library.folder))
            # The file dialog has already asked about overwriting.
            write = partial(backup.write, over=True)
            await asyncio.to_thread(write, core.library.folder, target, more, work.step)
        except Stopped:
            return
        finally:
            work.close()
            work.deleteLater()
        size = formatting.megabytes((await asyncio.to_thread(target.stat)).st_size)
        self._messages.show_message(
            _("Backup saved to {name}, {size}").format(name=target.name, size=size)
        )

    def show_crash(self, text: str) -> TextDialog:
        """Show a crash report, which contains no keys."""
        shown = TextDialog(
            _("Gridbrush closed unexpectedly last time"),
            _(
                "All saved work is safe. This report has function names and line numbers, no "
                "keys. It was not sent."
            ),
            text,
            self._parent,
            (_("Open log folder"), self.on_log_folder),
        )
        shown.open()
        return shown

    def on_log_folder(self) -> None:
        desktop_services.open_folder(self._core.paths.log_folder)


def _lines(report: VerifyReport) -> list[str]:
    return [
        *(_("missing: {id}").format(id=id) for id in report.missing),
        *(_("changed: {id}").format(id=id) for id in report.changed),
        *(_("damaged reference: {name}").format(name=name) for name in report.damaged_inputs),
        *(_("not in the records: {path}").format(path=path) for path in report.orphans),
        *(
            [_("unreadable lines in the records: {n}").format(n=number(report.damaged_records))]
            if report.damaged_records
            else []
        ),
    ]
