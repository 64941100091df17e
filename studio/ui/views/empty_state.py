"""Empty state of the gallery: the reason, and a button that helps."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.common.i18n import _, ngettext, number
from studio.library.query import Query, View
from studio.ui.support import key_names
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import announce
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.text import Text

WIDEST = 420


class EmptyState(QWidget):
    """Message in the middle of an empty gallery.

    Attributes:
        title, hint: the message.
        button: remedy; hidden if there is none.

    Signals:
        wanted: the button was pressed: "clear" the search, show the "rejected", or all "stars".
    """

    wanted = Signal(str)

    def __init__(self, over: QWidget, parent: QWidget) -> None:
        """`over` is the gallery, a sibling, so that screen readers read the message."""
        super().__init__(parent)
        self._over = over
        self._action = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(6)
        self.title = Text("", "title", "text", self, wrap=True)
        self.hint = Text("", "body", "text3", self, wrap=True)
        for words in (self.title, self.hint):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(words)
        self.button = Button("", "", self)
        self.button.clicked.connect(self.on_pressed)
        column.addSpacing(6)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        over.installEventFilter(self)
        self.hide()

    def update_message(self, query: Query, *, empty: bool) -> None:
        """Show the reason for an empty gallery, or hide."""
        if not empty:
            self.hide()
            return
        title, hint, action, label = words_for(query)
        news = self.isHidden() or title != self.title.text()
        self.title.setText(title)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self._action = action
        self.button.setText(label)
        self.button.setVisible(bool(label))
        self._place()
        self.show()
        self.raise_()
        if news:
            announce(self, title)

    def on_pressed(self) -> None:
        """Emit the button's action."""
        self.wanted.emit(self._action)

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        room = self._over.rect().translated(self._over.mapTo(parent, self._over.rect().topLeft()))
        width = min(WIDEST, room.width())
        height = max(self.heightForWidth(width), self.minimumSizeHint().height())
        self.setGeometry(
            room.center().x() - width // 2, room.center().y() - height // 2, width, height
        )

    # --- Qt -------------------------------------------------------------------------------

    @needs("_over")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False


def words_for(query: Query) -> tuple[str, str, str, str]:
    """Title, hint, action and button label for a shelf without pictures."""
    searched = query.words.strip()
    if query.least_stars and query.view is not View.FAILED:
        n = query.least_stars
        title = ngettext(
            "No picture here has {n} star or more", "No picture here has {n} stars or more", n
        ).format(n=number(n))
        hint = _("Search: “{words}”").format(words=searched) if searched else ""
        return title, hint, "stars", _("Show all ratings")
    if searched:
        title = _("Nothing matches “{words}”").format(words=searched)
        return title, "", "clear", _("Clear the search")
    shelves = {
        View.ALL: (_("No pictures here"), _("Write a prompt below and press Generate.")),
        View.SESSION: (
            _("No pictures in this session yet"),
            _("Pictures you generate in this session appear here."),
        ),
        View.PICKS: (_("No picks yet"), _how_to_pick()),
        View.FAILED: (_("Nothing failed"), ""),
        View.TRASH: (
            _("The trash is empty"),
            _("Deleted pictures stay here until you empty the trash."),
        ),
    }
    title, hint = shelves[query.view]
    if query.hide_rejected and query.view is View.ALL:
        return _("All pictures here are rejected"), "", "rejected", _("Show rejected")
    return title, hint, "", ""


def _how_to_pick() -> str:
    """Hint on picking pictures."""
    if key := key_names.current("P"):
        return _("Press {key} on a picture, or drag it onto Picks.").format(key=key_names.cap(key))
    return _("Drag a picture onto Picks.")
