"""Buttons: with text, icon only, custom-painted, and the check box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAccessible, QAction, QActionEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QWidget,
)

from studio.common.display_text import one_line
from studio.ui.style.theme import theme
from studio.ui.support import mnemonics
from studio.ui.support.key_repeat import once
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.plain_text import describe, set_tip, with_key
from studio.ui.widgets.tips import HoverTip

Kind = Literal["", "primary", "quiet", "link", "danger", "toast"]
GAP = 3  # Qt leaves 4 px between icon and text; this is extra
_ROLE = {"": "text2", "primary": "onfill", "quiet": "text2", "link": "ink", "danger": "bad"}


if TYPE_CHECKING:
    _Base = QAbstractButton
else:
    _Base = object


class ToggledIsClicked(_Base):
    """Makes a screen reader's "Toggle" act as a click; Qt would only change the check mark.

    Connect `on_toggled` once the button is constructed.
    """

    _known = False
    """Whether the current change comes from a click or the program, not a screen reader."""

    def setChecked(self, on: bool) -> None:  # noqa: FBT001 - Qt's
        before, self._known = self._known, True
        super().setChecked(on)
        self._known = before

    def nextCheckState(self) -> None:
        before, self._known = self._known, True
        super().nextCheckState()
        self._known = before

    def on_toggled(self, on: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Turn a change that was not a click into a click."""
        # A button in a group is also unchecked when another is checked.
        if not self._known and (on or self.group() is None):
            self.setChecked(not on)
            self.click()


class PressedByEnter(_Base):
    """Makes Enter press a button, as Space does."""

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Otherwise Enter would press a dialog's default button while this one has the focus.
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not plain:
            self.click()
        else:
            super().keyPressEvent(event)


class Lettered(_Base):
    """Shows its text literally, or with a letter that presses it with Alt (`set_mnemonic`).

    Attributes:
        wants_letter: whether it may have such a letter.
    """

    wants_letter = True

    _letter = ""
    _words = ""

    def text(self) -> str:
        return self._words

    def setText(self, text: str) -> None:
        self._words = text
        super().setText(mnemonics.marked(text, self._letter))

    def set_mnemonic(self, letter: str) -> None:
        """Set the letter; "" for none."""
        if letter != self._letter:
            self._letter = letter
            self.setText(self._words)


class Button(Lettered, PressedByEnter, ToggledIsClicked, QPushButton):
    """Text button. One "primary" per window or dialog; "danger" only for irreversible loss.

    `size` is its height: 26 in view bars and tiles, 30 elsewhere, 32 in dialogs.
    """

    def __init__(
        self,
        text: str,
        kind: Kind = "",
        parent: QWidget | None = None,
        *,
        size: int = 30,
        icon: str = "",
    ) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setProperty("kind", kind)
        self.setProperty("high", size)
        self.setAutoDefault(False)
        self.toggled.connect(self.on_toggled)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if kind == "link":
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        if icon:
            self.set_icon(icon)

    def set_icon(self, name: str) -> None:
        """Show this icon before the text."""
        role = _ROLE.get(str(self.property("kind")), "text2")
        self.setIconSize(QSize(14 + GAP, 14))
        theme().bind_icon(self, name, role, size=14, gap=GAP)


class PaintedButton(PressedByEnter, QAbstractButton):
    """Custom-painted button: reachable by Tab, and pressed by Enter too."""

    def __init__(self, parent: QWidget | None = None, *, radius: int = 6) -> None:
        """`radius` is the radius of its corners, for the focus ring."""
        super().__init__(parent)
        self.setProperty("radius", radius)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme().changed.connect(self.update)


class PaintedRadio(QRadioButton):
    """Custom-painted radio button; all of it is clickable."""

    def __init__(self, parent: QWidget, *, radius: int = 6) -> None:
        super().__init__(parent)
        self.setProperty("radius", radius)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)


class IconButton(PressedByEnter, ToggledIsClicked, HoverTip, QToolButton):
    """Icon-only button; its name is in the tool tip, with its key, and read by screen readers."""

    def __init__(
        self,
        icon: str,
        name: str,
        key: str = "",
        parent: QWidget | None = None,
        *,
        size: int = 30,
        checkable: bool = False,
        role: str = "text2",
        spoken_role: QAccessible.Role | None = None,
    ) -> None:
        """Buttons with an action (`set_action`) need neither icon nor name.

        `spoken_role` is the role for screen readers, if it is not a button.
        """
        super().__init__(parent)
        if spoken_role is not None:
            set_role(self, spoken_role)
        self._glyph = 14 if size < 26 else 16
        side = theme().height(size)
        self.setFixedSize(side, side)
        self.setIconSize(QSize(self._glyph, self._glyph))
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_name(name, key)
        if icon:
            self.set_icon(icon, role)
        self.toggled.connect(self.on_toggled)

    def set_name(self, name: str, key: str = "") -> None:
        """Set the name, and the shortcut shown in the tool tip."""
        name = one_line(name)
        self.setAccessibleName(name)
        set_tip(self, with_key(name, key))

    def set_icon(self, name: str, role: str = "text2") -> None:
        """Show this icon in the colour of a role."""
        theme().bind_icon(self, name, role, size=self._glyph)

    def set_action(self, action: QAction, icon: str, key: str = "") -> None:
        """Bind to an action: icon, checked and enabled state."""
        self.setAccessibleName(action.text())
        describe(self, key)
        set_tip(action, with_key(action.text(), key))
        theme().bind_icon(action, icon, size=self._glyph)
        self.setDefaultAction(action)

    def actionEvent(self, event: QActionEvent) -> None:
        before, self._known = self._known, True
        super().actionEvent(event)
        self._known = before


class CheckBox(Lettered, QCheckBox):
    """Check box with a text."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        part = QStyle.SubElement.SE_CheckBoxIndicator
        box = self.style().subElementRect(part, option, self)
        painter = QPainter(self)
        size = 12
        tick = theme().pixmap("check", "onfill", size, self.devicePixelRatioF())
        centre = box.center()
        painter.drawPixmap(centre.x() - size // 2 + 1, centre.y() - size // 2 + 1, tick)
        painter.end()
