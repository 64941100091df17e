"""Temperature, thinking, search and what is refused: a row for each that the model has."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from studio.common.i18n import _, pgettext
from studio.domain.entities import Advanced
from studio.domain.models import Model
from studio.domain.safety import CATEGORIES, LEVELS, threshold_in
from studio.ui.widgets import CheckBox, IconButton, Segmented, SmallSlider, Text

STEPS = 10  # of the slider for 1.0
USUAL = 10  # where the slider rests while the temperature is the model's own
MOST = 20
HEIGHT = 28


def level_name(level: str) -> str:
    """What a level of thinking is called."""
    names = {
        "minimal": pgettext("thinking level", "Minimal"),
        "low": pgettext("thinking level", "Low"),
        "medium": pgettext("thinking level", "Medium"),
        "high": pgettext("thinking level", "High"),
    }
    return names.get(level, level)


def category_name(category: str) -> str:
    """What a kind of harm is called."""
    names = {
        "HARASSMENT": _("Harassment"),
        "HATE_SPEECH": _("Hate speech"),
        "SEXUALLY_EXPLICIT": _("Sexually explicit"),
        "DANGEROUS_CONTENT": _("Dangerous content"),
    }
    return names.get(category, category)


def threshold_name(level: str) -> str:
    """How much is blocked, in a word."""
    return {
        "few": pgettext("how much is blocked", "Few"),
        "some": pgettext("how much is blocked", "Some"),
        "most": pgettext("how much is blocked", "Most"),
        "none": pgettext("how much is blocked", "None"),
        "off": pgettext("how much is blocked", "Off"),
    }[level]


def turned_off(wanted: Advanced) -> tuple[str, ...]:
    """The kinds of harm whose filter is off, which is offered only where it was chosen."""
    off = LEVELS["off"]
    return tuple(one for one in CATEGORIES if threshold_in(wanted.safety, one) == off)


class AdvancedRows(QWidget):
    """The rows of one model; another model gets rows of its own.

    Attributes:
        slider, free, thinking, search, safety: its controls; None or empty where there is none.

    Signals:
        temperature_chosen(object): a number, or None for the model's own.
        thinking_chosen(object), search_chosen(bool): as in a request.
        safety_chosen(str, str): a category and its threshold; empty for the model's own.
    """

    temperature_chosen = Signal(object)
    thinking_chosen = Signal(object)
    search_chosen = Signal(bool)
    safety_chosen = Signal(str, str)

    def __init__(self, model: Model, off: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.slider: SmallSlider | None = None
        self.thinking: Segmented | None = None
        self.search: CheckBox | None = None
        self.safety: dict[str, Segmented] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._levels = model.thinking
        self._degrees = Text("", "small", "text", self)
        self.free = IconButton("close", _("Model default"), parent=self, size=24)
        self._degrees.setVisible(model.temperature)
        self.free.hide()
        if model.temperature:
            self._add_temperature()
        if model.thinking:
            levels = [(one, level_name(one), "") for one in model.thinking]
            items = [("", _("Model default"), ""), *levels]
            self.thinking = Segmented(items, self, name=_("Thinking"), size=HEIGHT)
            self.thinking.changed.connect(self.thinking_chosen)
            self._add(_("Thinking"), self.thinking)
        if model.search:
            self.search = CheckBox(_("Allow web search"), self)
            self.search.toggled.connect(self.search_chosen)
            self._add(pgettext("web search", "Search"), self.search)
        for category in CATEGORIES if model.safety else ():
            self._add_safety(category, off=category in off)

    def show_choices(self, wanted: Advanced) -> None:
        """Show these choices."""
        own = wanted.temperature
        if self.slider is not None:
            self.slider.blockSignals(True)
            self.slider.setValue(USUAL if own is None else round(own * STEPS))
            self.slider.blockSignals(False)
            words = _("Model default") if own is None else f"{own:g}"
            self._degrees.setText(words)
            self.slider.setAccessibleDescription(words)
            self.free.setVisible(own is not None)
        if self.thinking is not None:
            self.thinking.set_value(wanted.thinking if wanted.thinking in self._levels else "")
        if self.search is not None:
            self.search.blockSignals(True)
            self.search.setChecked(wanted.search)
            self.search.blockSignals(False)
        for category, row in self.safety.items():
            row.set_value(threshold_in(wanted.safety, category))

    def _add_temperature(self) -> None:
        self.slider = SmallSlider(_("Temperature"), 0, MOST, USUAL, self, width=150)
        self.slider.setSingleStep(1)
        self.slider.setPageStep(5)
        self.slider.valueChanged.connect(self.on_temperature)
        self.free.clicked.connect(self.on_freed)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.slider)
        line.addWidget(self._degrees)
        line.addWidget(self.free)
        line.addStretch(1)
        row = self._label(_("Temperature"))
        self._grid.setRowMinimumHeight(row, self.free.height())
        self._grid.addLayout(line, row, 1)

    def _add_safety(self, category: str, *, off: bool) -> None:
        if not self.safety:
            row = self._grid.rowCount()
            words = Text(_("Blocked content"), "small", "text3", self)
            self._grid.addWidget(words, row, 0, 1, 2)
        items = [("", pgettext("how much is blocked", "Default"), "")]
        items += [
            (code, threshold_name(level), "")
            for level, code in LEVELS.items()
            if level != "off" or off
        ]
        made = Segmented(items, self, name=category_name(category), size=HEIGHT)
        made.setObjectName(category)
        made.changed.connect(self.on_safety)
        self.safety[category] = made
        self._add(category_name(category), made)

    def _label(self, label: str) -> int:
        row = self._grid.rowCount()
        words = Text(label, "small", "text2", self)
        self._grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _add(self, label: str, control: QWidget) -> None:
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        self._grid.addWidget(control, self._label(label), 1, left)

    def on_temperature(self, value: int) -> None:
        """The slider was moved."""
        self.temperature_chosen.emit(value / STEPS)

    def on_freed(self) -> None:
        """The model shall have its own again."""
        if self.slider is not None:
            self.slider.setFocus()
        self.temperature_chosen.emit(None)

    def on_safety(self, threshold: str) -> None:
        """Another threshold for one kind of harm."""
        row = self.sender()
        if row is not None:
            self.safety_chosen.emit(row.objectName(), threshold)
