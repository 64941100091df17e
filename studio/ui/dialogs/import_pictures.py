"""Dialog before an import: tags for all pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _, listed, ngettext, number
from studio.ui.dialogs.name_popover import LastWordCompleter
from studio.ui.dialogs.question import Question
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.text import Text

_NAMES_SHOWN = 3


class ImportDialog(Question):
    """Asks for tags of the pictures to import; accepted means import.

    Attributes:
        field: the tags, comma-separated; may be empty.
        go, cancel: its buttons.
    """

    def __init__(self, paths: Sequence[Path], known: Sequence[str], parent: QWidget) -> None:
        """`known` are the tags in use, offered while typing."""
        n = len(paths)
        title = ngettext("Import {n} item", "Import {n} items", n).format(n=number(n))
        super().__init__(title, (), parent, caption=_("Import"))
        shown = listed(one_line(path.name) for path in paths[:_NAMES_SHOWN])
        if n > _NAMES_SHOWN:
            shown = _("{names} and {n} more").format(names=shown, n=number(n - _NAMES_SHOWN))
        self.add_text(shown)
        label = Text(_("Tags for all, comma-separated (optional)"), "small", "text2", self)
        self.column.addWidget(label)
        self.field = QLineEdit(self)
        EditMenu(self.field)
        self.field.setAccessibleName(label.text())
        completer = LastWordCompleter(list(known), self)
        offered = completer.popup()
        assert offered is not None
        offered.setProperty("zone", "offers")
        self.field.setCompleter(completer)
        self.column.addWidget(self.field)
        self.cancel = self.add_button(_("Cancel"), self.reject, left=True)
        self.go = self.add_button(_("Import"), self.accept, kind="primary", first=True)
        self.field.setFocus()

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags, each once, in the order written."""
        written = (" ".join(one.split()) for one in self.field.text().split(","))
        return tuple(dict.fromkeys(one for one in written if one))
