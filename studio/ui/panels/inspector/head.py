"""Top of the inspector: title, rating, prompt and actions."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from studio.common import word_diff
from studio.common.i18n import _, ngettext, number
from studio.domain.drafts import MOST_AT_ONCE
from studio.domain.entities import Flag
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.style.theme import theme
from studio.ui.support import key_names
from studio.ui.support.key_repeat import once
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.marked_text import MarkedText
from studio.ui.widgets.number_controls import Stars
from studio.ui.widgets.plain_text import describe, set_tip
from studio.ui.widgets.text import ElidedLabel

LONGEST = 200


class _Label(ElidedLabel):
    """Title label; a click or Enter edits it."""

    pressed = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)


class _Field(QLineEdit):
    """Title editor: Enter confirms, Esc or loss of focus discards."""

    left = Signal()
    escaped = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # Typed keys are part of the title, not shortcuts of the window.
            event.accept()
            return True
        return super().event(event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class Title(QWidget):
    """Title row of the inspector.

    Signals:
        renamed: the new title, if it differs.
        rated: the chosen stars.
        flagged: the flag to set.
        left: Enter or Esc ended the editing; move the focus away.
    """

    left = Signal()
    renamed = Signal(str)
    rated = Signal(object)
    flagged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flag = Flag.NONE
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.label = _Label("", "title", "text", self, prose=True, lines=2)
        self.label.setCursor(Qt.CursorShape.IBeamCursor)
        self.label.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.field = _Field(self)
        EditMenu(self.field)
        self.field.setAccessibleName(_("Title"))
        self.field.setMaxLength(LONGEST)
        self.field.hide()
        self.flag = IconButton("flag", _("Pick"), key_names.current("P"), self, size=24)
        self.stars = Stars(self, size=12)
        row.addWidget(self.label, 1)
        row.addWidget(self.field, 1)
        for part in (self.flag, self.stars):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)
        self.label.pressed.connect(self.edit)
        self.field.returnPressed.connect(self.on_kept)
        self.field.left.connect(self.stop_editing)
        self.field.escaped.connect(self.on_escaped)
        self.flag.clicked.connect(self.on_flag)
        self.stars.changed.connect(self.rated)

    def set_picture(self, name: str, *, rating: int, flag: Flag) -> None:
        """Show title, rating and flag of a picture, or those shared by several."""
        if name != self.label.text():
            self.stop_editing()
            self._show_name(name)
        self._flag = flag
        self.stars.set_value(rating)
        picked = flag is Flag.PICK
        rejected = flag is Flag.REJECT
        icon = "reject" if rejected else "flag-filled" if picked else "flag"
        self.flag.set_icon(icon, "bad" if rejected else "text" if picked else "text2")
        spoken = _("Rejected") if rejected else _("Picked") if picked else _("Pick")
        self.flag.set_name(spoken, key_names.current("P"))

    def _show_name(self, name: str) -> None:
        self.label.setText(name)
        # Translators: {name} is the title of a picture.
        self.label.setAccessibleName(_("Title: {name}").format(name=name))
        self._reset_field()

    def set_editable(self, *, editable: bool) -> None:
        """Set whether the title can be edited."""
        self.label.setEnabled(True)
        self.label.setCursor(Qt.CursorShape.IBeamCursor if editable else Qt.CursorShape.ArrowCursor)
        self._editable = editable

    _editable = True

    def edit(self) -> None:
        """Start editing the title."""
        if not self._editable or self.field.isVisible():
            return
        self.label.hide()
        self.field.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def stop_editing(self) -> None:
        """Stop editing and keep the old title."""
        if self.field.isHidden():
            return
        self.field.hide()
        self.label.show()
        self._reset_field()

    def _reset_field(self) -> None:
        # Set here, not when the field is shown: a screen reader that gets a caret event before the
        # focus event assumes that it has read the field already.
        self.field.setText(self.label.text())

    def on_kept(self) -> None:
        """Rename if Enter confirmed a new title."""
        name = " ".join(self.field.text().split())
        changed = name and name != self.label.text()
        # First: if the field were hidden while focused, Qt would move the focus to the next
        # control.
        self.left.emit()
        self.stop_editing()
        if changed:
            self._show_name(name)
            self.renamed.emit(name)

    def on_escaped(self) -> None:
        """Keep the old title."""
        self.left.emit()
        self.stop_editing()

    def on_flag(self) -> None:
        """Set the flag, or clear it if set."""
        self.flagged.emit(Flag.PICK if self._flag is Flag.NONE else Flag.NONE)


SPACE = 6
MORE = 28
ICONS = {"edit": "edit", "vary": "vary", "remix": "remix", "references": "reference"}


class ActionRow(QWidget):
    """Actions on a picture, with "More" at the end.

    Signals:
        action: name of the pressed action.
    """

    action = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: dict[Button, str] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE)
        self._more = Button("", "", self, size=26, icon="more")
        self._more.setProperty("action", "more")
        self._more.setAccessibleName(_("More actions"))
        set_tip(self._more, _("More actions"))
        self._more.setFixedWidth(MORE)
        self._more.clicked.connect(self.on_pressed)
        self._row.addWidget(self._more)

    def set_labels(self, *actions: tuple[str, str, str]) -> None:
        """Set the actions as (name, label, key), in order; existing buttons are reused."""
        known = {button.property("action"): button for button in self._labels}
        for at, (name, label, key) in enumerate(actions):
            button = known.get(name) or self._new(name, at)
            button.setAccessibleName(label)
            describe(button, key)
            set_tip(button, f"{label} ({key})" if key else "")
            self._labels[button] = label
        self._fit()

    def set_able(self, names: frozenset[str], *, able: bool) -> None:
        """Enable or disable these actions."""
        for button in self._labels:
            if button.property("action") in names:
                button.setEnabled(able)

    def _new(self, name: str, at: int) -> Button:
        button = Button("", "", self, size=26, icon=ICONS[name])
        button.setProperty("action", name)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.setMinimumWidth(MORE)
        button.clicked.connect(self.on_pressed)
        self._row.insertWidget(at, button, 1)
        return button

    def _fit(self) -> None:
        count = len(self._labels)
        if not count:
            return
        room = self.width() - MORE - count * SPACE
        padding = 14 + 6 + 20  # icon, space and frame
        metrics = QFontMetrics(theme().font("small"))
        wide = {
            button: metrics.horizontalAdvance(label) + padding
            for button, label in self._labels.items()
        }
        words = sum(wide.values()) <= room
        even = max(wide.values()) * count <= room
        for button, label in self._labels.items():
            button.setText(label if words else "")
            self._row.setStretchFactor(button, 1 if even or not words else wide[button])

    def on_pressed(self) -> None:
        button = self.sender()
        if button is not None:
            self.action.emit(str(button.property("action")))

    # --- Qt -------------------------------------------------------------------------------

    @needs("_row")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @needs("_row")
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    @needs("_labels")
    def minimumSizeHint(self) -> QSize:
        count = len(self._labels)
        return QSize((MORE + SPACE) * count + MORE, super().minimumSizeHint().height())


LINES = 6  # lines of the prompt before "Show all"


class PictureHead(InspectorSection):
    """Title, prompt and actions.

    Signals:
        action: name of the pressed action.
    """

    action = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.title = Title(self)
        self.prompt = MarkedText(_("Picture prompt"), self)
        self.prompt.set_limit(LINES)
        self.show_all = Button(_("Show all"), "link", self, size=26)
        self.show_all.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_all.hide()
        self.body.addWidget(self.title)
        self.body.addSpacing(6)
        self.body.addWidget(self.prompt)
        self.body.addWidget(self.show_all)
        self.body.addSpacing(12)
        self._one = ActionRow(self)
        self._one.set_labels(
            ("edit", _("Edit"), key_names.spoken(key_names.current("Ctrl+E"))),
            ("vary", _("Vary"), key_names.current("V")),
            ("remix", _("Remix"), key_names.current("R")),
        )
        self._many = ActionRow(self)
        for row in (self._one, self._many):
            row.action.connect(self.action)
            self.body.addWidget(row)
        self._all = False
        self.prompt.cut_changed.connect(self.on_cut_changed)
        self.show_all.clicked.connect(self.on_show_all)

    def set_prompt(self, prompt: str, before: str = "") -> None:
        """Show the prompt, with changes from that of the parent picture (`before`) marked."""
        self.prompt.setVisible(bool(prompt))
        if before and word_diff.worth_marking(before, prompt):
            self.prompt.set_pieces(word_diff.compare(before, prompt))
        else:
            self.prompt.set_words(prompt)

    def set_repeatable(self, *, able: bool) -> None:
        """Set whether there is data to make another picture from."""
        self._one.set_able(frozenset({"vary", "remix"}), able=able)

    def set_count(self, count: int) -> None:
        """Set the number of pictures the actions apply to."""
        self._one.setVisible(count == 1)
        self._many.setVisible(count > 1)
        if count > 1:
            uses = ngettext("Use {n} as reference", "Use {n} as references", count)
            self._many.set_labels(
                ("references", uses.format(n=number(count)), ""),
            )
            self._many.set_able(frozenset({"references"}), able=count <= MOST_AT_ONCE)

    def fold(self) -> None:
        """Show only the first lines of the prompt."""
        self._all = False
        self.prompt.set_limit(LINES)
        self.show_all.setText(_("Show all"))
        self.show_all.setVisible(self.prompt.shortened)

    def on_cut_changed(self, cut: bool) -> None:  # noqa: FBT001 - a slot
        """Show the link if the prompt is cut off."""
        self.show_all.setVisible(cut or self._all)

    def on_show_all(self) -> None:
        """Toggle between the whole prompt and its first lines."""
        if self._all:
            self.fold()
            return
        self._all = True
        self.prompt.set_limit(0)
        self.show_all.setText(_("Show less"))
        self.show_all.show()
