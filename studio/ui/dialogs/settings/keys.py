"""Keys and providers: every profile with the state of its key, and custom providers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.config.key_status import KeySource
from studio.config.profiles import copy_of
from studio.config.settings import OFFLINE, Profile
from studio.ui.dialogs.settings.profile_form import ProfileForm
from studio.ui.dialogs.settings.profile_row import ProfileRow
from studio.ui.dialogs.settings.section import SettingsSection
from studio.ui.panels.key_card import KeyCard
from studio.ui.support.ports import CoreProtocol
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.tab_order import order_tabs


class KeysSection(SettingsSection):
    """Row per provider; the card for a key opens below its row.

    Attributes:
        card: form for a key; hidden until a row opens it.
        rows: the rows by name of their profile.

    Signals:
        card_opened: scroll to the card (QWidget).
    """

    card_opened = Signal(object)

    def __init__(self, core: CoreProtocol, parent: QWidget | None = None) -> None:
        super().__init__(core, _("Keys and providers"), parent)
        self.rows: dict[str, ProfileRow] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.column.addLayout(self._list)
        box = QFrame(self)
        box.setProperty("zone", "box")
        inner = QVBoxLayout(box)
        inner.setContentsMargins(0, 0, 0, 0)
        self.card = KeyCard(core, box)
        self.card.saved.connect(self.on_saved)
        inner.addWidget(self.card)
        self._box = box
        self._box.hide()
        self.column.addWidget(box)
        self.add = Button(_("Add a provider…"), parent=self, icon="plus")
        self.add.clicked.connect(self.on_add)
        self.own = ProfileForm(core, self)
        self.own.hide()
        self.own.kept.connect(self.on_kept)
        self.own.left.connect(self.on_left)
        self.column.addWidget(self.own)
        line = QVBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.add)
        self.column.addLayout(line)
        self.refresh()

    def refresh(self) -> None:
        """Show the current profiles and the state of their keys."""
        profiles = {profile.name: profile for profile in self._core.settings.value.all_profiles}
        for gone in [name for name in self.rows if name not in profiles]:
            row = self.rows.pop(gone)
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        for name, profile in profiles.items():
            row_of = self.rows.get(name)
            if row_of is None:
                row_of = self.rows[name] = ProfileRow(self._core, profile, self)
                row_of.key_wanted.connect(self.on_key_wanted)
                row_of.edit_wanted.connect(self.on_edit_wanted)
                row_of.copy_wanted.connect(self.on_copy_wanted)
                self._list.addWidget(row_of)
            row_of.show_profile(profile)
        order_tabs(*self.rows.values(), self._box, self.own, self.add)

    def show_key(self, profile: str) -> None:
        """Open the card for this profile's key; it asks for a key if none is saved."""
        if profile == OFFLINE:
            return
        row = self.rows[profile]
        self._list.removeWidget(self._box)
        self.column.removeWidget(self._box)
        self._list.insertWidget(self._list.indexOf(row) + 1, self._box)
        self.card.set_profile(profile)
        self.card.providers.hide()
        self._box.show()
        self.card.focus_key()
        self.card_opened.emit(self._box)

    def on_key_wanted(self, profile: str) -> None:
        self.ask_for_key(profile)

    def ask_for_key(self, profile: str) -> None:
        """Open the card to enter or replace this profile's key."""
        self.show_key(profile)
        if not self.card.asking:
            self.card.ask_for_key()

    def on_saved(self, profile: str) -> None:
        """Close the card once the key is in the keyring; its row shows the result."""
        self.refresh()
        row = self.rows.get(profile)
        if row is None or self._core.keys.status(profile).source is not KeySource.KEYRING:
            return
        title = _("Key works") if self.card.tested else _("Key saved")
        row.verdict.show_result("ok", title, self.card.verdict.words)
        self._box.hide()
        row.test.setFocus()

    def on_add(self) -> None:
        """Open an empty form for a custom provider."""
        self._open_form(None)
        self.own.show_profile(None)

    def on_edit_wanted(self, name: str) -> None:
        """Open the form below the provider's row."""
        self._open_form(self.rows[name])
        self.own.show_profile(self._core.settings.value.find_profile(name))

    def on_copy_wanted(self, name: str) -> None:
        """Open the form with a copy of a provider."""
        settings = self._core.settings.value
        self._open_form(None)
        self.own.show_profile(copy_of(settings.find_profile(name), settings))

    def _open_form(self, row: ProfileRow | None) -> None:
        self._list.removeWidget(self.own)
        self.column.removeWidget(self.own)
        if row is not None:
            self._list.insertWidget(self._list.indexOf(row) + 1, self.own)
        else:
            self.column.insertWidget(self.column.count() - 1, self.own)
        self._box.hide()
        self.own.show()
        self.add.hide()
        self.card_opened.emit(self.own)

    def on_kept(self, profile: Profile) -> None:
        """Show an added or changed provider, and ask for its key if it has none."""
        self.on_left()
        self.refresh()
        if not self._core.keys.status(profile.name).usable:
            self.ask_for_key(profile.name)

    def on_left(self) -> None:
        self.own.hide()
        self.add.show()
