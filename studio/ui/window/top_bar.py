"""Top bar: menu, name, search, views, and panel switches."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from studio.common.i18n import _, ngettext, number
from studio.library.index.search_language import is_token, parts
from studio.ui.style.theme import HEIGHTS, theme
from studio.ui.support import formatting, key_names
from studio.ui.support.layout_direction import margins
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.focus_ring import focus_by_key
from studio.ui.widgets.plain_text import describe
from studio.ui.widgets.search_field import SearchField
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.signs import Logo
from studio.ui.widgets.text import Text

HEIGHT = HEIGHTS["top"]
BRAND = 208
PAUSE = 150
SEARCH_WIDEST = 520
SEARCH_NARROW = 345
_DATES = ("after", "before", "on")
"""Words of a search with a date."""


class TopBar(QFrame):
    """Menu button, search, view switch and panel switches.

    Attributes:
        menu: the menu button.
        name: name of the program; hidden in a narrow window.
        search: the search field; its `field` is first in the tab order.
        views: the view switch.
        sidebar, inspector: buttons of the actions of these names.

    Signals:
        menu_requested: the menu button was pressed (global position for the menu).
        searched: search text, after a pause of 150 ms (str).
        search_left: Esc in an empty search field, or Enter.
        view_chosen: "grid", "loupe", "compare" or "tree" (str).
    """

    menu_requested = Signal(QPoint)
    searched = Signal(str)
    search_left = Signal()
    view_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "top")
        self.setAccessibleName(_("Top bar"))
        self.setFixedHeight(theme().height(HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._total = 0
        self._narrow = False
        self._told = ""
        self._tokens: list[str] = []
        self._timer = QTimer(self, singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(self.on_pause)
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(self, 8, 0, 12, 0))
        row.setSpacing(8)
        row.addWidget(self._build_brand())
        row.addWidget(self._build_search(), 4)
        row.addStretch(1)
        self.views = Segmented(
            [
                ("grid", _("Grid"), "grid"),
                ("loupe", _("Loupe"), "loupe"),
                ("compare", _("Compare"), "compare"),
                ("tree", _("Tree"), "tree"),
            ],
            self,
            name=_("View"),
        )
        self.views.changed.connect(self.on_view)
        row.addWidget(self.views)
        row.addSpacing(8)
        self.sidebar = IconButton("", "", parent=self)
        self.inspector = IconButton("", "", parent=self)
        row.addWidget(self.sidebar)
        row.addWidget(self.inspector)
        self.set_total(0)

    def _build_brand(self) -> QWidget:
        self._brand = QWidget(self)
        row = QHBoxLayout(self._brand)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.menu = IconButton("menu", _("Menu"), key_names.current("F10"), self._brand)
        self.menu.clicked.connect(self.on_menu)
        self.name = Text("Gridbrush", "body", "text", self._brand, weight=600)
        row.addWidget(self.menu)
        row.addSpacing(2)
        row.addWidget(Logo(self._brand))
        row.addSpacing(8)
        row.addWidget(self.name)
        row.addStretch(1)
        self._brand.setMinimumWidth(BRAND)
        return self._brand

    def _build_search(self) -> QWidget:
        cap = key_names.cap(key_names.current("Ctrl+F"))
        self.search = SearchField("", cap, self, name=_("Search"))
        self.search.setMaximumWidth(SEARCH_WIDEST)
        self.search.setMinimumWidth(150)
        self.search.edited.connect(self.on_edited)
        self.search.submitted.connect(self.on_submitted)
        self.search.left.connect(self.search_left)
        self.search.token_removed.connect(self.on_token_removed)
        return self.search

    def set_view(self, view: str) -> None:
        """Mark the current view, "grid", "loupe", "compare" or "tree"."""
        self.views.set_value(view)

    def set_total(self, total: int) -> None:
        """Set the number of pictures searched."""
        self._total = total
        self._show_placeholder()

    def set_words(self, words: str) -> None:
        """Show a search text without searching."""
        self._timer.stop()
        self._told = words
        self._tokens = []
        self.search.set_text(words)
        self._take_tokens(words)

    def set_narrow(self, narrow: bool) -> None:  # noqa: FBT001 as agreed
        """Hide the name and the labels of the view switch, below 1100 px."""
        self._narrow = narrow
        self.name.setVisible(not narrow)
        self._brand.setMinimumWidth(0 if narrow else BRAND)
        self.search.setMaximumWidth(SEARCH_NARROW if narrow else SEARCH_WIDEST)
        self.views.set_compact(compact=narrow)
        self._show_placeholder()

    def focus_search(self) -> None:
        """Focus the search field, with the focus ring."""
        focus_by_key(self.search.field)
        self.search.field.selectAll()

    def menu_point(self) -> QPoint:
        """Global position of the menu's upper leading corner."""
        begin = self.menu.width() if self.isRightToLeft() else 0
        return self.menu.mapToGlobal(QPoint(begin, self.menu.height() + 2))

    def _show_placeholder(self) -> None:
        n = self._total
        count = ngettext("{n} picture", "{n} pictures", n).format(n=number(n)) if n else ""
        describe(self.search.field, count)
        if self._total and not self._narrow:
            words = ngettext("Search {n} picture", "Search {n} pictures", self._total).format(
                n=number(self._total)
            )
        else:
            words = _("Search")
        self.search.set_placeholder(words)

    def _emit_search(self) -> None:
        self._timer.stop()
        words = " ".join([*self._tokens, self.search.text]) if self._tokens else self.search.text
        if words != self._told:
            self._told = words
            self.searched.emit(self._told)

    def _take_tokens(self, words: str) -> None:
        """Move complete tokens out of the text, before the field."""
        if ":" in words:
            found = parts(words)
            if taken := [p for p in found if is_token(p) and p.count('"') % 2 == 0]:
                self._tokens += [token for token in taken if token not in self._tokens]
                rest = " ".join(part for part in found if part not in taken)
                self.search.set_text(f"{rest} " if rest else "")
        self._show_tokens()

    def _show_tokens(self) -> None:
        pairs: list[tuple[str, str]] = []
        for token in self._tokens:
            key, _colon, value = token.partition(":")
            value = value.strip('"')
            dated = key.removeprefix("-") in _DATES
            pairs.append((key, formatting.date_of_search(value) if dated else value))
        self.search.set_tokens(pairs)

    def on_menu(self) -> None:
        self.menu_requested.emit(self.menu_point())

    def on_view(self, view: object) -> None:
        """Emit the chosen view."""
        self.view_chosen.emit(str(view))

    def on_edited(self, words: str) -> None:
        """Search after a pause; an emptied field is reported at once."""
        if words.endswith(" "):
            self._take_tokens(words)
        if words:
            self._timer.start()
        else:
            self._emit_search()

    def on_submitted(self) -> None:
        """Search now, and give focus to the pictures."""
        self._take_tokens(self.search.text)
        self._emit_search()
        self.search_left.emit()

    def on_token_removed(self, place: int) -> None:
        """Remove a token and search."""
        del self._tokens[place]
        self._show_tokens()
        self._emit_search()

    def on_pause(self) -> None:
        """Search after a pause in typing."""
        self._emit_search()
