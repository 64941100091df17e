"""Opening the originals of selected pictures in other programs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext, number
from studio.domain.entities import Picture
from studio.library.files import save_copies
from studio.ui.controllers.pictures import with_files
from studio.ui.support import desktop_services, file_dialogs, installed_programs
from studio.ui.support.installed_programs import Program
from studio.ui.support.ports import Messages, SelectionSource
from studio.ui.support.tasks import spawn
from studio.ui.widgets.menu import Menu

MOST = 50
"""Maximum number of pictures opened at once."""

_REMEMBERED = 5


class OpenWith(QObject):
    """Menu of programs for the selected pictures."""

    def __init__(
        self, core: Core, selection: SelectionSource, messages: Messages, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._selection = selection
        self._messages = messages
        self._parent = parent
        self._installed: dict[tuple[str, ...], list[Program]] = {}

    def choose(self) -> None:
        """Open the menu of programs at the pointer."""
        menu = Menu("", self._parent)
        self.fill(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    def fill(self, menu: Menu) -> None:
        """Fill a menu: the default program, remembered and installed ones, and any other."""
        self._add(menu, _("Default program"), self.open_default)
        remembered = [
            installed_programs.program_file(Path(path))
            for path in self._core.settings.value.open_with
        ]
        for program in remembered:
            self._add(menu, program.name, partial(self.open_in, program))
        last = menu.addSeparator()
        self._add(menu, _("Another program…"), self.choose_program)
        spawn(self._add_installed(menu, last, {program.name for program in remembered}))

    async def _add_installed(self, menu: Menu, last: QAction, known: set[str]) -> None:
        """Insert the installed programs once they are read."""
        pictures = await self._selection.pictures(MOST + 1)
        types = tuple(sorted({picture.media_type for picture in pictures}))
        if not types:
            return
        if types not in self._installed:
            self._installed[types] = await asyncio.to_thread(installed_programs.installed, types)
        if not shiboken6.isValid(menu):
            return
        for program in self._installed[types]:
            if program.name not in known:
                action = self._add(menu, program.name, partial(self.open_in, program))
                menu.removeAction(action)
                menu.insertAction(last, action)

    def _add(self, menu: Menu, text: str, act: Callable[[], object]) -> QAction:
        action = menu.entry(text)
        action.triggered.connect(partial(_run, act))
        return action

    def open_default(self) -> None:
        """Open the selected pictures in the system's default program."""
        spawn(self._open_default())

    async def _open_default(self) -> None:
        for path in await self._paths():
            if not desktop_services.open_picture(path):
                raise InputError(
                    _("No program opened {name}").format(name=path.name),
                    hint=_("Choose another program with Open with…"),
                )

    def open_in(self, program: Program) -> None:
        """Open the selected pictures in a program."""
        spawn(self._open_in(program))

    async def _open_in(self, program: Program) -> None:
        paths = await self._paths()
        if not paths:
            return
        if not installed_programs.start(program, paths):
            raise InputError(
                # Translators: {name} is a program.
                _("{name} cannot be started").format(name=program.name),
                hint=_("Choose another program with Open with…"),
            )
        n = len(paths)
        text = ngettext("{n} picture opened in {name}", "{n} pictures opened in {name}", n)
        self._messages.show_message(text.format(n=number(n), name=program.name))

    def choose_program(self) -> None:
        """Choose a program file, remember it, and open the selected pictures in it."""
        spawn(self._choose_program())

    async def _choose_program(self) -> None:
        start = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.ApplicationsLocation
        )
        dialog = file_dialogs.file_dialog(self._parent, _("Open with"), Path(start))
        if (chosen := await file_dialogs.chosen(dialog)) is None:
            return
        before = [path for path in self._core.settings.value.open_with if path != str(chosen)]
        await self._open_in(installed_programs.program_file(chosen))
        self._core.settings.change(open_with=(str(chosen), *before[: _REMEMBERED - 1]))

    async def _paths(self) -> list[Path]:
        """Files of the selected pictures. Raises InputError for too many, or none."""
        pictures = await self._selection.pictures(MOST + 1)
        if len(pictures) > MOST:
            raise InputError(
                _("Too many pictures to open"),
                _("Open at most {most} pictures at once.").format(most=number(MOST)),
            )
        return await asyncio.to_thread(self._usual_paths, with_files(pictures))

    def _usual_paths(self, pictures: Sequence[Picture]) -> list[Path]:
        paths = [self._core.library.path(picture) for picture in pictures]
        save_copies.make_usual(paths)
        return paths


def _run(act: Callable[[], object], _checked: object = None) -> None:
    act()
