"""The three or four things a provider of one's own needs: name, address, how the key is sent."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from studio.errors import InputError
from studio.settings import Profile, Settings
from studio.ui.controls import Segmented
from studio.ui.theme import theme
from studio.words import _


class OwnProfile(QWidget):
    """A small form; `profile` reads it.

    Signals:
        edited: something was changed.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None, *, with_version: bool = False) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.title = self._field(_("Name"), column)
        self.address = self._field(_("Address, such as https://api.example.com"), column)
        self.address.setAccessibleName(_("Address"))
        self.auth = Segmented(
            [("bearer", _("Bearer key"), ""), ("google", _("Google key"), "")],
            self,
            name=_("How the key is sent"),
        )
        self.auth.changed.connect(self.edited)
        column.addWidget(self.auth)
        self.version = Segmented(
            [("v1", "v1", ""), ("v1beta", "v1beta", "")], self, name=_("Version of the interface")
        )
        self.version.changed.connect(self.edited)
        self.version.setVisible(with_version)
        column.addWidget(self.version)

    def _field(self, name: str, column: QVBoxLayout) -> QLineEdit:
        made = QLineEdit(self)
        made.setFixedHeight(theme().height(32))
        made.setPlaceholderText(name)
        made.setAccessibleName(name)
        made.textEdited.connect(self.edited)
        column.addWidget(made)
        return made

    @property
    def complete(self) -> bool:
        """Whether name and address were given."""
        return bool(self.title.text().strip() and self.address.text().strip())

    @property
    def host(self) -> str:
        """Where the key goes, as far as that can be read."""
        return host_of(_with_scheme(self.address.text()))

    def clear(self) -> None:
        """Empty all fields."""
        self.title.clear()
        self.address.clear()
        self.auth.set_value("bearer")
        self.version.set_value("v1")

    def profile(self, settings: Settings) -> Profile:
        """The profile as written, with a name that no other has. Raises InputError."""
        title = self.title.text().strip()
        if not title:
            raise InputError(_("The provider needs a name"))
        address = _with_scheme(self.address.text())
        if not host_of(address):
            raise InputError(
                _("This is not an address"),
                hint=_("It begins with https:// and the name of a computer."),
            )
        return Profile(
            name=_free_name(title, settings),
            title=title,
            base_url=address,
            auth=str(self.auth.value),
            version=str(self.version.value),
        )


def host_of(address: str) -> str:
    """The computer a request goes to; empty when the address is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _with_scheme(text: str) -> str:
    text = text.strip().rstrip("/")
    if not text or "://" in text:
        return text
    return f"https://{text}"


def _free_name(title: str, settings: Settings) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "own"
    taken = {profile.name for profile in settings.all_profiles}
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name
