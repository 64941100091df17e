"""Look: theme, surround of the loupe, language; and notifications."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal, cast

import shiboken6
from PySide6.QtCore import QLocale
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.common import paths
from studio.common.i18n import DOMAIN, _, pgettext
from studio.ui.dialogs.settings.section import SettingsSection
from studio.ui.style.theme import theme
from studio.ui.support.ports import CoreProtocol
from studio.ui.support.tasks import spawn
from studio.ui.widgets import CheckBox, ChipChoice, MenuChip, Segmented, Text


class LookSection(SettingsSection):
    """Appearance and notifications."""

    def __init__(self, core: CoreProtocol, parent: QWidget | None = None) -> None:
        super().__init__(core, _("Appearance"), parent)
        self._started_in = core.settings.value.language
        self._languages: tuple[str, ...] = ()
        self.themes = Segmented(
            [
                ("system", pgettext("theme", "System"), ""),
                ("dark", pgettext("theme", "Dark"), ""),
                ("light", pgettext("theme", "Light"), ""),
            ],
            self,
            name=_("Theme"),
        )
        self.themes.changed.connect(self.on_theme)
        self.add_row(_("Theme"), self.themes)
        self.surround = Segmented(
            [
                ("black", pgettext("background", "Black"), ""),
                ("dark", pgettext("background", "Theme"), ""),
                ("middle", _("Mid grey"), ""),
                ("light", pgettext("background", "Light"), ""),
            ],
            self,
            name=_("Background in the loupe"),
        )
        self.surround.changed.connect(self.saver("surround"))
        self.add_row(_("Background in the loupe"), self.surround)
        self.language = MenuChip(_("Language"), self)
        self.language.changed.connect(self.saver("language"))
        self.add_row(_("Language"), self.language)
        self._later = Text(_("Takes effect at the next start."), "small", "warn", self, wrap=True)
        self.column.addWidget(self._later)
        self.column.addSpacing(4)
        self.column.addWidget(Text(_("Notifications"), "title", "text", self))
        self.notify = CheckBox(_("Notify me when a run finishes in the background"), self)
        self.notify.toggled.connect(self.saver("notify"))
        self.column.addWidget(self.notify)
        self.refresh()

    def refresh(self) -> None:
        settings = self._core.settings.value
        self.themes.set_value(settings.theme if settings.theme in ("dark", "light") else "system")
        known = ("black", "dark", "middle", "light")
        self.surround.set_value(settings.surround if settings.surround in known else "dark")
        self.notify.setChecked(settings.notify)
        self._show_languages()
        self._later.setVisible(settings.language != self._started_in)

    def _show_languages(self) -> None:
        chosen = self._core.settings.value.language
        codes = dict.fromkeys(("en", *self._languages, *((chosen,) if chosen else ())))
        choices = [ChipChoice(value="", text=_("Match system"))]
        choices += [ChipChoice(value=code, text=language_name(code)) for code in codes]
        self.language.set_choices(choices)
        self.language.set_value(chosen)

    async def _find_languages(self) -> None:
        found = await asyncio.to_thread(catalogues, paths.resources() / "locale")
        if shiboken6.isValid(self):
            self._languages = found
            self._show_languages()

    def on_theme(self, choice: str) -> None:
        """Apply the theme at once."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme().apply(app, cast("Literal['system', 'dark', 'light']", choice))
        self._core.settings.change(theme=choice)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        spawn(self._find_languages())


def catalogues(folder: Path) -> tuple[str, ...]:
    """Codes of the installed languages; blocking."""
    found = folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return tuple(sorted(path.parent.parent.name for path in found))


def language_name(code: str) -> str:
    """Native name of a language: "Deutsch"."""
    if code == "en":
        return "English"
    name = str(QLocale(code).nativeLanguageName())
    return name[:1].upper() + name[1:] if name else code
