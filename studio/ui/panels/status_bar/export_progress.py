"""Progress of exports in the status bar."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from studio.app.export.runner import ExportRun
from studio.common.i18n import _, number
from studio.ui.style.theme import HEIGHTS, theme
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.signs import Spinner


class ExportProgress(QWidget):
    """Spinner and words; hidden while nothing is exported.

    Attributes:
        button: opens the export dialog.

    Signals:
        opened: the button was pressed.
    """

    opened = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(Spinner(self))
        self.button = QToolButton(self)
        self.button.setFixedHeight(theme().height(HEIGHTS["status"]) - 4)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(self.button, _("Show the export"))
        self.button.clicked.connect(self.opened)
        row.addWidget(self.button)
        self.hide()

    def show_run(self, run: ExportRun | None) -> None:
        """Show the progress of an export; None hides it."""
        if run is not None:
            words = _("Exporting, {done} of {total}").format(
                done=number(run.finished), total=number(run.total)
            )
            self.button.setText(words)
        self.setVisible(run is not None)
