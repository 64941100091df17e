"""Dialog of contact sheets: page, captions, heading, logo, and a preview of the first page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from studio.common.errors import InputError
from studio.common.i18n import _, ngettext, number
from studio.domain.contact_sheet import (
    MOST_COLUMNS,
    MOST_ROWS,
    ContactSheet,
    SheetFormat,
    SheetLayout,
    SheetPaper,
)
from studio.domain.entities import Picture
from studio.ui.dialogs.handouts.dialog import HandoutDialog
from studio.ui.dialogs.handouts.page_preview import SheetPreview
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.number_controls import Stepper
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import ElidedLabel, Text

_PREVIEW = 320


class SheetDialog(HandoutDialog):
    """Form of a contact sheet.

    Attributes:
        logo: picture file for the corner of each page; None for none.
        heading: field of the heading.
        kind, paper, direction, columns, rows, captions: controls.
        preview: the first page.

    Signals:
        logo_wanted: choose a logo.
    """

    logo_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("Contact sheet"), _("Make contact sheet"), parent, width=900, height=590)
        self.logo: Path | None = None
        usual = ContactSheet()
        self.kind = self._segments(_("Format"), [(one, one.upper()) for one in SheetFormat])
        papers = [
            (SheetPaper.A4, "A4"),
            (SheetPaper.A3, "A3"),
            (SheetPaper.LETTER, _("Letter")),
            (SheetPaper.SCREEN, _("Screen")),
        ]
        self.paper = self._segments(_("Page size"), papers)
        self.direction = self._segments(
            _("Orientation"), [(False, _("Portrait")), (True, _("Landscape"))]
        )
        columns, rows = usual.grid
        self.columns = Stepper(_("Columns"), 1, MOST_COLUMNS, columns, self.form)
        self.rows = Stepper(_("Rows"), 1, MOST_ROWS, rows, self.form)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.columns)
        row.addWidget(Text(_("columns"), "small", "text2", self.form))
        row.addSpacing(8)
        row.addWidget(self.rows)
        row.addWidget(Text(_("rows"), "small", "text2", self.form))
        row.addStretch(1)
        self.add_row(_("Grid"), row)
        for stepper in (self.columns, self.rows):
            stepper.changed.connect(self.on_form_changed)
        self.captions = self.add_captions(usual.captions)
        self.heading = self.add_field(_("Heading"))
        self._add_logo()
        self.add_destination()
        self._add_preview()
        self.changed.connect(self.on_form_changed)
        self._show_logo()

    def _segments(self, label: str, items: Sequence[tuple[object, str]]) -> Segmented:
        control = Segmented([(value, words, "") for value, words in items], self.form, name=label)
        self.add_row(label, control)
        control.changed.connect(self.on_page_chosen)
        return control

    def _add_logo(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._logo_name = ElidedLabel("", "small", "text", self.form, prose=True)
        row.addWidget(self._logo_name, 1)
        self.no_logo = IconButton("close", _("Remove the logo"), parent=self.form, size=26)
        self.no_logo.clicked.connect(self.on_no_logo)
        row.addWidget(self.no_logo)
        self.choose_logo = Button(_("Choose…"), parent=self.form)
        self.choose_logo.setAccessibleName(_("Choose a logo"))
        self.choose_logo.clicked.connect(self.logo_wanted)
        row.addWidget(self.choose_logo)
        self.add_row(_("Logo"), row)

    def _add_preview(self) -> None:
        side = QFrame(self)
        side.setProperty("zone", "inspector")
        side.setFixedWidth(_PREVIEW)
        column = QVBoxLayout(side)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(10)
        row = QHBoxLayout()
        row.addWidget(Text(_("Preview"), "micro", "text3", side, weight=600))
        row.addStretch(1)
        self._pages = Text("", "micro", "text3", side)
        row.addWidget(self._pages)
        column.addLayout(row)
        self.preview = SheetPreview(side)
        column.addWidget(self.preview, 1)
        self.body.addWidget(side)

    # --- content --------------------------------------------------------------------------

    @property
    def sheet(self) -> ContactSheet:
        """The sheet that the form describes."""
        return ContactSheet(
            format=SheetFormat(str(self.kind.value)),
            paper=SheetPaper(str(self.paper.value)),
            landscape=self.direction.value is True,
            columns=self.columns.value(),
            rows=self.rows.value(),
            captions=tuple(one for one, box in self.captions.items() if box.isChecked()),
            heading=self.heading.text(),
        )

    def show_sheet(self, sheet: ContactSheet) -> None:
        """Show another sheet; its heading stays as it is."""
        self.kind.set_value(sheet.format)
        self.paper.set_value(sheet.paper)
        self.direction.set_value(sheet.landscape)
        self.direction.setEnabled(sheet.paper is not SheetPaper.SCREEN)
        columns, rows = sheet.grid
        self.columns.set_value(columns)
        self.rows.set_value(rows)
        for one, box in self.captions.items():
            box.setChecked(one in sheet.captions)
        self.on_form_changed()

    def show_logo(self, logo: Path | None) -> None:
        """Show a logo; None for none."""
        self.logo = logo
        self._show_logo()
        self.on_form_changed()

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Show the first pictures in the preview."""
        self.preview.show_pictures(pictures)
        self.on_form_changed()

    @property
    def page_words(self) -> str:
        """The number of pages, as it is shown."""
        return self._pages.text()

    @property
    def trouble(self) -> InputError | None:
        """What is wrong with the form; None if nothing is."""
        try:
            SheetLayout(self.sheet)
        except InputError as error:
            return error
        return None

    def on_page_chosen(self) -> None:
        """Propose the default grid of the chosen page size."""
        plain = ContactSheet(
            paper=SheetPaper(str(self.paper.value)), landscape=self.direction.value is True
        )
        columns, rows = plain.grid
        self.columns.set_value(columns)
        self.rows.set_value(rows)
        self.direction.setEnabled(plain.paper is not SheetPaper.SCREEN)
        self.changed.emit()

    def on_no_logo(self) -> None:
        """Make the sheet without a logo."""
        self.show_logo(None)

    def on_form_changed(self) -> None:
        """Show the page that the form describes."""
        sheet = self.sheet
        pages = sheet.page_count(self.count)
        self._pages.setText(ngettext("{n} page", "{n} pages", pages).format(n=number(pages)))
        self.preview.show_sheet(sheet, self.count, logo=self.logo is not None)

    def _show_logo(self) -> None:
        self._logo_name.setText(_("None") if self.logo is None else self.logo.name)
        self._logo_name.recolour("text3" if self.logo is None else "text")
        self.no_logo.setVisible(self.logo is not None)
