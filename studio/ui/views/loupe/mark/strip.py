"""Strip of tools over the picture: tools, colours, undo, and hiding the marks."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QColor,
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
from studio.domain.markup import MARK_COLOURS, MarkKind
from studio.ui.style.theme import theme
from studio.ui.support.mark_painter import kind_name
from studio.ui.support.qt_overrides import needs
from studio.ui.views.loupe.mark.tool import ERASER
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import IconButton, PaintedButton, PaintedRadio
from studio.ui.widgets.plain_text import set_tip

Edge = Literal["top", "bottom", "left", "right"]
EDGES: tuple[Edge, ...] = ("top", "bottom", "left", "right")

HIGH = 40
AWAY = 10  # from the picture's edge
FAINT = 0.25  # opacity while a mark is drawn
TOOLS: tuple[tuple[MarkKind | str, str, str], ...] = (
    (MarkKind.PIN, "pin", "N"),
    (MarkKind.ARROW, "arrow", "A"),
    (MarkKind.BOX, "box", "U"),
    (MarkKind.PEN, "pen", "B"),
    (ERASER, "eraser", "E"),
)
"""Tools with icon and key, in the order of the strip."""

_GLYPH = 16
_DISC = 16


def tool_name(tool: MarkKind | str) -> str:
    """Name of a tool."""
    return kind_name(tool) if isinstance(tool, MarkKind) else _("Eraser")


class _Look:
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
        painter.drawPixmap(left, (button.height() - _GLYPH) // 2, glyph)
        left += _GLYPH + 6
        if named:
            painter.setFont(look.font("small", weight=600))
            painter.setPen(look.color("text"))
            width = QFontMetrics(painter.font()).horizontalAdvance(self.name)
            box = QRectF(left, 0, width + 2, button.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.name)
            left += width + 6
        painter.setFont(look.font("micro"))
        painter.setPen(look.color("text2" if on else "text3"))
        box = QRectF(left, 0, button.width() - left, button.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.key)
        painter.end()


class _ToolButton(PaintedRadio):
    """A tool: icon and key, and its name while it is chosen."""

    def __init__(self, tool: MarkKind | str, icon: str, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.tool = tool
        self._look = _Look(icon, tool_name(tool), key)
        self.compact = False
        self.setAccessibleName(tool_name(tool))
        set_tip(self, f"{tool_name(tool)} ({key})")
        self.toggled.connect(self.updateGeometry)

    @needs("compact")
    def sizeHint(self) -> QSize:
        return self._look.size(named=self.isChecked() and not self.compact)

    def paintEvent(self, _event: QPaintEvent) -> None:
        on = self.isChecked()
        self._look.paint(self, named=on and not self.compact, on=on)


class _HideButton(PaintedButton):
    """Hides the marks while it is held."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = _Look("hide", _("Hide"), "H")
        self.compact = False
        self.setAccessibleName(_("Hide the marks, while held"))
        set_tip(self, _("Hide the marks, while held (H)"))

    @needs("compact")
    def sizeHint(self) -> QSize:
        return self._look.size(named=not self.compact)

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._look.paint(self, named=not self.compact, on=self.isDown())


class _ColourButton(PaintedRadio):
    """A colour of marks."""

    def __init__(self, colour: str, name: str, parent: QWidget) -> None:
        super().__init__(parent, radius=12)
        self.colour = colour
        self.setAccessibleName(name)
        set_tip(self, name)
        self.setFixedSize(26, 26)

    def sizeHint(self) -> QSize:
        return QSize(26, 26)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(13, 13)
        painter.setPen(QPen(theme().color("edge"), 1))
        painter.setBrush(QColor(self.colour))
        painter.drawEllipse(centre, _DISC / 2 - 0.5, _DISC / 2 - 0.5)
        if self.isChecked():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color("accent"), 1.5))
            painter.drawEllipse(centre, 11.25, 11.25)
        painter.end()


class _Rule(QWidget):
    """Short line between two groups of tools."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.lie(across=True)

    def lie(self, *, across: bool) -> None:
        """Fit a strip that lies across, or one that stands."""
        self.setFixedSize(*((11, 18) if across else (18, 11)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        line = self.rect().adjusted(5, 0, -5, 0) if self.width() < self.height() else None
        QPainter(self).fillRect(line or self.rect().adjusted(0, 5, 0, -5), theme().color("line"))


class ToolStrip(QFrame):
    """Tools of mark mode. Its empty parts drag it to another edge of the picture.

    Signals:
        tool_chosen: a MarkKind or ERASER.
        colour_chosen: one of MARK_COLOURS.
        undo_wanted, redo_wanted: of the last mark.
        hide_changed: whether the marks are to be hidden.
        edge_chosen: the strip was dragged to another edge.
    """

    tool_chosen = Signal(object)
    colour_chosen = Signal(str)
    undo_wanted = Signal()
    redo_wanted = Signal()
    hide_changed = Signal(bool)
    edge_chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.edge: Edge = "top"
        self._narrow = False
        self._around = QRect()
        self._dragged = False
        set_role(self, QAccessible.Role.ToolBar)
        self.setAccessibleName(_("Tools"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(5, 5, 5, 5)
        self._box.setSpacing(2)
        self._tools = QButtonGroup(self)
        for tool, icon, key in TOOLS:
            button = _ToolButton(tool, icon, key, self)
            button.toggled.connect(self.fit_picture)
            self._tools.addButton(button)
            self._box.addWidget(button)
        self._rules = [_Rule(self) for _each in range(3)]
        self._box.addWidget(self._rules[0], 0, Qt.AlignmentFlag.AlignCenter)
        self._colours = QButtonGroup(self)
        names = (_("Red"), _("Yellow"), _("White"), _("Black"))
        for colour, name in zip(MARK_COLOURS, names, strict=True):
            disc = _ColourButton(colour, name, self)
            self._colours.addButton(disc)
            self._box.addWidget(disc, 0, Qt.AlignmentFlag.AlignCenter)
        self._box.addWidget(self._rules[1], 0, Qt.AlignmentFlag.AlignCenter)
        self.undo_button = IconButton("undo", _("Undo"), "Ctrl+Z", self)
        self.redo_button = IconButton("redo", _("Redo"), "Ctrl+Shift+Z", self)
        self._hide = _HideButton(self)
        for part in (self.undo_button, self.redo_button, self._rules[2], self._hide):
            self._box.addWidget(part, 0, Qt.AlignmentFlag.AlignCenter)
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setOpacity(FAINT)
        self._effect.setEnabled(False)
        self.setGraphicsEffect(self._effect)
        # Not `clicked`: a screen reader toggles a radio button, it does not click.
        self._tools.buttonToggled.connect(self.on_tool)
        self._colours.buttonToggled.connect(self.on_colour)
        self.undo_button.clicked.connect(self.undo_wanted)
        self.redo_button.clicked.connect(self.redo_wanted)
        self._hide.pressed.connect(self.on_hide_pressed)
        self._hide.released.connect(self.on_hide_released)
        theme().changed.connect(self.update)
        self.hide()

    # --- state ------------------------------------------------------------------------------

    @property
    def faint(self) -> bool:
        """Whether it is see-through, because a mark is being drawn."""
        return self._effect.isEnabled()

    def set_faint(self, faint: bool) -> None:  # noqa: FBT001 - a slot
        """Make it see-through while a mark is drawn."""
        self._effect.setEnabled(faint)

    def button(self, tool: MarkKind | str) -> PaintedRadio:
        """Button of a tool."""
        return next(one for one in self.tool_buttons() if one.tool == tool)

    def tool_buttons(self) -> list[_ToolButton]:
        """Buttons of all tools, in order."""
        return [one for one in self._tools.buttons() if isinstance(one, _ToolButton)]

    def show_tool(self, tool: MarkKind | str | None) -> None:
        """Show the chosen tool; None for none."""
        self._tools.setExclusive(tool is not None)
        for button in self.tool_buttons():
            button.setChecked(button.tool == tool)

    def show_colour(self, colour: str) -> None:
        """Show the colour of marks drawn next."""
        for button in self._colours.buttons():
            if isinstance(button, _ColourButton):
                button.setChecked(button.colour == colour)
                button.setVisible(not self._narrow or button.colour == colour)

    def show_steps(self, *, undo: bool, redo: bool) -> None:
        """Enable undo and redo."""
        self.undo_button.setEnabled(undo)
        self.redo_button.setEnabled(redo)

    def set_narrow(self, *, narrow: bool) -> None:
        """Show icons and a single colour only."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for button in self.tool_buttons():
            button.compact = narrow
            button.updateGeometry()
        self._hide.compact = narrow
        self._hide.updateGeometry()
        self.redo_button.setVisible(not narrow)
        checked = self._colours.checkedButton()
        if isinstance(checked, _ColourButton):
            self.show_colour(checked.colour)
        self.fit_picture()

    # --- place ------------------------------------------------------------------------------

    def set_edge(self, edge: str) -> None:
        """Place it at an edge of the picture: "top", "bottom", "left" or "right"."""
        self.edge = next((one for one in EDGES if one == edge), "top")
        across = self.edge in ("top", "bottom")
        way = QBoxLayout.Direction
        for rule in self._rules:
            rule.lie(across=across)
        self._box.setDirection(way.LeftToRight if across else way.TopToBottom)
        self.fit_picture()

    def place_in(self, picture: QRect) -> None:
        """Place it within the visible part of the picture."""
        self._around = picture
        self.fit_picture()

    def fit_picture(self) -> None:
        """Take the place at its edge, and the size for its buttons."""
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

    def on_colour(self, button: QAbstractButton, on: bool) -> None:  # noqa: FBT001 - a slot
        """Emit the chosen colour."""
        if on and isinstance(button, _ColourButton):
            self.colour_chosen.emit(button.colour)

    def on_hide_pressed(self) -> None:
        self.hide_changed.emit(True)

    def on_hide_released(self) -> None:
        self.hide_changed.emit(False)

    # --- Qt ---------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # Taken from the canvas: a press between two buttons draws nothing.
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
