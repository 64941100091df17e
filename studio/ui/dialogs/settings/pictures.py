"""Pictures: library folder, file names, and limits of runs."""

from __future__ import annotations

import contextlib
import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from studio.common import i18n
from studio.common.display_text import one_line
from studio.common.errors import InputError
from studio.common.i18n import _, number, read_number
from studio.ui.dialogs.settings.section import SettingsSection
from studio.ui.style.theme import theme
from studio.ui.support.file_dialogs import folder_dialog
from studio.ui.support.ports import CoreProtocol
from studio.ui.widgets.buttons import Button, CheckBox
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.number_controls import Stepper
from studio.ui.widgets.text import ElidedLabel, Text


class PicturesSection(SettingsSection):
    """Library folder, file names, limits.

    Signals:
        show_folder: show the library's folder (Path).
    """

    show_folder = Signal(object)

    def __init__(self, core: CoreProtocol, parent: QWidget | None = None) -> None:
        super().__init__(core, _("Pictures"), parent)
        self._open = core.library_folder
        settings = core.settings.value
        middle = Qt.TextElideMode.ElideMiddle
        self.folder = ElidedLabel(str(self._open), "body", "text", self, mode=middle)
        self.folder.setAccessibleName(_("Library folder: {folder}").format(folder=self._open))
        self.show_it = Button(_("Show in folder"), parent=self, icon="folder")
        self.show_it.clicked.connect(self.on_show)
        self.change_it = Button(_("Change…"), parent=self)
        self.change_it.clicked.connect(self.on_change)
        # A home given on the command line determines the library.
        self.change_it.setVisible(core.paths.home is None)
        self.column.addWidget(Text(_("Library folder"), "body", "text2", self))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.folder, 1)
        row.addWidget(self.show_it)
        row.addWidget(self.change_it)
        self.column.addLayout(row)
        self._later = Text("", "small", "warn", self, wrap=True)
        self.column.addWidget(self._later)
        self.neutral = CheckBox(_("Don't use prompt words in file names"), self)
        self.neutral.toggled.connect(self.saver("neutral_names"))
        self.column.addWidget(self.neutral)
        self.drift = CheckBox(_("Measure how much each edit changed its picture"), self)
        self.drift.toggled.connect(self.saver("measure_drift"))
        self.column.addWidget(self.drift)
        self.at_once = Stepper(_("Parallel requests"), 1, 16, settings.at_once, self)
        self.at_once.changed.connect(self.saver("at_once"))
        self.add_row(_("Parallel requests"), self.at_once, _("Per provider."))
        self.late = Stepper(_("Mark as late after (minutes)"), 0, 60, 0, self)
        # Translators: a number of minutes that the program chooses.
        self.late.setSpecialValueText(_("auto"))
        self.late.changed.connect(self.on_late)
        words = _("The next request starts; this one is still awaited.")
        self.add_row(_("Mark as late after (minutes)"), self.late, words)
        self.limit = Stepper(_("Time out after (minutes)"), 1, 24 * 60, 30, self)
        self.limit.changed.connect(self.on_limit)
        self.add_row(
            _("Time out after (minutes)"), self.limit, _("If nothing has arrived by then.")
        )
        self.ask = self._dollars(_("Ask before runs above"))
        self.ask.editingFinished.connect(self.on_ask)
        self.budget = self._dollars(
            _("Monthly budget"),
            _("Warns at 80 % and asks before exceeding it. 0 = no limit."),
        )
        self.budget.editingFinished.connect(self.on_budget)
        self.refresh()

    def _dollars(self, label: str, hint: str = "") -> QLineEdit:
        """Add a row for a sum in dollars."""
        field = QLineEdit(self)
        EditMenu(field)
        # Translators: {label} is the name of a field, such as "Monthly budget".
        field.setAccessibleName(_("{label}, in dollars").format(label=label))
        field.setFixedSize(96, theme().height(32))
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        row = QWidget(self)
        dollars = QHBoxLayout(row)
        dollars.setContentsMargins(0, 0, 0, 0)
        dollars.setSpacing(6)
        # The currency sign is placed as the language requires.
        before, _amount, after = i18n.dollars(1, 0).partition(number(1))
        for part in (before, field, after):
            if isinstance(part, QLineEdit):
                dollars.addWidget(part)
            elif sign := one_line(part).strip():
                dollars.addWidget(Text(sign, "body", "text2", row))
        self.add_row(label, row, hint)
        return field

    def refresh(self) -> None:
        settings = self._core.settings.value
        self.neutral.setChecked(settings.neutral_names)
        self.drift.setChecked(settings.measure_drift)
        self.at_once.set_value(settings.at_once)
        self.late.set_value(math.ceil(settings.time_out / 60))
        self.limit.set_value(round(settings.outer_limit / 60))
        if not self.ask.hasFocus():
            self.ask.setText(number(settings.confirm_above, 2))
        if not self.budget.hasFocus():
            self.budget.setText(number(settings.budget_usd, 2))
        chosen = self._core.library_folder
        moved = chosen != self._open
        self._later.setVisible(moved)
        if moved:
            words = _("{folder} opens at the next start. Pictures are not moved.")
            self._later.setText(words.format(folder=chosen))

    def on_show(self) -> None:
        self.show_folder.emit(self._open)

    def on_change(self) -> None:
        """Ask for another folder."""
        dialog = folder_dialog(self, _("Library folder"), self._open)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.on_folder)
        dialog.open()

    def on_folder(self, folder: str) -> None:
        """Save the folder for the next start."""
        self._core.settings.change(library=folder)

    def on_late(self, minutes: int) -> None:
        """Set the minutes after which a request is late; 0 lets model and size decide."""
        self._core.settings.change(time_out=minutes * 60.0)

    def on_limit(self, minutes: int) -> None:
        """Set the minutes after which a request times out."""
        self._core.settings.change(outer_limit=minutes * 60.0)

    def on_ask(self) -> None:
        """Set the sum that needs a confirmation; invalid text restores the last one."""
        self._take_sum(self.ask, "confirm_above")

    def on_budget(self) -> None:
        """Set the budget; invalid text restores the last one."""
        self._take_sum(self.budget, "budget_usd")

    def _take_sum(self, field: QLineEdit, name: str) -> None:
        settings = self._core.settings
        with contextlib.suppress(ValueError, InputError):
            settings.change(**{name: float(read_number(field.text()))})
        field.setText(number(getattr(settings.value, name), 2))
