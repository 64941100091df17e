"""Aspect ratios as small rectangles: a radio group, a chip, and a panel of all ratios."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import (
    QEvent,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QEnterEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QWidget,
)

from studio.common.i18n import _, left_to_right
from studio.domain.aspect_ratios import PICKED
from studio.domain.drafts import MATCH
from studio.domain.entities import AspectRatio
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import aligned, placed, reading_key
from studio.ui.support.qt_overrides import needs
from studio.ui.support.screens import available_area
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import PaintedButton, PaintedRadio, PressedByEnter
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.popover import RoundedCorners

SEGMENT = 24
SHORTER, LONGEST = 9, 18
"""Sides of a rectangle: the shorter one, fixed so that 3:2 and 16:9 differ; the longest one."""

SQUARE = 12
SCREENS = frozenset({"16:9", "9:16", "21:9"})
"""Ratios of screens, whose rectangles are filled; those of prints are outlines."""

NAME_MARGIN = 5
FORGET = 1200  # milliseconds after which typed digits are discarded


def label(value: str) -> str:
    """Label of a choice."""
    return _("Match") if value == MATCH else value


def spoken(value: str) -> str:
    """Accessible name and tool tip of a choice."""
    return _("Match the input picture") if value == MATCH else value


def ratio_size(value: str) -> QSize:
    """Size of the rectangle of a ratio, in logical pixels; a square for an invalid one."""
    try:
        ratio = AspectRatio.parse(value).value
    except ValueError:
        ratio = 1.0
    long = max(ratio, 1 / ratio)
    longer = round(min(max(SQUARE, SHORTER * long), LONGEST))
    shorter = max(4, round(min(SQUARE, longer / long)))
    return QSize(longer, shorter) if ratio >= 1 else QSize(shorter, longer)


def paint_ratio(painter: QPainter, value: str, centre: QPointF, role: str, *, dpr: float) -> None:
    """Draw a ratio as a rectangle, or the icon of Match."""
    look = theme()
    if value == MATCH:
        corner = QPointF(centre.x() - 8, centre.y() - 8)
        painter.drawPixmap(corner, look.pixmap("match", role, 16, dpr))
        return
    width, height = ratio_size(value).toTuple()
    painter.setPen(QPen(look.color(role), 1.5))
    inside = QColor(look.color(role))
    inside.setAlphaF(0.4 if value in SCREENS else 0.0)
    painter.setBrush(inside)
    # Whole pixels keep every side equally sharp.
    left, top = round(centre.x() - width / 2), round(centre.y() - height / 2)
    painter.drawRoundedRect(QRectF(left + 0.75, top + 0.75, width - 1.5, height - 1.5), 1, 1)


class RatioSegment(PaintedRadio):
    """One ratio in the frame.

    Signals:
        hovered: the pointer entered or left.
    """

    hovered = Signal()

    def __init__(self, value: str, parent: QWidget) -> None:
        super().__init__(parent, radius=4)
        self.ratio = value
        self.setAccessibleName(spoken(value))
        set_tip(self, spoken(value))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(SEGMENT, theme().height(SEGMENT))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.hovered.emit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, chosen = theme(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(QPen(look.color("accent"), 1.5))
            painter.setBrush(look.color("tint"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75), 4, 4)
        elif self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        role = "text2" if not chosen else "text" if self.ratio == MATCH else "ink"
        centre = QRectF(self.rect()).center()
        paint_ratio(painter, self.ratio, centre, role, dpr=self.devicePixelRatioF())
        painter.end()


class RatioName(QWidget):
    """Name of the ratio under the pointer, else of the chosen one; as wide as the widest name.

    Placed beside the segments, so that choosing one does not move them.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._shown = ""
        self._names: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return self._shown

    def show_name(self, name: str, among: tuple[str, ...]) -> None:
        """Show this name; `among`, all names that may be shown, determines the width."""
        self._shown, names = name, among
        if names != self._names:
            self._names = names
            self.updateGeometry()
        self.update()

    @needs("_names")
    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme().font("small"))
        widest = max((metrics.horizontalAdvance(name) for name in self._names), default=0)
        return QSize(widest + 2 * NAME_MARGIN, theme().height(SEGMENT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme().color("text"))
        painter.setFont(theme().font("small"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._shown)
        painter.end()


class MoreButton(PressedByEnter, QAbstractButton):
    """Chevron that opens the panel of all ratios."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("All aspect ratios"))
        set_tip(self, _("All aspect ratios"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("radius", 4)
        self.setFixedSize(SEGMENT, theme().height(SEGMENT))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.underMouse():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        arrow = theme().pixmap("down", "text2", 16, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - 16) // 2, (self.height() - 16) // 2, arrow)
        painter.end()


class AspectPicker(QWidget):
    """Radio group "Aspect ratio". Left and Right move; ratios such as 4:5 can be typed.

    Signals:
        changed(object): the user chose a ratio, or Match.
        panel_wanted: the user wants to see all ratios.
        rebuilt: the segments were replaced by new ones, which end the tab order.
    """

    changed = Signal(object)
    panel_wanted = Signal()
    rebuilt = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Aspect ratio"))
        set_role(self, QAccessible.Role.Grouping)
        self.setFixedHeight(theme().height(30))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._offered: tuple[str, ...] = ()
        self._all: tuple[str, ...] = ()
        self._segments: list[RatioSegment] = []
        self._typed = ""
        self._value = ""
        self._mark = ""
        self._forget = QTimer(self, singleShot=True, interval=FORGET)
        self._forget.timeout.connect(self.on_forgotten)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(3, 3, 3, 3)
        self._row.setSpacing(1)
        self._name = RatioName(self)
        self._row.addWidget(self._name)
        self._more = MoreButton(self)
        self._more.clicked.connect(self.panel_wanted)
        self._row.addWidget(self._more)

    @property
    def value(self) -> str:
        """The chosen ratio, or "match"."""
        return self._value

    @property
    def shown_name(self) -> str:
        """The name beside the segments."""
        return self._name.shown

    def controls(self) -> tuple[QWidget, ...]:
        """All controls, in tab order."""
        return *self._segments, self._more

    def segments(self) -> tuple[RatioSegment, ...]:
        """The segments, from left to right."""
        return tuple(self._segments)

    def show_choice(self, value: str, aspects: tuple[str, ...], *, match: bool, note: str) -> None:
        """Offer the common ratios of `aspects`, and always the chosen one."""
        common = [a for a in PICKED if a in aspects] or list(aspects[:5])
        if value not in common and value not in ("", MATCH):
            # A rarer one replaces the last, so that the frame keeps its width.
            common = [*common[:4], value]
        offered = tuple([MATCH] * match + common)
        self._all = tuple([MATCH] * match) + aspects
        self._mark = note
        set_tip(self, note)
        self.setAccessibleDescription(note)
        if offered != self._offered:
            self._build(offered)
        self._value = value
        for segment in self._segments:
            with QSignalBlocker(segment):
                segment.setChecked(segment.ratio == value)
            # Tab reaches only the chosen one, as in every radio group.
            policy = Qt.FocusPolicy.TabFocus if segment.isChecked() else Qt.FocusPolicy.ClickFocus
            segment.setFocusPolicy(policy)
            segment.update()
        self.show_name()
        self._more.setVisible(set(aspects) - set(common) != set() or len(aspects) > len(common))
        self._row.activate()
        self.updateGeometry()
        self.update()

    def show_name(self) -> None:
        """Show the name of the ratio under the pointer, else of the chosen one."""
        pointed = next((one.ratio for one in self._segments if one.underMouse()), self._value)
        self._name.show_name(label(pointed) if pointed else "", tuple(map(label, self._offered)))

    def _build(self, offered: tuple[str, ...]) -> None:
        had = next((s for s in self._segments if s.hasFocus()), None)
        for segment in self._segments:
            self._row.removeWidget(segment)
            segment.hide()
            segment.deleteLater()
        self._segments = []
        for place, value in enumerate(offered):
            segment = RatioSegment(value, self)
            segment.toggled.connect(self.on_toggled)
            segment.hovered.connect(self.show_name)
            self._row.insertWidget(place, segment)
            self._segments.append(segment)
            segment.show()
            if had is not None and had.ratio == value:
                segment.setFocus()
        self._offered = offered
        self.rebuilt.emit()

    def on_toggled(self, on: bool) -> None:  # noqa: FBT001  # Qt's own signature
        """Emit the segment chosen by mouse or arrow keys."""
        segment = self.sender()
        if on and isinstance(segment, RatioSegment):
            self._value = segment.ratio
            self.show_name()
            self.changed.emit(segment.ratio)

    def on_forgotten(self) -> None:
        """Discard typed digits."""
        self._typed = ""

    @needs("_more")
    def sizeHint(self) -> QSize:
        widths = [SEGMENT for _segment in self._segments] + [self._name.sizeHint().width()]
        if not self._more.isHidden():
            widths.append(SEGMENT)
        return QSize(6 + sum(widths) + max(0, len(widths) - 1), theme().height(30))

    @needs("_more")
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        if typed and (typed.isdigit() or typed in ":x/"):
            self._typed += typed.replace("x", ":").replace("/", ":")
            self._forget.start()
            if self._typed in self._all and self._typed != self._value:
                self.changed.emit(self._typed)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._more.isVisible():
            self.panel_wanted.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.color("line2"), 1))
        painter.setBrush(look.color("raise"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()
        if self._mark:
            _paint_mark(self)


class AspectChip(PaintedButton):
    """The chosen ratio as a chip, for rows too narrow for the picker; opens the panel.

    Signals:
        stepped(object): -1 or 1, for the previous or next ratio.
    """

    stepped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = "1:1"
        self._mark = ""
        self.setAccessibleName(_("Aspect ratio"))
        set_role(self, QAccessible.Role.ComboBox)
        self.setFixedHeight(theme().height(30))

    def show_choice(self, value: str, note: str) -> None:
        """Show this ratio; a non-empty `note` marks it as a replacement of the requested one."""
        self._value, self._mark = value, note
        self.setText(label(value))
        self.setAccessibleName(_("Aspect ratio"))
        self.setAccessibleDescription(note or spoken(value))
        set_tip(self, note or _("Aspect ratio"))
        self.updateGeometry()
        self.update()

    @needs("_mark")
    def sizeHint(self) -> QSize:
        words = QFontMetrics(theme().font("small")).horizontalAdvance(label(self._value))
        mark = 8 if self._mark else 0
        return QSize(9 + 16 + 6 + words + mark + 6 + 14 + 9, theme().height(30))

    @needs("_mark")
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        back = (Qt.Key.Key_Up, Qt.Key.Key_Left)
        key = reading_key(self, event.key())
        if key in (*back, Qt.Key.Key_Down, Qt.Key.Key_Right):
            self.stepped.emit(-1 if key in back else 1)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, dpr = theme(), self.devicePixelRatioF()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.color("line2"), 1))
        painter.setBrush(look.color("hover" if self.underMouse() else "raise"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        middle = placed(self, QPointF(17, self.height() / 2))
        paint_ratio(painter, self._value, middle, "text3", dpr=dpr)
        painter.setFont(look.font("small"))
        painter.setPen(look.color("text"))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        words = QRectF(31, 0, self.width(), self.height())
        painter.drawText(placed(self, words), flags, label(self._value))
        arrow = look.pixmap("down", "text3", 14, dpr)
        end = QRect(self.width() - 9 - 14, (self.height() - 14) // 2, 14, 14)
        painter.drawPixmap(placed(self, end), arrow)
        painter.end()
        if self._mark:
            _paint_mark(self, right=9 + 14 + 9)


def _paint_mark(widget: QWidget, right: int = 3) -> None:
    """Paint the 5 px dot of a value that replaces the requested one, `right` px before the end."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("warn"))
    dot = QRectF(widget.width() - right - 5, widget.height() / 2 - 6, 5, 5)
    painter.drawEllipse(placed(widget, dot))
    painter.end()


COLUMNS = 5
AREA = 26 * 26  # area of each rectangle in square logical pixels
CELL = QSize(84, 88)
Pixels = tuple[int, int] | None


class RatioCell(QAbstractButton):
    """One ratio: rectangle, name, pixels."""

    def __init__(self, value: str, pixels: Pixels, parent: QWidget) -> None:
        super().__init__(parent)
        self.ratio = value
        self.pixels = left_to_right(f"{pixels[0]} × {pixels[1]}") if pixels else ""
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFixedSize(theme().px(CELL.width()), theme().height(CELL.height()))
        self.setAccessibleName(f"{spoken(value)} {self.pixels}".strip())
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked():
            painter.setPen(QPen(look.color("accent"), 1.5))
            painter.setBrush(look.color("tint"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75), 6, 6)
        elif self.underMouse() or self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        words = look.line("small") + look.line("micro") + 6
        field = QRectF(0, 0, self.width(), self.height() - words)
        if self.ratio == MATCH:
            glyph = look.pixmap("match", "text", 24, self.devicePixelRatioF())
            painter.drawPixmap(field.center().toPoint() - QPoint(12, 10), glyph)
        else:
            ratio = AspectRatio.parse(self.ratio).value
            width = min(math.sqrt(AREA * ratio), self.width() - 12.0)
            height = min(width / ratio, field.height() - 8)
            box = QRectF(0, 0, round(max(width, 4)), round(max(height, 4)))
            box.moveCenter(field.center())
            box.moveTopLeft(box.topLeft().toPoint().toPointF())
            painter.setPen(QPen(look.color("ink" if self.isChecked() else "text2"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 1.5, 1.5)
        centred = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(look.color("text"))
        painter.setFont(look.font("small"))
        name = QRectF(0, field.bottom(), self.width(), look.line("small"))
        painter.drawText(name, centred, label(self.ratio))
        painter.setPen(look.color("text2" if self.isChecked() else "text3"))
        painter.setFont(look.font("micro"))
        painter.drawText(name.translated(0, look.line("small")), centred, self.pixels)
        painter.end()


class AspectPanel(QFrame):
    """Panel above or below the picker; a choice or Esc closes it, typed digits focus a ratio.

    Signals:
        chosen(object): the ratio, or "match".
    """

    chosen = Signal(object)

    def __init__(self, sizes: Mapping[str, Pixels], value: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(_("All aspect ratios"))
        self._ground = RoundedCorners(self)
        self._cells: list[RatioCell] = []
        self._typed = ""
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 8, 8, 8)
        grid.setSpacing(2)
        for place, (ratio, pixels) in enumerate(sizes.items()):
            cell = RatioCell(ratio, pixels, self)
            cell.setChecked(ratio == value)
            cell.clicked.connect(self.on_clicked)
            grid.addWidget(cell, place // COLUMNS, place % COLUMNS)
            self._cells.append(cell)

    def cells(self) -> tuple[RatioCell, ...]:
        return tuple(self._cells)

    def open_at(self, anchor: QWidget) -> None:
        """Open above the anchor, or below it if there is no room above."""
        self.adjustSize()
        left = aligned(anchor, self.width())
        above = anchor.mapToGlobal(QPoint(left, -self.height() - 4))
        if above.y() < available_area(anchor).top():
            above = anchor.mapToGlobal(QPoint(left, anchor.height() + 4))
        room = available_area(anchor)
        above.setX(max(room.left(), min(above.x(), room.right() - self.width())))
        self.move(above)
        self.show()
        current = next((c for c in self._cells if c.isChecked()), None)
        if current is None and self._cells:
            current = self._cells[0]
        if current is not None:
            current.setFocus()

    def _go_to(self, figure: str) -> bool:
        """Focus the ratio being typed; digits without a match start over."""
        figure = ":" if figure in "x/" else figure
        for typed in (self._typed + figure, figure):
            begun = [cell for cell in self._cells if cell.ratio.startswith(typed)]
            if begun:
                self._typed = typed
                next((c for c in begun if c.ratio == typed), begun[0]).setFocus()
                return True
        return False

    def on_clicked(self) -> None:
        cell = self.sender()
        if isinstance(cell, RatioCell):
            self.chosen.emit(cell.ratio)
            self.close()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -COLUMNS,
            Qt.Key.Key_Down: COLUMNS,
        }
        at = next((i for i, cell in enumerate(self._cells) if cell.hasFocus()), 0)
        if step := steps.get(reading_key(self, event.key())):
            self._cells[max(0, min(at + step, len(self._cells) - 1))].setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cells:
            self._cells[at].click()
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        elif not (event.text() and event.text() in "0123456789:x/" and self._go_to(event.text())):
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._ground.paint(painter)
        painter.end()
