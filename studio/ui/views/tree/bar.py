"""Bar over a family tree: name and facts, labels of the lines, filters, and zoom."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain.tree_layout import TreeFilter
from studio.ui.style.theme import theme
from studio.ui.support import view_keys
from studio.ui.support.layout_direction import margins
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import ViewCommand
from studio.ui.views.tree.tree_words import LineWords
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import Text

HEIGHT = 38
NAME = 28  # letters of the root's name


class TreeBar(QFrame):
    """Controls of a tree. It only displays and emits; its owner acts.

    Signals:
        words_chosen: a LineWords.
        filter_chosen: a TreeFilter.
        fit: show the whole tree.
    """

    words_chosen = Signal(object)
    filter_chosen = Signal(object)
    fit = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("zone", "view")
        self.setFixedHeight(theme().height(HEIGHT))
        self.setAccessibleName(_("Tree bar"))
        set_role(self, QAccessible.Role.ToolBar)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(margins(self, 14, 0, 12, 0))
        self._row.setSpacing(6)
        self._fitted: tuple[object, ...] = ()
        self._name = Text("", "body", "text", self, weight=600)
        self._facts = Text("", "small", "text2", self)
        self._label = Text(_("On the lines:"), "small", "text2", self)
        self._words = Segmented(
            [
                (LineWords.WORDS, _("Words"), ""),
                (LineWords.SETTINGS, _("Settings"), ""),
                (LineWords.PIXELS, _("Pixels"), ""),
            ],
            self,
            name=_("On the lines"),
            size=26,
        )
        self._words.set_value(LineWords.WORDS)
        self._picks = Button(_("Picks and their parents"), "quiet", self, size=26, icon="flag")
        self._rejected = Button(_("Hide rejected"), "quiet", self, size=26, icon="eye")
        for button in (self._picks, self._rejected):
            button.setCheckable(True)
        self._fit = IconButton(
            "fit", _("Fit"), view_keys.spoken(ViewCommand.TREE_FIT), self, size=24
        )
        self._row.addWidget(self._name)
        self._row.addWidget(self._facts)
        self._row.addStretch(1)
        for part in (self._label, self._words, self._picks, self._rejected, self._fit):
            self._row.addWidget(part)
        self._words.changed.connect(self.words_chosen)
        self._picks.clicked.connect(self.on_picks)
        self._rejected.clicked.connect(self.on_rejected)
        self._fit.clicked.connect(self.fit)

    def show_family(self, name: str, facts: str) -> None:
        """Show the name of the first picture and the facts of its family."""
        short = name if len(name) <= NAME else name[: NAME - 1].rstrip() + "…"
        self._name.setText(_("Family of {name}").format(name=short) if name else _("Family"))
        set_tip(self._name, name)
        self._facts.setText(facts)
        self._yield_room()

    def on_picks(self, on: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Show only picks and their parents, or all."""
        self._rejected.setChecked(False)
        self.filter_chosen.emit(TreeFilter.PICKS if on else TreeFilter.ALL)

    def on_rejected(self, on: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Hide the rejected pictures, or show them."""
        self._picks.setChecked(False)
        self.filter_chosen.emit(TreeFilter.NOT_REJECTED if on else TreeFilter.ALL)

    def _yield_room(self) -> None:
        """Hide parts that do not fit; only if the width or the texts changed."""
        now = (self.width(), self._name.text(), self._facts.text())
        if now == self._fitted:
            return
        self._fitted = now
        gives = (self._label, self._facts, self._picks, self._rejected, self._words)
        for part in gives:
            part.show()
        for part in gives:
            self._row.invalidate()
            if self._row.sizeHint().width() <= self.width():
                return
            part.hide()

    def minimumSizeHint(self) -> QSize:
        # Its parts are hidden in turn: the bar never widens the window.
        return QSize(320, self.height())

    @needs("_rejected")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._yield_room()
