"""Tags and collections for what is selected: one line to write them in, known names are offered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCompleter, QWidget

from studio.ui.dialogs.name_popover import NamePopover


def ask_for_tags(
    view: QWidget,
    title: str,
    button: str,
    known: Sequence[str],
    *,
    text: str = "",
    empty: bool = True,
) -> NamePopover:
    """Ask for names over a view; what is written after the last comma is completed."""
    window = view.window()
    asked = NamePopover(title, button, view, name=text, empty=empty)
    asked.setFixedWidth(420)
    asked.adjustSize()
    completer = LastWordCompleter(list(known), asked)
    offered = completer.popup()
    assert offered is not None
    offered.setProperty("zone", "offers")
    asked.field.setCompleter(completer)
    asked.open_at(view.mapTo(window, QPoint((view.width() - 420) // 2, 24)), asked.field)
    return asked


class LastWordCompleter(QCompleter):
    """Offers names for what stands after the last comma."""

    def __init__(self, names: Sequence[str], parent: NamePopover) -> None:
        super().__init__(list(names), parent)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)

    def pathFromIndex(self, index: object) -> str:
        found = super().pathFromIndex(index)  # type: ignore[arg-type]
        widget = self.widget()
        written = widget.property("text") if widget is not None else ""
        before, comma, _last = str(written or "").rpartition(",")
        return f"{before}{comma} {found}" if comma else found

    def splitPath(self, path: str) -> list[str]:
        return [path.rpartition(",")[2].strip()]
