"""Form of an export preset: format, size, colours, names, metadata, conflicts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QColorDialog,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from studio.common.errors import InputError
from studio.common.i18n import _
from studio.domain import name_pattern
from studio.domain.export import (
    WITH_QUALITY,
    ConflictRule,
    ExportColour,
    ExportFormat,
    ExportMetadata,
    ExportPreset,
    ExportSize,
    SizeRule,
)
from studio.domain.name_pattern import PatternPart
from studio.ui.dialogs.export.export_words import colour_name, format_name, token_name
from studio.ui.dialogs.export.token_field import TokenField
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import aligned
from studio.ui.widgets.buttons import Button, CheckBox, IconButton, PaintedButton
from studio.ui.widgets.chip import ChipChoice, MenuChip
from studio.ui.widgets.flow import Flow
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.number_controls import SmallSlider
from studio.ui.widgets.number_field import NumberField
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.scroll_area import Page
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import ElidedLabel, Text

_LABELS = 78  # pixels
_USUAL = {SizeRule.LONGEST: 2048.0, SizeRule.SHORTEST: 1080.0, SizeRule.PERCENT: 50.0}
"""The number proposed when a size rule is chosen."""

_OFFERED = ("date", "prompt", "model", "size", "seed", "rating")
_DIGITS = ("n:2", "n:3", "n:4", "n:5")


class ExportForm(Page):
    """Shows a preset; every change emits a changed preset.

    Attributes:
        preset: the preset shown, with the changes of the user.
        name: field of the name pattern.
        kind, quality, sizing, pixels, percent, bounded, ppi, colour, ground, conflict: controls.
        metadata: radio buttons, by value.
        wrong: whether the name in the field is invalid; the preset keeps the last valid one.

    Signals:
        changed: the user changed the preset (ExportPreset).
        entered: Enter was pressed in the field of the name.
        validity_changed: the name became valid or invalid.
    """

    changed = Signal(object)
    entered = Signal()
    validity_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.preset = ExportPreset(id="")
        self.wrong = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(20, 14, 20, 12)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(11)
        self._grid.setColumnMinimumWidth(0, _LABELS)
        self._grid.setColumnStretch(1, 1)
        self._make_format()
        self._make_size()
        self._make_colour()
        self._make_name()
        self._make_metadata()
        self._make_conflict()

    @property
    def rows(self) -> int:
        """Number of rows so far: the index at which a caller adds its own."""
        return self._grid.rowCount()

    def add_row(self, label: str, content: QLayout) -> Text:
        """Add a row with its label; returns the label."""
        row = self._grid.rowCount()
        words = Text(label, "small", "text2", self)
        words.setContentsMargins(0, 7, 0, 0)
        self._grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addLayout(content, row, 1)
        return words

    # --- construction ---------------------------------------------------------------------

    def _make_format(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(6)
        self.kind = Segmented(
            [(one, format_name(one), "") for one in ExportFormat],
            self,
            name=_("Format"),
            size=28,
        )
        self.kind.changed.connect(self.on_format_chosen)
        self._fixed = Text(
            _("Originals are copied bit for bit, with all their metadata."),
            "small", "text2", self, wrap=True,
        )  # fmt: skip
        self._fixed.setContentsMargins(0, 7, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.kind)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._fixed)
        self._quality_row = QWidget(self)
        row = QHBoxLayout(self._quality_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Text(_("Quality"), "small", "text2", self))
        self.quality = SmallSlider(_("Quality"), 1, 100, 90, self, width=170)
        self.quality.setSingleStep(1)
        self.quality.setPageStep(5)
        self.quality.valueChanged.connect(self.on_quality_set)
        row.addWidget(self.quality)
        self._quality = Text("", "small", "text", self)
        self._quality.setMinimumWidth(24)
        row.addWidget(self._quality)
        self._each = Text("", "small", "text3", self)
        row.addWidget(self._each)
        row.addStretch(1)
        column.addWidget(self._quality_row)
        self.add_row(_("Format"), column)

    def _make_size(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(6)
        self.sizing = Segmented(
            [
                (SizeRule.ORIGINAL, _("Original"), ""),
                (SizeRule.LONGEST, _("Longest side"), ""),
                (SizeRule.SHORTEST, _("Shortest side"), ""),
                (SizeRule.PERCENT, _("Percent"), ""),
            ],
            self,
            name=_("Size"),
            size=28,
        )
        self.sizing.changed.connect(self.on_rule_chosen)
        row = QHBoxLayout()
        row.addWidget(self.sizing)
        row.addStretch(1)
        column.addLayout(row)
        row = QHBoxLayout()
        row.setSpacing(12)
        self.pixels = NumberField(_("Side in pixels"), _("px"), 65_535, self)
        self.percent = NumberField(_("Size in percent"), "%", 1000, self)
        for field in (self.pixels, self.percent):
            field.changed.connect(self.on_number_set)
            row.addWidget(field)
        self.bounded = CheckBox(_("Never enlarge"), self)
        self.bounded.toggled.connect(self.on_bounded_set)
        row.addWidget(self.bounded)
        self.ppi = NumberField(
            _("Resolution in pixels per inch"), _("ppi"), 10_000, self, none=_("no ppi")
        )
        self.ppi.changed.connect(self.on_ppi_set)
        row.addWidget(self.ppi)
        row.addStretch(1)
        column.addLayout(row)
        self._size_label = self.add_row(_("Size"), column)

    def _make_colour(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.colour = MenuChip(_("Colours"), self)
        self.colour.set_choices(
            [ChipChoice(value=one, text=colour_name(one)) for one in ExportColour]
        )
        self.colour.changed.connect(self.on_colour_chosen)
        row.addWidget(self.colour)
        # Translators: followed by a colour that is put under transparent pictures.
        self._on = Text(_("transparent on"), "small", "text3", self)
        row.addWidget(self._on)
        self.ground = ColourButton(_("Colour under transparent parts"), self)
        self.ground.clicked.connect(self.on_ground_wanted)
        row.addWidget(self.ground)
        row.addStretch(1)
        self._colour_label = self.add_row(_("Colours"), row)

    def _make_name(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(6)
        self.name = TokenField(_("File name"), self)
        self.name.setPlaceholderText(_("Name of the original"))
        self.name.changed.connect(self.on_pattern_changed)
        self.name.entered.connect(self.entered)
        column.addWidget(self.name)
        self._offers = Flow(self, last_at_least=0)
        self.tokens: dict[str, Button] = {}
        for name in _OFFERED:
            words = token_name(PatternPart(name))
            button = Button(f"+ {words}", parent=self._offers, size=26)
            # Translators: {name} is a part of a file name, such as "date".
            button.setAccessibleName(_("Insert {name}").format(name=words))
            button.clicked.connect(partial(self.on_token_wanted, name))
            self.tokens[name] = button
        self.more = IconButton("more", _("Other parts of a name"), parent=self._offers, size=26)
        self.more.clicked.connect(self.on_more_wanted)
        # The last widget of a flow takes the rest of its line.
        self._rest = QWidget(self._offers)
        for place, part in enumerate((*self.tokens.values(), self.more, self._rest)):
            self._offers.insert(place, part)
        column.addWidget(self._offers)
        self.example = ElidedLabel(
            "", "small", "text2", self, mode=Qt.TextElideMode.ElideMiddle, prose=True
        )
        column.addWidget(self.example)
        self._name_label = self.add_row(_("File name"), column)

    def _make_metadata(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(2)
        self._choices = QButtonGroup(self)
        self.metadata: dict[ExportMetadata, QRadioButton] = {}
        self._metadata_parts: list[QWidget] = []
        for kind, words, more in (
            (ExportMetadata.NOTHING, _("Nothing"), ""),
            (
                ExportMetadata.PROMPT,
                _("Prompt, model, date"),
                _("read by Photoshop and Lightroom"),
            ),
            (ExportMetadata.EVERYTHING, _("Everything"), _("with price and references")),
        ):
            button = QRadioButton(words, self)
            button.setAccessibleDescription(more)
            button.toggled.connect(partial(self.on_metadata_toggled, kind))
            self._choices.addButton(button)
            self.metadata[kind] = button
            row = QHBoxLayout()
            row.setSpacing(6)
            row.addWidget(button)
            self._metadata_parts.append(button)
            if more:
                words_after = Text(more, "small", "text3", self)
                row.addWidget(words_after)
                self._metadata_parts.append(words_after)
            row.addStretch(1)
            column.addLayout(row)
        self._credentials = Text(
            _("Content credentials stay in the originals. A converted copy has none."),
            "small", "text3", self, wrap=True,
        )  # fmt: skip
        column.addWidget(self._credentials)
        self._metadata_parts += [self._credentials, self.add_row(_("Metadata"), column)]

    def _make_conflict(self) -> None:
        row = QHBoxLayout()
        self.conflict = Segmented(
            [
                (ConflictRule.NUMBER, _("Add a number"), ""),
                (ConflictRule.SKIP, _("Skip"), ""),
                (ConflictRule.ASK, _("Ask each time"), ""),
            ],
            self,
            name=_("If a file exists"),
            size=28,
        )
        self.conflict.changed.connect(self.on_conflict_chosen)
        row.addWidget(self.conflict)
        row.addStretch(1)
        self.add_row(_("If a file exists"), row)

    # --- content --------------------------------------------------------------------------

    def offer_formats(self, formats: Collection[ExportFormat]) -> None:
        """Offer only formats that can be written on this computer."""
        for one in ExportFormat:
            self.kind.segment(one).setVisible(one in formats)

    def show_preset(self, preset: ExportPreset, *, locked: bool) -> None:
        """Show a preset without emitting a signal; `locked` for the originals."""
        self.preset = preset
        self._judge(wrong=False)
        self.kind.set_value(preset.format)
        with QSignalBlocker(self.quality):
            self.quality.setValue(preset.quality)
        self._quality.setText(str(preset.quality))
        self.sizing.set_value(preset.size.rule)
        value = round(preset.size.value)
        if preset.size.rule is SizeRule.PERCENT:
            self.percent.set_value(value)
        elif value:
            self.pixels.set_value(value)
        with QSignalBlocker(self.bounded):
            self.bounded.setChecked(not preset.enlarge)
        self.ppi.set_value(preset.ppi)
        self.colour.set_value(preset.colour)
        self.ground.set_rgb(preset.ground)
        self.name.set_pattern(preset.pattern)
        for kind, button in self.metadata.items():
            with QSignalBlocker(button):
                button.setChecked(kind is preset.metadata)
                policy = Qt.FocusPolicy
                # Otherwise Tab would reach the first button until one of them has had the focus.
                button.setFocusPolicy(
                    policy.StrongFocus if button.isChecked() else policy.ClickFocus
                )
        self.conflict.set_value(preset.conflict)
        self._lay_out(locked=locked)

    def _lay_out(self, *, locked: bool) -> None:
        """Show the controls that the format has."""
        preset = self.preset
        converts = not preset.fixed
        self.kind.setVisible(not locked)
        self._fixed.setVisible(not converts)
        self._quality_row.setVisible(preset.format in WITH_QUALITY)
        _show_parts((self._size_label, self.sizing, self.ppi), shown=converts)
        rule = preset.size.rule
        self.pixels.setVisible(converts and rule in (SizeRule.LONGEST, SizeRule.SHORTEST))
        self.percent.setVisible(converts and rule is SizeRule.PERCENT)
        self.bounded.setVisible(converts and rule is not SizeRule.ORIGINAL)
        _show_parts((self._colour_label, self.colour), shown=converts)
        _show_parts((self._on, self.ground), shown=preset.format is ExportFormat.JPEG)
        named = (self._name_label, self.name, self._offers, self.example)
        _show_parts(named, shown=not locked)
        _show_parts(self._metadata_parts, shown=converts)
        self._offer_tokens()

    def _offer_tokens(self) -> None:
        """Offer the tokens that are not in the name yet."""
        used = {part.text for part in name_pattern.parse(self.preset.pattern) if part.is_token}
        for button in self.tokens.values():
            if not button.isHidden():
                self._offers.remove(button)
                button.hide()
        for place, token in enumerate(one for one in self.tokens if one not in used):
            self._offers.insert(place, self.tokens[token])
            self.tokens[token].show()

    def show_each(self, words: str) -> None:
        """Show the measured size of a copy; "" while it is not known."""
        self._each.setText(words)

    def show_example(self, words: str) -> None:
        """Show the name of a copy; nothing while the field shows an error."""
        if not self.wrong:
            self.example.setText(words)

    def _judge(self, *, wrong: bool) -> None:
        if wrong is not self.wrong:
            self.wrong = wrong
            self.example.recolour("bad" if wrong else "text2")
            self.validity_changed.emit()

    # --- slots ----------------------------------------------------------------------------

    def _change(self, preset: ExportPreset) -> None:
        if preset != self.preset:
            self.preset = preset
            self._lay_out(locked=False)
            self.changed.emit(preset)

    def on_format_chosen(self, kind: ExportFormat) -> None:
        self._change(replace(self.preset, format=kind))

    def on_quality_set(self, quality: int) -> None:
        self._quality.setText(str(quality))
        self._change(replace(self.preset, quality=quality))

    def on_rule_chosen(self, rule: SizeRule) -> None:
        size = ExportSize(rule, _USUAL.get(rule, 0.0))
        if rule is SizeRule.PERCENT:
            self.percent.set_value(round(size.value))
        elif size.value:
            self.pixels.set_value(round(size.value))
        self._change(replace(self.preset, size=size))

    def on_number_set(self, value: int) -> None:
        self._change(replace(self.preset, size=ExportSize(self.preset.size.rule, float(value))))

    def on_bounded_set(self) -> None:
        self._change(replace(self.preset, enlarge=not self.bounded.isChecked()))

    def on_ppi_set(self, ppi: int) -> None:
        self._change(replace(self.preset, ppi=ppi))

    def on_colour_chosen(self, colour: ExportColour) -> None:
        self._change(replace(self.preset, colour=colour))

    def on_ground_wanted(self) -> None:
        """Choose the colour under transparent parts."""
        dialog = QColorDialog(QColor(self.preset.ground), self)
        dialog.setWindowTitle(_("Colour under transparent parts"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(self.on_ground_chosen)
        dialog.open()

    def on_ground_chosen(self, colour: QColor) -> None:
        ground = colour.rgb() & 0xFFFFFF
        self.ground.set_rgb(ground)
        self._change(replace(self.preset, ground=ground))

    def on_pattern_changed(self, pattern: str) -> None:
        """Use a valid pattern; show the error of an invalid one."""
        try:
            name_pattern.parse(pattern)
        except InputError as error:
            self._judge(wrong=True)
            self.example.setText(error.title)
            return
        self._judge(wrong=False)
        self._change(replace(self.preset, pattern=pattern))

    def on_token_wanted(self, token: str) -> None:
        """Insert a token at the cursor of the name."""
        self.name.add_token(token)

    def on_more_wanted(self) -> None:
        """Open the menu of all tokens."""
        menu = self.token_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        left = aligned(self.more, menu.sizeHint().width())
        menu.popup(self.more.mapToGlobal(QPoint(left, self.more.height() + 4)))

    def token_menu(self) -> Menu:
        """Menu of all tokens."""
        menu = Menu(parent=self)
        for text in (*name_pattern.TOKENS, *_DIGITS):
            if text == "n":
                continue
            (part,) = name_pattern.parse(f"{{{text}}}")
            action = menu.entry(token_name(part), f"{{{text}}}")
            action.triggered.connect(partial(self.on_token_wanted, text))
        return menu

    def on_metadata_toggled(self, kind: ExportMetadata, on: bool) -> None:  # noqa: FBT001 a slot
        if on:
            self._change(replace(self.preset, metadata=kind))

    def on_conflict_chosen(self, rule: ConflictRule) -> None:
        preset = replace(self.preset, conflict=rule)
        if preset != self.preset:
            self.preset = preset
            self.changed.emit(preset)


def _show_parts(parts: Iterable[QWidget], *, shown: bool) -> None:
    for part in parts:
        part.setVisible(shown)


_COLOUR_SIDE = 24
_COLOUR_DISC = 14


class ColourButton(PaintedButton):
    """A disc in a colour; pressing it is a request to choose another colour."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent, radius=12)
        self._colour = QColor()
        self._name = name
        self.setFixedSize(_COLOUR_SIDE, _COLOUR_SIDE)
        self.setAccessibleName(name)
        set_tip(self, name)

    def sizeHint(self) -> QSize:
        return QSize(_COLOUR_SIDE, _COLOUR_SIDE)

    def set_rgb(self, rgb: int) -> None:
        """Show a colour, as 0xRRGGBB in sRGB."""
        self._colour = QColor(rgb)
        self.setAccessibleDescription(self._colour.name())
        set_tip(self, f"{self._name}: {self._colour.name()}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("edge"), 1))
        painter.setBrush(self._colour)
        inset = (_COLOUR_SIDE - _COLOUR_DISC) / 2
        painter.drawEllipse(QRectF(inset, inset, _COLOUR_DISC, _COLOUR_DISC))
        painter.end()
