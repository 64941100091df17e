"""Advanced choices, in a panel above their button."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QMimeData, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from studio.common.errors import InputError
from studio.common.i18n import _, pgettext, short_number
from studio.domain.entities import Advanced
from studio.domain.models import Model, detail_level, thinking_level
from studio.domain.safety import CATEGORIES, LEVELS, category_name, threshold_in, with_threshold
from studio.ui.panels.composer.quote import money
from studio.ui.style.theme import theme
from studio.ui.support import drop_contents
from studio.ui.support.layout_direction import aligned
from studio.ui.widgets.buttons import Button, CheckBox, IconButton
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.number_controls import SmallSlider
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import Text

STEPS = 10  # slider steps per 1.0
USUAL = 10  # position of the slider while the temperature is the model's default
MOST = 20
HEIGHT = 28


def level_name(level: str) -> str:
    """Name of a thinking level."""
    names = {
        "minimal": pgettext("thinking level", "Minimal"),
        "low": pgettext("thinking level", "Low"),
        "medium": pgettext("thinking level", "Medium"),
        "high": pgettext("thinking level", "High"),
    }
    return names.get(level, level)


def detail_name(level: str) -> str:
    """Name of a level of detail of references."""
    names = {
        "low": pgettext("reference detail", "Low"),
        "medium": pgettext("reference detail", "Medium"),
        "high": pgettext("reference detail", "High"),
        "ultra_high": pgettext("reference detail", "Highest"),
    }
    return names.get(level, level)


def threshold_name(level: str) -> str:
    """Name of a blocking threshold."""
    return {
        "few": pgettext("how much is blocked", "Few"),
        "some": pgettext("how much is blocked", "Some"),
        "most": pgettext("how much is blocked", "Most"),
        "none": pgettext("how much is blocked", "None"),
        "off": pgettext("how much is blocked", "Off"),
    }[level]


def turned_off(wanted: Advanced) -> tuple[str, ...]:
    """Harm categories whose filter is off; "off" is offered only for these."""
    off = LEVELS["off"]
    return tuple(one for one in CATEGORIES if threshold_in(wanted.safety, one) == off)


class AdvancedRows(QWidget):
    """Rows for one model; replaced for another model.

    Attributes:
        slider, free, thinking, search, image_search, detail, safety: the controls; None or empty if
            unsupported.

    Signals:
        temperature_chosen(object): a number, or None for the model's default.
        thinking_chosen(object), search_chosen(bool), image_search_chosen(bool),
            detail_chosen(object): as in a request.
        safety_chosen(str, str): a category and its threshold; empty for the model's default.
    """

    temperature_chosen = Signal(object)
    thinking_chosen = Signal(object)
    search_chosen = Signal(bool)
    image_search_chosen = Signal(bool)
    detail_chosen = Signal(object)
    safety_chosen = Signal(str, str)

    def __init__(self, model: Model, off: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.slider: SmallSlider | None = None
        self.thinking: Segmented | None = None
        self.search: CheckBox | None = None
        self.image_search: CheckBox | None = None
        self.detail: Segmented | None = None
        self.safety: dict[str, Segmented] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._levels = model.thinking
        self._details = model.media_resolution
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
            if model.search_price:
                # Translators: {price} is such as $0.014.
                words = _("About {price} for each search").format(
                    price=money(model.search_price, each=True)
                )
                set_tip(self.search, words)
                self.search.setAccessibleDescription(words)
        if model.search and model.image_search:
            self.image_search = CheckBox(_("Also search for images"), self)
            self.image_search.toggled.connect(self.image_search_chosen)
            self._grid.addWidget(self.image_search, self._grid.rowCount(), 1)
        if model.media_resolution:
            details = [(one, detail_name(one), "") for one in model.media_resolution]
            items = [("", _("Model default"), ""), *details]
            self.detail = Segmented(items, self, name=_("Reference detail"), size=HEIGHT)
            self.detail.changed.connect(self.detail_chosen)
            self._add(_("Reference detail"), self.detail)
        for category in CATEGORIES if model.safety else ():
            self._add_safety(category, off=category in off)

    def show_choices(self, wanted: Advanced) -> None:
        own = wanted.temperature
        if self.slider is not None:
            with QSignalBlocker(self.slider):
                self.slider.setValue(USUAL if own is None else round(own * STEPS))
            words = _("Model default") if own is None else short_number(own)
            self._degrees.setText(words)
            self.slider.setAccessibleDescription(words)
            self.free.setVisible(own is not None)
        if self.thinking is not None:
            level = thinking_level(wanted.thinking)
            self.thinking.set_value(level if level in self._levels else "")
        if self.search is not None:
            with QSignalBlocker(self.search):
                self.search.setChecked(wanted.search)
        if self.image_search is not None:
            with QSignalBlocker(self.image_search):
                self.image_search.setChecked(wanted.search and wanted.image_search)
            self.image_search.setEnabled(wanted.search)
        if self.detail is not None:
            level = detail_level(wanted.detail)
            self.detail.set_value(level if level in self._details else "")
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
        self.temperature_chosen.emit(value / STEPS)

    def on_freed(self) -> None:
        """Return to the model's default temperature."""
        if self.slider is not None:
            self.slider.setFocus()
        self.temperature_chosen.emit(None)

    def on_safety(self, threshold: str) -> None:
        row = self.sender()
        if row is not None:
            self.safety_chosen.emit(row.objectName(), threshold)


WIDTH = 420
LINES = 4  # visible lines of the instruction, unless the window is too low
MARGIN = 8  # between the panel and the window's edges


class InstructionEdit(QPlainTextEdit):
    """Field for the system instruction; refuses binary data that is pasted.

    Signals:
        troubled(object): a StudioError for text that cannot be pasted.
    """

    troubled = Signal(object)

    def insertFromMimeData(self, source: QMimeData) -> None:
        try:
            self.insertPlainText(drop_contents.text_in(source))
        except InputError as error:
            self.troubled.emit(error)


class AdvancedPanel(Popover):
    """Shows only the choices the model supports.

    Attributes:
        system, keep: the instruction, and whether it is kept for all pictures.
        rows: the other choices of the model.
        reset: restores the model's defaults.

    Signals:
        chosen(object, str): the current choices, and which of them changed.
        kept(str): the instruction to keep for all future pictures; empty for none.
        troubled(object): a StudioError for text that cannot be pasted.
    """

    chosen = Signal(object, str)
    kept = Signal(str)
    troubled = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("Advanced"), parent)
        self.setMinimumWidth(theme().px(WIDTH))
        self._wanted = Advanced()
        self._kept = ""
        self._made_for: object = None
        self.rows: AdvancedRows | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 10, 14, 14)
        self._column.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(Text(_("Advanced"), "small", "text", self, weight=600))
        head.addStretch(1)
        self.reset = Button(_("Reset"), "link", self, size=26)
        self.reset.setAccessibleDescription(_("Use the model's defaults"))
        self.reset.clicked.connect(self.on_reset)
        head.addWidget(self.reset)
        self._column.addLayout(head)
        self._label = Text(_("System instruction"), "small", "text2", self)
        self.system = InstructionEdit(self)
        EditMenu(self.system)
        self.system.troubled.connect(self.troubled)
        self._label.setBuddy(self.system)
        self.system.setAccessibleName(_("System instruction"))
        self.system.setPlaceholderText(_("Applied to every prompt, e.g. brand style"))
        self.system.setFont(theme().font("small", prose=True))
        self.system.setTabChangesFocus(True)
        self.system.textChanged.connect(self.on_system)
        self.keep = CheckBox(_("Keep for all prompts"), self)
        set_tip(self.keep, _("“Clear the composer” does not remove it"))
        self.keep.toggled.connect(self.on_keep)
        for part in (self._label, self.system, self.keep):
            self._column.addWidget(part)
        self.closed.connect(self.on_closed)

    # --- content --------------------------------------------------------------------------

    def show_choices(self, wanted: Advanced, model: Model, kept: str) -> None:
        """Show the user's choices that the model supports.

        `kept` is the instruction that is kept for all pictures.
        """
        self._wanted, self._kept = wanted, kept
        for part in (self._label, self.system, self.keep):
            part.setVisible(model.system)
        if self.system.toPlainText() != wanted.system:
            with QSignalBlocker(self.system):
                self.system.setPlainText(wanted.system)
        if not self.isVisible():
            # While the panel is open, the box means that the text is to be kept, even text still
            # being written.
            self._show_kept(bool(kept) and kept == wanted.system)
        self.keep.setEnabled(bool(wanted.system.strip()) or self.keep.isChecked())
        self._make_rows(model)
        if self.rows is not None:
            self.rows.show_choices(wanted)
        self.reset.setEnabled(wanted != Advanced() or bool(kept))

    def _show_kept(self, on: bool) -> None:  # noqa: FBT001 as Qt has it
        with QSignalBlocker(self.keep):
            self.keep.setChecked(on)

    def open_over(self, anchor: QWidget) -> None:
        """Open above its button."""
        self.ensurePolished()
        self._fit_height()
        corner = anchor.mapTo(self.host, QPoint(aligned(anchor, self.width()), -self.height() - 6))
        first = None if self.system.isHidden() else self.system
        self.open_at(corner, first, anchor)

    def _fit_height(self) -> None:
        """Show fewer lines of the instruction in a low window, but at least one."""
        line, frame = theme().line("small"), theme().height(16)
        self.system.setFixedHeight(LINES * line + frame)
        over = self.sizeHint().height() - (self.host.height() - 2 * MARGIN)
        if over > 0:
            self.system.setFixedHeight(max(line, LINES * line - over) + frame)
        self.adjustSize()

    def move_to_anchor(self, anchor: QWidget) -> None:
        """Follow the button after it moved."""
        room = self.host.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        corner = anchor.mapTo(self.host, QPoint(aligned(anchor, self.width()), -self.height() - 6))
        x = max(room.left(), min(corner.x(), room.right() - self.width() + 1))
        self.move(x, max(room.top(), corner.y()))

    def _make_rows(self, model: Model) -> None:
        off = turned_off(self._wanted)
        made_for = (
            model.thinking,
            model.temperature,
            model.search,
            model.image_search,
            model.search_price,
            model.media_resolution,
            model.safety,
            off,
        )
        if made_for == self._made_for:
            return
        self._made_for = made_for
        if self.rows is not None:
            self._column.removeWidget(self.rows)
            self.rows.hide()
            self.rows.deleteLater()
        rows = self.rows = AdvancedRows(model, off, self)
        rows.temperature_chosen.connect(self.on_temperature)
        rows.thinking_chosen.connect(self.on_thinking)
        rows.search_chosen.connect(self.on_search)
        rows.image_search_chosen.connect(self.on_image_search)
        rows.detail_chosen.connect(self.on_detail)
        rows.safety_chosen.connect(self.on_safety)
        self._column.addWidget(rows)
        rows.show()

    # --- slots ----------------------------------------------------------------------------

    def on_system(self) -> None:
        self._choose("system", replace(self._wanted, system=self.system.toPlainText()))

    def on_keep(self, on: bool) -> None:  # noqa: FBT001 a slot
        self._tell_kept(self._wanted.system if on else "")

    def on_temperature(self, degrees: float | None) -> None:
        self._choose("temperature", replace(self._wanted, temperature=degrees))

    def on_thinking(self, level: str) -> None:
        self._choose("thinking", replace(self._wanted, thinking=level))

    def on_search(self, on: bool) -> None:  # noqa: FBT001 a slot
        self._choose("search", replace(self._wanted, search=on))

    def on_image_search(self, on: bool) -> None:  # noqa: FBT001 a slot
        self._choose("image_search", replace(self._wanted, image_search=on))

    def on_detail(self, level: str) -> None:
        self._choose("detail", replace(self._wanted, detail=level))

    def on_safety(self, category: str, threshold: str) -> None:
        safety = with_threshold(self._wanted.safety, category, threshold)
        self._choose(category, replace(self._wanted, safety=safety))

    def on_reset(self) -> None:
        """Restore the model's defaults."""
        self.setFocus()
        self._show_kept(False)
        self._tell_kept("")
        self._choose("reset", Advanced())

    def on_closed(self) -> None:
        """Keep the final text of the instruction if the box is checked."""
        if self.keep.isChecked():
            self._tell_kept(self._wanted.system)

    def _choose(self, what: str, wanted: Advanced) -> None:
        if wanted != self._wanted:
            self.chosen.emit(wanted, what)

    def _tell_kept(self, system: str) -> None:
        if system != self._kept:
            self._kept = system
            self.kept.emit(system)
