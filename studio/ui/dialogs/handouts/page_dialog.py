"""Dialog of hand-off pages: heading, captions, and where the pictures are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget

from studio.common.i18n import _
from studio.domain.contact_sheet import SheetCaption
from studio.domain.export import ExportPreset, title_of
from studio.domain.handoff_page import HandoffPage
from studio.ui.dialogs.handouts.dialog import HandoutDialog
from studio.ui.widgets.chip import ChipChoice, MenuChip
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.text import Text

_EDGES = (1280, 2048, 4096)
_INTRO = 62  # pixels


class PageDialog(HandoutDialog):
    """Form of a hand-off page.

    Attributes:
        heading, intro: fields of the heading and of the paragraph below it.
        captions, colours, place, edge, preset: controls.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("Hand-off page"), _("Make page"), parent, width=640, height=600)
        usual = HandoffPage()
        self.heading = self.add_field(_("Heading"))
        self.intro = QPlainTextEdit(self.form)
        self.intro.setAccessibleName(_("Introduction"))
        self.intro.setTabChangesFocus(True)
        self.intro.setFixedHeight(_INTRO)
        EditMenu(self.intro)
        self.intro.textChanged.connect(self.changed)
        around = QHBoxLayout()
        around.addWidget(self.intro, 1)
        self.add_row(_("Introduction"), around)
        self.captions = self.add_captions(usual.captions)
        self.colours = Switch(_("Main colours of each picture"), self.form)
        self.colours.setChecked(usual.palette)
        self.colours.changed.connect(self.changed)
        around = QHBoxLayout()
        around.setContentsMargins(0, 3, 0, 0)
        around.addWidget(self.colours)
        around.addStretch(1)
        self.add_row(_("Palette"), around)
        self.place = Segmented(
            [(False, _("In the page"), ""), (True, _("In a folder beside it"), "")],
            self.form,
            name=_("Pictures"),
        )
        self.place.changed.connect(self.on_place_chosen)
        self.add_row(_("Pictures"), self.place)
        self.edge = Segmented(
            [
                *((edge, _("{n} px").format(n=edge), "") for edge in _EDGES),
                (0, _("Original"), ""),
            ],
            self.form,
            name=_("Longest side"),
        )
        self.edge.set_value(usual.edge)
        self.edge.changed.connect(self.changed)
        self._edge_label = self.add_row(_("Longest side"), self.edge)
        self.preset = MenuChip(_("Preset"), self.form)
        self.preset.changed.connect(self.changed)
        self._preset_label = self.add_row(_("Preset"), self.preset)
        self._offline = Text(
            _("The page opens offline in any browser, and runs no script."),
            "small",
            "text3",
            self.form,
            wrap=True,
        )
        self.add_destination()
        self._grid.addWidget(self._offline, self._grid.rowCount() - 1, 1)
        self.on_place_chosen()

    @property
    def page(self) -> HandoffPage:
        """The page that the form describes."""
        edge = self.edge.value
        return HandoffPage(
            title=self.heading.text(),
            intro=self.intro.toPlainText(),
            captions=tuple(one for one in SheetCaption if self.captions[one].isChecked()),
            palette=self.colours.isChecked(),
            beside=self.place.value is True,
            edge=edge if isinstance(edge, int) else 0,
        )

    def show_page(self, page: HandoffPage) -> None:
        """Show another page; its texts stay as they are."""
        for one, box in self.captions.items():
            box.setChecked(one in page.captions)
        self.colours.setChecked(page.palette)
        self.place.set_value(page.beside)
        if page.edge in (*_EDGES, 0):
            self.edge.set_value(page.edge)
        self.on_place_chosen()

    def show_presets(self, presets: Sequence[ExportPreset], chosen: str = "") -> None:
        """Show the presets for pictures beside the page, and choose `chosen` or the first one."""
        self.preset.set_choices([ChipChoice(value=one.id, text=title_of(one)) for one in presets])
        if any(one.id == chosen for one in presets):
            self.preset.set_value(chosen)

    def on_place_chosen(self) -> None:
        """Show the controls for pictures in the page, or for those beside it."""
        beside = self.place.value is True
        self.edge.setVisible(not beside)
        self._edge_label.setVisible(not beside)
        self.preset.setVisible(beside)
        self._preset_label.setVisible(beside)
        self.changed.emit()
