"""How much a provider takes: requests at once, and within a minute."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.config.settings import Profile
from studio.ui.style.theme import theme
from studio.ui.widgets import Stepper, Text

MOST_AT_ONCE = 16
MOST_PER_MINUTE = 600
WIDTH = 132


class LimitFields(QWidget):
    """Two numbers; the lowest of each stands for no limit of the provider's own.

    Attributes:
        at_once, per_minute: the two.

    Signals:
        edited: one of them was changed by the user.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self.at_once = self._number(_("Parallel requests"), MOST_AT_ONCE, _("same as global"), row)
        self.per_minute = self._number(
            _("Requests per minute"), MOST_PER_MINUTE, _("no limit"), row
        )
        row.addStretch(1)

    def _number(self, name: str, most: int, none: str, row: QHBoxLayout) -> Stepper:
        made = Stepper(name, 0, most, 0, self, size=32)
        made.setSpecialValueText(none)
        made.setFixedWidth(theme().height(WIDTH))
        made.changed.connect(self.edited)
        label = Text(name, "small", "text2", self)
        label.setBuddy(made)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(label)
        column.addWidget(made)
        row.addLayout(column)
        return made

    def show_profile(self, profile: Profile) -> None:
        """The limits of a profile."""
        self.at_once.set_value(profile.at_once or 0)
        self.per_minute.set_value(profile.per_minute or 0)

    def taken_by(self, profile: Profile) -> Profile:
        """The profile with these limits."""
        at_once, per_minute = self.at_once.value(), self.per_minute.value()
        return replace(profile, at_once=at_once or None, per_minute=per_minute or None)
