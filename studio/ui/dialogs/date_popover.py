"""Popover for going to a date, typed or chosen by year and month."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from studio.common.i18n import _
from studio.ui.dialogs import dates
from studio.ui.dialogs.dates import DatePeriod, understand
from studio.ui.style.theme import theme
from studio.ui.support import formatting
from studio.ui.support.key_repeat import once
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.text import Text

WIDTH = 300
_COLUMNS = 4


class DatePopover(Popover):
    """Line edit for a date, above the months of a year.

    Attributes:
        line: the typed text.
        meaning: how it was understood.
        months: a button per month.

    Signals:
        chosen: a DatePeriod.
    """

    chosen = Signal(object)

    def __init__(self, first: float, last: float, parent: QWidget) -> None:
        """`first` and `last` are the times of the oldest and newest picture."""
        super().__init__(_("Go to date"), parent)
        self._first, self._last = dates.day_of(first), dates.day_of(last)
        self._year = self._last.year
        self.setFixedWidth(theme().px(WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        self.line = QLineEdit(self)
        EditMenu(self.line)
        self.line.setAccessibleName(_("Date"))
        self.line.setPlaceholderText(_("2026-11, 23 Nov, yesterday"))
        self.line.textEdited.connect(self.on_edited)
        self.line.returnPressed.connect(self.on_entered)
        column.addWidget(self.line)
        self.meaning = Text("", "small", "text3", self)
        column.addWidget(self.meaning)
        row = QHBoxLayout()
        self._back = IconButton("left", _("Previous year"), parent=self, size=26)
        self._on = IconButton("right", _("Next year"), parent=self, size=26)
        self._name = Text("", "body", "text", self, weight=600)
        self._name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._back.clicked.connect(self.on_back)
        self._on.clicked.connect(self.on_on)
        row.addWidget(self._back)
        row.addWidget(self._name, 1)
        row.addWidget(self._on)
        column.addLayout(row)
        grid = QGridLayout()
        grid.setSpacing(4)
        # In a button group the arrow keys move by position.
        group = QButtonGroup(self)
        group.setExclusive(False)
        self.months: list[Button] = []
        for number in range(12):
            name = formatting.month_name(number + 1)
            button = Button(formatting.short_month(number + 1), "quiet", self, size=26)
            button.setAccessibleName(name)
            button.clicked.connect(partial(self.on_month, number + 1))
            group.addButton(button)
            grid.addWidget(button, number // _COLUMNS, number % _COLUMNS)
            self.months.append(button)
        column.addLayout(grid)
        self.closed.connect(self.deleteLater)
        self._show_year(self._year)
        self.adjustSize()

    def _show_year(self, year: int) -> None:
        self._year = max(self._first.year, min(self._last.year, year))
        self._name.setText(str(self._year))
        self._back.setEnabled(self._year > self._first.year)
        self._on.setEnabled(self._year < self._last.year)
        for number, button in enumerate(self.months, 1):
            at = (self._year, number)
            first, last = self._first, self._last
            button.setEnabled((first.year, first.month) <= at <= (last.year, last.month))

    def _meant(self) -> DatePeriod | None:
        usual = QLocale().dateFormat(QLocale.FormatType.ShortFormat)
        return understand(self.line.text(), month_first=usual.startswith("M"))

    def on_edited(self, text: str) -> None:
        """Show how the text is understood."""
        period = self._meant()
        if period is not None:
            self._show_year(period.year)
        wrong = _("Not a date") if text.strip() else ""
        self.meaning.setText(period.words() if period is not None else wrong)

    def on_entered(self) -> None:
        """Choose the typed date."""
        period = self._meant()
        if period is not None:
            self._choose(period)

    def on_month(self, month: int, _checked: object = None) -> None:
        self._choose(DatePeriod(year=self._year, month=month))

    def _choose(self, period: DatePeriod) -> None:
        self.close_it()
        self.chosen.emit(period)

    def on_back(self) -> None:
        self._show_year(self._year - 1)

    def on_on(self) -> None:
        self._show_year(self._year + 1)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_PageUp:
            self.on_back()
        elif key == Qt.Key.Key_PageDown:
            self.on_on()
        elif key == Qt.Key.Key_Down and self.line.hasFocus():
            offered = [button for button in self.months if button.isEnabled()]
            offered[-1].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
