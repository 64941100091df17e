"""Fields of a custom provider: name, address, and how the key is sent."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.config import profiles
from studio.config.settings import Profile, Settings
from studio.ui.style.theme import theme
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.labelled import add_labelled
from studio.ui.widgets.segmented import Segmented

AUTHS = ("bearer", "google")
VERSIONS = ("v1", "v1beta", "v1beta1")


class ProfileFields(QWidget):
    """Small form; `profile` returns its contents.

    Signals:
        edited: a field changed.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None, *, with_version: bool = False) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.title = field(_("Name"), column, self)
        self.address = field(_("Address"), column, self)
        # Translators: an example of an address; do not translate it.
        self.address.setPlaceholderText(_("https://api.example.com"))
        for line in (self.title, self.address):
            line.textEdited.connect(self.edited)
        self.auth = Segmented(
            [("bearer", _("Authorization: Bearer"), ""), ("google", _("x-goog-api-key"), "")],
            self,
            name=_("How the key is sent"),
        )
        self.auth.changed.connect(self.edited)
        add_labelled(column, self.auth.accessibleName(), self.auth)
        self.version = Segmented([(one, one, "") for one in VERSIONS], self, name=_("API version"))
        self.version.changed.connect(self.edited)
        if with_version:
            add_labelled(column, self.version.accessibleName(), self.version)
        else:
            self.version.hide()

    @property
    def complete(self) -> bool:
        """Whether name and address are filled in."""
        return bool(self.title.text().strip() and self.address.text().strip())

    @property
    def host(self) -> str:
        """Host the key is sent to; empty if the address is invalid."""
        return profiles.host_of(self.address.text())

    def clear(self) -> None:
        self.title.clear()
        self.address.clear()
        self.auth.set_value("bearer")
        self.version.set_value("v1")

    def show_profile(self, profile: Profile) -> None:
        """Fill in the fields from a profile."""
        self.title.setText(profile.title)
        self.address.setText(profile.base_url)
        self.auth.set_value(profile.auth if profile.auth in AUTHS else AUTHS[0])
        self.version.set_value(profile.version if profile.version in VERSIONS else VERSIONS[0])

    def profile(self, settings: Settings, like: Profile | None = None) -> Profile:
        """Profile from the fields, with other values from `like`; replaces it if it has a name.

        Raises InputError for invalid fields.
        """
        base = like or Profile(name="", title="", base_url="")
        written = replace(
            base,
            title=self.title.text(),
            base_url=self.address.text(),
            auth=str(self.auth.value),
            # A version set only in the settings file is kept: the form does not list it.
            version=base.version if base.version not in VERSIONS else str(self.version.value),
        )
        return profiles.checked(written, settings, editing=base.name)


def field(name: str, column: QVBoxLayout, parent: QWidget) -> QLineEdit:
    """Add a line edit with its label above it."""
    made = QLineEdit(parent)
    EditMenu(made)
    made.setFixedHeight(theme().height(32))
    add_labelled(column, name, made)
    return made
