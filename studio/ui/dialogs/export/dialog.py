"""Export dialog: presets, their form, a preview of the copies, progress. Not modal."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from studio.app.export.plan import ExportPlan
from studio.common.i18n import _, listed, ngettext, number
from studio.ui.dialogs.export.foot import ExportFoot
from studio.ui.dialogs.export.form import ExportForm
from studio.ui.dialogs.export.preset_list import PresetList
from studio.ui.dialogs.export.preview_list import PreviewList
from studio.ui.dialogs.outgoing import OutgoingDialog, Scope
from studio.ui.dialogs.question import fit
from studio.ui.support import formatting
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import margins
from studio.ui.support.qt_overrides import needs
from studio.ui.support.row_thumbnails import RowThumbnails, RowThumbnailSource
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.text import Text
from studio.ui.widgets.toast import Toast

_SIZE = QSize(1024, 628)
_PRESETS, _PREVIEW = 212, 308
_MARGIN = QSize(16, 12)
"""Width and height of the window that the dialog leaves uncovered."""

_FOLDED = 1024
"""Width below which the preview is below the form."""


class ExportDialog(OutgoingDialog):
    """Shows data from its controller, and emits the user's actions.

    Attributes:
        presets, form, preview, foot: its parts.
        toast: shown for a change that can be undone.
        more: button that shows the names of all copies.

    Signals:
        export_wanted: Export was pressed.
        everything_wanted: show the names of all copies.
        undo_wanted, redo_wanted: undo or redo a change to the presets.
        shown, hidden: it was opened or closed.
    """

    export_wanted = Signal()
    everything_wanted = Signal()
    undo_wanted = Signal()
    redo_wanted = Signal()
    shown = Signal()
    hidden = Signal()

    def __init__(self, thumbnails: RowThumbnailSource, parent: QWidget) -> None:
        super().__init__(_("Export"), parent, scope_name=_("What is exported"))
        self._body = QFrame(self)
        row = QHBoxLayout(self._body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._made_presets())
        self._scrolled = QScrollArea(self._body)
        self._scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields take the focus
        self._scrolled.setWidgetResizable(True)
        self._scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scrolled.setWidget(self._made_form())
        row.addWidget(self._scrolled, 1)
        self._preview_side = self._made_preview(RowThumbnails(thumbnails, self))
        self._row = row
        row.addWidget(self._preview_side)
        self.column.addWidget(self._body, 1)
        self.foot = ExportFoot(self)
        self.foot.close_button.clicked.connect(self.reject)
        self.foot.export.clicked.connect(self.export_wanted)
        self._ready = True
        self.form.validity_changed.connect(self.on_validity_changed)
        self.column.addWidget(self.foot)
        self.toast = Toast(self._body)
        self._folded = False
        fit(self, *self._wanted_size().toTuple())
        self.setTabOrder(self.foot.close_button, self.foot.export)

    def _wanted_size(self) -> QSize:
        window = self.parentWidget()
        return _SIZE if window is None else _SIZE.boundedTo(window.size() - _MARGIN)

    # --- construction ---------------------------------------------------------------------

    def _made_presets(self) -> QWidget:
        side = QFrame(self)
        side.setFixedWidth(_PRESETS)
        side.setProperty("zone", "side")
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 8, 8, 12)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setContentsMargins(margins(self, 10, 0, 0, 0))
        row.addWidget(Text(_("Presets"), "micro", "text3", side, weight=600))
        row.addStretch(1)
        self.add_preset = IconButton("plus", _("New preset"), parent=side, size=26)
        row.addWidget(self.add_preset)
        column.addLayout(row)
        self.presets = PresetList(side)
        self.add_preset.clicked.connect(self.presets.on_add)
        column.addWidget(self.presets, 1)
        note = Text(
            _("Changes are saved in the preset. Ctrl+Z undoes them."),
            "small", "text3", side, wrap=True,
        )  # fmt: skip
        note.setContentsMargins(10, 4, 10, 0)
        column.addWidget(note)
        return side

    def _made_form(self) -> QWidget:
        self.form = ExportForm(self)
        self.form.entered.connect(self.foot_pressed)
        self.form.add_row(_("Destination"), self.made_destination(self))
        page = QWidget(self)
        self._pages = QVBoxLayout(page)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._pages.setSpacing(0)
        self._pages.addWidget(self.form)
        self._pages.addStretch(1)
        return page

    def _made_preview(self, thumbnails: RowThumbnails) -> QWidget:
        side = QFrame(self)
        side.setProperty("zone", "inspector")
        side.setFixedWidth(_PREVIEW)
        column = QVBoxLayout(side)
        column.setContentsMargins(margins(self, 10, 14, 6, 8))
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setContentsMargins(margins(self, 6, 0, 10, 0))
        row.addWidget(Text(_("Preview"), "micro", "text3", side, weight=600))
        row.addStretch(1)
        self._sum = Text("", "micro", "text3", side)
        row.addWidget(self._sum)
        column.addLayout(row)
        self.preview = PreviewList(thumbnails, side)
        column.addWidget(self.preview, 1)
        row = QHBoxLayout()
        row.setContentsMargins(margins(self, 6, 0, 0, 0))
        self._others = Text("", "small", "text3", side)
        row.addWidget(self._others)
        self.more = Button(_("Show all"), "link", side, size=26)
        self.more.clicked.connect(self.everything_wanted)
        row.addWidget(self.more)
        row.addStretch(1)
        column.addLayout(row)
        return side

    # --- content --------------------------------------------------------------------------

    def show_scope(self, scope: Scope, *, selected: int, every: int, place: str) -> None:
        super().show_scope(scope, selected=selected, every=every, place=place)
        n = self.count
        self.foot.export.setText(_("Export {n}").format(n=number(n)) if n else _("Export"))

    def set_ready(self, *, ready: bool) -> None:
        """Enable Export if there is something to export; not while the name is invalid."""
        self._ready = ready
        self.on_validity_changed()

    def on_validity_changed(self) -> None:
        self.foot.export.setEnabled(self._ready and not self.form.wrong)

    def show_plan(self, plan: ExportPlan | None, total: int) -> None:
        """Show the first copies of `total`; None for none."""
        self.preview.copies.show_plan(plan)
        shown = 0 if plan is None else len(plan.copies)
        rest = total - shown
        self._others.setText(
            ngettext("and {n} more.", "and {n} more.", rest).format(n=number(rest))
            if shown and rest > 0
            else ""
        )
        self.more.setVisible(shown > 0 and rest > 0)
        self._show_sum(total, 0, exact=True)
        self.form.show_each("")

    def show_sizes(self, sizes: Sequence[int], total: int, *, exact: bool) -> None:
        """Show the bytes of the copies in the list, and the sum for `total` copies."""
        self.preview.copies.show_sizes(sizes, exact=exact)
        made = [size for size in sizes if size]
        if not made:
            return
        whole = round(sum(sizes) * total / len(sizes))
        self._show_sum(total, whole, exact=exact and len(sizes) == total)
        each = formatting.megabytes(round(sum(made) / len(made)))
        # Translators: {size} is an amount of data, of each picture.
        self.form.show_each(_("≈ {size} each").format(size=each))

    def _show_sum(self, n: int, size: int, *, exact: bool) -> None:
        words = ngettext("{n} file", "{n} files", n).format(n=number(n)) if n else ""
        parts = [words] if words else []
        if size:
            amount = formatting.megabytes(size)
            parts.append(amount if exact else f"≈ {amount}")
        self._sum.setText(listed(parts))

    def foot_pressed(self) -> None:
        """Export, as if its button were pressed."""
        self.foot.export.click()

    # --- Qt -------------------------------------------------------------------------------

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not plain:
            # In a field, Enter first applies the number or title being typed.
            if not isinstance(self.focusWidget(), QLineEdit):
                self.foot_pressed()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo_wanted.emit()
        else:
            super().keyPressEvent(event)

    @needs("_folded")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold(folded=event.size().width() < _FOLDED)

    def _fold(self, *, folded: bool) -> None:
        """Put the preview under the form, or back beside it."""
        if folded is self._folded:
            return
        self._folded = folded
        if folded:
            self._row.removeWidget(self._preview_side)
            self._preview_side.setMinimumWidth(0)
            self._preview_side.setMaximumWidth(16_777_215)
            self._preview_side.setMinimumHeight(320)
            self._pages.insertWidget(1, self._preview_side)
        else:
            self._pages.removeWidget(self._preview_side)
            self._preview_side.setMinimumHeight(0)
            self._preview_side.setFixedWidth(_PREVIEW)
            self._row.addWidget(self._preview_side)
        self._preview_side.show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.hidden.emit()
