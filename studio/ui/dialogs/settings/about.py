"""Logs and About: contents of a report, version, and third-party licences."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from studio import __version__
from studio.app import updates
from studio.common.i18n import _
from studio.ui.dialogs.settings.section import SettingsSection
from studio.ui.support.ports import CoreProtocol
from studio.ui.support.tasks import spawn
from studio.ui.widgets.buttons import Button, CheckBox
from studio.ui.widgets.text import Text

LIBRARIES = (
    ("Qt, Qt for Python", "LGPL-3.0"),
    ("qasync", "BSD-2-Clause"),
    ("httpx, httpcore", "BSD-3-Clause"),
    ("keyring", "MIT"),
    ("Pillow", "MIT-CMU"),
    ("APSW, SQLite", "Public domain"),
    ("msgspec", "BSD-3-Clause"),
    ("pybase64", "BSD-2-Clause"),
    ("brotli", "MIT"),
    ("backports.zstd", "PSF-2.0"),
    ("platformdirs", "MIT"),
    ("Inter", "OFL-1.1"),
)


class AboutSection(SettingsSection):
    """Log folder, version, licences.

    Signals:
        show_folder: show the log folder (Path).
    """

    show_folder = Signal(object)

    def __init__(
        self,
        core: CoreProtocol,
        parent: QWidget | None = None,
        *,
        feed: Callable[[], str] = updates.feed,
    ) -> None:
        """`feed` finds the address of the list of versions, in a thread."""
        super().__init__(core, _("Logs"), parent)
        self._feed = feed
        self.setAccessibleName(_("About"))
        words = _("Logs stay on this computer. Keys are never written to them.")
        self.column.addWidget(Text(words, "small", "text2", self, wrap=True))
        self.logs = Button(_("Open log folder"), parent=self, icon="folder")
        self.logs.clicked.connect(self.on_logs)
        self.column.addWidget(self.logs, 0, Qt.AlignmentFlag.AlignLeft)
        self.faults = CheckBox(_("Models for testing"), self)
        self.faults.toggled.connect(self.saver("fault_models"))
        self.column.addWidget(self.faults)
        words = _("Offers sketch models that simulate errors of a service.")
        self.column.addWidget(Text(words, "small", "text3", self, wrap=True))
        self.column.addSpacing(8)
        self.column.addWidget(Text(_("About"), "title", "text", self))
        version = _("Gridbrush {version}, under the MIT licence.").format(version=__version__)
        label = Text(version, "body", "text", self, wrap=True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.column.addWidget(label)
        self.updates = CheckBox(_("Check for updates once a day"), self)
        self.updates.toggled.connect(self.saver("updates"))
        self.asked = Text("", "small", "text2", self, wrap=True)
        for widget in (self.updates, self.asked):
            widget.hide()
            self.column.addWidget(widget)
        self.column.addWidget(Text(_("Built with"), "small", "text2", self))
        lines = "\n".join(f"{name}  ({licence})" for name, licence in LIBRARIES)
        licences = Text(lines, "small", "text2", self, wrap=True)
        licences.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.column.addWidget(licences)

    def refresh(self) -> None:
        settings = self._core.settings.value
        self.updates.setChecked(settings.updates)
        self.faults.setChecked(settings.fault_models)

    async def _find_feed(self) -> None:
        address = await asyncio.to_thread(self._feed)
        if not address or not shiboken6.isValid(self):
            return
        words = _(
            "Downloads a small file from {host}. Nothing about you is sent, and nothing is "
            "installed."
        )
        self.asked.setText(words.format(host=urlsplit(address).hostname))
        self.refresh()
        self.updates.show()
        self.asked.show()

    def on_logs(self) -> None:
        self.show_folder.emit(self._core.paths.log_folder)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        spawn(self._find_feed())
