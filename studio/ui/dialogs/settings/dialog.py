"""Settings dialog: all sections in one column, with tabs that scroll to them."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QScrollArea, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain.events import Event, KeyChanged, SettingsChanged
from studio.ui.dialogs.question import fit
from studio.ui.dialogs.settings.about import AboutSection
from studio.ui.dialogs.settings.keys import KeysSection
from studio.ui.dialogs.settings.look import LookSection
from studio.ui.dialogs.settings.pictures import PicturesSection
from studio.ui.dialogs.settings.section import SettingsSection
from studio.ui.dialogs.settings.words import WordsSection
from studio.ui.style.theme import theme
from studio.ui.support.ports import CoreProtocol
from studio.ui.support.screens import available_area
from studio.ui.widgets.scroll_area import Page
from studio.ui.widgets.segmented import Segmented

WIDTH, HEIGHT = 560, 620


class SettingsDialog(QDialog):
    """Non-modal, 560 px wide; Esc closes it.

    Attributes:
        keys, pictures, words, look, about: its sections.
        tabs: the choice of a section.
        area, page: the scroll area, and the page of all sections in it.

    Signals:
        show_folder: show a folder in the file manager (Path).
        shortcuts_wanted: change the shortcuts.
    """

    show_folder = Signal(object)
    shortcuts_wanted = Signal()

    def __init__(self, core: CoreProtocol, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Settings"))
        self.setModal(False)
        self.setFixedWidth(min(theme().px(WIDTH), available_area(self).width()))
        self.setMinimumHeight(320)
        fit(self, self.width(), theme().px(HEIGHT))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.tabs = Segmented(
            [
                ("keys", _("Keys"), ""),
                ("pictures", _("Pictures"), ""),
                ("words", _("Words"), ""),
                ("look", _("Appearance"), ""),
                ("about", _("About"), ""),
            ],
            self,
            name=_("Section"),
        )
        self.tabs.changed.connect(self.on_tab)
        top = QVBoxLayout()
        top.setContentsMargins(20, 14, 20, 14)
        top.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(top)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName(_("Settings"))
        inside = self.page = Page()
        sections = QVBoxLayout(inside)
        sections.setContentsMargins(0, 0, 0, 0)
        sections.setSpacing(0)
        self.keys = KeysSection(core, inside)
        self.pictures = PicturesSection(core, inside)
        self.words = WordsSection(core, inside)
        self.look = LookSection(core, inside)
        self.about = AboutSection(core, inside)
        self._sections: dict[str, SettingsSection] = {
            "keys": self.keys,
            "pictures": self.pictures,
            "words": self.words,
            "look": self.look,
            "about": self.about,
        }
        self._card: QWidget | None = None
        self._settling = QTimer(self, singleShot=True, interval=0)
        self._settling.timeout.connect(self.on_settled)
        for section in self._sections.values():
            sections.addWidget(section)
        sections.addStretch(1)
        self.area.setWidget(inside)
        column.addWidget(self.area, 1)
        # React only to the user's scrolling: layout changes also move the bar, but must not change
        # the tab.
        self.area.verticalScrollBar().actionTriggered.connect(self.on_scrolled)
        self.keys.card_opened.connect(self.on_card_opened)
        self.pictures.show_folder.connect(self.show_folder)
        self.about.show_folder.connect(self.show_folder)
        self.look.shortcuts_wanted.connect(self.shortcuts_wanted)
        self.destroyed.connect(core.events.subscribe(_EventListener(self).on_core_event))

    def show_section(self, name: str) -> None:
        """Scroll to the section of this name: "keys", "pictures", "words", "look" or "about".

        May be called before the dialog is open.
        """
        self.tabs.set_value(name)
        self._go()

    def on_core_event(self, event: Event) -> None:
        """Update the sections for a change made anywhere."""
        if isinstance(event, KeyChanged):
            self.keys.refresh()
        elif isinstance(event, SettingsChanged):
            for section in self._sections.values():
                section.refresh()

    def _go(self) -> None:
        section = self._sections[str(self.tabs.value)]
        layout = self.page.layout()
        if layout is not None:
            layout.activate()
        bar = self.area.verticalScrollBar()
        bar.setValue(section.y())
        self.page.move(0, -bar.value())

    def on_tab(self) -> None:
        self._go()

    def on_card_opened(self, card: QWidget) -> None:
        """Scroll to the card for a key, or to the form of a provider."""
        self._card = card
        self._reveal_card()
        # Its height is known once the dialog is laid out.
        self._settling.start()

    def on_settled(self) -> None:
        """Scroll to the open card again, in the final layout."""
        self._reveal_card()

    def _reveal_card(self) -> None:
        card = self._card
        if card is None or card.isHidden():
            return
        layout = self.page.layout()
        if layout is not None:
            layout.activate()
        self.page.adjustSize()
        self.area.ensureWidgetVisible(card, 0, 24)
        # A card taller than the view shows its heading and first field.
        bar, top = self.area.verticalScrollBar(), card.mapTo(self.page, QPoint(0, 0)).y()
        bar.setValue(min(bar.value(), max(0, top - 24)))

    def on_scrolled(self, _action: int) -> None:
        """Select the tab of the section at the top."""
        bar = self.area.verticalScrollBar()
        value = bar.sliderPosition()
        chosen = self._sections[str(self.tabs.value)]
        if value == bar.maximum() and chosen.y() >= value:
            return  # the last sections never reach the top
        name = "keys"
        for each, section in self._sections.items():
            if section.y() <= value + 40 or (value and value == bar.maximum()):
                name = each
        self.tabs.set_value(name)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.keys.refresh()
        self._go()
        self._settling.start()


class _EventListener:
    """Listener for a dialog that ignores events after the dialog is deleted."""

    def __init__(self, dialog: SettingsDialog) -> None:
        self._dialog = dialog

    def on_core_event(self, event: Event) -> None:
        if shiboken6.isValid(self._dialog):
            self._dialog.on_core_event(event)
