"""Strip of tools over a picture, shared by the drawing modes of the loupe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QGraphicsOpacityEffect,
    QWidget,
)

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.support import view_keys
from studio.ui.support.layout_direction import placed
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import ViewCommand
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import PaintedButton, PaintedRadio
from studio.ui.widgets.plain_text import set_tip, with_key

Edge = Literal["top", "bottom", "left", "right"]
EDGES: tuple[Edge, ...] = ("top", "bottom", "left", "right")

HIGH = 40
AWAY = 10  # distance from the picture's edge
FAINT = 0.25  # opacity while the button is down
_GLYPH = 16


class StripTool(NamedTuple):
    """Tool of a strip: its value in the mode, icon, name and key."""

    tool: str
    icon: str
    name: str
    key: str


class ButtonLook:
    """Icon, name and key of a tool button, and their painting."""

    def __init__(self, icon: str, name: str, key: str) -> None:
        self.icon, self.name, self.key = icon, name, key

    def size(self, *, named: bool) -> QSize:
        look = theme()
        width = 8 + _GLYPH + 6 + QFontMetrics(look.font("micro")).horizontalAdvance(self.key) + 8
        if named:
            width += QFontMetrics(look.font("small", weight=600)).horizontalAdvance(self.name) + 6
        return QSize(width, look.height(30))

    def paint(self, button: QAbstractButton, *, named: bool, on: bool) -> None:
        look = theme()
        painter = QPainter(button)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if on:
            painter.setPen(QPen(look.color("accent"), 1.5))
            painter.setBrush(look.color("tint"))
            box = QRectF(button.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
            painter.drawRoundedRect(box, 6, 6)
        elif button.underMouse() and button.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("hover"))
            painter.drawRoundedRect(QRectF(button.rect()), 6, 6)
        role = "ink" if on else "text2"
        glyph = look.pixmap(self.icon, role, _GLYPH, button.devicePixelRatioF())
        left = 8
        at = placed(button, QRect(left, (button.height() - _GLYPH) // 2, _GLYPH, _GLYPH))
        painter.drawPixmap(at.topLeft(), glyph)
        left += _GLYPH + 6
        if named:
            painter.setFont(look.font("small", weight=600))
            painter.setPen(look.color("text"))
            width = QFontMetrics(painter.font()).horizontalAdvance(self.name)
            box = QRectF(left, 0, width + 2, button.height())
            painter.drawText(placed(button, box), Qt.AlignmentFlag.AlignVCenter, self.name)
            left += width + 6
        painter.setFont(look.font("micro"))
        painter.setPen(look.color("text2" if on else "text3"))
        box = QRectF(left, 0, button.width() - left, button.height())
        painter.drawText(placed(button, box), Qt.AlignmentFlag.AlignVCenter, self.key)
        painter.end()


class _ToolButton(PaintedRadio):
    """A tool: icon and key, and its name while it is chosen."""

    def __init__(self, tool: StripTool, parent: QWidget) -> None:
        super().__init__(parent)
        self.tool = tool.tool
        self._look = ButtonLook(tool.icon, tool.name, tool.key)
        self.compact = False
        self.setAccessibleName(tool.name)
        set_tip(self, with_key(tool.name, tool.key))
        self.toggled.connect(self.updateGeometry)

    @needs("compact")
    def sizeHint(self) -> QSize:
        return self._look.size(named=self.isChecked() and not self.compact)

    def paintEvent(self, _event: QPaintEvent) -> None:
        on = self.isChecked()
        self._look.paint(self, named=on and not self.compact, on=on)


class _HideButton(PaintedButton):
    """Hides the drawing while the button is held."""

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        key = view_keys.cap(ViewCommand.HIDE)
        self._look = ButtonLook("hide", _("Hide"), key)
        self.compact = False
        self.setAccessibleName(words)
        set_tip(self, with_key(words, key))

    @needs("compact")
    def sizeHint(self) -> QSize:
        return self._look.size(named=not self.compact)

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._look.paint(self, named=not self.compact, on=self.isDown())


class StripRule(QWidget):
    """Short line between two groups of tools."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.lie(across=True)

    def lie(self, *, across: bool) -> None:
        """Adapt to a horizontal or vertical strip."""
        self.setFixedSize(*((11, 18) if across else (18, 11)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        line = self.rect().adjusted(5, 0, -5, 0) if self.width() < self.height() else None
        QPainter(self).fillRect(line or self.rect().adjusted(0, 5, 0, -5), theme().color("line"))


class ToolStrip(QFrame):
    """Tools of a mode. It can be dragged by its empty parts to another edge of the picture.

    Attributes:
        edge: the edge of the picture it is at.

    Signals:
        tool_chosen: the tool of a `StripTool`.
        hide_changed: whether to hide the drawing.
        edge_chosen: the strip was dragged to another edge.
    """

    tool_chosen = Signal(object)
    hide_changed = Signal(bool)
    edge_chosen = Signal(str)

    def __init__(self, tools: Sequence[StripTool], parent: QWidget) -> None:
        super().__init__(parent)
        self.edge: Edge = "top"
        self.narrow = False
        self._around = QRect()
        self._dragged = False
        set_role(self, QAccessible.Role.ToolBar)
        self.setAccessibleName(_("Tools"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(5, 5, 5, 5)
        self._box.setSpacing(2)
        self._rules: list[StripRule] = []
        self._tools = QButtonGroup(self)
        for tool in tools:
            button = _ToolButton(tool, self)
            button.toggled.connect(self.fit_picture)
            self._tools.addButton(button)
            self._box.addWidget(button)
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setOpacity(FAINT)
        self._effect.setEnabled(False)
        self.setGraphicsEffect(self._effect)
        # Not `clicked`: a screen reader toggles a radio button, it does not click.
        self._tools.buttonToggled.connect(self.on_tool)
        theme().changed.connect(self.update)
        self.hide()

    def add_group(self, *parts: QWidget) -> None:
        """Append parts after a rule."""
        rule = StripRule(self)
        self._rules.append(rule)
        for part in (rule, *parts):
            self._box.addWidget(part, 0, Qt.AlignmentFlag.AlignCenter)

    def finish_strip(self, hide_words: str) -> None:
        """Append the last button, which hides the drawing; `hide_words` is its name."""
        self._hide = _HideButton(hide_words, self)
        self._hide.pressed.connect(self.on_hide_pressed)
        self._hide.released.connect(self.on_hide_released)
        self.add_group(self._hide)

    # --- state ------------------------------------------------------------------------------

    @property
    def faint(self) -> bool:
        """Whether it is translucent, because something is being drawn."""
        return self._effect.isEnabled()

    def set_faint(self, faint: bool) -> None:  # noqa: FBT001 - a slot
        """Make it translucent while something is being drawn."""
        self._effect.setEnabled(faint)

    def button(self, tool: str) -> PaintedRadio:
        """Button of a tool."""
        return next(one for one in self.tool_buttons() if one.tool == tool)

    def tool_buttons(self) -> list[_ToolButton]:
        """Buttons of all tools, in order."""
        return [one for one in self._tools.buttons() if isinstance(one, _ToolButton)]

    def show_tool(self, tool: str | None) -> None:
        """Show the chosen tool; None for none."""
        self._tools.setExclusive(tool is not None)
        for button in self.tool_buttons():
            button.setChecked(button.tool == tool)

    def set_narrow(self, *, narrow: bool) -> None:
        """Show icons only."""
        if narrow == self.narrow:
            return
        self.narrow = narrow
        for button in self.tool_buttons():
            button.compact = narrow
            button.updateGeometry()
        self._hide.compact = narrow
        self._hide.updateGeometry()
        self.show_parts()
        self.fit_picture()

    def show_parts(self) -> None:
        """Show the parts that fit a narrow or vertical strip. For subclasses to override."""

    # --- place ------------------------------------------------------------------------------

    def set_edge(self, edge: str) -> None:
        """Place it at an edge of the picture: "top", "bottom", "left" or "right"."""
        self.edge = next((one for one in EDGES if one == edge), "top")
        across = self.edge in ("top", "bottom")
        way = QBoxLayout.Direction
        for rule in self._rules:
            rule.lie(across=across)
        self._box.setDirection(way.LeftToRight if across else way.TopToBottom)
        self.show_parts()
        self.fit_picture()

    def place_in(self, picture: QRect) -> None:
        """Place it within the visible part of the picture."""
        self._around = picture
        self.fit_picture()

    def fit_picture(self) -> None:
        """Move to its edge, with the size its buttons need."""
        room = self.parentWidget()
        if room is None:
            return
        self._box.invalidate()
        size = self._box.sizeHint()
        if self.edge in ("top", "bottom"):
            size.setHeight(max(HIGH, size.height()))
        box, around = QRect(QPoint(), size), self._around
        box.moveCenter(around.center())
        if self.edge == "top":
            box.moveTop(around.top() + AWAY)
        elif self.edge == "bottom":
            box.moveBottom(around.bottom() - AWAY)
        elif self.edge == "left":
            box.moveLeft(around.left() + AWAY)
        else:
            box.moveRight(around.right() - AWAY)
        left = min(max(box.left(), 4), max(4, room.width() - box.width() - 4))
        top = min(max(box.top(), 4), max(4, room.height() - box.height() - 4))
        self.setGeometry(QRect(QPoint(left, top), size))

    # --- slots ------------------------------------------------------------------------------

    def on_tool(self, button: QAbstractButton, on: bool) -> None:  # noqa: FBT001 - a slot
        """Emit the chosen tool."""
        if on and isinstance(button, _ToolButton):
            self.tool_chosen.emit(button.tool)

    def on_hide_pressed(self) -> None:
        self.hide_changed.emit(True)

    def on_hide_released(self) -> None:
        self.hide_changed.emit(False)

    # --- Qt ---------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # Not passed to the canvas: a press between two buttons draws nothing.
        self._dragged = event.button() == Qt.MouseButton.LeftButton
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        room = self.parentWidget()
        if not self._dragged or room is None or self._around.isEmpty():
            return
        at, around = self.mapTo(room, event.position().toPoint()), self._around
        away: dict[Edge, float] = {
            "top": (at.y() - around.top()) / around.height(),
            "bottom": (around.bottom() - at.y()) / around.height(),
            "left": (at.x() - around.left()) / around.width(),
            "right": (around.right() - at.x()) / around.width(),
        }
        nearest = min(away, key=lambda edge: away[edge])
        if nearest != self.edge:
            self.set_edge(nearest)
            self.edge_chosen.emit(nearest)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = False
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("edge"), 1))
        painter.setBrush(theme().color("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()
