"""Section of the inspector about the stack of the selected tile."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from studio.common.i18n import _
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.text import Text


class StackSection(InspectorSection):
    """Position in the stack, its cost and its actions.

    Signals:
        chosen: a button was pressed (the name of its action).
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("Stack"), parent)
        self.place = Text("", "small", "text", self)
        self.spend = Text("", "small", "text2", self, wrap=True)
        self.body.addWidget(self.place)
        self.body.addSpacing(2)
        self.body.addWidget(self.spend)
        self.body.addSpacing(10)
        grid = QGridLayout()
        grid.setSpacing(6)
        for at, (name, label, icon) in enumerate(
            (
                ("stack_cover", _("Set as cover"), ""),
                ("stack_reject_rest", _("Reject the rest"), ""),
                ("pick_mode", _("Pick mode"), "flag"),
                ("stack_compare", _("Compare"), "compare"),
                ("unstack", _("Take apart"), ""),
            )
        ):
            button = Button(label, "", self, size=26, icon=icon)
            button.setProperty("action", name)
            button.clicked.connect(self.on_clicked)
            grid.addWidget(button, at // 2, at % 2)
            if name == "stack_cover":
                self._set_cover = button
        self.body.addLayout(grid)

    def show_stack(self, place: str, spend: str, *, cover: bool = False) -> None:
        """Show the position in the stack and its cost; without a position the section is hidden.

        `cover`: the selected picture is the cover already.
        """
        self._set_cover.setEnabled(not cover)
        self.place.setText(place)
        if spend or not place:
            self.spend.setText(spend)
        self.setVisible(bool(place))

    def on_clicked(self) -> None:
        """Emit the action of the pressed button."""
        if (button := self.sender()) is not None:
            self.chosen.emit(str(button.property("action")))
