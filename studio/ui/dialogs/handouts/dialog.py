"""Base of the dialogs that make one file of many pictures: options, destination, progress."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QWidget,
)

from studio.common.i18n import _, pgettext
from studio.domain.contact_sheet import SheetCaption
from studio.ui.dialogs.outgoing import OutgoingDialog, Scope
from studio.ui.dialogs.question import fit
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import margins
from studio.ui.widgets.accessible import announce
from studio.ui.widgets.buttons import Button, CheckBox
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.scroll_area import Page
from studio.ui.widgets.signs import Spinner
from studio.ui.widgets.text import ElidedLabel, Text

_LABELS = 84  # pixels
_FOOT = 56
_BESIDE = 3
"""Check boxes of captions per row."""

_TOLD = 10
"""Percentage points between announcements of the progress."""


def caption_name(caption: SheetCaption) -> str:
    """Label of a caption."""
    words = {
        SheetCaption.TITLE: _("Title"),
        SheetCaption.PROMPT: _("Prompt"),
        SheetCaption.SETTINGS: _("Settings"),
        SheetCaption.MODEL: _("Model"),
        SheetCaption.PRICE: pgettext("of a picture", "Price"),
    }
    return words[caption]


class HandoutDialog(OutgoingDialog):
    """A form, with progress below.

    Attributes:
        name: field of the file's name, without its ending.
        make: the button that starts the work.
        stop: stops the work.
        folder_button: shows the finished file.
        words: text about the progress or the result.

    Signals:
        make_wanted, stop_wanted, folder_wanted: the button was pressed.
        changed: a control of the form was changed by the user.
    """

    make_wanted = Signal()
    stop_wanted = Signal()
    folder_wanted = Signal()
    changed = Signal()

    def __init__(self, title: str, verb: str, parent: QWidget, *, width: int, height: int) -> None:
        """`verb` is the word on the button that starts the work."""
        super().__init__(title, parent, scope_name=_("Pictures"))
        self._verb = verb
        self._ready = False
        self._told = 0
        self.body = QHBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        scrolled = QScrollArea(self)
        scrolled.setWidgetResizable(True)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.form = Page(self)
        self._grid = QGridLayout(self.form)
        self._grid.setContentsMargins(20, 16, 20, 16)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(14)
        self._grid.setColumnMinimumWidth(0, _LABELS)
        self._grid.setColumnStretch(1, 1)
        scrolled.setWidget(self.form)
        self.body.addWidget(scrolled, 1)
        self.column.addLayout(self.body, 1)
        self.column.addWidget(self._made_foot())
        window = parent.size()
        fit(self, min(width, window.width()), min(height, window.height()))

    # --- construction ---------------------------------------------------------------------

    def _made_foot(self) -> QWidget:
        foot = QFrame(self)
        foot.setProperty("zone", "section")
        foot.setFixedHeight(theme().height(_FOOT))
        row = QHBoxLayout(foot)
        row.setContentsMargins(margins(self, 18, 0, 14, 0))
        row.setSpacing(10)
        self._spinner = Spinner(foot)
        row.addWidget(self._spinner)
        self.words = ElidedLabel("", "small", "text2", foot)
        row.addWidget(self.words)
        self.bar = QProgressBar(foot)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(140)
        self.bar.setAccessibleName(_("Progress"))
        row.addWidget(self.bar)
        self.stop = Button(_("Stop"), parent=foot, size=26)
        self.stop.clicked.connect(self.stop_wanted)
        row.addWidget(self.stop)
        self.folder_button = Button(_("Show in folder"), "link", foot, size=26)
        self.folder_button.clicked.connect(self.folder_wanted)
        row.addWidget(self.folder_button)
        row.addStretch(1)
        self.close_button = Button(_("Close"), parent=foot, size=32)
        self.close_button.clicked.connect(self.reject)
        row.addWidget(self.close_button)
        self.make = Button(self._verb, "primary", foot, size=32)
        self.make.clicked.connect(self.make_wanted)
        row.addWidget(self.make)
        self.show_work("", done=0, total=0)
        self._allow()
        return foot

    def add_row(self, label: str, content: QLayout | QWidget) -> Text:
        """Add a row of the form; returns its label."""
        row = self._grid.rowCount()
        words = Text(label, "small", "text2", self.form)
        words.setContentsMargins(0, 7, 0, 0)
        self._grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignTop)
        if isinstance(content, QWidget):
            around = QHBoxLayout()
            around.addWidget(content)
            around.addStretch(1)
            content = around
        self._grid.addLayout(content, row, 1)
        return words

    def add_field(self, label: str) -> QLineEdit:
        """Add a field for a text."""
        field = QLineEdit(self.form)
        field.setAccessibleName(label)
        EditMenu(field)
        field.textEdited.connect(self.changed)
        around = QHBoxLayout()
        around.addWidget(field, 1)
        self.add_row(label, around)
        return field

    def add_captions(self, chosen: Sequence[SheetCaption]) -> dict[SheetCaption, CheckBox]:
        """Add the row of captions."""
        boxes = {}
        around = QGridLayout()
        around.setContentsMargins(0, 5, 0, 0)
        around.setHorizontalSpacing(18)
        around.setColumnStretch(_BESIDE, 1)
        for place, one in enumerate(SheetCaption):
            box = CheckBox(caption_name(one), self.form)
            box.setChecked(one in chosen)
            box.clicked.connect(self.changed)
            around.addWidget(box, *divmod(place, _BESIDE))
            boxes[one] = box
        self.add_row(_("Captions"), around)
        return boxes

    def add_destination(self) -> None:
        """Add the rows of the file's name and folder, which end the form."""
        self.name = QLineEdit(self.form)
        self.name.setAccessibleName(_("File name"))
        EditMenu(self.name)
        self.name.textEdited.connect(self.changed)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.name, 1)
        self._ending = Text("", "small", "text3", self.form)
        row.addWidget(self._ending)
        self.add_row(_("File name"), row)
        self.add_row(_("Destination"), self.made_destination(self.form))
        self.note = Text("", "small", "text3", self.form, wrap=True)
        self._grid.addWidget(self.note, self._grid.rowCount(), 1)
        self._grid.setRowStretch(self._grid.rowCount(), 1)

    # --- content --------------------------------------------------------------------------

    def show_scope(self, scope: Scope, *, selected: int, every: int, place: str) -> None:
        super().show_scope(scope, selected=selected, every=every, place=place)
        self._allow()

    def show_name(self, name: str, ending: str) -> None:
        """Show the file's name and its ending."""
        if name != self.name.text():
            with QSignalBlocker(self.name):
                self.name.setText(name)
        self._ending.setText(ending)

    def show_note(self, sentence: str) -> None:
        """Show a sentence about the name, for instance if it is taken; "" for none."""
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))

    def set_ready(self, *, ready: bool) -> None:
        """Enable the button that starts: the form is valid, and nothing is running."""
        self._ready = ready
        self._allow()

    def _allow(self) -> None:
        self.make.setEnabled(self._ready and self._count > 0)

    def show_work(self, words: str, *, done: int, total: int, folder: bool = False) -> None:
        """Show progress if `total` is not 0, else the result."""
        runs = total > 0
        self._spinner.setVisible(runs)
        self.bar.setVisible(runs)
        self.stop.setVisible(runs)
        self.folder_button.setVisible(folder and not runs)
        self.words.setText(words)
        if runs:
            self.bar.setRange(0, total)
            self.bar.setValue(done)
            share = 100 * done // total // _TOLD
            if share > self._told:
                announce(self, words)
            self._told = share
        elif words:
            self._told = 0
            announce(self, words)

    # --- Qt -------------------------------------------------------------------------------

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not plain:
            self.make.click()
            return
        super().keyPressEvent(event)
