"""Appearance: colours, motion, background of the loupe, monitor, language; shortcuts."""

from __future__ import annotations

import asyncio

import shiboken6
from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.common import i18n, paths
from studio.common.display_text import one_line
from studio.common.i18n import _, ngettext, number, pgettext
from studio.ui.dialogs.settings.section import SettingsSection
from studio.ui.style.qt_style import motion_of, set_motion
from studio.ui.style.theme import choice_of, contrast_of, theme
from studio.ui.support.ports import CoreProtocol
from studio.ui.support.screen_colours import MonitorState, ScreenColours, screen_colours
from studio.ui.support.tasks import spawn
from studio.ui.widgets.buttons import Button, CheckBox
from studio.ui.widgets.chip import ChipChoice, MenuChip
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import Text

LONGEST_NAME = 80
"""Characters shown of a profile's name."""


class LookSection(SettingsSection):
    """Appearance, notifications and shortcuts.

    Signals:
        shortcuts_wanted: change the shortcuts.
    """

    shortcuts_wanted = Signal()

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
        self.contrast = Segmented(
            [
                ("system", pgettext("contrast", "System"), ""),
                ("high", pgettext("contrast", "High"), ""),
                ("normal", pgettext("contrast", "Normal"), ""),
            ],
            self,
            name=_("Contrast"),
        )
        self.contrast.changed.connect(self.on_contrast)
        self.add_row(_("Contrast"), self.contrast)
        self.motion = Segmented(
            [
                ("system", pgettext("motion", "System"), ""),
                ("reduced", pgettext("motion", "Reduced"), ""),
                ("full", pgettext("motion", "Full"), ""),
            ],
            self,
            name=_("Motion"),
        )
        self.motion.changed.connect(self.on_motion)
        self.add_row(_("Motion"), self.motion)
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
        self.monitor = Segmented(
            [("on", _("On"), ""), ("off", _("Off"), "")], self, name=_("Colours of the monitor")
        )
        self.monitor.changed.connect(self.on_monitor)
        self.add_row(_("Colours of the monitor"), self.monitor)
        self.monitor_profile = Text("", "small", "text3", self, wrap=True)
        self.add_hint(self.monitor_profile)
        screen_colours().state_changed.connect(self.on_screen_colours)
        self.language = MenuChip(_("Language"), self)
        self.language.changed.connect(self.saver("language"))
        self.add_row(_("Language"), self.language)
        self.later = Text(_("Takes effect at the next start."), "small", "warn", self, wrap=True)
        self.column.addWidget(self.later)
        self.column.addSpacing(4)
        self.column.addWidget(Text(_("Notifications"), "title", "text", self))
        self.notify = CheckBox(_("Notify me when a run finishes in the background"), self)
        self.notify.toggled.connect(self.saver("notify"))
        self.column.addWidget(self.notify)
        self.live_messages = CheckBox(_("Announce runs and changes to screen readers"), self)
        self.live_messages.toggled.connect(self.saver("live_messages"))
        self.column.addWidget(self.live_messages)
        self.column.addSpacing(4)
        self.column.addWidget(Text(_("Shortcuts"), "title", "text", self))
        self.shortcuts_changed = Text("", "body", "text2", self, wrap=True)
        self.column.addWidget(self.shortcuts_changed)
        change = Button(_("Change shortcuts…"), parent=self)
        change.clicked.connect(self.shortcuts_wanted)
        self.column.addWidget(change, 0, Qt.AlignmentFlag.AlignLeft)
        self.refresh()

    def refresh(self) -> None:
        settings = self._core.settings.value
        self.themes.set_value(settings.theme if settings.theme in ("dark", "light") else "system")
        self.contrast.set_value(contrast_of(settings.contrast))
        self.motion.set_value(motion_of(settings.motion))
        known = ("black", "dark", "middle", "light")
        self.surround.set_value(settings.surround if settings.surround in known else "dark")
        self.monitor.set_value("on" if settings.monitor_profile else "off")
        self.on_screen_colours()
        self.notify.setChecked(settings.notify)
        self.live_messages.setChecked(settings.live_messages)
        self.shortcuts_changed.setText(_changed(len(settings.shortcuts)))
        self._show_languages()
        self.later.setVisible(settings.language != self._started_in)

    def _show_languages(self) -> None:
        chosen = self._core.settings.value.language
        codes = dict.fromkeys(("en", *self._languages, *((chosen,) if chosen else ())))
        choices = [ChipChoice(value="", text=_("Match system"))]
        choices += [ChipChoice(value=code, text=language_name(code)) for code in codes]
        self.language.set_choices(choices)
        self.language.set_value(chosen)

    async def _find_languages(self) -> None:
        found = await asyncio.to_thread(i18n.languages, paths.resources() / "locale")
        if shiboken6.isValid(self):
            self._languages = found
            self._show_languages()

    def on_theme(self, choice: str) -> None:
        """Apply the theme at once."""
        theme().apply(_app(), choice_of(choice))
        self._core.settings.change(theme=choice)

    def on_contrast(self, choice: str) -> None:
        """Apply the contrast at once."""
        theme().apply(_app(), choice_of(self._core.settings.value.theme), contrast_of(choice))
        self._core.settings.change(contrast=choice)

    def on_motion(self, choice: str) -> None:
        """Apply the motion at once."""
        set_motion(motion_of(choice))
        self._core.settings.change(motion=choice)

    def on_monitor(self, choice: str) -> None:
        """Turn conversion for the monitor's profile on or off."""
        self._core.settings.change(monitor_profile=choice == "on")

    def on_screen_colours(self) -> None:
        """Show which profile pictures are converted with."""
        self.monitor_profile.setText(monitor_line(screen_colours()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        spawn(self._find_languages())


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def monitor_line(colours: ScreenColours) -> str:
    """Profile that pictures are converted with, or why they are not converted."""
    if colours.transform is not None:
        name = one_line(colours.transform.name.strip(), LONGEST_NAME)
        # Translators: {name} is the name of the monitor's colour profile.
        return _("Colour profile: {name}").format(name=name or _("unnamed"))
    return {
        MonitorState.OFF: _("Pictures are shown as sRGB."),
        MonitorState.NO_PROFILE: _(
            "The system has no colour profile for this monitor. Pictures are shown as sRGB."
        ),
        MonitorState.COMPOSITOR: _(
            "Under Wayland, the compositor adapts colours to the monitor. Gridbrush sends it sRGB."
        ),
        MonitorState.DAMAGED: _(
            "The colour profile of this monitor is damaged, or of an unsupported kind. Pictures "
            "are shown as sRGB. Choose another profile in the system's settings."
        ),
        MonitorState.TOO_LARGE: _(
            "The colour profile of this monitor is too large. Pictures are shown as sRGB. Choose "
            "another profile in the system's settings."
        ),
        MonitorState.NOT_RGB: _(
            "The colour profile of this monitor is not for an RGB device. Pictures are shown as "
            "sRGB. Choose another profile in the system's settings."
        ),
        MonitorState.UNREADABLE: _(
            "The colour profile of this monitor cannot be read. Pictures are shown as sRGB."
        ),
    }.get(colours.state, "")


def _changed(n: int) -> str:
    if not n:
        return _("All shortcuts are the defaults.")
    text = ngettext(
        "The shortcuts of {n} action are changed.",
        "The shortcuts of {n} actions are changed.",
        n,
    )
    return text.format(n=number(n))


def language_name(code: str) -> str:
    """Native name of a language: "Deutsch"."""
    if code == "en":
        return "English"
    name = str(QLocale(code).nativeLanguageName())
    return name[:1].upper() + name[1:] if name else code
